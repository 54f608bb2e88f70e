// @vitest-environment happy-dom
import { describe, expect, it } from "vitest"
import { ticks } from "../../src/beside/map"
import { panels } from "../../src/beside/panels"
import { panelSeries } from "../../src/beside/panel_series"
import { COLOURS, leverageShade } from "../../src/dom/colours"
import type { Candles } from "../../src/heat/frame"
import { circleColumns } from "../../src/layers/candles"
import type { Plot } from "../../src/layers/plot"
import type { Market } from "../../src/wire/traits"
import { candlesOf } from "../candles"
import { fakeModel } from "../fake_model"
import { loaded } from "../loaded"

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

describe("panels", () => {
  const known = { ...base, start: row(0, 3_600_000, 7_200_000), end: row(3_600_000, 7_200_000, 10_800_000), liquidatedLong: row(5e6, 1e6, Number.NaN), liquidatedShort: row(0, 2e6, Number.NaN) }
  const shown = (candles: typeof known, timezone = "UTC") => {
    const node = document.createElement("div")
    const made = panels({ model: fakeModel({ panels: ["liquidations"], timezone }).model, market: () => ({ ...market, time: [0, 10_800_000] }) as Market, demand: loaded, node, colours: () => COLOURS.dark, over: () => undefined })
    made.draw({ area: () => ({ left: 0, top: 0, width: 100, height: 50 }), viewport: () => ({ time: [0, 10_800_000], price: [0, 1] }) } as unknown as Plot, candles)
    return { made, said: () => node.querySelector(".liq-panel-value")!.textContent }
  }

  it("say what was known last, and when, where bars are drawn and the last candle is not known", () => {
    const { made, said } = shown(known)
    expect(said()).toBe("long $1M, short $2M at 1 Jan 01:00")
    made.point(7_300_000)
    expect(said()).toBe("not known")
    made.point(100)
    expect(said()).toBe("long $5M, short $0")
    expect(shown(known, "Asia/Kolkata").said()).toContain("at 1 Jan 06:30")
  })

  it("say that nothing is known where no bar is drawn, and no time where the last candle is known", () => {
    const none = row(Number.NaN, Number.NaN, Number.NaN)
    expect(shown({ ...known, liquidatedLong: none, liquidatedShort: none }).said()).toBe("not known")
    expect(shown({ ...known, liquidatedLong: row(1, 2, 3), liquidatedShort: row(1, 2, 3) }).said()).toBe("long $3, short $3")
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
