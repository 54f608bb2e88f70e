import { type Disposer, disposerBag } from "../dom/dispose"

export interface FullScreen {
  turn(): Promise<void>
  /** Why it cannot be had, or null when it can. */
  reason: string | null
  dispose: Disposer
}

/** Let an element fill the screen and give it back; Escape gives it back too. */
export function fullScreen(root: HTMLElement, turned: (on: boolean) => void): FullScreen {
  const changed = () => turned(document.fullscreenElement === root)
  const bag = disposerBag()
  document.addEventListener("fullscreenchange", changed)
  bag.add(
    () => document.removeEventListener("fullscreenchange", changed),
    () => void (document.fullscreenElement === root && document.exitFullscreen()),
  )
  return {
    turn: () => (document.fullscreenElement === root ? document.exitFullscreen() : root.requestFullscreen()),
    reason: document.fullscreenEnabled ? null : "This page does not let its parts fill the screen",
    dispose: bag.dispose,
  }
}
