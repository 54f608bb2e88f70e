// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import { render } from "../src/render"
import { mount } from "../src/offline"
import frontEnd from "../src/widget"
import type { Cluster, Market } from "../src/wire/traits"
import { fakeModel } from "./fake_model"

const HOSTILE = "<img src=x onerror=alert(1)>"
const palette = { name: "ember", label: HOSTILE, dark: new Uint8Array(1024), light: new Uint8Array(1024) }
const cluster = (id: string, side: "long" | "short", size: number): Cluster => ({
  id,
  side,
  price_low: 90_000,
  price_high: 90_500,
  near_edge: 90_100, peak_price: 90_100,
  size,
  expected_size: size / 2,
  distance_pct: 1.5,
  heat: 50,
  age_ms: 3_600_000,
  leverage_mix: { [HOSTILE]: 1 },
  venue_mix: { binance: 1 },
})
const market = { symbol: HOSTILE, label: HOSTILE, notice: HOSTILE, time: [0, 1], last_price: 9e4, price_decimals: 1, quote: "USD", unit: "USD" } as unknown as Market

const draw = (state: Parameters<typeof fakeModel>[0]) => {
  const fake = fakeModel({ _palettes: [palette], ...state })
  const el = document.createElement("div")
  document.body.replaceChildren(el)
  const controller = new AbortController()
  render({ model: fake.model, el, signal: controller.signal })
  return { ...fake, el, controller }
}

describe("render", () => {
  it("says what is wrong instead of drawing nothing", () => {
    const { el } = draw({ _error: `Expected a known symbol, was ${HOSTILE}` })
    expect(el.querySelector(".liq-panel")?.textContent).toContain(HOSTILE)
    expect(el.querySelector(".liq-panel")?.hasAttribute("hidden")).toBe(false)
  })

  it("says so when there is no data, and when BokehJS cannot be had", async () => {
    expect(draw({}).el.textContent).toContain("No market data yet")
    const frame = { time: [0, 1], price: [1, 2], width: 1, height: 1, measure: "size", top: 1, decades: 4, candle_ms: 1 }
    const state = { _offline: true, _market: market, _frames: [{ ...frame, pixels: new Uint8Array(1), candles: new Uint8Array(0) }] }
    const { el } = draw(state as never)
    await vi.waitFor(() => expect(el.textContent).toContain("BokehJS did not reach this page"))
  })

  it("makes no element out of data", () => {
    const { el } = draw({ symbol: HOSTILE, _market: market, _error: HOSTILE, _clusters: [cluster(HOSTILE, "long", 1e6)] })
    expect(el.querySelector("img")).toBeNull()
    expect(el.textContent).toContain(HOSTILE)
  })

  it("leaves nothing behind after the signal", () => {
    const { el, controller } = draw({})
    controller.abort()
    expect(el.childElementCount).toBe(0)
  })
})

describe("mount", () => {
  it("shows a state and takes it away again", () => {
    const el = document.createElement("div")
    const unmount = mount(el, { _palettes: [palette], _priors: [], _frames: [], _clusters: [], _selected: [], _market: null, _error: "It ended early", symbol: "BTC" }, frontEnd)
    expect(el.textContent).toContain("It ended early")
    unmount()
    expect(el.childElementCount).toBe(0)
  })
})
