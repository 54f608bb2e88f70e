import { exactBytes } from "../wire/bytes"
import type { StandingState, Bytes } from "../wire/traits"

/** What stands now by leverage group or by venue; sums over any prices are exact. */
export interface Standing {
  names: readonly string[]
  /** Sizes between price edges, one row a name. */
  between(edges: readonly number[]): Float64Array[]
  /** Size between two prices, all names together. */
  total(low: number, high: number): number
}

/** Decode one stacking of what stands; throws when the bytes do not fit. */
export function decodeStanding({ base, cell }: StandingState, names: readonly string[], bytes: Bytes): Standing {
  const exact = exactBytes(bytes)
  const stride = 4 * names.length
  if (names.length === 0 || exact.length % stride !== 0) {
    throw new Error(`Expected what stands as ${names.length} rows of float32, was ${exact.length} bytes`)
  }
  const cells = exact.length / stride
  // Sums up to each border, so that a range costs two look-ups; a part of a cell holds its share of ln(price).
  const sums = names.map((_, row) => {
    const values = new Float32Array(exact.buffer, row * cells * 4, cells)
    const total = new Float64Array(cells + 1)
    for (let i = 0; i < cells; i++) total[i + 1] = total[i]! + values[i]!
    return total
  })
  const upTo = (row: Float64Array, price: number): number => {
    const at = Math.max(0, Math.min(cells, price > 0 ? Math.log(price) / cell - base : 0))
    const whole = Math.min(Math.floor(at), cells - 1)
    return row[whole]! + (at - whole) * (row[whole + 1]! - row[whole]!)
  }
  return {
    names,
    between: (edges) =>
      sums.map((row) => {
        const marks = edges.map((price) => upTo(row, price))
        return Float64Array.from({ length: Math.max(edges.length - 1, 0) }, (_, i) => marks[i + 1]! - marks[i]!)
      }),
    total: (low, high) => sums.reduce((total, row) => total + upTo(row, high) - upTo(row, low), 0),
  }
}

/** Decode each state once. */
export function standingReader(): (state: StandingState, stack: "leverage" | "venue") => Standing {
  const known = new WeakMap<StandingState, Map<string, Standing>>()
  return (state, stack) => {
    const kept = known.get(state) ?? new Map<string, Standing>()
    known.set(state, kept)
    const standing = kept.get(stack) ?? decodeStanding(state, state[`${stack}_names`], state[stack])
    kept.set(stack, standing)
    return standing
  }
}
