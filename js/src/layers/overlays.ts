import type { AnyModel } from "@anywidget/types"
import { band, label as tag, overlay } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Theme } from "../dom/theme"
import { candleAt, type Candles } from "../heat/frame"
import { span, type Viewport } from "../steer/viewport"
import { WHISKERS } from "../steer/window"
import { type LifeState, type Overlays, overlaysOf, type Series } from "../wire/overlays"
import type { Market, Traits } from "../wire/traits"
import type { Placed } from "./cluster_labels"
import { along, type Area, coverage, foot, inward, placeTexts, type Wish } from "./overlay_labels"
import type { Plot, Point } from "./plot"
import { columnsOf } from "./whiskers"

export interface OverlayLayer {
  /** Draw for the view of the picture; labels keep off those of clusters. */
  draw(clusters: readonly Placed[]): void
  /** What lies under a point, in words; '' for nothing. */
  told(point: Point): string
}

export interface OverlayOptions {
  model: AnyModel<Traits>
  plot: Plot
  market: () => Market
  look: () => { theme: Theme; colours: Colours }
  candles: () => Candles | null
  /** What stands in the corner of the picture. */
  titles: () => readonly string[]
  /** What stands at the bottom of the picture: whose data these are, and when a selection was opened. */
  feeds: () => string
  opened: () => string
}

/** Levels, ranges, events and series over the heat, and the lives of clusters that are ticked. */
export function overlayLayer({ model, plot, market, look, candles, titles, feeds, opened }: OverlayOptions): OverlayLayer {
  let some = false
  return {
    draw(clusters) {
      const [overlays, lives] = [overlaysOf(model), model.get("_lives") ?? []]
      const now = [overlays.levels, overlays.marks, overlays.series, lives].some((part) => part.length > 0)
      if (!now && !some) return
      some = now
      const size = plot.area()
      const corner = { left: 0, right: Math.max(...titles().map((text) => text.length)) * 8 + 20, top: 0, bottom: CORNER }
      const labelled = clusters.map(({ at, reach, outside }): Area => ({ left: size.width - reach - (outside ? 0 : WHISKERS), right: size.width, top: at - tag.room, bottom: at + tag.room }))
      const drawn = overlayColumns(overlays, lives, {
        viewport: plot.viewport(),
        size,
        until: knownUntil(model, market()),
        candles: model.get("price_style") === "off" ? null : candles(),
        areas: [corner, ...foot(feeds(), opened(), size), ...labelled],
        ...look(),
      })
      plot.setColumns("liq-overlay-bands", drawn.bands)
      plot.setColumns("liq-overlay-lines", drawn.lines)
      plot.setColumns("liq-overlay-labels", drawn.labels)
    },
    told({ time, price }) {
      const { levels, marks, series } = overlaysOf(model)
      const { width, height } = plot.area()
      const view = plot.viewport()
      const [late, near] = [(REACH * span(view.time)) / width, (REACH * span(view.price)) / height]
      return [
        ...levels.flatMap((one) => ((one.start ?? time) <= time && time <= (one.end ?? time) && one.low - near <= price && price <= one.high + near ? one.label : "")),
        ...marks.map((one) => (Math.abs(one.time - time) <= late ? one.label : "")),
        ...series.map((line) => (line.on_price && Math.abs(valueAt(line, time) - price) <= near ? line.label : "")),
      ].filter(Boolean).join(" · ")
    },
  }
}

/** How high the titles are [px]. */
const CORNER = 50
/** How far within the picture what lies beyond it is told [px]. */
const EDGE = tag.room + 2
/** Pixels within which a line is pointed at. */
const REACH = 4

export interface OverlaySight {
  viewport: Viewport
  size: { width: number; height: number }
  /** Series are drawn as far as they were known then. */
  until: number
  candles: Candles | null
  /** What no label covers. */
  areas: readonly Area[]
  theme: Theme
  colours: Colours
}

