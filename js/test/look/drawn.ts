import { COLOURS, leverageShade, venueColour } from "../../src/dom/colours"
import { binValue } from "../../src/heat/bins"
import { buildLut } from "../../src/heat/lut"
import { reach } from "../../src/heat/smooth"
import { candleColumns, circleColumns } from "../../src/layers/candles"
import { stripOf } from "../../src/layers/cluster_labels"
import { clusterColumns } from "../../src/layers/clusters"
import { LEVERAGE_GROUPS } from "../../src/format/shares"
import { listedClusters } from "../../src/controls/listed_clusters"
import { type ShownCluster, shownClusters, sortedClusters, strength } from "../../src/layers/shown_clusters"
import type { Cluster, Interval, Market, Measure, Scale, Side, SideChoice } from "../../src/wire/traits"
import { candlesOf } from "../candles"
import { fakeModel } from "../fake_model"
import { chance, each, type Case } from "./case"

const THEMES = ["dark", "light"] as const

interface LutCase {
  side: SideChoice
  scale: Scale
  threshold: number
  ladder: { top: number; decades: number; raised: number }
  pixels: string
}

/** The entry of the palette that each byte is drawn with, 0 where it is clear. */
function entries({ side, scale, threshold, ladder, pixels }: LutCase): number[] {
  // Red is the number of the entry, so that a colour tells which one was taken.
  const palette = Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 0 ? (i / 4) % 256 : i % 4 === 3 ? 255 : 0))
  const cells = Uint8Array.from(pixels === "" ? [] : pixels.split(" "), Number)
  return [...buildLut({ palette, side, threshold, scale, ladder, pixels: cells })].map((word) => (word & 127 ? word & 255 : 0))
}

function tables(): Case[] {
  const random = chance(11)
  const picture = Array.from({ length: 400 }, () => {
    const level = Math.floor(128 * random() ** 2)
    return random() < 0.6 && level > 0 ? level + 128 : level
  }).join(" ")
  // What was wrong in the picture file: the strongest long among many shorts.
  const few = [...Array<number>(3).fill(127), ...Array<number>(9).fill(150), 0, 0, 0, 40, 40].join(" ")
  const ladders = [{ top: 1e6, decades: 4, raised: 0 }, { top: 1e6 * 10 ** ((4 * 20) / 127), decades: 4, raised: 20 }]
  const given: LutCase[] = []
  for (const scale of ["log", "linear", "rank"] as const) {
    for (const side of ["both", "long", "short"] as const) given.push({ side, scale, threshold: 0, ladder: ladders[0]!, pixels: picture })
    given.push({ side: "both", scale, threshold: binValue(64, ladders[0]!), ladder: ladders[0]!, pixels: picture })
    given.push({ side: "long", scale, threshold: 5000, ladder: ladders[1]!, pixels: picture })
  }
  given.push({ side: "long", scale: "rank", threshold: 0, ladder: ladders[0]!, pixels: few })
  given.push({ side: "long", scale: "rank", threshold: 0, ladder: ladders[0]!, pixels: "0 0 150 150" })
  given.push({ side: "both", scale: "rank", threshold: 2e6, ladder: ladders[0]!, pixels: few })
  const heat = { top: 100, decades: 0, raised: 0 }
  for (const scale of ["log", "linear", "rank"] as const) given.push({ side: "both", scale, threshold: 0, ladder: heat, pixels: picture })
  given.push({ side: "short", scale: "log", threshold: 30, ladder: heat, pixels: picture })
  given.push({ side: "both", scale: "linear", threshold: 0, ladder: { top: 0, decades: 4, raised: 0 }, pixels: "" })
  return given.map((one) => ({ given: one, wanted: entries(one) }))
}

function candles(theme: "dark" | "light") {
  const of = (...values: number[]) => Float64Array.from(values)
  const prices = candlesOf({ length: 4, start: of(0, 10, 20, 30), end: of(10, 20, 30, 40), open: of(5, 6, 6, 7), high: of(7, 7, 8, 8), low: of(4, 5, 5, 6), close: of(6, 5, 6, 6.5) })
  const { start, end, bottom, top, fill } = candleColumns(prices, COLOURS[theme], 30)
  return { left: [...(start as Float64Array)], right: [...(end as Float64Array)], bottom: [...(bottom as Float64Array)], top: [...(top as Float64Array)], fill }
}

