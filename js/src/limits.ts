import type { Interval, Market } from "./protocol"
import { span, type Viewport } from "./viewport"

const CANDLES = 4
const BASIS_POINT = 1e-4
const BEYOND = 0.6

/**
 * Keep a view sensible: from four candles and one basis point of price out to the data (of a length `longest`) and some
 * room around it. What is too wide keeps the last price where it is, if it has it.
 */
export function limitViewport(view: Viewport, market: Market, longest = span(market.time)): Viewport {
  const [first, last] = market.time
  const now = market.last_price
  const full = Math.max(longest, CANDLES * market.timeframe_ms)
  const time = resize(view.time, CANDLES * market.timeframe_ms, full * 1.3)
  const width = span(time)
  const price = resize(view.price, now * BASIS_POINT, now * 1.8, now)
  return {
    time: within(time, [first - BEYOND * width, last + BEYOND * width]),
    price: within(price, [now * 0.05, now * 4]),
  }
}

/** Around `fixed` where the range has it, else around its middle. */
function resize([low, high]: Interval, least: number, most: number, fixed = NaN): Interval {
  const length = high - low
  if (length >= least && length <= most) return [low, high]
  const centre = low < fixed && fixed < high ? fixed : (low + high) / 2
  const size = Math.min(Math.max(length, least), most)
  const start = centre - ((centre - low) / length) * size
  return [start, start + size]
}

function within(range: Interval, [low, high]: Interval): Interval {
  if (range[0] < low) return [low, low + span(range)]
  if (range[1] > high) return [high - span(range), high]
  return range
}
