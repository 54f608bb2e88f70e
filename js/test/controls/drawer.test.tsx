// @vitest-environment happy-dom
import { leverage_groups as GROUPS, themes } from "../../../liqwidget/look.json"
import { signal } from "@preact/signals"
import { describe, expect, it, vi } from "vitest"
import { Drawer, DrawerButton, DrawerGroup } from "../../src/controls/drawer"
import { CheckList } from "../../src/controls/fields"
import { Look, WhatCounts } from "../../src/controls/options"
import { chosenColours } from "../../src/dom/colours"
import { type Theme, tint, watchTheme } from "../../src/dom/theme"
import type { Market, Traits } from "../../src/wire/traits"
import { boundModel, draw } from "../draw"

const market = { venues: ["binance", "bybit"], simulated: true, arguments: 'source="sample"', label: "BTC · simulated market", time: [0, 1] } as unknown as Market
const [bright, deep] = [{ long: "#ff0000", short: "#00ff00" }, { long: "#880000", short: "#008800" }]
const PAIRS = [
  { name: "red-green", label: "Red and green", title: "The convention", dark: bright, light: deep },
  { name: "blue-orange", label: "Blue and orange", title: "For every eye", dark: { long: "#0000ff", short: "#ff8800" }, light: { long: "#000088", short: "#884400" } },
]
const START: Partial<Traits> = {
  leverage: GROUPS,
  venues: ["binance", "bybit"],
  sensitivity: 0.5,
  panels: ["volume", "open_interest"],
  profile: "leverage",
  price_style: "candles",
  circles: true,
  whiskers: true,
  view: "heatmap",
  _market: market,
  side_colours: "red-green",
  _sides: PAIRS,
  _palettes: [{ name: "ember", label: "Ember", dark: new Uint8Array(0), light: new Uint8Array(0) }, { name: "viridis", label: "Viridis", dark: new Uint8Array(0), light: new Uint8Array(0) }],
}

describe("Drawer", () => {
  it("opens by its button and closes by it, by its own button and by Escape", () => {
    const open = signal(false)
    const { host } = draw(
      <>
        <DrawerButton id="d" open={open} turn={async () => void (open.value = !open.value)} />
        <Drawer id="d" open={open}>
          nothing
        </Drawer>
      </>,
    )
    const [button, node] = host.children as unknown as [HTMLElement, HTMLElement]
    const state = () => [node.hidden, button.getAttribute("aria-expanded")]
    expect([...state(), button.getAttribute("aria-controls")]).toEqual([true, "false", node.id])
    button.click()
    expect(state()).toEqual([false, "true"])
    node.querySelector<HTMLElement>("[aria-label='Close options']")!.click()
    expect(state()).toEqual([true, "false"])
    expect(document.activeElement).toBe(button)
    button.click()
    expect(open.value).toBe(true)
    node.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }))
    expect(state()).toEqual([true, "false"])
  })

  it("names each group by its heading", () => {
    const titles = ["Look", "Share"]
    const { host } = draw(
      <Drawer id="d" open={signal(true)}>
        {titles.map((title, i) => (
          <DrawerGroup key={title} id={`d-${i}`} title={title}>
            fields
          </DrawerGroup>
        ))}
      </Drawer>,
    )
    const names = [...host.querySelectorAll("[role=group]")].map((group) => host.querySelector(`#${group.getAttribute("aria-labelledby")}`)?.textContent)
    expect(names).toEqual(titles)
  })
})

