import { circle } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Events } from "../heat/frame"
import type { Columns } from "./plot"

/** The columns of liq-circles: realised liquidations, the area of a circle by its amount. */
export function circleColumns({ length, time, price, size, side }: Events, colours: Colours): Columns {
  const largest = Math.max(...size, 1e-9)
  const each = <T>(value: (i: number) => T) => Array.from({ length }, (_, i) => value(i))
  return {
    time,
    price,
    size: each((i) => Math.max(circle.least, circle.most * Math.sqrt(size[i]! / largest))),
    color: each((i) => (side[i]! > 0 ? colours.long : colours.short)),
  }
}
