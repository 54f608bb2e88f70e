import { margin } from "../../../liqwidget/look.json"
import type { Interval, Market, Window } from "../wire/traits"

export const HOUR = 3_600_000
const LENGTHS: Record<Exclude<Window, "all">, number> = {
  "12h": 12 * HOUR,
  "24h": 24 * HOUR,
  "3d": 72 * HOUR,
  "7d": 168 * HOUR,
  "30d": 720 * HOUR,
}

/** Share of the width that is left free for the future, where the clusters are labelled. */
export const FUTURE = margin.future
/** Pixels of a label with its side, and of one that says the amount alone. */
export const LABEL = margin.label
export const SHORT_LABEL = margin.short_label
/** Pixels left of the labels for whiskers, where the strip has them. */
export const WHISKERS = margin.whiskers
export const roomForWhiskers = (strip: number): boolean => SHORT_LABEL + WHISKERS <= strip

/**
 * The time range of a window: it ends now, plus the free margin at the right, and starts no earlier than the data.
 * On a narrow plot (`width` in pixels) the margin is a larger share, for the labels, and never more than a tenth.
 */
export function windowRange(
  window: Window,
  { time: [first, last] }: Pick<Market, "time">,
  width = Infinity,
  followed = false,
  whiskers = false,
): Interval {
  const start = window === "all" ? first : Math.max(first, last - LENGTHS[window])
  const needed = LABEL + (whiskers && roomForWhiskers(margin.most * width) ? WHISKERS : 0)
  const future = followed ? margin.followed : Math.min(margin.most, Math.max(FUTURE, needed / width))
  return [start, last + ((last - start) * future) / (1 - future)]
}
