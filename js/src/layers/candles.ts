import { candle, circle } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Candles, Events } from "../heat/frame"
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

/** Add the newest candles of live data to those of a frame, whose candles last `step`. */
export function liveCandles(candles: Candles, rows: readonly (readonly number[])[], step: number): Candles {
  const [start, end, open, high, low, close] = [candles.start, candles.end, candles.open, candles.high, candles.low, candles.close].map((column) => [...column]) as [number[], number[], number[], number[], number[], number[]]
  for (const [from = 0, to = 0, first = 0, top = 0, bottom = 0, last = 0] of rows) {
    const begin = Math.floor(from / step) * step
    const at = start.length - 1
    // A frame of the past stays as it is.
    if (at < 0 || begin < start[at]! || begin > start[at]! + step) continue
    const ends = Math.min(begin + step, Math.max(to, begin + step / 2))
    if (begin === start[at]) {
      end[at] = Math.max(end[at]!, ends)
      high[at] = Math.max(high[at]!, top)
      low[at] = Math.min(low[at]!, bottom)
      close[at] = last
    } else {
      for (const [column, value] of [[start, begin], [end, ends], [open, first], [high, top], [low, bottom], [close, last]] as const) column.push(value)
    }
  }
  const columns = Object.entries({ start, end, open, high, low, close }).map(([name, values]) => [name, Float64Array.from(values)])
  return { ...candles, length: start.length, ...Object.fromEntries(columns) } as Candles
}

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
