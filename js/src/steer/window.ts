import { margin } from "../../../liqwidget/look.json"
import type { Interval, Market, Window } from "../wire/traits"

const HOUR = 3_600_000
const LENGTHS: Record<Exclude<Window, "all">, number> = {
  "12h": 12 * HOUR,
  "24h": 24 * HOUR,
  "3d": 72 * HOUR,
  "7d": 168 * HOUR,
  "30d": 720 * HOUR,
}

/** Share of the width that is left free for the future, where the clusters are labelled. */
export const FUTURE = margin.future
export const LABEL = margin.label
/** Pixels left of the labels for whiskers, where the plot is wide enough. */
export const WHISKERS = margin.whiskers
export const roomForWhiskers = (width: number): boolean => LABEL + WHISKERS <= margin.most_with_whiskers * width

/**
 * The time range of a window: it ends now, plus the free margin at the right, and starts no earlier than the data.
 * On a narrow plot (`width` in pixels) the margin is wider, so that labels do not cover the newest candles.
 */
export function windowRange(
  window: Window,
  { time: [first, last] }: Pick<Market, "time">,
  width = Infinity,
  followed = false,
  whiskers = false,
): Interval {
  const start = window === "all" ? first : Math.max(first, last - LENGTHS[window])
  const wide = whiskers && roomForWhiskers(width)
  const future = followed ? margin.followed : wide ? Math.max(FUTURE, (LABEL + WHISKERS) / width) : Math.min(margin.most, Math.max(FUTURE, LABEL / width))
  return [start, last + ((last - start) * future) / (1 - future)]
}
