import type { Colours } from "../dom/colours"
import { span, type Viewport } from "../steer/viewport"
import { WHISKERS } from "../steer/window"
import type { Measure } from "../wire/traits"
import { clusterAmount, type ShownCluster } from "./shown_clusters"

/** Pixels of a factor of ten, and the factors of ten to each side that there is room for. */
const DECADE = 10
const DECADES = 2
/** Pixels of the longest; the rest of WHISKERS keeps it off a label that is ticked. */
const ROOM = 2 * DECADES * DECADE + 6
const CAP = 3
const MARK = 5

export interface Labelled {
  cluster: ShownCluster
  price: number
}

/**
 * The columns of liq-whiskers: left of each label, which has `label` pixels, a line from the lowest to the highest estimate, on one logarithmic
 * scale with the estimate itself in the middle, so that lines of all clusters compare. An end without a cap lies farther out.
 */
export function whiskerColumns(labelled: readonly Labelled[], measure: Measure, viewport: Viewport, { width, height }: { width: number; height: number }, colours: Colours, label: number) {
  const [across, up] = [span(viewport.time) / width, span(viewport.price) / height]
  const middle = viewport.time[1] - (label + WHISKERS - ROOM / 2) * across
  const lines: { x0: number; x1: number; y0: number; y1: number; color: string; width: number }[] = []
  for (const { cluster, price } of labelled) {
    const { range, side } = cluster
    if (!range) continue
    const color = colours[side]
    const [low, high] = range.map((amount) => factorOfTen(amount / clusterAmount(cluster, measure)))
    const at = (decades: number) => middle + Math.max(-DECADES, Math.min(DECADES, decades)) * DECADE * across
    const upright = (x: number, half: number, ink: string) => lines.push({ x0: x, x1: x, y0: price - half * up, y1: price + half * up, color: ink, width: 1.5 })
    lines.push({ x0: at(low!), x1: at(high!), y0: price, y1: price, color, width: 1.5 })
    for (const end of [low!, high!]) if (Math.abs(end) <= DECADES) upright(at(end), CAP, color)
    upright(middle, MARK, colours.text)
  }
  return columnsOf(["x0", "y0", "x1", "y1", "color", "width"], lines)
}

const factorOfTen = (factor: number) => Math.log10(Math.max(factor, 1e-9))

/** Rows as the columns of a source. */
export const columnsOf = <R extends object>(names: readonly (keyof R & string)[], rows: readonly R[]) =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) as { [K in keyof R]: R[K][] }
