import type { AnyModel } from "@anywidget/types"
import { effect, type Signal, signal } from "@preact/signals"
import type { Disposer } from "../dom/dispose"
import { observe } from "./model"
import type { Traits } from "./traits"

/** The traits of the model as signals: each follows the model, and what is written to it is set there and sent. */
export interface Bound<T extends object = Traits> {
  readonly traits: { readonly [K in keyof T]-?: Signal<T[K]> }
  /** Write several at once, in one message. */
  set(values: Partial<T>): void
  /** Write without sending, while a control is on the move. */
  preview(values: Partial<T>): void
  /** Send what was written without. */
  save(): void
  dispose: Disposer
}

/** Bind the traits of a model; a signal is made when it is first asked for. */
export function bind<T extends object = Traits>(model: AnyModel<T>): Bound<T> {
  type Name = keyof T & string
  const known = new Map<Name, Signal>()
  const unbind: Disposer[] = []
  const bound = (name: Name): Signal => {
    const made = signal<unknown>(model.get(name))
    known.set(name, made)
    unbind.push(
      observe(model, [name], () => void (made.value = model.get(name))),
      effect(() => {
        const { value } = made
        if (value !== model.get(name)) set({ [name]: value } as Partial<T>)
      }),
    )
    return made
  }
  const preview = (values: Partial<T>) => {
    for (const [name, value] of Object.entries(values)) model.set(name as Name, value as never)
  }
  const set = (values: Partial<T>) => {
    preview(values)
    model.save_changes()
  }
  return {
    traits: new Proxy({}, { get: (_, name) => known.get(name as Name) ?? bound(name as Name) }) as Bound<T>["traits"],
    set,
    preview,
    save: () => model.save_changes(),
    dispose() {
      for (const off of unbind) off()
      unbind.length = 0
    },
  }
}
