import type { Plot, Point } from "../layers/plot"
import type { Interval, Market } from "../wire/traits"

/** What is looked at: milliseconds of UTC and prices. */
export interface Viewport {
  time: Interval
  price: Interval
}

export const span = ([low, high]: Interval): number => high - low

export const sameInterval = (a: Interval, b: Interval, tolerance = 1e-6): boolean =>
  Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) <= tolerance * (Math.abs(span(a)) + Math.abs(span(b)))

export const sameViewport = (a: Viewport, b: Viewport, tolerance?: number): boolean =>
  sameInterval(a.time, b.time, tolerance) && sameInterval(a.price, b.price, tolerance)

/** Move a viewport by shares of its own width and height. */
export function panViewport(viewport: Viewport, time: number, price: number): Viewport {
  return { time: shift(viewport.time, time), price: shift(viewport.price, price) }
}

function shift(range: Interval, share: number): Interval {
  const by = share * span(range)
  return [range[0] + by, range[1] + by]
}

export interface Zoom {
  /** Factor on the length of each axis: below 1 shows less, above 1 more, 1 leaves it. */
  time: number
  price: number
  /** The point that stays where it is; the middle without it. */
  at?: { time: number; price: number }
}

/** Scale a viewport around a point. */
export function zoomViewport(viewport: Viewport, { time, price, at }: Zoom): Viewport {
  return { time: scale(viewport.time, time, at?.time), price: scale(viewport.price, price, at?.price) }
}

function scale(range: Interval, factor: number, at = (range[0] + range[1]) / 2): Interval {
  if (factor === 1) return range
  const share = (at - range[0]) / span(range)
  const length = span(range) * factor
  return [at - share * length, at + (1 - share) * length]
}

const CANDLES = 4
const BASIS_POINT = 1e-4
const BEYOND = 0.6

/**
 * Keep a viewport sensible: from four candles and one basis point of price out to the data (of a length `longest`) and some
 * room around it. What is too wide keeps the last price where it is, if it has it.
 */
export function limitViewport(viewport: Viewport, market: Market, longest = span(market.time)): Viewport {
  const [first, last] = market.time
  const now = market.last_price
  const full = Math.max(longest, CANDLES * market.timeframe_ms)
  const time = resize(viewport.time, CANDLES * market.timeframe_ms, full * 1.3)
  const width = span(time)
  const price = resize(viewport.price, now * BASIS_POINT, now * 1.8, now)
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
  // A range shorter than a float can tell has no length.
  const start = centre - (length > 0 ? (centre - low) / length : 0.5) * size
  return [start, start + size]
}

function within(range: Interval, [low, high]: Interval): Interval {
  if (range[0] < low) return [low, low + span(range)]
  if (range[1] > high) return [high - span(range), high]
  return range
}

/** What is under a place of the host element (CSS pixels) in the viewport shown now. */
export function pointUnder(plot: Plot, { x, y }: Pick<Point, "x" | "y">): Point {
  const { time, price } = plot.viewport()
  const { left, top, width, height } = plot.area()
  return { x, y, time: time[0] + ((x - left) / width) * span(time), price: price[1] - ((y - top) / height) * span(price) }
}
