import { clusterAmount } from "./cluster_amount"
import type { Cluster, Measure } from "./protocol"

/** Clusters, the largest in the shown measure first. */
export const sortedClusters = (clusters: readonly Cluster[], measure: Measure): Cluster[] =>
  [...clusters].sort((a, b) => clusterAmount(b, measure) - clusterAmount(a, measure))
