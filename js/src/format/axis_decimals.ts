import { axis_ticks } from "../../../liqwidget/look.json"
import { span } from "../steer/viewport"
import type { Interval } from "../wire/protocol"

/** How many decimals tell the ticks of a price axis apart. */
export function axisDecimals(price: Interval): number {
  const step = span(price) / axis_ticks
  if (!(step > 0)) return 2
  return Math.max(0, Math.min(10, Math.ceil(-Math.log10(step))))
}
