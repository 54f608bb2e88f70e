import type { Disposer } from "./disposer"
import { listen } from "./listen"

/** Keep keys that are meant for the widget from JupyterLab, which takes them as cell shortcuts. */
export function containKeys(root: HTMLElement): Disposer {
  root.setAttribute("data-lm-suppress-shortcuts", "true")
  const stop = (event: Event) => event.stopPropagation()
  const unlink = [listen(root, "keydown", stop), listen(root, "keyup", stop), listen(root, "keypress", stop)]
  return () => {
    for (const disconnect of unlink) disconnect()
  }
}
