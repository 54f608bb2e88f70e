import type { AnyModel } from "@anywidget/types"
import type { Traits } from "./protocol"

const HEAVY: readonly (keyof Traits)[] = ["_frames", "_book", "_clusters", "_palettes", "_document"]

/** Let a model that was closed hold no data: JupyterLab 4.6 keeps every model it ever had. */
export function releaseClosed(model: AnyModel<Traits>): void {
  const events = model as unknown as { on(name: string, callback: () => void): void }
  events.on("destroy", () => {
    // Its views are taken away first; the model remembers what its last set changed, so the last one is small.
    setTimeout(() => {
      for (const name of [...HEAVY, "_css", "_esm", "_error"]) model.set(name as keyof Traits, null as never)
    })
  })
}
