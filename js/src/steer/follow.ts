import { fit } from "../../../liqwidget/look.json"
import type { Candles } from "../heat/frame"
import type { Interval } from "../wire/protocol"

/** Fit a price range around the candles of a time range; null when none is in it. */
export function fitPrice(candles: Candles, [start, end]: Interval): Interval | null {
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < candles.length; i++) {
    if (candles.end[i]! <= start || candles.start[i]! >= end) continue
    low = Math.min(low, candles.low[i]!)
    high = Math.max(high, candles.high[i]!)
  }
  if (!(low <= high)) return null
  const padding = Math.max(fit.padding * (high - low), fit.least * high)
  return [Math.max(low - padding, low * fit.lowest), high + padding]
}
