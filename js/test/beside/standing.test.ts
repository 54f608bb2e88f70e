import { cell } from "../../../liqwidget/look.json"
import { describe, expect, it } from "vitest"
import { decodeStanding } from "../../src/beside/standing"

const STATE = { base: 100, cell, leverage_names: ["near", "far"], venue: new Uint8Array(0), venue_names: [] }
const bytes = (rows: number[][]) => new Uint8Array(Float32Array.from(rows.flat()).buffer)
const standing = decodeStanding({ ...STATE, leverage: bytes([[1, 2, 4], [10, 0, 0]]) }, STATE.leverage_names, bytes([[1, 2, 4], [10, 0, 0]]))
const edge = (cell: number) => Math.exp(cell * 0.001)

describe("decodeStanding", () => {
  it("sums cells and parts of cells between prices", () => {
    const [near, far] = standing.between([edge(100), edge(101), edge(101.5), edge(103)])
    expect([...near!].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([1, 1, 5])
    expect(far![0]).toBeCloseTo(10, 9)
    expect(standing.total(edge(100), edge(103))).toBeCloseTo(17, 9)
  })

  it("knows nothing beyond its ends, and adds up however finely it is cut", () => {
    expect(standing.total(1e-9, 1e9)).toBeCloseTo(17, 9)
    expect(standing.total(0, edge(90))).toBe(0)
    const cuts = Array.from({ length: 101 }, (_, i) => edge(98) + ((edge(105) - edge(98)) * i) / 100)
    const fine = standing.between(cuts).flatMap((row) => [...row])
    expect(fine.reduce((sum, value) => sum + value, 0)).toBeCloseTo(17, 9)
  })

  it("refuses bytes that do not fit", () => {
    expect(() => decodeStanding({ ...STATE, leverage: bytes([]) }, ["a", "b"], new Uint8Array(12))).toThrow("what stands as 2 rows")
  })
})
