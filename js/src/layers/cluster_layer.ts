import type { AnyModel } from "@anywidget/types"
import { bandStart, clusterColumns } from "./cluster_columns"
import { clusterText } from "./cluster_text"
import type { Colours } from "../dom/colours"
import type { Plot, Point } from "./plot"
import type { Market, Side, Traits } from "../wire/protocol"
import { shownClusters } from "./shown_clusters"
import { sortedClusters } from "./sorted_clusters"
import { whiskerColumns } from "./whisker_columns"
import { roomForWhiskers } from "../steer/window"

const LABEL_WIDTH = 120

export interface ClusterLayer {
  draw(): void
  /** The cluster whose band or label is under a point of the plot, if any. */
  at(point: Point): string | null
  /** A cluster that is shown, in words: its estimate and its range. */
  told(id: string | null): { side: Side; text: string } | null
  /** Light a band up; `spread` draws it over the whole width. */
  hover(id: string | null, spread: boolean): void
  toggle(id: string): void
}

/** The bands and labels at the right edge of the picture. */
export function clusterLayer(
  model: AnyModel<Traits>,
  plot: Plot,
  market: () => Market,
  colours: () => Colours,
): ClusterLayer {
  let hovered: { id: string | null; spread: boolean } = { id: null, spread: false }
  const shown = () => sortedClusters(shownClusters(model), model.get("measure"))
  const draw = () => {
    const look = {
      clusters: shown(),
      measure: model.get("measure"),
      market: market(),
      selected: new Set(model.get("_selected")),
      hovered: hovered.id,
      spread: hovered.spread,
    }
    const [view, frame] = [plot.viewport(), plot.frame()]
    const { bands, labels, labelled } = clusterColumns(look, view, frame.height, colours())
    plot.setColumns("liq-clusters", bands)
    plot.setColumns("liq-cluster-labels", labels)
    plot.setColumns("liq-whiskers", whiskerColumns(roomForWhiskers(frame.width) ? labelled : [], look.measure, view, frame, colours()))
  }
  return {
    draw,
    at({ time, price, x }) {
      const { left, width } = plot.frame()
      if (time < bandStart(plot.viewport(), market()) && x < left + width - LABEL_WIDTH) return null
      const hit = shown().filter((cluster) => price >= cluster.price_low && price <= cluster.price_high)
      hit.sort((a, b) => Math.abs(a.peak_price - price) - Math.abs(b.peak_price - price))
      return hit[0]?.id ?? null
    },
    told(id) {
      const cluster = shown().find((one) => one.id === id)
      return cluster ? { side: cluster.side, text: clusterText(cluster, model.get("measure"), market().quote) } : null
    },
    hover(id, spread) {
      if (id === hovered.id && spread === hovered.spread) return
      hovered = { id, spread }
      draw()
    },
    toggle(id) {
      const selected = model.get("_selected")
      model.set("_selected", selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id])
      model.save_changes()
    },
  }
}
