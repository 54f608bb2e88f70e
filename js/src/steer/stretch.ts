import { type Disposer, disposerBag, listen } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { type Viewport, zoomViewport } from "./viewport"

export type Axis = "time" | "price"

interface Area {
  left: number
  top: number
  width: number
  height: number
}

/** The axis at a place of the host [px], if any. */
export function axisAt({ left, top, width, height }: Area, x: number, y: number): Axis | null {
  const [right, bottom] = [left + width, top + height]
  if (x > right && y >= top && y <= bottom) return "price"
  return y > bottom && x >= left && x <= right ? "time" : null
}

/** How many times the price range a drag over the whole height shows. */
const WHOLE = 8
/** As near to the right edge as time is dragged [px]. */
const NEAREST = 24

/** A viewport after its axis was dragged: prices about the middle, less of them upwards; times follow the pointer, the right edge stays. */
export function stretched(viewport: Viewport, axis: Axis, from: { x: number; y: number }, to: { x: number; y: number }, { left, width, height }: Area): Viewport {
  if (axis === "price") return zoomViewport(viewport, { time: 1, price: WHOLE ** ((to.y - from.y) / height) })
  const before = (x: number) => Math.max(left + width - x, NEAREST)
  return zoomViewport(viewport, { time: before(from.x) / before(to.x), price: 1, at: { time: viewport.time[1], price: viewport.price[0] } })
}

/** Stretch an axis by dragging it, a double click resets; `wrapper` is told in `data-over` which axis is under the pointer. */
export function axisStretch(wrapper: HTMLElement, host: HTMLElement, plot: Plot, go: (viewport: Viewport) => void, reset: () => void): Disposer {
  const bag = disposerBag()
  let drag: { pointer: number; axis: Axis; at: { x: number; y: number }; viewport: Viewport } | null = null
  const place = ({ clientX, clientY }: MouseEvent) => {
    const { left, top } = host.getBoundingClientRect()
    return { x: clientX - left, y: clientY - top }
  }
  const under = (event: MouseEvent) => {
    const { x, y } = place(event)
    return axisAt(plot.area(), x, y)
  }
  const over = (axis: Axis | null) => void (axis ? (wrapper.dataset.over = axis) : delete wrapper.dataset.over)
  const down = (event: PointerEvent) => {
    const axis = event.button === 0 && event.pointerType !== "touch" ? under(event) : null
    if (!axis) return
    event.stopPropagation()
    drag = { pointer: event.pointerId, axis, at: place(event), viewport: plot.viewport() }
    host.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent) => {
    if (drag?.pointer !== event.pointerId) return over(drag?.axis ?? under(event))
    event.stopPropagation()
    go(stretched(drag.viewport, drag.axis, drag.at, place(event), plot.area()))
  }
  const up = (event: PointerEvent) => {
    if (drag?.pointer !== event.pointerId) return
    event.stopPropagation()
    drag = null
    over(event.type === "pointerup" ? under(event) : null)
  }
  const capture = { capture: true }
  bag.add(
    listen(host, "pointerdown", down, capture),
    listen(host, "pointermove", move, capture),
    listen(host, "pointerup", up, capture),
    listen(host, "pointercancel", up, capture),
    listen(host, "pointerleave", () => void (drag || over(null))),
    listen(host, "dblclick", (event) => void (under(event) && reset()), capture),
    () => over(null),
  )
  return bag.dispose
}
