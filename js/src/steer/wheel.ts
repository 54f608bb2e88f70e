import { type Disposer, listen } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { span, type Viewport, zoomViewport } from "./viewport"

const SPEED = 1 / 500
const LINE = 16

/** Whether a place around it cuts it to so many pixels and scrolls, as marimo does with outputs that are edited. */
export function isCut(node: Element): boolean {
  for (let at = around(node); at; at = around(at)) {
    const { maxHeight, overflowY } = getComputedStyle(at)
    if (maxHeight.endsWith("px") && /auto|scroll/.test(overflowY) && at.scrollHeight > at.clientHeight + 1) return true
  }
  return false
}

const around = (node: Element): Element | null => node.parentElement ?? (node.getRootNode() as Partial<ShadowRoot>).host ?? null

/**
 * Zoom at the pointer with the wheel: Shift or the time axis for time alone, Alt or the price axis for price alone. Where
 * a place cuts the picture, the wheel scrolls that place, and zooms with Ctrl.
 */
export function wheelZoom(host: HTMLElement, plot: Plot, go: (viewport: Viewport) => void): Disposer {
  const zoom = (event: WheelEvent) => {
    const box = host.getBoundingClientRect()
    const frame = plot.area()
    const across = (event.clientX - box.left - frame.left) / frame.width
    const down = (event.clientY - box.top - frame.top) / frame.height
    if (across < 0 || down < 0 || (across > 1 && down > 1)) return
    if (!event.ctrlKey && !event.metaKey && isCut(host)) return event.stopPropagation()
    // Stopping the event keeps the page from scrolling and Bokeh's own wheel tool from zooming as well.
    event.preventDefault()
    event.stopPropagation()
    const turn = (event.deltaY || event.deltaX) * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1)
    const factor = Math.exp(Math.max(-200, Math.min(200, turn)) * SPEED)
    const viewport = plot.viewport()
    const at = {
      time: viewport.time[0] + Math.min(across, 1) * span(viewport.time),
      price: viewport.price[1] - Math.min(down, 1) * span(viewport.price),
    }
    const onlyTime = event.shiftKey || down > 1
    const onlyPrice = event.altKey || across > 1
    go(zoomViewport(viewport, { time: onlyPrice ? 1 : factor, price: onlyTime ? 1 : factor, at }))
  }
  return listen(host, "wheel", zoom, { capture: true, passive: false })
}
