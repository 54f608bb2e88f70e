import type { AnyModel } from "@anywidget/types"
import type { Traits } from "./protocol"

export interface Calm {
  /** Whether there is nobody to send to. */
  gone: () => boolean
  /** Told when something could not be sent. */
  lost: () => void
}

/** The same model, which stays calm when the kernel is gone: nothing is sent then, and nothing thrown. */
export function calmModel(model: AnyModel<Traits>, { gone, lost }: Calm): AnyModel<Traits> {
  const calmly = (act: () => void) => {
    if (gone()) return
    try {
      act()
    } catch {
      lost()
    }
  }
  return {
    get: (name) => model.get(name),
    set: (name, value) => model.set(name, value),
    on: (name: string, callback: never) => model.on(name as never, callback),
    off: (name?: string | null, callback?: never) => model.off(name as never, callback),
    save_changes: () => calmly(() => model.save_changes()),
    send: (...message) => calmly(() => model.send(...message)),
    widget_manager: model.widget_manager,
  }
}
