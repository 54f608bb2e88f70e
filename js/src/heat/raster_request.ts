import type { Interval, Market } from "../wire/protocol"
import { span, type Viewport } from "../steer/viewport"

const WIDEST = 2560
const TALLEST = 1600

export interface RasterRequest {
  time: Interval
  price: Interval
  width: number
  height: number
}

/**
 * Ask for the part of a view that has data, one cell a device pixel; null when none of it has. A picture larger than any
 * screen needs has cells of two device pixels, or of more: always a whole number, so that all cells are of one size.
 */
export function rasterRequest(
  view: Viewport,
  plot: { width: number; height: number },
  market: Pick<Market, "time">,
  pixelRatio = 1,
): RasterRequest | null {
  const time: Interval = [Math.max(view.time[0], market.time[0]), Math.min(view.time[1], market.time[1])]
  if (!(span(time) > 0) || plot.width < 2 || plot.height < 2) return null
  const share = span(time) / span(view.time)
  const pixels = Math.max(1, Math.ceil((plot.width * pixelRatio) / WIDEST), Math.ceil((plot.height * pixelRatio) / TALLEST))
  const width = ((plot.width * pixelRatio) / pixels) * share
  const height = (plot.height * pixelRatio) / pixels
  return { time, price: view.price, width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) }
}
