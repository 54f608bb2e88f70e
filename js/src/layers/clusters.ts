import type { AnyModel } from "@anywidget/types"
import { band, label as tag } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import { formatEstimate } from "../format/money"
import { formatPrice, priceDecimals } from "../format/price"
import type { Candles } from "../heat/frame"
import { span, type Viewport } from "../steer/viewport"
import { LABEL, roomForWhiskers, SHORT_LABEL, WHISKERS } from "../steer/window"
import type { Market, Measure, Side, Traits } from "../wire/traits"
import type { NamedPrice } from "./axis_tags"
import { clusterLabels, type LabelLook, LABELS, nowOf, type Placed, stripOf } from "./cluster_labels"
import type { Columns, Plot, Point } from "./plot"
import { clusterAmount, type ShownCluster, shownClusters, sortedClusters, strength } from "./shown_clusters"
import { whiskerColumns } from "./whiskers"

export interface ClusterLayer {
  draw(): void
  /** The cluster in whose range or on whose label a point right of now is, if any. */
  at(point: Point): string | null
  /** A cluster that is shown, in words: its estimate and its range. */
  told(id: string | null): { side: Side; text: string } | null
  /** Light a cluster up; `spread` draws its range over the whole width. */
  hover(id: string | null, spread: boolean): void
  toggle(id: string): void
}

export interface ClusterLayerOptions {
  model: AnyModel<Traits>
  plot: Plot
  market: () => Market
  colours: () => Colours
  candles: () => Candles | null
  /** Told the prices of the clusters that are labelled. */
  named(prices: readonly NamedPrice[]): void
  /** Inside the widget, which is marked while whiskers are drawn. */
  wrapper: HTMLElement
  /** Told where labels are, once they are drawn. */
  drawn(placed: readonly Placed[]): void
}

