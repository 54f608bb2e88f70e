import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "../dom/dispose"
import { exactBytes } from "../wire/bytes"
import type { Traits } from "../wire/protocol"

export interface FileLink {
  /** Ask the kernel for the offline file. */
  ask(): Promise<{ name: string; blob: Blob }>
  dispose: Disposer
}

const PATIENCE = 60_000

/** Ask the kernel for a file, one at a time. */
export function fileLink(model: AnyModel<Traits>, view: string, next: () => number, patience = PATIENCE): FileLink {
  let settle: ((message: { type: string; name?: string; message?: string }, buffers: readonly DataView[]) => void) | null = null
  let asked = 0
  const hear = (message: unknown, buffers: readonly DataView[] = []) => {
    const found = message as { type?: unknown; view?: unknown; id?: unknown } | null
    if (found?.view === view && found.id === asked) settle?.(message as { type: string }, buffers)
  }
  model.on("msg:custom", hear)
  return {
    ask: () =>
      new Promise((resolve, reject) => {
        if (settle) return reject(new Error("The file is being made already"))
        const done = () => {
          clearTimeout(timer)
          settle = null
        }
        const timer = setTimeout(() => {
          done()
          reject(new Error("The kernel did not answer. Try again when it is idle, or write h.to_html(\"map.html\")"))
        }, patience)
        settle = (message, buffers) => {
          done()
          const [bytes] = buffers
          if (message.type === "file" && bytes) resolve({ name: message.name ?? "heatmap.html", blob: new Blob([exactBytes(bytes)], { type: "text/html" }) })
          else reject(new Error(message.message ?? "The kernel sent no file"))
        }
        asked = next()
        model.send({ type: "html", view, id: asked })
      }),
    dispose: () => model.off("msg:custom", hear),
  }
}
