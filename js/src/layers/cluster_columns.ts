import { band, label } from "../../../liqwidget/look.json"
import { clusterAmount } from "./cluster_amount"
import type { Colours } from "../dom/colours"
import { formatMoney } from "../format/money"
import { placeLabels } from "./place_labels"
import type { Columns } from "./plot"
import type { Market, Measure } from "../wire/protocol"
import type { ShownCluster as Cluster } from "./shown_clusters"
import { span, type Viewport } from "../steer/viewport"

export interface ClusterLook {
  clusters: readonly Cluster[]
  measure: Measure
  market: Market
  selected: ReadonlySet<string>
  /** The cluster under the pointer, on the map or in the list. */
  hovered: string | null
  /** Whether the whole width shows the hovered band (when it is pointed at in the list). */
  spread: boolean
}

/** Half the height of a label [px]. */
const ROOM = label.room
/** As many labels every time: Bokeh 3.9 colours those it had by the colours of those to come, and throws when these are fewer. */
const LABELS = label.most

/** Where the bands begin: now, or the right edge of a view that does not reach it. */
export function bandStart(view: Viewport, market: Market): number {
  return Math.min(market.edge ?? market.time[1], view.time[1] - band.least_share * span(view.time))
}

/** The columns of liq-clusters and of liq-cluster-labels, and which clusters are labelled where [price]. */
export function clusterColumns(
  look: ClusterLook,
  view: Viewport,
  height: number,
  colours: Colours,
): { bands: Columns; labels: Columns; labelled: { cluster: Cluster; price: number }[] } {
  const { clusters, measure, market, selected, hovered, spread } = look
  const most = Math.max(...clusters.map((cluster) => clusterAmount(cluster, measure)), 1e-9)
  const lit = (cluster: Cluster) => selected.has(cluster.id) || cluster.id === hovered
  const wide = (cluster: Cluster) => selected.has(cluster.id) || (spread && cluster.id === hovered)
  const strength = (cluster: Cluster) => band.weakest + (band.strongest - band.weakest) * Math.sqrt(clusterAmount(cluster, measure) / most)
  const start = bandStart(view, market)
  const each = <T>(value: (cluster: Cluster) => T) => clusters.map(value)
  const bands = {
    id: each(({ id }) => id),
    left: each((cluster) => (wide(cluster) ? view.time[0] - span(view.time) : start)),
    start: each(() => start),
    edge: each(() => start + band.edge_share * span(view.time)),
    right: each(() => view.time[1] + span(view.time)),
    bottom: each(({ price_low }) => price_low),
    top: each(({ price_high }) => price_high),
    color: each(({ side }) => colours[side]),
    fill_alpha: each((cluster) => (wide(cluster) ? band.wide : strength(cluster) + (lit(cluster) ? band.lit : 0))),
    line: each((cluster) => (lit(cluster) ? colours[cluster.side] : colours.ground)),
  }
  const pixels = height / span(view.price)
  const [low, high] = view.price
  const inSight = clusters.filter(({ price_low, price_high }) => price_high > low && price_low < high)
  const peaks = inSight.filter(({ peak_price }) => peak_price > low && peak_price < high)
  const worth = label.worth * Math.max(...peaks.map((cluster) => clusterAmount(cluster, measure)), 0)
  const roomy = ({ price_low, price_high }: Cluster) => (Math.min(price_high, high) - Math.max(price_low, low)) * pixels >= 2 * ROOM
  // Where the peak is out of sight, the label stands at that edge of the picture and points to it.
  const pointer = ({ peak_price }: Cluster) => (peak_price > high ? " ↑" : peak_price < low ? " ↓" : "")
  const shownAt = ({ peak_price }: Cluster) => Math.max(ROOM, Math.min(height - ROOM, (high - peak_price) * pixels))
  const rows = inSight
    .filter((cluster) => lit(cluster) || roomy(cluster) || clusterAmount(cluster, measure) >= worth)
    .map((cluster) => ({ cluster, at: shownAt(cluster), first: lit(cluster) }))
  const placed = placeLabels(rows, height).slice(0, LABELS)
  const spare = <T>(values: T[], empty: T): T[] => [...values, ...Array<T>(LABELS - values.length).fill(empty)]
  const labels = {
    x: spare(placed.map(() => view.time[1]), NaN),
    y: spare(placed.map(({ at }) => view.price[1] - at / pixels), NaN),
    text: spare(placed.map(({ cluster }) => {
      const amount = formatMoney(clusterAmount(cluster, measure), market.quote)
      return `${selected.has(cluster.id) ? "✓ " : ""}${cluster.side} est. ${amount}${pointer(cluster)}`
    }), ""),
    color: spare(placed.map(({ cluster }) => colours[cluster.side]), colours.ground),
  }
  return { bands, labels, labelled: placed.map(({ cluster, at }) => ({ cluster, price: view.price[1] - at / pixels })) }
}
