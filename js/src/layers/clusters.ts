import type { AnyModel } from "@anywidget/types"
import { band, label as tag } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import { formatMoney } from "../format/money"
import { span, type Viewport } from "../steer/viewport"
import { roomForWhiskers } from "../steer/window"
import type { Market, Measure, Side, Traits } from "../wire/traits"
import type { Columns, Plot, Point } from "./plot"
import { clusterAmount, type ShownCluster, shownClusters, sortedClusters } from "./shown_clusters"
import { whiskerColumns } from "./whiskers"

const LABEL_WIDTH = 120

export interface ClusterLayer {
  draw(): void
  /** The cluster whose band or label is under a point of the plot, if any. */
  at(point: Point): string | null
  /** A cluster that is shown, in words: its estimate and its range. */
  told(id: string | null): { side: Side; text: string } | null
  /** Light a band up; `spread` draws it over the whole width. */
  hover(id: string | null, spread: boolean): void
  toggle(id: string): void
}

/** The bands and labels at the right edge of the picture. */
export function clusterLayer(
  model: AnyModel<Traits>,
  plot: Plot,
  market: () => Market,
  colours: () => Colours,
): ClusterLayer {
  let hovered: { id: string | null; spread: boolean } = { id: null, spread: false }
  const shown = () => sortedClusters(shownClusters((name) => model.get(name)), model.get("measure"))
  const draw = () => {
    const look = {
      clusters: shown(),
      measure: model.get("measure"),
      market: market(),
      selected: new Set(model.get("_selected")),
      hovered: hovered.id,
      spread: hovered.spread,
    }
    const [viewport, area] = [plot.viewport(), plot.area()]
    const { bands, labels, labelled } = clusterColumns(look, viewport, area.height, colours())
    plot.setColumns("liq-clusters", bands)
    plot.setColumns("liq-cluster-labels", labels)
    plot.setColumns("liq-whiskers", whiskerColumns(roomForWhiskers(area.width) ? labelled : [], look.measure, viewport, area, colours()))
  }
  return {
    draw,
    at({ time, price, x }) {
      const { left, width } = plot.area()
      if (time < bandStart(plot.viewport(), market()) && x < left + width - LABEL_WIDTH) return null
      const hit = shown().filter((cluster) => price >= cluster.price_low && price <= cluster.price_high)
      hit.sort((a, b) => Math.abs(a.peak_price - price) - Math.abs(b.peak_price - price))
      return hit[0]?.id ?? null
    },
    told(id) {
      const cluster = shown().find((one) => one.id === id)
      return cluster ? { side: cluster.side, text: clusterText(cluster, model.get("measure"), market().quote) } : null
    },
    hover(id, spread) {
      if (id === hovered.id && spread === hovered.spread) return
      hovered = { id, spread }
      draw()
    },
    toggle(id) {
      const selected = model.get("_selected")
      model.set("_selected", selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id])
      model.save_changes()
    },
  }
}

export interface ClusterLook {
  clusters: readonly ShownCluster[]
  measure: Measure
  market: Market
  selected: ReadonlySet<string>
  /** The cluster under the pointer, on the map or in the list. */
  hovered: string | null
  /** Whether the whole width shows the hovered band (when it is pointed at in the list). */
  spread: boolean
}

/** Half the height of a label [px]. */
const ROOM = tag.room
/** As many labels every time: Bokeh 3.9 colours those it had by the colours of those to come, and throws when these are fewer. */
const LABELS = tag.most

/** Where the bands begin: now, or the right edge of a viewport that does not reach it. */
export function bandStart(viewport: Viewport, market: Market): number {
  return Math.min(market.edge ?? market.time[1], viewport.time[1] - band.least_share * span(viewport.time))
}

