import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "../dom/disposer"
import type { Traits } from "./protocol"

/** Call back when any of some traits changes. */
export function observe(model: AnyModel<Traits>, names: readonly (keyof Traits)[], callback: () => void): Disposer {
  for (const name of names) model.on(`change:${name}`, callback)
  return () => {
    for (const name of names) model.off(`change:${name}`, callback)
  }
}
