import type { ComponentChildren } from "preact"
import { formatEstimate, rangeMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { formatPrice, priceDecimals } from "../format/price"
import { formatShares, LEVERAGE_GROUPS } from "../format/shares"
import { formatAge } from "../format/time"
import { clusterAmount, type ShownCluster as Cluster } from "../layers/shown_clusters"
import type { Market, Measure } from "../wire/traits"

export type FieldName = "side" | "near" | "distance" | "range" | "peak" | "to_peak" | "heat" | "expected" | "size" | "size_range" | "age" | "persistence" | "venues" | "leverage"

export interface Look {
  market: Market | null
  measure: Measure
  horizon: string
  /** The largest amount of the shown measure. */
  most: number
}

export interface Field {
  name: FieldName
  head: (look: Look) => string
  title: string
  /** What rows are sorted by. */
  key: (cluster: Cluster) => number
  /** The first click sorts so. */
  descending: boolean
  number: boolean
  cell: (cluster: Cluster, look: Look) => ComponentChildren
  /** Whether the kernel tells it. */
  told?: (cluster: Cluster) => boolean
}

/** No cluster is nothing, though it may be darker than what the picture shows. */
const heatText = (heat: number) => (heat < 0.5 ? "<1" : heat.toFixed(0))
const quote = (look: Look) => look.market?.unit ?? "USD"
const decimals = (cluster: Cluster, look: Look) => priceDecimals(cluster.price_high, look.market?.price_decimals ?? 2)

/** Write the price range of a cluster. */
export const rangeText = (cluster: Cluster, look: Look): string =>
  `${formatPrice(cluster.price_low, decimals(cluster, look))} – ${formatPrice(cluster.price_high, decimals(cluster, look))}`

/** Signed distance from the last price to the near edge, in percent: the last price is told by that to the peak. */
function nearDistance({ near_edge, peak_price, distance_pct }: Cluster): number {
  return 100 * ((near_edge / peak_price) * (1 + distance_pct / 100) - 1)
}

/** Fields that are prices: sorted by one of them, the last price has its place among them. */
export const PRICES: ReadonlySet<FieldName> = new Set(["near", "range", "peak"])

/** The columns of the table of clusters. */
export const FIELDS: readonly Field[] = [
  {
    name: "side",
    head: () => "Side",
    title: "Whose positions would be liquidated",
    key: ({ side }) => (side === "long" ? 0 : 1),
    descending: false,
    number: false,
    cell: ({ side }) => side,
  },
  {
    name: "near",
    head: () => "Near edge",
    title: "The edge of the cluster that is nearer to the last price",
    key: ({ near_edge }) => near_edge,
    descending: true,
    number: true,
    cell: (cluster, look) => formatPrice(cluster.near_edge, decimals(cluster, look)),
  },
  {
    name: "distance",
    head: () => "Distance",
    title: "From the last price to the near edge",
    key: (cluster) => Math.abs(nearDistance(cluster)),
    descending: false,
    number: true,
    cell: (cluster) => formatPercent(nearDistance(cluster)),
  },
  {
    name: "range",
    head: () => "Price range",
    title: "From the lowest to the highest price of the cluster",
    key: ({ price_low }) => price_low,
    descending: true,
    number: true,
    cell: rangeText,
  },
  {
    name: "peak",
    head: () => "Peak",
    title: "Price where most stands",
    key: ({ peak_price }) => peak_price,
    descending: true,
    number: true,
    cell: (cluster, look) => formatPrice(cluster.peak_price, decimals(cluster, look)),
  },
  {
    name: "to_peak",
    head: () => "To peak",
    title: "From the last price to the peak",
    key: ({ distance_pct }) => Math.abs(distance_pct),
    descending: false,
    number: true,
    cell: ({ distance_pct }) => formatPercent(distance_pct),
  },
  {
    name: "heat",
    head: () => "Heat",
    title: "Of its peak, as the picture's colours show it: 100 is the top of the window; no amount",
    key: ({ heat }) => heat,
    descending: true,
    number: true,
    cell: ({ heat, peak }) => heatText(peak?.heat ?? heat),
  },
  {
    name: "expected",
    head: ({ horizon }) => `Expected in ${horizon}`,
    title: "Estimated size times the chance that price gets there in that time",
    key: ({ expected_size }) => expected_size,
    descending: true,
    number: true,
    cell: (cluster, look) => formatEstimate(cluster.expected_size, quote(look)),
  },
  {
    name: "size",
    head: () => "Est. size",
    title: "Estimated size that stands there",
    key: ({ size }) => size,
    descending: true,
    number: true,
    cell: (cluster, look) => formatEstimate(cluster.size, quote(look)),
  },
  {
    name: "size_range",
    head: ({ measure }) => (measure === "expected" ? "Expected low – high" : "Low – high"),
    title: "Of the size, or of what is expected where colours show that, under other assumptions; no confidence interval. Sorts by how far apart they are",
    key: ({ range }) => (range ? range[1] / range[0] : Infinity),
    descending: false,
    number: true,
    cell: ({ range }, look) => (range ? rangeMoney(range, quote(look)) : "–"),
    told: ({ range }) => range !== undefined,
  },
  {
    name: "age",
    head: () => "Age",
    title: "Since when it stands",
    key: ({ age_ms }) => age_ms,
    descending: true,
    number: true,
    cell: ({ age_ms }) => formatAge(age_ms),
  },
  {
    name: "persistence",
    head: () => "Persistence",
    title: "How much of it has stood all along",
    key: ({ persistence = -1 }) => persistence,
    descending: true,
    number: true,
    cell: ({ persistence }) => (persistence === undefined ? "–" : `${Math.round(100 * persistence)} %`),
    told: ({ persistence }) => persistence !== undefined,
  },
  {
    name: "venues",
    head: () => "Venues",
    title: "How many venues agree that a cluster is there",
    key: ({ venues_agreeing = -1 }) => venues_agreeing,
    descending: true,
    number: true,
    cell: ({ venues_agreeing, agreement }, { market }) => {
      if (venues_agreeing === undefined) return "–"
      return `${venues_agreeing} of ${agreement ? Math.round(venues_agreeing / agreement) : (market?.venues?.length ?? "–")}`
    },
    told: ({ venues_agreeing }) => venues_agreeing !== undefined,
  },
  {
    name: "leverage",
    head: () => "Leverage",
    title: "Share of each leverage group, the most leveraged first; the text names the largest",
    key: ({ leverage_mix }) => nearness(leverage_mix),
    descending: true,
    number: false,
    cell: ({ leverage_mix }) => <Mix shares={leverage_mix} />,
  },
]

/** The field of the amount in the shown measure, which has a bar. */
export const amountField = (measure: Measure): FieldName => (measure === "expected" ? "expected" : "size")

/** The share of the bar behind an amount in the shown measure, in percent. */
export const amountShare = (cluster: Cluster, { measure, most }: Look): string => `${((100 * clusterAmount(cluster, measure)) / most).toFixed(1)}%`

/** The mean place in the order of the groups: the nearer liquidation is, the larger. */
function nearness(mix: Readonly<Record<string, number>>): number {
  return LEVERAGE_GROUPS.reduce((sum, name, index) => sum + (mix[name] ?? 0) * (LEVERAGE_GROUPS.length - index), 0)
}

/** Write all shares, or that none is known. */
export const mixText = (shares: Readonly<Record<string, number>>): string => formatShares(shares) || "unknown"

/** A small stacked bar of the leverage groups, the largest named beside it; its label says all of them. */
function Mix({ shares }: { shares: Readonly<Record<string, number>> }) {
  const parts = LEVERAGE_GROUPS.map((name, index) => ({ share: shares[name] ?? 0, index })).filter(({ share }) => share >= 0.005)
  const [largest] = Object.entries(shares).sort(([, a], [, b]) => b - a)
  return (
    <span class="liq-mix" title={mixText(shares)}>
      <span class="liq-mix-bar" aria-hidden="true">
        {parts.map(({ share, index }) => (
          <span key={index} class="liq-mix-part" style={{ flexGrow: share.toFixed(3), "--liq-nth": String(index) }} />
        ))}
      </span>
      <span class="liq-mix-name" aria-hidden="true">
        {largest?.[0] ?? "–"}
      </span>
      <span class="liq-spoken">{mixText(shares)}</span>
    </span>
  )
}
