import type { AnyModel } from "@anywidget/types"
import { effect, type Signal, signal } from "@preact/signals"
import type { Disposer } from "../dom/dispose"
import { observe } from "./model"
import type { Traits } from "./traits"

/** The traits of the model as signals: each follows the model, and what is written to it is set there and sent. */
export interface Bound {
  readonly traits: { readonly [K in keyof Traits]-?: Signal<Traits[K]> }
  /** Write several at once, in one message. */
  set(values: Partial<Traits>): void
  /** Write without sending, while a control is on the move. */
  preview(values: Partial<Traits>): void
  /** Send what was written without. */
  save(): void
  dispose: Disposer
}

/** Bind the traits of a model; a signal is made when it is first asked for. */
export function bind(model: AnyModel<Traits>): Bound {
  const known = new Map<keyof Traits, Signal>()
  const unbind: Disposer[] = []
  const bound = (name: keyof Traits): Signal => {
    const made = signal<unknown>(model.get(name))
    known.set(name, made)
    unbind.push(
      observe(model, [name], () => void (made.value = model.get(name))),
      effect(() => {
        const { value } = made
        if (value !== model.get(name)) set({ [name]: value })
      }),
    )
    return made
  }
  const preview = (values: Partial<Traits>) => {
    for (const [name, value] of Object.entries(values)) model.set(name as keyof Traits, value as never)
  }
  const set = (values: Partial<Traits>) => {
    preview(values)
    model.save_changes()
  }
  return {
    traits: new Proxy({}, { get: (_, name) => known.get(name as keyof Traits) ?? bound(name as keyof Traits) }) as Bound["traits"],
    set,
    preview,
    save: () => model.save_changes(),
    dispose() {
      for (const off of unbind) off()
      unbind.length = 0
    },
  }
}