describe("the options", () => {
  const setup = () => {
    const fake = boundModel(START)
    const say = vi.fn()
    const held = signal<string | null>(null)
    const Options = () => (
      <>
        <WhatCounts bound={fake.bound} say={say} held={held.value} />
        <Look bound={fake.bound} say={say} held={null} />
      </>
    )
    const { host: node } = draw(<Options />)
    const controls = { disable: (reason: string) => void (held.value = reason) }
    const field = <T extends HTMLElement>(name: string) => node.querySelector<T>(`[name="${name}"]`)!
    const box = (value: string) => node.querySelector<HTMLInputElement>(`[data-value="${value}"]`)!
    return { ...fake, controls, node, field, box, say }
  }

  it("moves the trait when a list is used, and the list when the trait is set", () => {
    const { model, field } = setup()
    const lists = [
      ["palette", "palette", "viridis", "ember"],
      ["side_colours", "side_colours", "blue-orange", "red-green"],
      ["candle_colours", "candle_colours", "green-red", "plain"],
      ["map_ground", "map_theme", "light", "dark"],
      ["theme", "theme", "light", "auto"],
      ["scale", "scale", "rank", "log"],
      ["price_style", "price_style", "line", "off"],
      ["profile", "profile", "venue", "off"],
      ["horizon", "horizon", "3d", "4h"],
    ] as const
    for (const [name, trait, value, other] of lists) {
      const list = field<HTMLSelectElement>(name)
      list.value = value
      list.dispatchEvent(new Event("change"))
      expect(model.get(trait)).toBe(value)
      model.set(trait, other)
      expect(list.value).toBe(other)
    }
  })

  it("shows a horizon of the analyst's own", () => {
    const { model, field } = setup()
    model.set("horizon", "36h")
    expect(field<HTMLSelectElement>("horizon").selectedOptions[0]?.textContent).toBe("36h")
  })

  it("moves the sensitivity both ways", () => {
    const { model, field } = setup()
    const input = field<HTMLInputElement>("sensitivity")
    input.value = "0.8"
    input.dispatchEvent(new Event("change"))
    expect(model.get("sensitivity")).toBe(0.8)
    model.set("sensitivity", 0.25)
    expect([input.value, input.getAttribute("aria-valuetext")]).toEqual(["0.25", "0.25"])
  })

  it("ticks groups, venues, panels and circles both ways", () => {
    const { model, box, field } = setup()
    box(">50x").click()
    expect(model.get("leverage")).toEqual(GROUPS.slice(1))
    model.set("leverage", ["<3x"])
    expect([box("<3x").checked, box("25-50x").checked]).toEqual([true, false])
    box("binance").click()
    expect(model.get("venues")).toEqual(["bybit"])
    box("funding").click()
    expect(model.get("panels")).toEqual(["volume", "open_interest", "funding"])
    field<HTMLInputElement>("liquidation_circles").click()
    expect(model.get("circles")).toBe(false)
    const smooth = field<HTMLInputElement>("smooth_cells")
    expect([smooth.checked, /read-outs .* stay/.test(smooth.parentElement!.title)]).toEqual([false, true])
    smooth.click()
    expect(model.get("smooth")).toBe(true)
    model.set("smooth", false)
    expect(smooth.checked).toBe(false)
    field<HTMLInputElement>("whiskers").click()
    expect(model.get("whiskers")).toBe(false)
  })

  it("lets all panels go, but never the last venue or group", () => {
    const { model, box, say } = setup()
    for (const name of ["volume", "open_interest"]) box(name).click()
    expect(model.get("panels")).toEqual([])
    box("bybit").click()
    box("binance").click()
    expect(model.get("venues")).toEqual(["binance"])
    expect(box("binance").checked).toBe(true)
    expect(say).toHaveBeenLastCalledWith("Venues: one always stays chosen")
  })

  it("disables what the kernel computes, with the reason, and not the look", () => {
    const { controls, box, field } = setup()
    controls.disable("no kernel")
    expect([box(">50x").disabled, field<HTMLSelectElement>("horizon").title, field<HTMLInputElement>("sensitivity").disabled]).toEqual([true, "no kernel", true])
    expect(field<HTMLSelectElement>("palette").disabled).toBe(false)
  })
})

describe("chosenColours", () => {
  it("gives canvas and stylesheet the pair of the model, in both themes", () => {
    const { model, bound } = boundModel(START)
    const root = document.createElement("div")
    document.documentElement.dataset.theme = "dark"
    const theme = signal<Theme>("light")
    const unwatch = watchTheme(model, (next) => void (theme.value = next))
    const dispose = tint(root, bound.traits, theme)
    const shown = () => [theme.value, root.style.getPropertyValue("--liq-long"), root.style.getPropertyValue("--liq-short")]
    expect(shown()).toEqual(["dark", "#ff0000", "#00ff00"])
    model.set("side_colours", "blue-orange")
    expect(shown()).toEqual(["dark", "#0000ff", "#ff8800"])
    expect(chosenColours(model, "light")).toMatchObject({ long: "#000088", short: "#884400", ground: themes.light.ground })
    unwatch()
    dispose()
    model.set("side_colours", "red-green")
    expect(shown()).toEqual(["dark", "#0000ff", "#ff8800"])
    delete document.documentElement.dataset.theme
  })
})

describe("CheckList", () => {
  it("chooses all by one button, which is off when all are chosen", () => {
    const chosen = signal(["b"])
    const options = [{ value: "a", text: "a" }, { value: "b", text: "b" }]
    const List = () => <CheckList label="Venues" options={options} chosen={chosen.value} choose={(values) => void (chosen.value = values)} />
    const all = draw(<List />).host.querySelector("button")!
    expect(all.disabled).toBe(false)
    all.click()
    expect([chosen.value, all.disabled]).toEqual([["a", "b"], true])
  })
})
