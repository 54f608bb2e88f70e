// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { describe, expect, it, vi } from "vitest"
import { type Reasons, Toolbar } from "../src/controls/toolbar"
import { render } from "../src/render"
import { containKeys } from "../src/steer/keys"
import { mount } from "../src/widget"
import { offlineModel } from "../src/wire/offline_model"
import type { Cluster, Market, Traits } from "../src/wire/traits"
import { boundModel, draw as put, drawTable } from "./draw"
import { fakeModel } from "./fake_model"

const HOSTILE = "<img src=x onerror=alert(1)>"
const palette = { name: "ember", label: HOSTILE, dark: new Uint8Array(1024), light: new Uint8Array(1024) }
const cluster = (id: string, side: "long" | "short", size: number): Cluster => ({
  id,
  side,
  price_low: 90_000,
  price_high: 90_500,
  peak_price: 90_100,
  size,
  expected_size: size / 2,
  distance_pct: 1.5,
  age_ms: 3_600_000,
  leverage_mix: { [HOSTILE]: 1 },
  venue_mix: { binance: 1 },
})
const market = { symbol: HOSTILE, label: HOSTILE, notice: HOSTILE, time: [0, 1], last_price: 9e4, price_decimals: 1, quote: "USD" } as unknown as Market

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

describe("ClusterTable", () => {
  const setup = () => {
    const toggle = vi.fn()
    const point = vi.fn()
    const list = drawTable({ _clusters: [cluster("a", "long", 2e6), cluster("b", "short", 1e6)], _selected: ["b"], _market: market }, { toggle, point })
    return { model: list.model, list, toggle, point, boxes: () => [...list.node.querySelectorAll("input")] }
  }

  it("shows the measure, ticks what is selected, and follows both", () => {
    const { list, model, boxes } = setup()
    expect(list.node.textContent).toContain("$1M")
    expect(boxes().map(({ checked }) => checked)).toEqual([false, true])
    model.set("_selected", ["a", "b"])
    expect(boxes().map(({ checked }) => checked)).toEqual([true, true])
    model.set("measure", "size")
    expect(list.node.textContent).toContain("$2M")
    expect(list.node.textContent).toContain("2 of 2 selected")
  })

  it("tells which row is ticked and which is pointed at", () => {
    const { toggle, point, boxes, list } = setup()
    boxes()[0]!.click()
    expect(toggle).toHaveBeenCalledTimes(1)
    expect(toggle).toHaveBeenCalledWith("a")
    list.node.querySelectorAll(".liq-row")[1]!.dispatchEvent(new Event("pointerenter"))
    expect(point).toHaveBeenCalledWith("b")
    list.hover("a")
    expect(list.node.querySelectorAll(".liq-hovered")).toHaveLength(1)
  })
})

describe("Toolbar", () => {
  const setup = (state: Partial<Traits> = {}) => {
    const fake = boundModel({ _palettes: [palette], time_range: [1, 2], price_range: [3, 4], ...state })
    const reasons = signal<Reasons | null>(null)
    const nothing = () => {}
    const { host } = put(
      <Toolbar bound={fake.bound} ramp={signal(null)} mode={signal("pan")} reasons={reasons} setMode={nothing} reset={nothing} say={nothing}>
        <button type="button">?</button>
      </Toolbar>,
    )
    const bar = { node: host, disable: (given: Reasons) => void (reasons.value = given) }
    const pressed = () => [...bar.node.querySelectorAll('[aria-pressed="true"]')].map(({ textContent }) => textContent)
    const press = (text: string) =>
      [...bar.node.querySelectorAll("button")].find(({ textContent }) => textContent === text)!.click()
    return { ...fake, bar, pressed, press }
  }

  it("moves the trait when the control is used", () => {
    const { model, press, saves } = setup()
    press("Short")
    press("24h")
    press("Size")
    expect([model.get("side"), model.get("window"), model.get("measure")]).toEqual(["short", "24h", "size"])
    expect([model.get("time_range"), model.get("price_range")]).toEqual([null, null])
    expect(saves()).toBe(3)
  })

  it("moves the control when the trait is set", () => {
    const { model, pressed } = setup()
    expect(pressed()).toEqual(["Both", "7d", "Expected", "Follow", "Pan"])
    model.set("side", "long")
    model.set("follow", false)
    expect(pressed()).toEqual(["Long", "7d", "Expected", "Pan"])
  })

  it("disables with a reason", () => {
    const { bar } = setup()
    bar.disable({ window: (window) => (window === "all" ? "no kernel" : null), measure: () => null, mode: (mode) => (mode === "select" ? "no kernel" : null) })
    const off = [...bar.node.querySelectorAll("button")].filter(({ disabled }) => disabled)
    expect(off.map(({ textContent, title }) => [textContent, title])).toEqual([["All", "no kernel"], ["Select", "no kernel"]])
  })
})

describe("containKeys", () => {
  it("keeps keys inside and tells JupyterLab to leave them", () => {
    const root = document.body.appendChild(document.createElement("div"))
    const inner = root.appendChild(document.createElement("button"))
    const heard = vi.fn()
    document.addEventListener("keydown", heard)
    const release = containKeys(root)
    inner.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }))
    expect(heard).not.toHaveBeenCalled()
    expect(root.hasAttribute("data-lm-suppress-shortcuts")).toBe(true)
    inner.focus()
    expect(inner.hasAttribute("data-lm-suppress-shortcuts")).toBe(true)
    release()
    inner.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }))
    expect(heard).toHaveBeenCalledTimes(1)
  })
})

describe("offlineModel", () => {
  it("turns base64 into bytes, at any depth", () => {
    const model = offlineModel({ _frames: [{ pixels: { b64: "AAEC" } }], symbol: "BTC" })
    expect(new Uint8Array((model.get("_frames")[0]!.pixels as DataView).buffer)).toEqual(Uint8Array.from([0, 1, 2]))
    expect(model.get("_offline")).toBe(true)
  })

  it("tells of a change once, and not of none", () => {
    const model = offlineModel({ side: "both" })
    const heard = vi.fn()
    model.on("change:side", heard)
    model.set("side", "both")
    model.set("side", "long")
    model.off("change:side", heard)
    model.set("side", "short")
    expect(heard).toHaveBeenCalledTimes(1)
  })
})

describe("mount", () => {
  it("shows a state and takes it away again", () => {
    const el = document.createElement("div")
    const unmount = mount(el, { _palettes: [palette], _priors: [], _frames: [], _clusters: [], _selected: [], _market: null, _error: "It ended early", symbol: "BTC" })
    expect(el.textContent).toContain("It ended early")
    unmount()
    expect(el.childElementCount).toBe(0)
  })
})
