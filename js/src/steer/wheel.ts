import { type Disposer, listen } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { wheelIsOurs } from "./engaged"
import { span, type Viewport, zoomViewport } from "./viewport"

const SPEED = 1 / 500
/** Of pixels, lines and pages [px]. */
const STEPS = [1, 16, 200]

/** By how much a turn of the wheel scales what is seen; browsers turn it sideways while Shift is held. */
export function wheelFactor({ deltaX, deltaY, deltaMode }: WheelEvent): number {
  const turn = (deltaY || deltaX) * (STEPS[deltaMode] ?? 1)
  return Math.exp(Math.max(-200, Math.min(200, turn)) * SPEED)
}

/** Zoom at the pointer with the wheel: Shift or the time axis for time alone, Alt or the price axis for price alone. */
export function wheelZoom(host: HTMLElement, plot: Plot, go: (viewport: Viewport) => void): Disposer {
  const zoom = (event: WheelEvent) => {
    const box = host.getBoundingClientRect()
    const frame = plot.area()
    const across = (event.clientX - box.left - frame.left) / frame.width
    const down = (event.clientY - box.top - frame.top) / frame.height
    // Stopping the event keeps Bokeh's own wheel tool from zooming; not preventing it lets the page scroll.
    event.stopPropagation()
    if (across < 0 || down < 0 || (across > 1 && down > 1) || !wheelIsOurs(event, host)) return
    event.preventDefault()
    const factor = wheelFactor(event)
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
