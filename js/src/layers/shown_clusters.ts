import type { AnyModel } from "@anywidget/types"
import { clusterAmount } from "./cluster_amount"
import type { Cluster, Traits } from "../wire/protocol"

export interface ShownCluster extends Cluster {
  /** Lowest and highest amount in the shown measure under the alternative priors [quote], once it is known. */
  range?: readonly [number, number]
}

/**
 * The clusters of the sides shown, with their ranges. A range that was computed for another moment of the same
 * cluster keeps its proportions until its own comes.
 */
export function shownClusters(model: AnyModel<Traits>): ShownCluster[] {
  const [side, measure] = [model.get("side"), model.get("measure")]
  const doubt = model.get("whiskers") === false ? null : model.get("_doubt")
  return model
    .get("_clusters")
    .filter((cluster) => side === "both" || cluster.side === side)
    .map((cluster) => {
      const [low, middle, high] = doubt?.of[cluster.id]?.[measure] ?? [0, 0, 0]
      const times = clusterAmount(cluster, measure) / middle
      return middle > 0 ? { ...cluster, range: [low * times, high * times] } : cluster
    })
}
