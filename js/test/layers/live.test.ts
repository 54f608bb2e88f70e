import { describe, expect, it } from "vitest"
import { liveCandles } from "../../src/layers/candles"
import type { Live } from "../../src/wire/traits"
import { presentMarket } from "../../src/wire/model"
import type { Market } from "../../src/wire/traits"
import { candlesOf } from "../candles"
import { fakeModel } from "../fake_model"

const HOUR = 3_600_000
const MINUTE = 60_000
const column = (...values: number[]) => Float64Array.from(values)
const candles = candlesOf({
  length: 2,
  start: column(0, HOUR),
  end: column(HOUR, 1.5 * HOUR),
  open: column(10, 11),
  high: column(12, 12),
  low: column(9, 10),
  close: column(11, 11.5),
})

describe("liveCandles", () => {
  it("moves the last candle, and merges candles as long as the picture's", () => {
    const { length, end, high, low, close } = liveCandles(candles, [[1.75 * HOUR, 2 * HOUR, 11.5, 14, 8, 13]], HOUR)
    expect([length, end[1], high[1], low[1], close[1]]).toEqual([2, 2 * HOUR, 14, 8, 13])
    expect(candles.high[1]).toBe(12)
  })

  it("begins another when the last is over, each once", () => {
    const rows = [[1.75 * HOUR, 2 * HOUR, 11.5, 11.6, 11.4, 11.5], [2 * HOUR, 2 * HOUR + 15 * MINUTE, 11.5, 13, 11, 12]]
    const { length, start, open, close } = liveCandles(candles, rows, HOUR)
    expect([length, start[2], open[2], close[2]]).toEqual([3, 2 * HOUR, 11.5, 12])
  })

  it("leaves a picture of the past as it is", () => {
    expect(liveCandles(candles, [[9 * HOUR, 10 * HOUR, 1, 2, 1, 2]], HOUR).length).toBe(2)
    expect(liveCandles(candlesOf({ ...candles, length: 0, start: column() }), [[0, HOUR, 1, 2, 1, 2]], HOUR).length).toBe(0)
  })
})

describe("presentMarket", () => {
  const market = { time: [0, 100 * MINUTE], last_price: 5, timeframe_ms: 15 * MINUTE } as unknown as Market
  const live: Live = { number: 3, now: 0, feeds: [], last_price: 7, time: [105 * MINUTE, 110 * MINUTE] }

  it("has the last price, the last close, the present, and where its candle ends", () => {
    const { model } = fakeModel({ _market: market, _live: live })
    expect(presentMarket(model)).toMatchObject({ last_price: 7, time: [0, 105 * MINUTE], now: 110 * MINUTE, edge: 120 * MINUTE })
  })

  it("is the market itself in replay and without live data", () => {
    expect(presentMarket(fakeModel({ _market: market }).model)).toEqual(market)
    expect(presentMarket(fakeModel({ _market: market, _live: { number: 3, now: 0, feeds: [] } }).model)).toEqual(market)
  })
})