/** The columns of liq-clusters and of liq-cluster-labels, and which clusters are labelled where [price]. */
export function clusterColumns(
  look: ClusterLook,
  viewport: Viewport,
  height: number,
  colours: Colours,
): { bands: Columns; labels: Columns; labelled: { cluster: ShownCluster; price: number }[] } {
  const { clusters, measure, market, selected, hovered, spread } = look
  const most = Math.max(...clusters.map((cluster) => clusterAmount(cluster, measure)), 1e-9)
  const lit = (cluster: ShownCluster) => selected.has(cluster.id) || cluster.id === hovered
  const wide = (cluster: ShownCluster) => selected.has(cluster.id) || (spread && cluster.id === hovered)
  const strength = (cluster: ShownCluster) => band.weakest + (band.strongest - band.weakest) * Math.sqrt(clusterAmount(cluster, measure) / most)
  const start = bandStart(viewport, market)
  const each = <T>(value: (cluster: ShownCluster) => T) => clusters.map(value)
  const bands = {
    id: each(({ id }) => id),
    left: each((cluster) => (wide(cluster) ? viewport.time[0] - span(viewport.time) : start)),
    start: each(() => start),
    edge: each(() => start + band.edge_share * span(viewport.time)),
    right: each(() => viewport.time[1] + span(viewport.time)),
    bottom: each(({ price_low }) => price_low),
    top: each(({ price_high }) => price_high),
    color: each(({ side }) => colours[side]),
    fill_alpha: each((cluster) => (wide(cluster) ? band.wide : strength(cluster) + (lit(cluster) ? band.lit : 0))),
    line: each((cluster) => (lit(cluster) ? colours[cluster.side] : colours.ground)),
  }
  const pixels = height / span(viewport.price)
  const [low, high] = viewport.price
  const inSight = clusters.filter(({ price_low, price_high }) => price_high > low && price_low < high)
  const peaks = inSight.filter(({ peak_price }) => peak_price > low && peak_price < high)
  const worth = tag.worth * Math.max(...peaks.map((cluster) => clusterAmount(cluster, measure)), 0)
  const roomy = ({ price_low, price_high }: ShownCluster) => (Math.min(price_high, high) - Math.max(price_low, low)) * pixels >= 2 * ROOM
  // Where the peak is out of sight, the label stands at that edge of the picture and points to it.
  const pointer = ({ peak_price }: ShownCluster) => (peak_price > high ? " ↑" : peak_price < low ? " ↓" : "")
  const shownAt = ({ peak_price }: ShownCluster) => Math.max(ROOM, Math.min(height - ROOM, (high - peak_price) * pixels))
  const rows = inSight
    .filter((cluster) => lit(cluster) || roomy(cluster) || clusterAmount(cluster, measure) >= worth)
    .map((cluster) => ({ cluster, at: shownAt(cluster), first: lit(cluster) }))
  const placed = placeLabels(rows, height).slice(0, LABELS)
  const spare = <T>(values: T[], empty: T): T[] => [...values, ...Array<T>(LABELS - values.length).fill(empty)]
  const labels = {
    x: spare(placed.map(() => viewport.time[1]), NaN),
    y: spare(placed.map(({ at }) => viewport.price[1] - at / pixels), NaN),
    text: spare(placed.map(({ cluster }) => {
      const amount = formatMoney(clusterAmount(cluster, measure), market.quote)
      return `${selected.has(cluster.id) ? "✓ " : ""}${cluster.side} est. ${amount}${pointer(cluster)}`
    }), ""),
    color: spare(placed.map(({ cluster }) => colours[cluster.side]), colours.ground),
  }
  return { bands, labels, labelled: placed.map(({ cluster, at }) => ({ cluster, price: viewport.price[1] - at / pixels })) }
}

/** "$42M est., $18M to $77M under other priors"; without the range as long as it is not known. */
export function clusterText(cluster: ShownCluster, measure: Measure, quote: string): string {
  const money = (amount: number) => formatMoney(amount, quote)
  const [low, high] = cluster.range ?? []
  const range = low === undefined || high === undefined ? "" : `, ${money(low)} to ${money(high)} under other priors`
  return `${money(clusterAmount(cluster, measure))} est.${range}`
}

const LINE = tag.line

/** Keep the labels that fit without touching: those that come first, then in the given order; `at` is in pixels from the top. */
export function placeLabels<L extends { at: number; first: boolean }>(labels: readonly L[], height: number): L[] {
  const kept: L[] = []
  const byWeight = [...labels.filter(({ first }) => first), ...labels.filter(({ first }) => !first)]
  for (const label of byWeight) {
    if (label.at < LINE / 2 || label.at > height - LINE / 2) continue
    if (kept.every(({ at }) => Math.abs(at - label.at) >= LINE)) kept.push(label)
  }
  return kept
}
