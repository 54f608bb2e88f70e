import type { Candles } from "../heat/frame"

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
