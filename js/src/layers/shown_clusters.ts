import type { Cluster, Measure, Traits } from "../wire/traits"

export interface ShownCluster extends Cluster {
  /** Lowest and highest amount in the shown measure under the alternative priors [quote], once it is known. */
  range?: readonly [number, number]
}

/**
 * The clusters of the sides shown, with their ranges. A range that was computed for another moment of the same
 * cluster keeps its proportions until its own comes.
 */
export function shownClusters(trait: <K extends "_clusters" | "_doubt" | "measure" | "side" | "whiskers">(name: K) => Traits[K]): ShownCluster[] {
  const [side, measure] = [trait("side"), trait("measure")]
  const doubt = trait("whiskers") === false ? null : trait("_doubt")
  return trait("_clusters")
    .filter((cluster) => side === "both" || cluster.side === side)
    .map((cluster) => {
      const [low, middle, high] = doubt?.of[cluster.id]?.[measure === "expected" ? "expected" : "size"] ?? [0, 0, 0]
      const times = clusterAmount(cluster, measure) / middle
      return middle > 0 ? { ...cluster, range: [low * times, high * times] } : cluster
    })
}

/** The size of a cluster; what is expected of it where that is shown. */
export const clusterAmount = (cluster: Cluster, measure: Measure): number =>
  measure === "expected" ? cluster.expected_size : cluster.size

/** Clusters, the hottest or the largest in the shown measure first. */
export const sortedClusters = <C extends Cluster>(clusters: readonly C[], measure: Measure): C[] =>
  [...clusters].sort((a, b) => (measure === "heat" ? b.heat - a.heat : clusterAmount(b, measure) - clusterAmount(a, measure)))
