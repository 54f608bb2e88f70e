import { type Disposer, listen } from "../dom/dispose"
import { panViewport, type Viewport, zoomViewport } from "./viewport"

const STEP = 0.1
const FINE = 0.02
const ZOOM = 0.8

export interface KeyActions {
  viewport: () => Viewport
  go: (viewport: Viewport) => void
  reset: () => void
  cancel: () => void
  /** Select what is in view. */
  select: () => void
}

/** Steer the focused figure, or what is drawn in it (`host`), which a click focuses: arrows move (Shift: finely), + and - zoom, 0 or Home resets, Enter selects what is in view, Escape clears. */
export function keySteering(target: HTMLElement, host: HTMLElement, { viewport, go, reset, cancel, select }: KeyActions): Disposer {
  const zoom = (by: number) => go(zoomViewport(viewport(), { time: by, price: by }))
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target === target || host.contains(event.target as Node))) return
    const step = event.shiftKey ? FINE : STEP
    const actions: Record<string, () => void> = {
      ArrowLeft: () => go(panViewport(viewport(), -step, 0)),
      ArrowRight: () => go(panViewport(viewport(), step, 0)),
      ArrowUp: () => go(panViewport(viewport(), 0, step)),
      ArrowDown: () => go(panViewport(viewport(), 0, -step)),
      "+": () => zoom(ZOOM),
      "=": () => zoom(ZOOM),
      "-": () => zoom(1 / ZOOM),
      _: () => zoom(1 / ZOOM),
      "0": reset,
      Home: reset,
      Enter: select,
      Escape: cancel,
    }
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }
  return listen(target, "keydown", press)
}

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
