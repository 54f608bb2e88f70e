import type { AnyModel } from "@anywidget/types"
import type { Theme } from "../dom/theme"
import type { Side, Traits } from "./traits"

/** On each ground. */
export type Paint = Readonly<Record<Theme, string>>

/** A range of prices, or one price; from a time to a time, null: to the edge of the picture. */
export interface Level {
  label: string
  color: Paint
  /** "solid", "dashed", "dotted" or "dashdot". */
  dash: string
  low: number
  high: number
  start: number | null
  end: number | null
}

export interface Mark {
  label: string
  color: Paint
  time: number
}

/** Amounts over prices, on the liquidation map. */
export interface Curve {
  label: string
  color: Paint
  price: readonly number[]
  amount: readonly number[]
}

export interface SeriesState {
  label: string
  color: Paint
  unit: string
  on_price: boolean
  /** The first time, and how far each next is from the one before: one number if all are even. */
  start: number
  steps: number | readonly number[]
  value: readonly (number | null)[]
}

export interface LayerState {
  name: string
  symbol: string
  values: readonly (Level | Mark | SeriesState | Curve)[]
}

/** Where a cluster that is ticked stood: from, to, low and high of each stretch. */
export interface LifeState {
  id: string
  side: Side
  runs: readonly (readonly [number, number, number, number])[]
}

/** Values at times; `end` is the same times: a point has no length. */
export interface Series extends Pick<SeriesState, "label" | "color" | "unit" | "on_price"> {
  length: number
  start: Float64Array
  end: Float64Array
  values: Float64Array
}

export interface Overlays {
  levels: readonly Level[]
  marks: readonly Mark[]
  series: readonly Series[]
  curves: readonly Curve[]
}

/** Whether anything is laid over the picture, of whichever coin. */
export const laidOver = (model: AnyModel<Traits>): boolean => [model.get("_overlays"), model.get("_lives")].some((laid) => laid !== undefined && laid.length > 0)

const read = new WeakMap<readonly LayerState[], Overlays & { symbol: string }>()

/** What is laid over the picture of the coin shown, by what it is. */
export function overlaysOf(model: AnyModel<Traits>): Overlays {
  const [layers, symbol] = [model.get("_overlays"), model.get("symbol")]
  if (!layers) return { levels: [], marks: [], series: [], curves: [] }
  const known = read.get(layers)
  if (known?.symbol === symbol) return known
  const values = layers.flatMap((layer) => (layer.symbol === symbol ? layer.values : []))
  const found = {
    symbol,
    levels: values.filter((one): one is Level => "low" in one),
    marks: values.filter((one): one is Mark => "time" in one),
    series: values.filter((one): one is SeriesState => "value" in one).map(seriesOf),
    curves: values.filter((one): one is Curve => "amount" in one),
  }
  read.set(layers, found)
  return found
}

export function seriesOf({ label, color, unit, on_price, start, steps, value }: SeriesState): Series {
  let time = start
  const times = Float64Array.from(value, (_, i) => (i === 0 ? time : (time += typeof steps === "number" ? steps : steps[i - 1]!)))
  return { label, color, unit, on_price, length: value.length, start: times, end: times, values: Float64Array.from(value, (one) => one ?? NaN) }
}
