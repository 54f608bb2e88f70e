import { overlay_dashes, overlay_lines, overlays as colours } from "../../../liqwidget/look.json"
import { valueText } from "../../src/beside/panel_series"
import { COLOURS } from "../../src/dom/colours"
import type { Theme } from "../../src/dom/theme"
import type { Area } from "../../src/layers/overlay_labels"
import { overlayColumns } from "../../src/layers/overlays"
import { type LayerState, type LifeState, type Overlays, overlaysOf } from "../../src/wire/overlays"
import type { Interval } from "../../src/wire/traits"
import { candlesOf } from "../candles"
import { fakeModel } from "../fake_model"
import { chance, each } from "./case"

interface OverlayCase {
  values: LayerState["values"]
  lives: readonly LifeState[]
  time: Interval
  price: Interval
  width: number
  height: number
  theme: Theme
  areas: readonly Area[]
  /** Start, end, low and high of each. */
  candles: readonly (readonly [number, number, number, number])[]
}

function drawn({ values, lives, time, price, width, height, theme, areas, candles }: OverlayCase) {
  const overlays: Overlays = overlaysOf(fakeModel({ symbol: "BTC", _overlays: [{ name: "x", symbol: "BTC", values }] }).model)
  const column = (row: number) => Float64Array.from(candles, (candle) => candle[row]!)
  const body = column(2)
  const { bands, lines, labels } = overlayColumns(overlays, lives, {
    viewport: { time, price },
    size: { width, height },
    until: Infinity,
    candles: candlesOf({ length: candles.length, start: column(0), end: column(1), low: column(2), high: column(3), open: body, close: body }),
    areas,
    theme,
    colours: COLOURS[theme],
  })
  const texts = (labels.text as string[]).filter(Boolean)
  const list = (rows: unknown) => (rows as ArrayLike<number>[]).map((row) => Array.from(row, (one) => (Number.isNaN(one) ? null : one)))
  return {
    bands,
    lines: { ...lines, xs: list(lines.xs), ys: list(lines.ys) },
    labels: { text: texts, x: labels.x.slice(0, texts.length), y: labels.y.slice(0, texts.length), color: labels.color.slice(0, texts.length) },
  }
}

const level = (label: string, low: number, high = low, kind: keyof typeof overlay_dashes = "own", start: number | null = null, end: number | null = null) => ({ label, kind, color: paint(kind), dash: overlay_dashes[kind], low, high, start, end }) as LayerState["values"][number]
const mark = (label: string, time: number) => ({ label, kind: "own", color: paint("own"), time }) as LayerState["values"][number]
const paint = (kind: keyof typeof overlay_dashes) => ({ dark: colours.dark[kind], light: colours.light[kind] })
const series = (label: string, start: number, steps: number | number[], value: (number | null)[], on_price = true) => ({ label, color: { dark: overlay_lines.dark[Number(label === "own")]!, light: overlay_lines.light[0]! }, unit: "", on_price, start, steps, value })

export const overlays = () => {
  const random = chance(5)
  const short = (value: number) => Number(value.toPrecision(6))
  const walk = Array.from({ length: 60 }, (_, i) => [i, i + 1, short(95 + 3 * random()), short(99 + 4 * random())] as const)
  const plain: OverlayCase = { values: [], lives: [], time: [0, 70], price: [80, 120], width: 1000, height: 500, theme: "dark", areas: [], candles: walk }
  const label: Area = { left: 860, right: 1000, top: 100, bottom: 260 }
  const given: OverlayCase[] = [
    plain,
    { ...plain, values: [level("week high", 110), level("", 85.5, 85.5, "cluster"), level("far", 200), level("gone", 90, 90, "stop", null, -5), level("to come", 90, 90, "stop", 75)] },
    { ...plain, values: [level("demand", 83, 86), level("", 115, 115.5, "cluster"), level("cut", 118, 140, "evidence"), level("entry", 105, 105, "entry", 61), level("short", 112, 112, "target", 20, 25)] },
    { ...plain, values: [level("in the candles", 98), level("twice", 110), level("twice", 110), level("thrice", 110.5)], areas: [{ left: 0, right: 300, top: 0, bottom: 200 }] },
    { ...plain, theme: "light", values: [level("on labels", 107, 107, "cascade", 60), level("liquidation", 88, 88, "liquidation")], areas: [label] },
    { ...plain, values: [mark("Rate decision", 20), mark("CPI", 21), mark("", 40), mark("at the edge", 69.5), mark("out", 90)] },
    { ...plain, values: [series("MA 5", 0, 10, [100, 104, null, 101, 108, 109]), series("own", 5, [1, 2, 4], [90, 91, 89, 92]), series("flow", 0, 1, [1, 2], false)] },
    { ...plain, time: [30, 50], values: [series("MA 5", 0, 10, [100, 104, 106, 101, 108, 109, 110, 111])] },
    { ...plain, lives: [{ id: "a", side: "long", runs: [[0, 10, 90, 92], [10, 30, 90.5, 92], [40, 60, 90, 91]] }, { id: "b", side: "short", runs: [[5, 9, 110, 111]] }] },
    { ...plain, values: [level("own liquidation", 60, 60, "liquidation"), level("", 50, 50, "cluster"), level("target", 130, 130, "target"), ...[121, 124, 122, 123].map((price) => level(`high ${price}`, price)), level("band", 125, 126), level("for a while", 127, 127, "own", 5), mark("above", 5)], areas: [label, { left: 0, right: 1000, top: 460, bottom: 500 }, { left: 0, right: 300, top: 440, bottom: 460 }] },
    { ...plain, width: 200, height: 60, values: Array.from({ length: 60 }, (_, i) => level(`level ${i}`, 81 + 0.6 * i)) },
    { ...plain, width: 2000, height: 1000, values: Array.from({ length: 60 }, (_, i) => level(`level ${i}`, 81 + 0.6 * i)) },
  ]
  return {
    overlays: given.map((one) => ({ given: one, wanted: drawn(one) })),
    values: each(valueText, [0, ""], [0.5312, ""], [-0.5312, "%"], [12.5, "%"], [1.2e6, "USD"], [-1.2e6, "USD"], [12_500, "BTC"], [3e-7, "BTC"], [1, ""], [0.99999999, ""]),
  }
}