export const colours = () => ({
  themes: each((theme: "dark" | "light") => COLOURS[theme], ["dark"], ["light"]),
  venues: THEMES.flatMap((theme) => each((index: number) => venueColour(index, theme), ...Array.from({ length: 9 }, (_, i): [number] => [i])).map(({ given, wanted }) => ({ given: [theme, ...(given as [number])], wanted }))),
  leverage_groups: [{ given: [], wanted: LEVERAGE_GROUPS }],
  shades: each((index: number, count: number) => Number(/(\d+)%/.exec(leverageShade("#000000", index, count))![1]), [0, 1], [0, 6], [1, 6], [2, 6], [3, 6], [4, 6], [5, 6], [1, 3]),
  tables: tables(),
  level_values: each((n: number, top: number, decades: number) => binValue(n, { top, decades }), [0, 1e6, 4], [1, 1e6, 4], [64, 1e6, 4], [127, 1e6, 4], [0, 100, 0], [1, 100, 0], [127, 100, 0]),
  candles: each(candles, ["dark"], ["light"]),
  circles: each(
    (size: number[]) => circleColumns({ length: size.length, time: Float64Array.from(size), price: Float64Array.from(size), size: Float64Array.from(size), side: Float64Array.from(size, () => 1) }, COLOURS.dark).size,
    [[25, 100]],
    [[1, 2, 1e6]],
    [[]],
  ),
  smoothing: each(reach, [0.2], [1], [2.5], [3], [8], [500]),
})

interface LabelCase {
  clusters: Pick<Cluster, "id" | "side" | "price_low" | "price_high" | "peak_price" | "size" | "expected_size" | "heat">[]
  measure: Measure
  side: SideChoice
  selected: string[]
  price: Interval
  time: Interval
  last_time: number
  width: number
  height: number
  quote: string
  /** Start, end, low and high of each. */
  candles: (readonly [number, number, number, number])[]
}

const cluster = (id: string, side: Side, [price_low, price_high]: Interval, peak_price: number, size: number, expected_size = size / 3) => ({ id, side, price_low, price_high, peak_price, size, expected_size, heat: Math.round(97 * (price_high / price_low - 1) * 100) % 101 })

function labelled({ clusters, measure, side, selected, price, time, last_time, width, height, quote, candles }: LabelCase) {
  const { model } = fakeModel({ _clusters: clusters as unknown as Cluster[], measure, side, whiskers: false })
  const market = { time: [0, last_time], unit: quote, price_decimals: 1 } as unknown as Market
  const column = (row: number) => Float64Array.from(candles, (candle) => candle[row]!)
  const drawn = { length: candles.length, start: column(0), end: column(1), low: column(2), high: column(3) }
  const look = { clusters: sortedClusters(shownClusters((name) => model.get(name)), measure), measure, market, selected: new Set(selected), hovered: null, spread: false, candles: drawn }
  const view = { time, price }
  const { bands, brackets, labels } = clusterColumns(look, view, { width, height }, COLOURS.dark)
  const count = (labels.text as string[]).filter((text) => text !== "").length
  const sides = (colours: unknown) => (colours as string[]).map((colour) => (colour === COLOURS.dark.long ? "long" : colour === COLOURS.dark.short ? "short" : "ground"))
  return {
    strip: stripOf(view, market, width),
    bands: { id: bands.id, left: bands.left, bottom: bands.bottom, top: bands.top, fill_alpha: bands.fill_alpha, color: sides(bands.color) },
    brackets: { xs: brackets.xs, ys: brackets.ys },
    labels: { y: (labels.y as number[]).slice(0, count), text: (labels.text as string[]).slice(0, count), color: sides((labels.color as string[]).slice(0, count)) },
  }
}

const short = (value: number) => Number(value.toPrecision(6))

function crowd(count: number, seed: number): LabelCase["clusters"] {
  const random = chance(seed)
  return Array.from({ length: count }, (_, i) => {
    const low = short(80 + 40 * random())
    const high = short(low * (1 + 0.01 * random()))
    const peak = short(low + (high - low) * random())
    return cluster(`c${i}`, low < 100 ? "long" : "short", [low, high], peak, short(1e6 * 10 ** (3 * random())), short(1e5 * 10 ** (3 * random())))
  })
}

interface ListCase {
  clusters: (readonly [side: Side, peak: number, distance: number, size: number, expected: number, range: Interval | null])[]
  measure: Measure
  horizon: string
  quote: string
  decimals: number
}

/** What a picture file lists under the map. */
function listed({ clusters, measure, horizon, quote, decimals }: ListCase) {
  const shown = clusters.map(([side, peak_price, distance_pct, size, expected_size, range]) => ({ side, peak_price, distance_pct, size, expected_size, ...(range && { range }) }) as ShownCluster)
  return listedClusters(shown, measure, horizon, { unit: quote, price_decimals: decimals })
}

