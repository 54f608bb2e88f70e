import { clusterAmount } from "./cluster_amount"
import { formatMoney } from "../format/money"
import type { Measure } from "../wire/protocol"
import type { ShownCluster } from "./shown_clusters"

/** "$42M est., $18M to $77M under other priors"; without the range as long as it is not known. */
export function clusterText(cluster: ShownCluster, measure: Measure, quote: string): string {
  const money = (amount: number) => formatMoney(amount, quote)
  const [low, high] = cluster.range ?? []
  const range = low === undefined || high === undefined ? "" : `, ${money(low)} to ${money(high)} under other priors`
  return `${money(clusterAmount(cluster, measure))} est.${range}`
}
