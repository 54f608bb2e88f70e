// @vitest-environment happy-dom
import { leverage_groups as GROUPS } from "../../../liqwidget/look.json"
import { describe, expect, it, vi } from "vitest"
import { copyState } from "../../src/controls/copy_code"
import { caption, fullScreen, offlineFile, Share } from "../../src/controls/sharing"
import { messages } from "../../src/wire/messages"
import type { Market, Traits } from "../../src/wire/traits"
import { draw } from "../draw"
import { fakeModel } from "../fake_model"

const market = { venues: ["binance", "bybit"], simulated: true, arguments: 'source="sample"', label: "BTC · simulated market", time: [0, 1] } as unknown as Market
const START: Partial<Traits> = {
  leverage: GROUPS,
  venues: ["binance", "bybit"],
  panels: ["volume", "open_interest"],
  _market: market,
  _usual: { side: "both", threshold: 0, follow: true, leverage: GROUPS, venues: [], panels: ["volume", "open_interest"], horizon: "24h", as_of: null, time_range: null, price_range: null },
}

describe("fullScreen", () => {
  it("is left again where the root stands in a shadow root, of which the document names the host alone", async () => {
    const host = document.body.appendChild(document.createElement("div"))
    const shadow = host.attachShadow({ mode: "open" })
    const root = shadow.appendChild(document.createElement("div"))
    let filling: Element | null = null
    Object.defineProperty(document, "fullscreenElement", { configurable: true, get: () => filling && host })
    Object.defineProperty(shadow, "fullscreenElement", { configurable: true, get: () => filling })
    const turned = (to: Element | null) => async () => {
      filling = to
      document.dispatchEvent(new Event("fullscreenchange"))
    }
    root.requestFullscreen = turned(root)
    document.exitFullscreen = turned(null)
    const full = fullScreen(root)
    await full.turn()
    expect([full.on.value, root.classList.contains("liq-full")]).toEqual([true, true])
    await full.turn()
    expect([full.on.value, filling]).toEqual([false, null])
    full.dispose()
    Reflect.deleteProperty(document, "fullscreenElement")
    host.remove()
  })
})

describe("copyState", () => {
  const IMPORT = "from liqwidget import LiqHeatmap\n"

  it("writes a cell with only what differs", () => {
    const { model } = fakeModel(START)
    expect(copyState(model)).toBe(`${IMPORT}LiqHeatmap("BTC", source="sample")`)
    model.set("side", "long")
    model.set("threshold", 2500)
    model.set("follow", false)
    model.set("leverage", [">50x"])
    model.set("venues", ["bybit"])
    model.set("panels", [])
    model.set("_prior", "nominal")
    model.set("as_of", 1)
    model.set("time_range", [0, 86_400_000])
    model.set("price_range", [90_000, 100_000.5])
    expect(copyState(model)).toBe(
      `${IMPORT}LiqHeatmap("BTC", source="sample", prior="nominal", side="long", threshold=2500, follow=False, leverage=(">50x",), ` +
        'venues=("bybit",), panels=(), as_of="1970-01-01T00:00:00.001Z", ' +
        'time_range=("1970-01-01T00:00:00.000Z", "1970-01-02T00:00:00.000Z"), price_range=(90000, 100000.5))',
    )
    model.set("follow", true)
    expect(copyState(model)).not.toContain("price_range")
  })

  it("writes a prior of the analyst's own as code", () => {
    const { model } = fakeModel({ ...START, _priors: [{ name: "own", label: "Own: 3x, 0.8", title: "", code: "(3.0, 0.8)" }], _prior: "own" })
    expect(copyState(model)).toContain(', prior=(3.0, 0.8))')
  })

  it("names data that no code can read, and lets no text out of string and comment", () => {
    const { model } = fakeModel({ ...START, symbol: 'a"b', _market: { ...market, simulated: false, arguments: "source=market", label: "own\nimport os" } })
    expect(copyState(model)).toBe(`${IMPORT}LiqHeatmap("a\\"b", source=market)  # market: your data, own import os`)
    model.set("_market", { ...market, arguments: 'source=market, timeframe="1h"', label: "own" })
    expect(copyState(model)).toContain('source=market, timeframe="1h")  # market: your data, own')
  })
})

describe("caption", () => {
  it("says of what and when, and that a market is simulated, on a picture that left its page", () => {
    const { model } = fakeModel({ ...START, _market: { ...market, symbol: "BTC", label: "simulated market", time: [0, Date.UTC(2026, 0, 31)] }, measure: "heat" })
    const made = Date.UTC(2026, 1, 1, 9, 7)
    expect(caption(model, made)).toBe("BTC · simulated market · liquidation heatmap (estimate), relative heat · data to 2026-01-31 00:00 UTC · made 2026-02-01 09:07 UTC with liqwidget")
    model.set("view", "map")
    expect(caption(model, made)).toContain(" · liquidation map (estimate) · data to ")
    model.set("_market", null)
    expect(caption(model, made)).toContain("BTC · liquidation map (estimate) · made ")
  })
})

describe("offlineFile", () => {
  const setup = (patience = 1000) => {
    const fake = fakeModel()
    return { ...fake, ask: offlineFile(messages(fake.model, "v"), patience) }
  }

  it("gives the file that the kernel answers with", async () => {
    const { ask, sent, tell } = setup()
    const asked = ask()
    expect(sent).toEqual([{ type: "html", view: "v", id: 1 }])
    tell({ type: "file", view: "v", id: 1, name: "BTC.html" }, [new DataView(Uint8Array.from([60, 33]).buffer)])
    const { name, blob } = await asked
    expect([name, await blob.text()]).toEqual(["BTC.html", "<!"])
  })

  it("fails with the kernel's sentence, with one of its own when none comes, and takes one at a time", async () => {
    const { ask, tell } = setup(5)
    const first = ask()
    await expect(ask()).rejects.toThrow("being made already")
    tell({ type: "error", view: "v", id: 1, message: "no room" })
    await expect(first).rejects.toThrow("no room")
    await expect(ask()).rejects.toThrow("did not answer")
  })
})

describe("Share", () => {
  it("says what came of it, good or bad", async () => {
    const say = vi.fn()
    const act = async () => "Saved a.png"
    const { host } = draw(<Share ways={{ png: act, html: () => Promise.reject(new Error("no kernel")), copy: act }} held={null} say={say} />)
    const press = (text: string) => host.querySelectorAll("button").forEach((button) => button.textContent === text && button.click())
    const said = () => host.querySelector(".liq-said")!.textContent
    press("Save PNG")
    await vi.waitFor(() => expect(said()).toBe("Saved a.png"))
    press("Save HTML")
    await vi.waitFor(() => expect(said()).toBe("no kernel"))
    expect(say).toHaveBeenCalledTimes(2)
  })
})
