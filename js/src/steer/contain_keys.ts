import type { Disposer } from "../dom/disposer"
import { listen } from "../dom/listen"

const OURS = "data-lm-suppress-shortcuts"

/** Keep keys that are meant for the widget from JupyterLab and Notebook, which take them as shortcuts of a cell. */
export function containKeys(root: HTMLElement): Disposer {
  root.setAttribute(OURS, "true")
  const stop = (event: Event) => event.stopPropagation()
  // Notebook 7 hears keys before we do, and its shortcuts fit any element that has the focus: that very one must be marked.
  const mark = ({ target }: FocusEvent) => (target as Element).setAttribute(OURS, "true")
  const unlink = [listen(root, "keydown", stop), listen(root, "keyup", stop), listen(root, "keypress", stop), listen(root, "focusin", mark)]
  return () => {
    for (const disconnect of unlink) disconnect()
  }
}
