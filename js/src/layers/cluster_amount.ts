import type { Cluster, Measure } from "../wire/protocol"

/** The size of a cluster in the shown measure. */
export const clusterAmount = (cluster: Cluster, measure: Measure): number =>
  measure === "expected" ? cluster.expected_size : cluster.size
