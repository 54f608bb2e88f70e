// @vitest-environment happy-dom
import { describe, expect, it } from "vitest"
import { readMessage, type Reading } from "../../src/wire/messages"
import type { Market } from "../../src/wire/traits"
import { readout } from "../../src/words/readout"
import { tellAbout, tellExact, type Under } from "../../src/words/told"
import { sample } from "../sample"

const HOUR = 3_600_000
const END = Date.UTC(2026, 0, 29, 6, 35)
const market = { symbol: "BTC", last_price: 100, quote: "USD", unit: "USD", price_decimals: 1, timeframe_ms: 300_000, time: [0, END] } as unknown as Market
const at = { time: END - 5 * HOUR, price: 95 }
const candle = { ms: 1_800_000, open: 94, high: 96.25, low: 93, close: 95.5, volume: 1234 }
const plain: Under = { heat: null, amount: null, heated: true, candle: null }
const answer = (more: object = {}): Reading => ({ ...(readMessage(sample("readingAnswer").content, "k3x9") as Reading), time: END, ...more })

function said(under: Partial<Under>, pointed: { time: number | null; price: number | null } = at, asked = false, shown = market) {
  const line = readout()
  tellAbout(line, pointed, 1, { ...plain, ...under }, shown, asked)
  return { line, told: line.said.told.value }
}

describe("what the page knows at once", () => {
  it("is an amount where the picture shows amounts", () => {
    expect(said({ heated: false, amount: { side: "long", value: 3_410_000 } }).told).toMatchObject({ side: ["", "long"], about: ["est. about", "$3.41M per 0.1 %"] })
    expect(said({ heated: false }).told.about).toEqual(["est. about", "nothing"])
  })

  it("is relative heat without a currency, and an amount only where one is known", () => {
    const { told } = said({ heat: { side: "long", value: 62.6 } })
    expect(told).toMatchObject({ side: ["", "long"], heat: ["heat", "63"] })
    expect(told.about).toBeUndefined()
    expect(said({ amount: { side: "long", value: 2e6 } }).told).toMatchObject({ heat: ["heat", "0"], about: ["est. about", "$2M per 0.1 %"] })
  })

  it("names the candle with its length, its prices and its volume", () => {
    expect(said({ candle }).told).toMatchObject({
      time: ["", "29 Jan 01:35"],
      candle: ["", "30m candle"],
      open: ["O", "94.0"],
      high: ["H", "96.3"],
      low: ["L", "93.0"],
      close: ["C", "95.5"],
      volume: ["V", "1.23K BTC"],
    })
    expect(said({ candle: { ...candle, volume: Number.NaN } }).told.volume).toBeUndefined()
  })

  it("calls the end of past data by its time, and only the present now", () => {
    const after = { time: END + HOUR, price: 95 }
    expect(said({ candle }, after).told.time).toEqual(["as of", "29 Jan 06:35"])
    expect(said({ candle }, after).told.open).toBeUndefined()
    expect(said({}, { time: null, price: 95 }).told.time).toEqual(["as of", "29 Jan 06:35"])
    const present = { ...market, time: [0, Date.now() - 60_000] } as Market
    expect(said({}, { time: Date.now() + HOUR, price: 95 }, false, present).told.time).toEqual(["", "now"])
  })

  it("says of a time alone nothing about prices", () => {
    const { told } = said({ candle }, { time: at.time, price: null }, true)
    expect(Object.keys(told)).toEqual(["time", "candle", "open", "high", "low", "close", "volume"])
  })

  it("waits for what the kernel is asked in the places where it will stand", () => {
    expect(said({}, at, true).told).toMatchObject({ size: ["est. per 0.1 %", "…"], chance: ["chance of getting here", "…"], cumulative: ["from price then to here est.", "…"] })
  })
})

describe("what the kernel answers", () => {
  const exact = (more: object = {}) => {
    const { line } = said({ heat: null }, at, true)
    tellExact(line, answer(more), market, { measure: "heat", horizon: "24h" })
    return line.said
  }

  it("is told with the side that holds it, whatever the price is now", () => {
    const { told, side, state } = exact()
    expect(state.value).toBe("exact")
    expect(side.value).toBe("short")
    expect(told.value).toMatchObject({
      side: ["", "short"],
      heat: ["heat", "31"],
      size: ["est. per 0.1 %", "$1.25M"],
      cumulative: ["from last price to here est.", "$3.4M"],
      chance: ["chance of getting here", "65 % in 24h"],
      made: ["made of", "3-5x 75 %, 5-10x 25 % · binance 70 %, okx 30 %"],
    })
    expect(exact({ time: END - HOUR }).told.value.cumulative).toEqual(["from price then to here est.", "$3.4M"])
  })

  it.each([
    [3.2 * HOUR, END, "nothing: swept 3 h ago"],
    [50 * HOUR, END, "nothing: swept 2 d ago"],
    [20 * 60_000, END - HOUR, "nothing: swept 20 min before"],
    [0, END, "nothing: price is here"],
  ])("says of an empty cell why, and no chance: %d ms", (age, time, wanted) => {
    const none = { size: 0, expected: 0, cumulative: 0 }
    const { told, side } = exact({ time, swept: time - age, long: none, short: none, heat: 0, last_price: 100, price: 95 })
    expect(told.value.side).toEqual(["", wanted])
    expect(side.value).toBe("")
    for (const name of ["chance", "size", "expected", "made"] as const) expect(told.value[name]).toBeUndefined()
    expect(told.value.cumulative?.[1]).toBe("$0")
  })

  it("says that nothing stands where price never was", () => {
    const none = { size: 0, expected: 0, cumulative: 0 }
    expect(exact({ swept: null, long: none, short: none }).told.value.side).toEqual(["", "nothing stands here"])
  })
})
