import { type Disposer, listen } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { wheelIsOurs } from "./engaged"
import { pointUnder, type Viewport, zoomViewport } from "./viewport"

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
    const { left, top } = host.getBoundingClientRect()
    const viewport = plot.viewport()
    const at = pointUnder(plot, { x: event.clientX - left, y: event.clientY - top })
    const [right, below] = [at.time > viewport.time[1], at.price < viewport.price[0]]
    // Stopping the event keeps Bokeh's own wheel tool from zooming; not preventing it lets the page scroll.
    event.stopPropagation()
    if (at.time < viewport.time[0] || at.price > viewport.price[1] || (right && below) || !wheelIsOurs(event, host)) return
    event.preventDefault()
    const factor = wheelFactor(event)
    go(zoomViewport(viewport, { time: event.altKey || right ? 1 : factor, price: event.shiftKey || below ? 1 : factor, at }))
  }
  return listen(host, "wheel", zoom, { capture: true, passive: false })
}
