import type { Disposer } from "../dom/dispose"

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