/** The brackets and labels in the strip right of now. */
export function clusterLayer({ model, plot, market, colours, wrapper, candles, named, drawn: told }: ClusterLayerOptions): ClusterLayer {
  let hovered: { id: string | null; spread: boolean } = { id: null, spread: false }
  let placed: readonly Placed[] = []
  const shown = () => sortedClusters(shownClusters((name) => model.get(name)), model.get("measure"))
  const draw = () => {
    const look = {
      clusters: shown(),
      measure: model.get("measure"),
      market: market(),
      selected: new Set(model.get("_selected")),
      lived: new Set(model.get("_lives")?.map(({ id }) => id)),
      hovered: hovered.id,
      spread: hovered.spread,
      candles: model.get("price_style") === "off" ? null : candles(),
    }
    const [viewport, area] = [plot.viewport(), plot.area()]
    const drawn = clusterColumns(look, viewport, area, colours())
    placed = drawn.placed
    named(namedPrices(placed, look))
    plot.setColumns("liq-clusters", drawn.bands)
    plot.setColumns("liq-brackets", drawn.brackets)
    plot.setColumns("liq-cluster-labels", drawn.labels)
    wrapper.closest(".liq-root")?.toggleAttribute("data-whiskers", drawn.whiskered.some(({ cluster }) => cluster.range))
    plot.setColumns("liq-whiskers", whiskerColumns(drawn.whiskered, look.measure, viewport, area, colours(), drawn.room))
    told(placed)
  }
  return {
    draw,
    at({ time, price, x, y }) {
      const { left, top, width } = plot.area()
      const viewport = plot.viewport()
      if (stripOf(viewport, market(), width) === null) return null
      const label = placed.find(({ at, reach }) => x >= left + width - reach && Math.abs(y - top - at) <= ROOM)
      if (label) return label.cluster.id
      if (time < nowOf(market())) return null
      const hit = shown().filter((cluster) => price >= cluster.price_low && price <= cluster.price_high)
      hit.sort((a, b) => Math.abs(a.peak_price - price) - Math.abs(b.peak_price - price))
      return hit[0]?.id ?? null
    },
    told(id) {
      const cluster = shown().find((one) => one.id === id)
      return cluster ? { side: cluster.side, text: clusterText(cluster, model.get("measure"), market().unit) } : null
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

/** Where the peaks of labelled clusters are, in words. */
export const namedPrices = (placed: readonly Placed[], { market, measure, selected, hovered }: LabelLook): NamedPrice[] =>
  placed
    .filter(({ outside }) => !outside)
    .map(({ cluster }) => ({
      price: cluster.peak_price,
      side: cluster.side,
      text: formatPrice(cluster.peak_price, priceDecimals(cluster.peak_price, market.price_decimals)),
      alpha: selected.has(cluster.id) || cluster.id === hovered ? 1 : strength(cluster, measure),
    }))

export interface ClusterLook extends LabelLook {
  /** Whether the whole width shows the hovered range (when it is pointed at in the list). */
  spread: boolean
  /** Clusters whose lives are drawn instead. */
  lived?: ReadonlySet<string>
}

/** Half the height of a label [px]. */
const ROOM = tag.room

export interface ClusterColumns {
  /** Of liq-clusters, liq-brackets and liq-cluster-labels. */
  bands: Columns
  brackets: Columns
  labels: Columns
  placed: readonly Placed[]
  /** Labels beside which there is room for whiskers, and pixels that the labels have. */
  whiskered: { cluster: ShownCluster; price: number }[]
  room: number
}

/** What is drawn of clusters: their ranges where they are lit, brackets where now is in sight, labels that fit. */
export function clusterColumns(look: ClusterLook, viewport: Viewport, area: { width: number; height: number }, colours: Colours): ClusterColumns {
  const { clusters, market, selected, hovered, spread } = look
  const strip = stripOf(viewport, market, area.width)
  const lit = ({ id }: ShownCluster) => selected.has(id) || id === hovered
  const wide = ({ id }: ShownCluster) => (selected.has(id) && !look.lived?.has(id)) || (spread && id === hovered)
  const marking = (cluster: ShownCluster) => (lit(cluster) ? 1 : strength(cluster, look.measure))
  const across = span(viewport.time) / area.width
  const start = nowOf(market) + band.gap * across
  const each = <T>(value: (cluster: ShownCluster) => T) => clusters.map(value)
  const seen = (cluster: ShownCluster) => wide(cluster) || (lit(cluster) && strip !== null)
  const bands = {
    id: each(({ id }) => id),
    left: each((cluster) => (wide(cluster) ? viewport.time[0] - span(viewport.time) : nowOf(market))),
    right: each(() => viewport.time[1] + span(viewport.time)),
    bottom: each(({ price_low }) => price_low),
    top: each(({ price_high }) => price_high),
    color: each(({ side }) => colours[side]),
    fill_alpha: each((cluster) => (!seen(cluster) ? 0 : wide(cluster) ? band.wide : band.lit)),
    line_alpha: each((cluster) => (seen(cluster) ? 1 : 0)),
  }
  const placed = clusterLabels(look, viewport, area)
  // A label that reaches over its bracket stands for it.
  const hidden = new Set(placed.filter(({ reach }) => reach > (strip ?? 0) + band.gap + band.tick).map(({ cluster }) => cluster.id))
  const marked = strip === null ? [] : clusters.filter(({ id }) => !hidden.has(id))
  const brackets = {
    xs: marked.map(() => [start + band.tick * across, start, start, start + band.tick * across]),
    ys: marked.map(({ price_low, price_high }) => [price_low, price_low, price_high, price_high]),
    color: marked.map(({ side }) => colours[side]),
    width: marked.map((cluster) => (lit(cluster) ? band.lit_line : band.line)),
    alpha: marked.map(marking),
  }
  const price = (at: number) => viewport.price[1] - (at / area.height) * span(viewport.price)
  const spare = <T>(values: T[], empty: T): T[] => [...values, ...Array<T>(LABELS - values.length).fill(empty)]
  const labels = {
    x: spare(placed.map(() => viewport.time[1]), NaN),
    y: spare(placed.map(({ at }) => price(at)), NaN),
    text: spare(placed.map(({ text }) => text), ""),
    color: spare(placed.map(({ cluster }) => colours[cluster.side]), colours.ground),
    alpha: spare(placed.map(({ cluster }) => marking(cluster)), 1),
  }
  const roomy = strip !== null && roomForWhiskers(strip)
  return {
    bands,
    brackets,
    labels,
    placed,
    whiskered: roomy ? placed.filter(({ outside }) => !outside).map(({ cluster, at }) => ({ cluster, price: price(at) })) : [],
    room: roomy && strip >= LABEL + WHISKERS ? LABEL : SHORT_LABEL,
  }
}

/** "$42M est., $18M to $77M under other assumptions"; without the range as long as it is not known. */
export function clusterText(cluster: ShownCluster, measure: Measure, quote: string): string {
  const money = (amount: number) => formatEstimate(amount, quote)
  const [low, high] = cluster.range ?? []
  const range = low === undefined || high === undefined ? "" : `, ${money(low)} to ${money(high)} under other assumptions`
  return `${money(clusterAmount(cluster, measure))} est.${range}`
}
