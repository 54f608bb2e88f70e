import type { Interval } from "../wire/protocol"
import { span, type Viewport } from "./viewport"

/** Move a view by shares of its own width and height. */
export function panViewport(view: Viewport, time: number, price: number): Viewport {
  return { time: shift(view.time, time), price: shift(view.price, price) }
}

function shift(range: Interval, share: number): Interval {
  const by = share * span(range)
  return [range[0] + by, range[1] + by]
}
