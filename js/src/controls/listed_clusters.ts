import { listed } from "../../../liqwidget/look.json"
import { formatEstimate, rangeMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { formatPrice, priceDecimals } from "../format/price"
import { clusterAmount, type ShownCluster } from "../layers/shown_clusters"
import type { Market, Measure, Side } from "../wire/traits"

/** A cluster in words: "short 109,809 +2.12 %", "est. $250M", "($80M – 2.9B)". */
export interface ListedCluster {
  side: Side
  where: string
  amount: string
  /** '' as long as it is not known. */
  range: string
}

/** What a picture file says under the map, as nobody can point at it: what its clusters hold, and how sure that is. */
export interface Listed {
  heading: string
  clusters: readonly ListedCluster[]
}

/** The first of the clusters shown, in words; no heading where there are none. */
export function listedClusters(clusters: readonly ShownCluster[], measure: Measure, horizon: string, market: Pick<Market, "unit" | "price_decimals">): Listed {
  const rows = clusters.slice(0, listed.most).map((cluster) => ({
    side: cluster.side,
    where: `${cluster.side} ${formatPrice(cluster.peak_price, priceDecimals(cluster.peak_price, market.price_decimals))} ${formatPercent(cluster.distance_pct)}`,
    amount: `est. ${formatEstimate(clusterAmount(cluster, measure), market.unit)}`,
    range: cluster.range ? `(${rangeMoney(cluster.range, market.unit)})` : "",
  }))
  if (rows.length === 0) return { heading: "", clusters: [] }
  const what = measure === "expected" ? `expected in ${horizon}` : "size"
  const range = rows.some((row) => row.range) ? " (low – high under other assumptions; no confidence interval)" : ""
  const more = clusters.length > rows.length ? `; ${clusters.length - rows.length} more` : ""
  const order = measure === "heat" ? "hottest" : "largest"
  return { heading: `Clusters, ${order} first: peak, distance, est. ${what}${range}${more}`, clusters: rows }
}
