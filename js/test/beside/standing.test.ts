import { price_cell as cell } from "../../../liqwidget/look.json"
import { describe, expect, it } from "vitest"
import { barsOf, cellAt, decodeStanding } from "../../src/beside/standing"

const STATE = { base: 100, cell, columns: 3, leverage_names: ["near", "far"], leverage_cells: [[0, 3], [0, 1]] as const, venue: new Uint8Array(0), venue_names: [], venue_cells: [] }
const bytes = (rows: number[][]) => new Uint8Array(Float32Array.from(rows.flat()).buffer)
const standing = decodeStanding({ ...STATE, leverage: bytes([[1, 2, 4], [10]]) }, "leverage")
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
    expect(() => decodeStanding({ ...STATE, leverage: new Uint8Array(12) }, "leverage")).toThrow("what stands as 2 rows of 4 float32 in all, was 12 bytes")
    expect(() => decodeStanding({ ...STATE, leverage: bytes([]) }, "venue")).toThrow("0 rows")
  })
})

describe("barsOf", () => {
  const sizes = Array.from({ length: 400 }, (_, i) => 1 + ((i * 7919) % 97))
  const many = decodeStanding({ ...STATE, columns: sizes.length, leverage_names: ["near"], leverage_cells: [[0, sizes.length]], leverage: bytes([sizes]) }, "leverage")
  const all = () => true
  const fullest = (most: number, shown: (price: number) => boolean = all) => Math.max(...barsOf(many, [edge(100), edge(500)], most, shown).map(({ total }) => total))

  it("shows the fullest cell, however many bars there is room for", () => {
    for (const most of [1000, 400, 399, 140, 57, 8, 1]) expect(fullest(most)).toBeCloseTo(97, 6)
    const below = Math.max(...sizes.slice(0, 200))
    for (const most of [400, 57, 8]) expect(fullest(most, (price) => price < edge(300))).toBeCloseTo(below, 6)
  })

  it("keeps the same cells together while it is moved", () => {
    const starts = (from: number) => new Set(barsOf(many, [edge(from), edge(from + 200)], 40, all).map(({ low }) => Math.round(Math.log(low) / cell)))
    const [one, other] = [starts(150), starts(153)]
    expect([...other].filter((start) => !one.has(start)).length).toBeLessThanOrEqual(1)
  })

  it("draws whole cells, and names what stands in one", () => {
    const [first] = barsOf(many, [edge(120.5), edge(130)], 1000, all)
    expect(Math.round(Math.log(first!.low) / cell)).toBe(120)
    expect(first!.rows[0]).toBeCloseTo(sizes[20]!, 5)
    expect(cellAt(many, edge(120.5)).total).toBeCloseTo(sizes[20]!, 5)
    expect(barsOf(many, [edge(600), edge(700)], 10, all)).toEqual([])
    expect(barsOf(many, [-5, edge(102)], 1e4, all).length).toBe(2)
  })
})
