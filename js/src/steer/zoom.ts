import type { Interval } from "../wire/protocol"
import { span, type Viewport } from "./viewport"

export interface Zoom {
  /** Factor on the length of each axis: below 1 shows less, above 1 more, 1 leaves it. */
  time: number
  price: number
  /** The point that stays where it is; the middle without it. */
  at?: { time: number; price: number }
}

/** Scale a view around a point. */
export function zoomViewport(view: Viewport, { time, price, at }: Zoom): Viewport {
  return { time: scale(view.time, time, at?.time), price: scale(view.price, price, at?.price) }
}

function scale(range: Interval, factor: number, at = (range[0] + range[1]) / 2): Interval {
  if (factor === 1) return range
  const share = (at - range[0]) / span(range)
  const length = span(range) * factor
  return [at - share * length, at + (1 - share) * length]
}
