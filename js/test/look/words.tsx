import { signal } from "@preact/signals"
import { panelSeries } from "../../src/beside/panel_series"
import { panels } from "../../src/beside/panels"
import { LEVERAGE_GROUPS } from "../../src/format/shares"
import { COLOURS } from "../../src/dom/colours"
import type { Plot } from "../../src/layers/plot"
import type { StandingState, Market, Measure, PanelName, ProfileStack, SideChoice, ViewKind } from "../../src/wire/traits"
import { Legend } from "../../src/words/legend"
import { candlesOf } from "../candles"
import { boundModel, draw } from "../draw"
import { fakeModel } from "../fake_model"
import { loaded } from "../loaded"

interface PanelCase {
  name: PanelName
  symbol: string
  quote: string
  known: Record<string, (number | null)[]>
}

const numbersOf = (values: (number | null)[]) => Float64Array.from(values, (value) => value ?? Number.NaN)

function panel({ name, symbol, quote, known }: PanelCase) {
  const length = Object.values(known)[0]?.length ?? 0
  const steps = Float64Array.from({ length }, (_, i) => 10 * i)
  const ends = steps.map((start) => start + 10)
  const shown = { ...candlesOf({ length, start: steps, end: ends, open: steps, high: steps, low: steps, close: steps }), ...Object.fromEntries(Object.entries(known).map(([row, values]) => [row, numbersOf(values)])) }
  const market = { symbol, quote, time: [0, 10 * length] } as unknown as Market
  const series = panelSeries(name, shown, market, COLOURS.dark)
  const { model } = fakeModel({ panels: [name] })
  const node = document.createElement("div")
  const row = panels({ model, market: () => market, demand: loaded, node, colours: () => COLOURS.dark, over: () => {} })
  row.draw({ area: () => ({ left: 0, top: 0, width: 100, height: 50 }), viewport: () => ({ time: [0, 1], price: [0, 1] }) } as unknown as Plot, shown)
  const ink = (colour: string) => Object.entries(COLOURS.dark).find(([, value]) => value === colour)![0]
  return {
    title: node.querySelector(".liq-panel-title")!.textContent,
    text: node.querySelector(".liq-panel-value")!.textContent,
    range: series.range(0, length),
    bars: (series.bars?.parts ?? []).map(({ values, colour }) => ({ values: Array.from(values), ink: ink(colour) })),
    line: series.line ? { values: Array.from(series.line.values), ink: ink(series.line.colour) } : null,
  }
}

export const lowerPanels = () => {
  const plain = { symbol: "BTC", quote: "USD" }
  const cases: PanelCase[] = [
    { ...plain, name: "volume", known: { volume: [1000, 2000, 1200], takerBuy: [250, 800, 300] } },
    { ...plain, name: "volume", known: { volume: [1000, 2000], takerBuy: [null, null] } },
    { ...plain, name: "volume", known: { volume: [1000, 0], takerBuy: [3, 0] } },
    { ...plain, name: "volume", known: { volume: [1000, null], takerBuy: [3, null] } },
    { ...plain, name: "open_interest", known: { interest: [90, null, 100.5] } },
    { ...plain, name: "open_interest", known: { interest: [90, 100, null] } },
    { ...plain, name: "open_interest", known: { interest: [null, null] } },
    { ...plain, name: "funding", known: { funding: [0.0001, null, -0.0002] } },
    { ...plain, name: "funding", known: { funding: [0.0001, 0.00005] } },
    { ...plain, name: "funding", known: { funding: [null] } },
    { ...plain, name: "liquidations", known: { liquidatedLong: [5e6, 0, 1], liquidatedShort: [0, 2e6, 12_345] } },
    { ...plain, name: "liquidations", quote: "EUR", known: { liquidatedLong: [0, 1e3], liquidatedShort: [0, 2e3] } },
    { ...plain, name: "liquidations", known: { liquidatedLong: [5e6, null], liquidatedShort: [0, null] } },
    { ...plain, name: "liquidations", known: { liquidatedLong: [null, null], liquidatedShort: [null, null] } },
  ]
  return { panels: cases.map((given) => ({ given, wanted: panel(given) })) }
}

interface LegendCase {
  view: ViewKind
  profile: ProfileStack
  measure: Measure
  horizon: string
  threshold: number
  quote: string
  side: SideChoice
  top: number
  sum: number
}

function words({ view, profile, measure, horizon, threshold, quote, side, top, sum }: LegendCase) {
  const book = { leverage_names: LEVERAGE_GROUPS, venue_names: ["binance", "okx"] } as unknown as StandingState
  const { bound } = boundModel({ _standing: book, _market: { unit: quote } as unknown as Market, view, profile, measure, horizon, threshold, side })
  const { host } = draw(<Legend bound={bound} theme={signal("dark")} ramp={signal({ ladder: { top, decades: measure === "heat" ? 0 : 4 }, lut: new Uint32Array(256), candle: 0 })} sum={signal(sum)} candle={signal(0)} />)
  const node = host.firstElementChild!
  return {
    heat: node.querySelector(".liq-heat-text")?.textContent ?? "",
    stack: node.querySelector(".liq-stack-keys > span")?.textContent ?? "",
    keys: [...node.querySelectorAll(".liq-stack-key")].map((key) => key.textContent),
  }
}

export const legends = () => {
  const plain: LegendCase = { view: "heatmap", profile: "leverage", measure: "expected", horizon: "24h", threshold: 0, quote: "USD", side: "both", top: 4_480_000, sum: 1.2e9 }
  const cases: LegendCase[] = [
    plain,
    { ...plain, threshold: 5000 },
    { ...plain, measure: "heat", top: 100 },
    { ...plain, measure: "heat", top: 100, threshold: 31.5 },
    { ...plain, measure: "size", quote: "EUR", horizon: "4h" },
    { ...plain, profile: "venue", side: "long", sum: 0 },
    { ...plain, profile: "off" },
    { ...plain, top: 0 },
    { ...plain, view: "map" },
    { ...plain, view: "map", profile: "off" },
  ]
  return { legends: cases.map((given) => ({ given, wanted: words(given) })) }
}
