import type { Disposer } from "../dom/dispose"
import { element, setHidden } from "../dom/element"

export interface WheelHint {
  node: HTMLElement
  /** The wheel scrolled the page over the picture. */
  passed(): void
  dispose: Disposer
}

/** How often a page says it, and for how long [ms]. */
const TIMES = 3
const STAYS = 2400
let said = 0

/** A sentence over the picture, the first times that the wheel scrolls the page there. */
export function wheelHint(): WheelHint {
  const key = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘" : "Ctrl"
  const node = element("div", "liq-wheel-hint", { role: "status" }, [`Click the picture, or hold ${key}, to zoom with the wheel`])
  let timer: ReturnType<typeof setTimeout> | undefined
  node.hidden = true
  return {
    node,
    passed() {
      if (node.hidden && said++ >= TIMES) return
      setHidden(node, false)
      clearTimeout(timer)
      timer = setTimeout(() => setHidden(node, true), STAYS)
    },
    dispose() {
      clearTimeout(timer)
      node.remove()
    },
  }
}