/** The columns of liq-overlay-bands, -lines and -labels. */
export function overlayColumns({ levels, marks, series }: Overlays, lives: readonly LifeState[], sight: OverlaySight) {
  const { viewport: { time, price }, size, until, theme, colours: { ground, ...sides } } = sight
  const { width, height } = size
  const bands: { left: number; right: number; bottom: number; top: number; color: string; alpha: number }[] = []
  const lines: { xs: ArrayLike<number>; ys: ArrayLike<number>; color: string; dash: string }[] = []
  const wishes: Wish[] = []
  const x = (at: number) => ((at - time[0]) / span(time)) * width
  const y = (at: number) => ((price[1] - at) / span(price)) * height
  const [early, late] = [time[0] - span(time), time[1] + span(time)]
  for (const one of levels) {
    const { dash, low, high } = one
    const [left, right] = [one.start ?? early, one.end ?? late]
    if (right < time[0] || left > time[1] || high < price[0] || low > price[1]) continue
    const color = one.color[theme]
    if (low < high) bands.push({ left, right, bottom: low, top: high, color, alpha: overlay.fill })
    for (const at of new Set([low, high])) lines.push({ xs: [left, right], ys: [at, at], color, dash })
    const [top, bottom] = [Math.max(y(high), 0), Math.min(y(low), height)]
    const middle = bottom - top < 2 * tag.room ? (top + bottom) / 2 : top + tag.room
    if (one.label) wishes.push({ text: one.label, color, spots: (wide) => along(Math.max(x(left), 0) + overlay.inset, Math.min(x(right), width) - wide, () => middle) })
  }
  wishes.push(...beyond(levels, sight))
  series.filter(({ on_price }) => on_price).forEach((all) => {
    const line = upTo(all, until)
    if (line.length === 0) return
    const color = line.color[theme]
    const from = candleAt(line, time[0]) ?? 0
    const to = Math.min((candleAt(line, time[1]) ?? -1) + 2, line.length)
    lines.push({ xs: line.start.slice(from, to), ys: line.values.slice(from, to), color, dash: "solid" })
    const end = Math.min(x(line.start[line.length - 1]!), width)
    wishes.push({ text: line.label, color, spots: (wide) => along(Math.max(x(line.start[0]!), 0) + overlay.inset, end - wide, (at) => y(valueAt(line, time[0] + ((at + wide) / width) * span(time))), true) })
  })
  for (const { label, color: paint, time: at } of marks) {
    if (at < time[0] || at > time[1]) continue
    const color = paint[theme]
    lines.push({ xs: [at, at], ys: [price[0] - span(price), price[1] + span(price)], color, dash: "dashed" })
    if (label) wishes.push({ text: label, color, spots: (wide) => beside(x(at), wide) })
  }
  for (const { side, runs } of lives) {
    const color = sides[side]
    const edges = [[], []] as { x: number; y: number }[][]
    runs.forEach(([left, right, bottom, top], i) => {
      bands.push({ left, right, bottom, top, color, alpha: band.wide })
      const gap = i > 0 && runs[i - 1]![1] < left ? [{ x: left, y: NaN }] : []
      edges.forEach((edge, upper) => edge.push(...gap, ...[left, right].map((at) => ({ x: at, y: upper ? top : bottom }))))
    })
    for (const edge of edges) lines.push({ xs: edge.map((one) => one.x), ys: edge.map((one) => one.y), color, dash: "solid" })
  }
  const placed = placeTexts(wishes, sight.areas, coverage(sight.candles, sight.viewport, size), size)
  const spare = Array<{ x: number; y: number; text: string; color: string }>(overlay.most - placed.length).fill({ x: NaN, y: NaN, text: "", color: ground })
  const written = placed.map((one) => ({ ...one, x: time[0] + (one.x / width) * span(time), y: price[1] - (one.y / height) * span(price) }))
  return {
    bands: columnsOf(["left", "right", "bottom", "top", "color", "alpha"], bands),
    lines: columnsOf(["xs", "ys", "color", "dash"], lines),
    labels: columnsOf(["x", "y", "text", "color"], [...written, ...spare]),
  }
}

/** Where the nearest levels are that lie above and below the picture: the own liquidation is seldom in sight. */
function beyond(levels: Overlays["levels"], { viewport: { price }, size: { width, height }, theme }: OverlaySight): Wish[] {
  const lasting = levels.filter(({ label, low, high, start, end }) => label && low === high && start === null && end === null)
  return ([[1, "↑", price[1], EDGE], [-1, "↓", price[0], height - EDGE]] as const).flatMap(([sign, arrow, edge, y]) => {
    const out = lasting.filter(({ low }) => sign * (low - edge) > 0).sort((a, b) => sign * (a.low - b.low))
    return out.slice(0, overlay.beyond).map(({ label, color }) => ({ text: `${arrow} ${label}`, color: color[theme], spots: (wide: number) => inward(width - wide, y, sign) }))
  })
}

/** Beside an event, from the upper edge down. */
function* beside(x: number, wide: number) {
  for (let row = 0; row < overlay.rows; row++) {
    for (const left of [x + 3, x - wide - 3]) yield [left, overlay.top + row * tag.line] as const
  }
}

/** Series are shown as far as they were known at the end shown; all of them where what followed is shown. */
export const knownUntil = (model: AnyModel<Traits>, market: Market): number => (model.get("future") ? Infinity : (market.now ?? market.time[1]))

export const upTo = (line: Series, until: number): Series => ({ ...line, length: (candleAt(line, until) ?? -1) + 1 })

/** What a series is at a time, on the way from one point to the next; NaN before it begins and after it ends. */
function valueAt({ start, values, length }: Series, time: number): number {
  const i = candleAt({ start, length }, time)
  if (i === null) return NaN
  if (i === length - 1) return time > start[i]! ? NaN : values[i]!
  const share = (time - start[i]!) / (start[i + 1]! - start[i]!)
  return values[i]! + share * (values[i + 1]! - values[i]!)
}
