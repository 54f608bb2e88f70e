import type { Interval, Market } from "../wire/protocol"
import { span, type Viewport } from "./viewport"

const CANDLES = 4
const BASIS_POINT = 1e-4
const BEYOND = 0.6

/** Keep a view sensible: from four candles and one basis point of price out to the data and some room around it. */
export function limitViewport(view: Viewport, market: Market): Viewport {
  const [first, last] = market.time
  const now = market.last_price
  const full = Math.max(last - first, CANDLES * market.timeframe_ms)
  const time = resize(view.time, CANDLES * market.timeframe_ms, full * 1.3)
  const width = span(time)
  const price = resize(view.price, now * BASIS_POINT, now * 1.8)
  return {
    time: within(time, [first - BEYOND * width, last + BEYOND * width]),
    price: within(price, [now * 0.05, now * 4]),
  }
}

function resize(range: Interval, least: number, most: number): Interval {
  const length = span(range)
  if (length >= least && length <= most) return range
  const middle = (range[0] + range[1]) / 2
  const half = Math.min(Math.max(length, least), most) / 2
  return [middle - half, middle + half]
}

function within(range: Interval, [low, high]: Interval): Interval {
  if (range[0] < low) return [low, low + span(range)]
  if (range[1] > high) return [high - span(range), high]
  return range
}