function lists(): Case[] {
  const plain = { measure: "heat", horizon: "24h", quote: "USD", decimals: 1 } as const
  const some: ListCase["clusters"] = [
    ["short", 109_809, 2.1156, 250.4e6, 97e6, [80e6, 2.9e9]],
    ["long", 101_977.3, -5.17, 153e6, 9.34e6, [45.2e6, 1.849e9]],
    ["long", 86_000, -19.995, 950, 0, null],
    ["short", 107_534, 0.001, 0.004, 0.001, [0, 0.02]],
  ]
  const random = chance(17)
  const many: ListCase["clusters"] = Array.from({ length: 11 }, () => [random() < 0.5 ? "long" : "short", short(1 + random()), short(20 * random() - 10), short(1e9 * random()), short(1e8 * random()), [short(1e7 * random()), short(1e9 + 1e9 * random())]])
  const cases: ListCase[] = [
    { ...plain, clusters: [] },
    { ...plain, clusters: some },
    { ...plain, clusters: some, measure: "size", quote: "EUR" },
    { ...plain, clusters: some, measure: "expected", horizon: "4h" },
    { ...plain, clusters: some.slice(2, 3) },
    { ...plain, clusters: many, decimals: 4 },
    { ...plain, clusters: [["short", 0.0000012345, 12.345, 1.5e3, 1, [900, 9.96e3]]], decimals: 10 },
  ]
  return cases.map((given) => ({ given, wanted: listed(given) }))
}

export const labels = () => {
  const plain = { measure: "size", side: "both", selected: [] as string[], price: [90, 110], time: [0, 20], last_time: 18, width: 1200, height: 400, quote: "USD", candles: [] as LabelCase["candles"] } as const
  const far = [cluster("a", "short", [105, 300], 250, 13.6e9), cluster("b", "long", [30, 92], 60, 4.4e9), cluster("c", "long", [95, 97], 96, 5e6)]
  const slivers = [cluster("a", "short", [150, 300], 250, 13.6e9), cluster("b", "long", [94, 97], 96, 1e8), cluster("c", "short", [102, 102.1], 102, 1e5), cluster("d", "short", [104, 104.1], 104, 1e6)]
  const near = [cluster("a", "short", [103, 106], 103, 5e7), cluster("b", "long", [94, 97], 97, 1e8), cluster("c", "long", [95, 96], 95.5, 1e6)]
  const random = chance(7)
  const walk = Array.from({ length: 20 }, (_, i) => [i, i + 1, short(90 + 3 * random()), short(95 + 14 * random())] as const)
  const cases: LabelCase[] = [
    { ...plain, clusters: [] },
    { ...plain, clusters: far },
    { ...plain, clusters: slivers },
    { ...plain, clusters: slivers, selected: ["c"] },
    { ...plain, clusters: far, side: "long", quote: "EUR" },
    // Now at the very edge, out of sight at either side, and with room for more than a tenth.
    { ...plain, clusters: far, time: [0, 18.1] },
    { ...plain, clusters: far, time: [0, 17] },
    { ...plain, clusters: far, time: [18.5, 20] },
    { ...plain, clusters: far, last_time: 10 },
    // A strip with no room for sides, and labels that reach over candles.
    { ...plain, clusters: far, width: 700 },
    { ...plain, clusters: near, width: 300, candles: [[17.9, 18, 96, 104]] },
    { ...plain, clusters: near, width: 300, candles: [[17.9, 18, 94, 106]] },
    { ...plain, clusters: near, width: 300, candles: [[0, 1, 94, 106]] },
    { ...plain, clusters: crowd(12, 3), width: 260, candles: walk },
    { ...plain, clusters: far, price: [96.5, 97.5], candles: [[17, 18, 97.3, 97.6]] },
    { ...plain, clusters: crowd(9, 4), price: [100, 100.4] },
    { ...plain, clusters: crowd(30, 5) },
    { ...plain, clusters: crowd(30, 5), measure: "expected" },
    { ...plain, clusters: crowd(30, 5), measure: "expected", side: "short", selected: ["c2", "c4", "c11"] },
    { ...plain, clusters: crowd(30, 5), measure: "heat" },
    { ...plain, clusters: crowd(90, 9), height: 1800 },
    { ...plain, clusters: crowd(12, 3), height: 30 },
  ]
  return {
    labels: cases.map((given) => ({ given, wanted: labelled(given) })),
    lists: lists(),
    strengths: each((heat: number, measure: Measure) => strength({ peak: { heat, size: 1, expected: 1 } } as Cluster, measure), [0, "heat"], [9.99, "heat"], [10, "heat"], [100, "heat"], [0, "size"], [0, "expected"]),
  }
}
