import type { Candles } from "../src/heat/frame"

const ROWS = ["volume", "takerBuy", "interest", "funding", "liquidatedLong", "liquidatedShort"] as const
type Prices = Pick<Candles, "length" | "start" | "end" | "open" | "high" | "low" | "close">

/** Candles of which only prices are known. */
export function candlesOf(prices: Prices): Candles {
  const unknown = Object.fromEntries(ROWS.map((name) => [name, new Float64Array(prices.length).fill(Number.NaN)]))
  return { ...prices, ...unknown } as Candles
}
