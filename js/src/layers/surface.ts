import { type Disposer, listen } from "../dom/dispose"

/** Call back when the page moves to a screen of another resolution, or is zoomed. */
export function watchPixelRatio(changed: () => void): Disposer {
  const query = matchMedia(`(resolution: ${devicePixelRatio}dppx)`)
  let dispose: Disposer = () => query.removeEventListener("change", hear)
  const hear = () => {
    dispose()
    dispose = watchPixelRatio(changed)
    changed()
  }
  query.addEventListener("change", hear)
  return () => dispose()
}

/** Let the widget's own styles say which cursor there is, which Bokeh sets plain at every move, and mark the focus. */
export function ruleCursor(surface: HTMLElement): void {
  const style = document.createElement("style")
  style.textContent = ".bk-events { cursor: var(--liq-cursor, default) !important; outline: none !important; }"
  surface.before(style)
}

/** Keep a drag on the picture from carrying away text that is selected there: the browser would take the pointer. */
export const keepDrags = (host: HTMLElement): Disposer => listen(host, "dragstart", (event) => event.preventDefault())

/** Let a button that rests a moment before it moves drag and click as any other: to Bokeh it is a press, which is nothing here. */
export const knowNoPress = (gestures: object): void => void ((gestures as { _start_timeout: () => void })._start_timeout = () => {})

/** Tell whether the last pointer was taken away: BokehJS ends a box then where the pointer was, as if it were meant. */
export function watchTaken(surface: HTMLElement, heard: (taken: boolean) => void): Disposer {
  const unlink = [
    listen(surface, "pointerdown", () => heard(false), { capture: true }),
    listen(surface, "pointercancel", () => heard(true), { capture: true }),
  ]
  return () => unlink.forEach((off) => off())
}

/** Take what BokehJS drew out of the tab order: the figure around it has the keys. Looks behind shadow roots too. */
export function leaveTabOrder(node: ParentNode): void {
  for (const child of node.querySelectorAll<HTMLElement>("*")) {
    if (child.tabIndex >= 0) child.tabIndex = -1
    if (child.shadowRoot) leaveTabOrder(child.shadowRoot)
  }
}
