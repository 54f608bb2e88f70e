import type { Interval } from "../wire/protocol"

/** What is looked at: milliseconds of UTC and prices. */
export interface Viewport {
  time: Interval
  price: Interval
}

export const span = ([low, high]: Interval): number => high - low

export const sameInterval = (a: Interval, b: Interval, tolerance = 1e-6): boolean =>
  Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) <= tolerance * (Math.abs(span(a)) + Math.abs(span(b)))

export const sameViewport = (a: Viewport, b: Viewport): boolean =>
  sameInterval(a.time, b.time) && sameInterval(a.price, b.price)
