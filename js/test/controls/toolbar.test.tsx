// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { describe, expect, it, vi } from "vitest"
import { Rungs } from "../../src/controls/model"
import { PictureLine } from "../../src/controls/picture_line"
import { type Reasons, Toolbar } from "../../src/controls/toolbar"
import type { Market, Traits } from "../../src/wire/traits"
import { boundModel, draw } from "../draw"

const palette = { name: "ember", label: "Ember", dark: new Uint8Array(1024), light: new Uint8Array(1024) }

describe("Toolbar", () => {
  const setup = (state: Partial<Traits> = {}) => {
    const fake = boundModel({ _palettes: [palette], time_range: [1, 2], price_range: [3, 4], ...state })
    const reasons = signal<Reasons | null>(null)
    const nothing = () => {}
    const editor = signal<typeof Rungs | undefined>(undefined)
    const load = vi.fn(async () => !!(editor.value = Rungs))
    const Bar = () => (
      <Toolbar bound={fake.bound} reasons={reasons} say={nothing} editor={editor.value} load={load}>
        <button type="button">?</button>
      </Toolbar>
    )
    const { host } = draw(
      <>
        <Bar />
        <PictureLine bound={fake.bound} ramp={signal(null)} mode={signal("pan")} reasons={reasons} setMode={nothing} reset={nothing} say={nothing} />
      </>,
    )
    const bar = { node: host, disable: (given: Reasons) => void (reasons.value = given) }
    const pressed = () => [...bar.node.querySelectorAll('[aria-pressed="true"], label:has(:checked)')].map(({ textContent }) => textContent)
    const press = (text: string) =>
      [...bar.node.querySelectorAll<HTMLElement>("button, label:has(input[type=radio])")].find(({ textContent }) => textContent === text)!.click()
    return { ...fake, bar, pressed, press, load }
  }

  it("moves the trait when the control is used", () => {
    const { model, press, saves } = setup()
    press("Short")
    press("24h")
    press("Size")
    press("Map")
    expect([model.get("side"), model.get("window"), model.get("measure"), model.get("view")]).toEqual(["short", "24h", "size", "map"])
    expect([model.get("time_range"), model.get("price_range")]).toEqual([null, null])
    expect(saves()).toBe(4)
  })

  it("moves the control when the trait is set", () => {
    const { model, pressed } = setup()
    expect(pressed()).toEqual(["7d", "Both", "Heatmap", "Expected", "Follow", "Pan"])
    model.set("side", "long")
    model.set("follow", false)
    expect(pressed()).toEqual(["7d", "Long", "Heatmap", "Expected", "Pan"])
  })

  it("disables with a reason", () => {
    const { bar } = setup()
    bar.disable({ kernel: "no kernel", window: (window) => (window === "all" ? "no kernel" : null), measure: () => null, mode: (mode) => (mode === "select" ? "no kernel" : null) })
    const off = [...bar.node.querySelectorAll("input")].filter(({ type, disabled }) => type === "radio" && disabled)
    expect(off.map(({ parentElement, title }) => [parentElement?.textContent, title])).toEqual([["All", "no kernel"], ["Select", "no kernel"]])
  })

  const select = (node: HTMLElement, name: string) => node.querySelector<HTMLSelectElement>(`[name="${name}"]`)!
  const choose = (list: HTMLSelectElement, value: string) => {
    list.value = value
    list.dispatchEvent(new Event("change"))
  }
  const market = { coins: ["BTC", "ETH"], held: null, timeframes: ["5m", "1h"] } as unknown as Market

  it("reads another coin, of the list or by name", async () => {
    const { bar, model } = setup({ _market: market })
    const coin = () => select(bar.node, "coin")
    expect([...coin().options].map(({ text }) => text)).toEqual(["BTC", "ETH", "Other…"])
    choose(coin(), "ETH")
    expect(model.get("symbol")).toBe("ETH")
    choose(coin(), "other")
    expect(model.get("symbol")).toBe("ETH")
    await vi.waitFor(() => expect(coin().tagName).toBe("INPUT"))
    coin().value = " PEPE "
    coin().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }))
    expect(model.get("symbol")).toBe("PEPE")
    await vi.waitFor(() => expect(coin().value).toBe("PEPE"))
  })

  it("says why no other coin can be read", () => {
    const { bar } = setup({ _market: { ...market, coins: ["BTC"], held: "Your own data hold BTC alone" } })
    const coin = select(bar.node, "coin")
    expect([coin.disabled, coin.title, coin.options.length]).toEqual([true, "Your own data hold BTC alone", 1])
  })

  it("offers the timeframes that there are, and its own", () => {
    const { bar, model } = setup({ _market: market, timeframe: "5m" })
    const list = select(bar.node, "timeframe")
    expect([...list.options].map(({ value }) => value)).toEqual(["5m", "1h"])
    choose(list, "1h")
    expect(model.get("timeframe")).toBe("1h")
    model.set("timeframe", "15m")
    expect([...list.options].map(({ value }) => value)).toEqual(["15m", "5m", "1h"])
  })

  it("says in a sentence what each model does to amounts, and takes a ladder with shares of one's own", async () => {
    const named = ["effective", "isolated"].map((name) => ({ name, label: `${name[0]!.toUpperCase()}${name.slice(1)} leverage`, title: `What ${name} does.`, code: `"${name}"` }))
    const { bar, model } = setup({ _priors: named, _prior: "effective" })
    const list = select(bar.node, "prior")
    expect([...list.options].map(({ text }) => text)).toEqual(["Effective", "Isolated", "Ladder 5-100x"])
    expect(list.title).toBe("What effective does.")
    choose(list, "isolated")
    expect(model.get("_prior")).toBe("isolated")
    choose(list, "ladder")
    await vi.waitFor(() => expect(bar.node.querySelector(".liq-rungs")).not.toBeNull())
    const rungs = () => [...bar.node.querySelectorAll<HTMLInputElement>(".liq-rung input")]
    expect(rungs().map(({ value }) => value)).toEqual(["20", "20", "20", "20", "20"])
    const put = (index: number, value: string) => {
      rungs()[index]!.value = value
      rungs()[index]!.dispatchEvent(new Event("input"))
    }
    const apply = () => [...bar.node.querySelectorAll<HTMLButtonElement>(".liq-rungs button")].find(({ textContent }) => textContent === "Apply")!
    put(0, "40")
    await vi.waitFor(() => expect(apply().disabled).toBe(true))
    expect(bar.node.querySelector(".liq-rungs-foot")!.textContent).toContain("120 % of what is open: at most 100 %")
    put(1, "0")
    await vi.waitFor(() => expect(apply().disabled).toBe(false))
    apply().click()
    expect(model.get("_ladder")).toEqual([[5, 0.4], [25, 0.2], [50, 0.2], [100, 0.2]])
  })

  it("opens no ladder that comes after another model was chosen", async () => {
    const named = ["effective", "isolated"].map((name) => ({ name, label: `${name} leverage`, title: "", code: "" }))
    const { bar, load, model } = setup({ _priors: named, _prior: "effective" })
    const list = select(bar.node, "prior")
    let come = () => {}
    const loaded = new Promise<void>((resolve) => (come = resolve))
    load.mockImplementation(() => loaded.then(() => true))
    choose(list, "ladder")
    choose(list, "isolated")
    come()
    await loaded
    await new Promise((resolve) => setTimeout(resolve))
    expect([model.get("_prior"), list.value, bar.node.querySelector(".liq-rungs")]).toEqual(["isolated", "isolated", null])
  })

  it("keeps the model that is shown where a ladder cannot be edited", async () => {
    const { bar, load, model } = setup({ _priors: [{ name: "effective", label: "Effective leverage", title: "", code: "" }], _prior: "effective" })
    load.mockResolvedValue(false)
    const list = select(bar.node, "prior")
    choose(list, "ladder")
    await vi.waitFor(() => expect(list.value).toBe("effective"))
    expect([bar.node.querySelector(".liq-rungs"), model.get("_prior")]).toEqual([null, "effective"])
  })
})
