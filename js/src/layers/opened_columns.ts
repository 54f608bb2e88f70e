import { opened_height } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import { columnsOf } from "./columns_of"
import type { Interval } from "../wire/protocol"
import { span, type Viewport } from "../steer/viewport"

export interface OpenedBars {
  /** What the columns cover. */
  time: Interval
  /** What each column opened that stands now [quote]. */
  long: ArrayLike<number>
  short: ArrayLike<number>
}

/** Pixels of the tallest bar; the text stands above it. */
const HEIGHT = opened_height
const ROOM = 3

/** The columns of liq-opened: a ground along the bottom edge up to `end`, and on it a bar a column, shorts on longs. */
export function openedColumns({ time, long, short }: OpenedBars, view: Viewport, height: number, end: number, colours: Colours) {
  const up = span(view.price) / height
  const floor = view.price[0]
  const count = long.length
  const wide = span(time) / count
  const most = Math.max(...Array.from(long, (amount, i) => amount + short[i]!))
  const right = Math.min(end, view.time[1])
  const bars = [{ left: Math.min(view.time[0] - span(view.time), right), right, bottom: floor, top: floor + (HEIGHT + ROOM) * up, color: colours.ground, fill_alpha: 0.72 }]
  if (most > 0) {
    for (let i = 0; i < count; i++) {
      let bottom = floor
      for (const [color, amounts] of [[colours.long, long], [colours.short, short]] as const) {
        const top = bottom + (amounts[i]! / most) * HEIGHT * up
        const left = time[0] + i * wide
        if (top - bottom > 0.2 * up) bars.push({ left, right: left + 0.8 * wide, bottom, top, color, fill_alpha: 1 })
        bottom = top
      }
    }
  }
  return columnsOf(["left", "right", "bottom", "top", "color", "fill_alpha"], bars)
}
