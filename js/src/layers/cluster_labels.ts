import { label as tag } from "../../../liqwidget/look.json"
import type { Candles } from "../heat/frame"
import { formatEstimate } from "../format/money"
import { formatPrice, priceDecimals } from "../format/price"
import { span, type Viewport } from "../steer/viewport"
import { LABEL, roomForWhiskers, WHISKERS } from "../steer/window"
import type { Interval, Market, Measure } from "../wire/traits"
import { clusterAmount, type ShownCluster } from "./shown_clusters"

export interface LabelLook {
  /** In the order in which they are labelled. */
  clusters: readonly ShownCluster[]
  measure: Measure
  market: Market
  selected: ReadonlySet<string>
  hovered: string | null
  /** What no label covers. */
  candles: Pick<Candles, "length" | "start" | "end" | "high" | "low"> | null
}

export interface Placed {
  cluster: ShownCluster
  /** Pixels from the top of the picture to its middle, and how far it reaches from the right edge. */
  at: number
  reach: number
  text: string
  /** Says what is out of sight. */
  outside: boolean
}

interface Size {
  width: number
  height: number
}

/** Half the height of a label, and from middle to middle of two [px]. */
const { room: ROOM, line: LINE, letter: LETTER } = tag
/** As many labels every time: Bokeh 3.9 colours those it had by the colours of those to come, and throws when these are fewer. */
export const LABELS = tag.most
/** How many lines from its edge what is out of sight may be said. */
const LINES = 2

/** The end of what is known: the strip of labels begins here. */
export const nowOf = (market: Market): number => market.edge ?? market.time[1]

/** Pixels right of now; null where now is out of sight: what stands now does not belong to what is looked at. */
export function stripOf({ time }: Viewport, market: Market, width: number): number | null {
  const now = nowOf(market)
  return time[0] < now && now <= time[1] ? ((time[1] - now) / span(time)) * width : null
}

/**
 * The labels that fit at the right edge: each inside its cluster's range and near its peak, on no candle and on no other
 * label; those that are lit first, then in the given order. What is out of sight is said at the edge beyond which it lies.
 */
export function clusterLabels(look: LabelLook, viewport: Viewport, size: Size): Placed[] {
  const { clusters, measure, market, selected, hovered, candles } = look
  const { width, height } = size
  const strip = stripOf(viewport, market, width)
  if (strip === null) return []
  const [low, high] = viewport.price
  const pixels = height / span(viewport.price)
  const down = (price: number) => (high - price) * pixels
  const lit = ({ id }: ShownCluster) => selected.has(id) || id === hovered
  const whiskers = roomForWhiskers(strip) && clusters.some(({ range }) => range) ? WHISKERS : 0
  const wordy = strip >= LABEL + whiskers
  const money = (cluster: ShownCluster) => `${selected.has(cluster.id) ? "✓ " : ""}est. ${formatEstimate(clusterAmount(cluster, measure), market.unit)}`
  const sided = (cluster: ShownCluster) => money(cluster).replace("est.", `${cluster.side} est.`)
  const boxes = candles ? candleBoxes(candles, viewport, size) : []
  const kept: Placed[] = []
  const place = (cluster: ShownCluster, text: string, wanted: number, within: Interval, outside: boolean): boolean => {
    const reach = text.length * LETTER + tag.plate + tag.inset
    const beyond = width - reach - (outside ? 0 : whiskers)
    const covered = boxes.filter(({ right }) => right > beyond).map(({ top, bottom }): Interval => [top - ROOM, bottom + ROOM])
    const at = nearestFree(wanted, within, [...kept.map((other): Interval => [other.at - LINE, other.at + LINE]), ...covered])
    if (at !== null) kept.push({ cluster, at, reach, text, outside })
    return at !== null
  }
  const inSight = clusters.filter(({ price_low, price_high }) => price_high > low && price_low < high)
  const peaks = inSight.filter(({ peak_price }) => peak_price > low && peak_price < high)
  const worth = tag.worth * Math.max(...peaks.map((cluster) => clusterAmount(cluster, measure)), 0)
  for (const cluster of [...inSight.filter(lit), ...inSight.filter((one) => !lit(one))]) {
    const { price_low, price_high, peak_price } = cluster
    const [top, bottom] = [Math.max(down(price_high), 0), Math.min(down(price_low), height)]
    if (!lit(cluster) && bottom - top < 2 * ROOM && clusterAmount(cluster, measure) < worth) continue
    const arrow = peak_price > high ? " ↑" : peak_price < low ? " ↓" : ""
    const within = inside(top, bottom, height)
    place(cluster, (wordy ? sided(cluster) : money(cluster)) + arrow, clamp(down(peak_price), within), within, false)
  }
  for (const [arrow, beyond] of [["↑", clusters.filter(({ price_low }) => price_low >= high)], ["↓", clusters.filter(({ price_high }) => price_high <= low)]] as const) {
    const [first] = beyond
    if (!first) continue
    const [from, to] = [ROOM, height - ROOM]
    const within: Interval = arrow === "↑" ? [from, from + LINES * LINE] : [to - LINES * LINE, to]
    const wanted = arrow === "↑" ? from : to
    const more = beyond.length > 1 ? `, ${beyond.length - 1} more` : ""
    const where = formatPrice(first.peak_price, priceDecimals(first.peak_price, market.price_decimals))
    void (place(first, `${sided(first)} at ${where}${more} ${arrow}`, wanted, within, true) || place(first, `${money(first)} ${arrow}`, wanted, within, true))
  }
  return kept.slice(0, LABELS)
}

const clamp = (value: number, [low, high]: Interval) => Math.max(low, Math.min(high, value))

/** Where the middle of a label may be so that it lies inside a range; the middle of one that is lower than a label. */
function inside(top: number, bottom: number, height: number): Interval {
  const edges: Interval = [ROOM, height - ROOM]
  const middle = clamp((top + bottom) / 2, edges)
  return bottom - top < 2 * ROOM ? [middle, middle] : [clamp(top + ROOM, edges), clamp(bottom - ROOM, edges)]
}

/** The place within a range that is nearest to the wanted one and in none of the blocked ranges; null where there is none. */
export function nearestFree(wanted: number, [low, high]: Interval, blocked: readonly Interval[]): number | null {
  let best: number | null = null
  for (const at of [wanted, ...blocked.flat()]) {
    if (at < low || at > high || blocked.some(([from, to]) => at > from && at < to)) continue
    if (best === null || Math.abs(at - wanted) < Math.abs(best - wanted)) best = at
  }
  return best
}

/** Where candles in sight end at the right, and between what heights they lie [px]. */
function candleBoxes({ length, start, end, high, low }: NonNullable<LabelLook["candles"]>, { time, price }: Viewport, { width, height }: Size) {
  const boxes: { right: number; top: number; bottom: number }[] = []
  for (let i = 0; i < length; i++) {
    if (end[i]! <= time[0] || start[i]! >= time[1]) continue
    const down = (value: number) => ((price[1] - value) / span(price)) * height
    boxes.push({ right: ((end[i]! - time[0]) / span(time)) * width, top: down(high[i]!), bottom: down(low[i]!) })
  }
  return boxes
}
