import { candle } from "../../../liqwidget/look.json"
import type { Candles } from "../heat/frame"
import type { Colours } from "../dom/colours"
import type { Columns } from "./plot"

const FADED = Math.round(255 * candle.faded).toString(16)

/** The columns of liq-candles: a wick and a body a candle, rising ones brighter than falling ones; later ones faded. */
export function candleColumns(candles: Candles, colours: Colours, known = Infinity): Columns {
  const { length, start, end, open, high, low, close } = candles
  const column = (value: (i: number) => number) => Float64Array.from({ length }, (_, i) => value(i))
  const inset = (i: number) => ((end[i]! - start[i]!) * (1 - candle.body)) / 2
  // What came after the time shown is faded.
  const faded = (i: number) => (end[i]! > known ? FADED : "")
  const colour = Array.from({ length }, (_, i) => (close[i]! >= open[i]! ? colours.rise : colours.fall) + faded(i))
  return {
    start: column((i) => start[i]! + inset(i)),
    end: column((i) => end[i]! - inset(i)),
    middle: column((i) => (start[i]! + end[i]!) / 2),
    low,
    high,
    bottom: column((i) => Math.min(open[i]!, close[i]!)),
    top: column((i) => Math.max(open[i]!, close[i]!)),
    close,
    fill: colour,
    line: colour,
  }
}
