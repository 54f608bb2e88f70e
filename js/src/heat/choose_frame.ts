import type { Interval, Market, Measure, FrameMeta } from "../wire/protocol"
import { span, type Viewport } from "../steer/viewport"

/** The finest frame of a measure that covers a view, else the widest; null when the measure has none. */
export function chooseFrame<F extends FrameMeta>(
  frames: readonly F[],
  measure: Measure,
  view: Viewport,
  market: Pick<Market, "time">,
): F | null {
  const ours = frames.filter((frame) => frame.measure === measure)
  const needed: Interval = [Math.max(view.time[0], market.time[0]), Math.min(view.time[1], market.time[1])]
  const covering = ours.filter((frame) => covers(frame.time, needed) && covers(frame.price, view.price))
  const cell = (frame: F) => (span(frame.time) / frame.width) * (span(frame.price) / frame.height)
  const area = (frame: F) => span(frame.time) * span(frame.price)
  if (covering.length > 0) return covering.reduce((best, frame) => (cell(frame) < cell(best) ? frame : best))
  return ours.reduce<F | null>((best, frame) => (best && area(best) >= area(frame) ? best : frame), null)
}

function covers(outer: Interval, inner: Interval): boolean {
  const slack = 0.005 * span(inner)
  return outer[0] <= inner[0] + slack && outer[1] >= inner[1] - slack
}
