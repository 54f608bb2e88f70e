import { clusterAmount } from "./cluster_amount"
import type { Cluster, Measure } from "../wire/protocol"

/** Clusters, the largest in the shown measure first. */
export const sortedClusters = <C extends Cluster>(clusters: readonly C[], measure: Measure): C[] =>
  [...clusters].sort((a, b) => clusterAmount(b, measure) - clusterAmount(a, measure))
