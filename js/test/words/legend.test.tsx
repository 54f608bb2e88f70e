// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { describe, expect, it } from "vitest"
import { COLOURS, leverageShade, venueColour } from "../../src/dom/colours"
import type { StandingState, Market, Traits } from "../../src/wire/traits"
import { Legend } from "../../src/words/legend"
import { boundModel, draw } from "../draw"

const market = { last_price: 100, unit: "USD" } as unknown as Market
const book = { leverage_names: [">50x", "<3x"], venue_names: ["binance", "okx"] } as unknown as StandingState

function setup(state: Partial<Traits> = {}) {
  const { model, bound } = boundModel({ _standing: book, _market: market, profile: "leverage", ...state })
  const sum = signal(1.2e9)
  const candle = signal(0)
  const { host } = draw(<Legend bound={bound} theme={signal("dark")} ramp={signal({ ladder: { top: 4_480_000, decades: 4 }, lut: new Uint32Array(256), candle: 0 })} sum={sum} candle={candle} />)
  const made = { node: host.firstElementChild as HTMLElement, draw: (size: number) => void (sum.value = size) }
  const keys = () => [...made.node.querySelectorAll(".liq-stack-key")].map((key) => key.textContent)
  const colours = () => [...made.node.querySelectorAll<HTMLElement>(".liq-swatch")].map((swatch) => swatch.style.background)
  return { model, candle, made, keys, colours, heat: () => (made.node.querySelector(".liq-heat-text") ?? made.node.firstElementChild)?.textContent, ends: () => [...made.node.querySelectorAll(".liq-heat-key > span")].slice(0, 3).map((part) => part.textContent) }
}

describe("Legend", () => {
  it("names the heat's unit, measure and true zero, and follows threshold and measure", () => {
    const { model, heat, ends } = setup()
    expect(ends()).toEqual(["$448", "", "$4.48M"])
    expect(heat()).toBe("Est. USD expected in 24h per 0.1 % of price, clear: $0 to $448; brightness follows volatility")
    model.set("threshold", 5000)
    model.set("measure", "size")
    expect(heat()).toBe("Est. USD standing per 0.1 % of price, clear: $0 to $5K")
  })

  it("names each colour of the profile as it is drawn, and the curves with where they end", () => {
    const { model, made, keys, colours } = setup()
    expect(keys()).toEqual([">50x", "<3x", "sum from the last price, to $1.2B"])
    const halves = (i: number, left: "long" | "short", right: "long" | "short") =>
      `linear-gradient(90deg, ${leverageShade(COLOURS.dark[left], i, 2)} 50%, ${leverageShade(COLOURS.dark[right], i, 2)} 0)`
    expect(colours().slice(0, 2)).toEqual([halves(0, "long", "short"), halves(1, "long", "short")])
    model.set("side", "short")
    made.draw(1)
    expect(colours()[1]).toBe(halves(1, "short", "short"))
    model.set("profile", "venue")
    made.draw(1)
    expect(keys().slice(0, 2)).toEqual(["binance", "okx"])
    expect(colours().slice(0, 2)).toEqual([venueColour(0, "dark"), venueColour(1, "dark")])
  })

  it("names the length of the candles drawn, and that small ones are drawn together", () => {
    const { model, made, candle } = setup({ _market: { ...market, timeframe_ms: 300_000 } })
    const length = () => made.node.querySelector(".liq-candle-length")?.textContent
    expect(length()).toBeUndefined()
    candle.value = 300_000
    made.draw(1)
    expect(length()).toBe("5m candles")
    candle.value = 1_800_000
    made.draw(1)
    expect(length()).toBe("30m candles, each of several 5m")
    model.set("price_style", "off")
    made.draw(1)
    expect(length()).toBeUndefined()
  })

  it("goes with what it explains", () => {
    const { model, made, keys, heat } = setup({ view: "map", profile: "off" })
    expect([heat()?.startsWith("By leverage:"), keys().at(-1)]).toEqual([true, "sum from the last price, right axis"])
    model.set("view", "heatmap")
    made.draw(0)
    expect([heat()?.startsWith("Est."), keys()]).toEqual([true, []])
  })
})
