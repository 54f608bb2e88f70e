import { exactBytes } from "../wire/bytes"
import type { Interval, Stack, StandingState } from "../wire/traits"

/** What stands now by leverage group or by venue; sums over any prices are exact. */
export interface Standing {
  names: readonly string[]
  /** Width of a price cell in ln(price). */
  cell: number
  /** Sizes between price edges, one row a name. */
  between(edges: readonly number[]): Float64Array[]
  /** Size between two prices, all names together. */
  total(low: number, high: number): number
}

/** Decode one stacking of what stands; throws when the bytes do not fit. */
export function decodeStanding(state: StandingState, stack: Stack): Standing {
  const { base, cell, columns: cells } = state
  const places = state[`${stack}_cells`]
  const exact = exactBytes(state[stack])
  const stands = places.reduce((sum, [, count]) => sum + count, 0)
  if (places.length === 0 || exact.length !== 4 * stands) {
    throw new Error(`Expected what stands as ${places.length} rows of ${stands} float32 in all, was ${exact.length} bytes`)
  }
  const values = new Float32Array(exact.buffer)
  let at = 0
  // Sums up to each border, so that a range costs two look-ups; a part of a cell holds its share of ln(price).
  const sums = places.map(([first, count]) => {
    const total = new Float64Array(cells + 1)
    for (let i = 0; i < cells; i++) total[i + 1] = total[i]! + (i >= first && i < first + count ? values[at++]! : 0)
    return total
  })
  const upTo = (row: Float64Array, price: number): number => {
    const at = Math.max(0, Math.min(cells, price > 0 ? Math.log(price) / cell - base : 0))
    const whole = Math.min(Math.floor(at), cells - 1)
    return row[whole]! + (at - whole) * (row[whole + 1]! - row[whole]!)
  }
  return {
    names: state[`${stack}_names`],
    cell,
    between: (edges) =>
      sums.map((row) => {
        const marks = edges.map((price) => upTo(row, price))
        return Float64Array.from({ length: Math.max(edges.length - 1, 0) }, (_, i) => marks[i + 1]! - marks[i]!)
      }),
    total: (low, high) => sums.reduce((total, row) => total + upTo(row, high) - upTo(row, low), 0),
  }
}

/** What one bar shows: the fullest price cell of those that it covers. */
export interface Bar {
  /** Prices that it covers. */
  low: number
  high: number
  /** The middle of that cell. */
  at: number
  /** Size in that cell by name [quote per price cell], and in all. */
  rows: readonly number[]
  total: number
}

/**
 * Bars over a range of prices, at most about `most` of them: one a price cell, or one for several whole cells, always
 * the same ones together. What is largest does not depend on how many there are.
 */
export function barsOf(standing: Standing, [low, high]: Interval, most: number, shown: (price: number) => boolean): Bar[] {
  const { cell } = standing
  if (!(high > Math.max(low, 0))) return []
  const first = Math.floor(Math.log(Math.max(low, high * 1e-6)) / cell + SLIP)
  const last = Math.max(Math.ceil(Math.log(high) / cell - SLIP) - 1, first)
  const edge = (index: number) => Math.exp(index * cell)
  const sizes = standing.between(Array.from({ length: last - first + 2 }, (_, i) => edge(first + i)))
  const together = Math.max(1, Math.ceil((last - first + 1) / Math.max(most, 1)))
  const bars = new Map<number, Bar>()
  for (let index = first; index <= last; index++) {
    const at = edge(index + 0.5)
    if (!shown(at)) continue
    const rows = sizes.map((row) => row[index - first]!)
    const total = rows.reduce((sum, size) => sum + size, 0)
    const group = Math.floor(index / together)
    if (total > (bars.get(group)?.total ?? 0)) bars.set(group, { low: edge(group * together), high: edge((group + 1) * together), at, rows, total })
  }
  return [...bars.values()]
}

/** What stands in the price cell of a price, by name and in all. */
export function cellAt(standing: Standing, price: number): { rows: readonly number[]; total: number } {
  const index = Math.floor(Math.log(price) / standing.cell + SLIP)
  const rows = standing.between([index, index + 1].map((edge) => Math.exp(edge * standing.cell))).map(([size]) => size!)
  return { rows, total: rows.reduce((sum, size) => sum + size, 0) }
}

/** Cells by which an edge may miss a border and still mean it. */
const SLIP = 1e-9

/** Decode each state once. */
export function standingReader(): (state: StandingState, stack: Stack) => Standing {
  const known = new WeakMap<StandingState, Map<string, Standing>>()
  return (state, stack) => {
    const kept = known.get(state) ?? new Map<string, Standing>()
    known.set(state, kept)
    const standing = kept.get(stack) ?? decodeStanding(state, stack)
    kept.set(stack, standing)
    return standing
  }
}
