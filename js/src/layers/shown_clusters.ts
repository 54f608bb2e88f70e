import { label } from "../../../liqwidget/look.json"
import type { Cluster, Measure, Traits } from "../wire/traits"

export interface ShownCluster extends Cluster {
  /** Lowest and highest amount in the shown measure under the alternative priors [quote], once it is known. */
  range?: readonly [number, number]
}

type Told = "_clusters" | "_cluster_ranges" | "measure" | "side" | "threshold" | "whiskers"
type TraitOf = <K extends Told>(name: K) => Traits[K]

/** Whether a threshold leaves anything of a cluster on the picture. */
const above = ({ peak }: Cluster, measure: Measure, threshold: number): boolean => !(threshold > 0) || (peak?.[measure] ?? Infinity) >= threshold

/** How strongly a cluster is marked: one that the picture hardly shows is not what catches the eye. */
export const strength = ({ peak }: Cluster, measure: Measure): number => (measure === "heat" && (peak?.heat ?? Infinity) < label.cold ? label.faint : 1)

/** How many clusters of the sides shown the threshold hides, and of how many. */
export function hiddenClusters(trait: TraitOf): { hidden: number; of: number } {
  const [side, measure, threshold] = [trait("side"), trait("measure"), trait("threshold")]
  const ours = trait("_clusters").filter((cluster) => side === "both" || cluster.side === side)
  return { hidden: ours.filter((cluster) => !above(cluster, measure, threshold)).length, of: ours.length }
}

/**
 * The clusters of the sides shown that no threshold hides, with their ranges. A range that was computed for another moment of the same
 * cluster keeps its proportions until its own comes.
 */
export function shownClusters(trait: TraitOf): ShownCluster[] {
  const [side, measure, threshold] = [trait("side"), trait("measure"), trait("threshold")]
  const ranges = trait("whiskers") === false ? null : trait("_cluster_ranges")
  return trait("_clusters")
    .filter((cluster) => (side === "both" || cluster.side === side) && above(cluster, measure, threshold))
    .map((cluster) => {
      const [low, middle, high] = ranges?.of[cluster.id]?.[measure === "expected" ? "expected" : "size"] ?? [0, 0, 0]
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
