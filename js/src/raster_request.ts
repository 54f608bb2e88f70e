import type { Interval, Market } from "./protocol"
import { span, type Viewport } from "./viewport"

const WIDEST = 1600
const TALLEST = 1000

export interface RasterRequest {
  time: Interval
  price: Interval
  width: number
  height: number
}

/** Ask for the part of a view that has data, one cell a device pixel; null when none of it has. */
export function rasterRequest(
  view: Viewport,
  plot: { width: number; height: number },
  market: Pick<Market, "time">,
  pixelRatio = 1,
): RasterRequest | null {
  const time: Interval = [Math.max(view.time[0], market.time[0]), Math.min(view.time[1], market.time[1])]
  if (!(span(time) > 0) || plot.width < 2 || plot.height < 2) return null
  const share = span(time) / span(view.time)
  const width = Math.min(plot.width * pixelRatio, WIDEST) * share
  const height = Math.min(plot.height * pixelRatio, TALLEST)
  return { time, price: view.price, width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) }
}
