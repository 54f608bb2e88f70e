import { describe, expect, it } from "vitest"
import { ticks } from "../../src/beside/map"
import { panelSeries } from "../../src/beside/panel_series"
import { COLOURS, leverageShade } from "../../src/dom/colours"
import type { Candles } from "../../src/heat/frame"
import { circleColumns } from "../../src/layers/candles"
import type { Market } from "../../src/wire/traits"
import { candlesOf } from "../candles"

const row = (...values: number[]) => Float64Array.from(values)
const base = candlesOf({ length: 3, start: row(0, 1, 2), end: row(1, 2, 3), open: row(1, 1, 1), high: row(1, 1, 1), low: row(1, 1, 1), close: row(1, 1, 1) })
const market = { symbol: "BTC", quote: "USD" } as unknown as Market
const series = (name: "volume" | "open_interest" | "funding" | "liquidations", known: Partial<Candles>) =>
  panelSeries(name, { ...base, ...known } as Candles, market, COLOURS.dark)

describe("panelSeries", () => {
  it("splits volume where the takers are known", () => {
    const volume = series("volume", { volume: row(1000, 2000, Number.NaN), takerBuy: row(250, Number.NaN, Number.NaN) })
    expect(volume.range(0, 3)).toEqual([0, 2000])
    expect([0, 1, 2].map(volume.text)).toEqual(["1K BTC, takers bought 25 %", "2K BTC", ""])
  })

  it("sets realised liquidations of longs below the line and of shorts above", () => {
    const found = series("liquidations", { liquidatedLong: row(5e6, 0, 1), liquidatedShort: row(0, 2e6, 1) })
    expect(found.range(0, 3)).toEqual([-5e6, 2e6])
    expect(found.text(0)).toBe("long $5M, short $0")
  })

  it("shows funding on both sides of zero", () => {
    const found = series("funding", { funding: row(0.0001, -0.0002, Number.NaN) })
    expect(found.range(0, 3)).toEqual([-0.0002, 0.0001])
    expect([0, 1, 2].map(found.text)).toEqual(["0.0100 %", "−0.0200 %", ""])
  })

  it("gives open interest room, and nothing where nothing is known", () => {
    const [low, high] = series("open_interest", { interest: row(90, 100, Number.NaN) }).range(0, 3)
    expect(low).toBeLessThan(90)
    expect(high).toBeGreaterThan(100)
    expect(series("open_interest", {}).range(0, 3).every(Number.isNaN)).toBe(true)
  })
})

describe("circleColumns", () => {
  it("gives areas by amount and colours by side", () => {
    const columns = circleColumns({ length: 2, time: row(1, 2), price: row(9, 9), size: row(25, 100), side: row(1, -1) }, COLOURS.dark)
    expect(columns.size).toEqual([11, 22])
    expect(columns.color).toEqual([COLOURS.dark.long, COLOURS.dark.short])
  })
})

describe("ticks", () => {
  it("are round and inside", () => {
    expect(ticks(0, 73, 4)).toEqual([0, 20, 40, 60])
    expect(ticks(94_630, 120_438, 5)).toEqual([100_000, 110_000, 120_000])
    expect(ticks(1, 1, 4)).toEqual([])
  })
})

describe("leverageShade", () => {
  it("is strongest for the nearest liquidations", () => {
    expect(leverageShade("#fff", 0, 6)).toContain("100%")
    expect(leverageShade("#fff", 5, 6)).toContain("14%")
  })
})
