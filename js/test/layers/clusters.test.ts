import { describe, expect, it } from "vitest"
import { COLOURS } from "../../src/dom/colours"
import { clusterColumns } from "../../src/layers/clusters"
import type { Cluster, Market } from "../../src/wire/traits"

const market = { time: [0, 19], unit: "USD", price_decimals: 1 } as unknown as Market
const view = { time: [0, 20], price: [90, 110] } as const
const cluster = (id: string, side: "long" | "short", [price_low, price_high]: [number, number], peak_price: number, size: number) =>
  ({ id, side, price_low, price_high, peak_price, size, expected_size: size }) as unknown as Cluster
const far = [cluster("a", "short", [105, 300], 250, 13.6e9), cluster("b", "long", [30, 92], 60, 4.4e9), cluster("c", "long", [95, 97], 96, 5e6)]

function drawn(clusters: Cluster[], over: Partial<{ time: readonly [number, number]; width: number; selected: string[] }> = {}) {
  const look = { clusters, measure: "size", market, selected: new Set(over.selected ?? []), hovered: null, spread: false, candles: null } as const
  return clusterColumns(look, { ...view, time: over.time ?? view.time }, { width: over.width ?? 2400, height: 400 }, COLOURS.dark)
}

function labels(...given: Parameters<typeof drawn>) {
  const { text, y } = drawn(...given).labels as { text: string[]; y: number[] }
  return text.flatMap((said, i) => (said ? [[said, y[i]]] : []))
}

describe("clusterColumns", () => {
  it("labels each cluster in sight with its side and size inside its range, also where its peak is out of sight", () => {
    expect(labels(far)).toEqual([["short est. $14B ↑", 109.55], ["long est. $4.4B ↓", 90.45], ["long est. $5M", 96]])
  })

  it("leaves out a sliver of next to nothing, and says what is out of sight at the edge", () => {
    const out = cluster("a", "short", [150, 300], 250, 13.6e9)
    const [large, sliver, thin] = [cluster("b", "long", [94, 97], 96, 1e8), cluster("c", "short", [102, 102.1], 102, 1e5), cluster("d", "short", [104, 104.1], 104, 1e6)]
    expect(labels([out, large, sliver, thin]).map(([said]) => said)).toEqual(["long est. $100M", "short est. $1M", "short est. $14B at 250.0 ↑"])
  })

  it("says the amount alone in a narrow strip", () => {
    expect(labels(far, { width: 1200 }).map(([said]) => said)).toEqual(["est. $14B ↑", "est. $4.4B ↓", "est. $5M"])
  })

  it("marks and labels nothing of now where now is out of sight, before and behind", () => {
    for (const time of [[0, 18], [19.5, 30]] as const) {
      expect(labels(far, { time })).toEqual([])
      expect(drawn(far, { time }).brackets).toMatchObject({ xs: [], ys: [] })
    }
    expect(drawn(far, { time: [0, 18], selected: ["c"] }).bands).toMatchObject({ fill_alpha: [0, 0, 0.16] })
  })

  it("draws a bracket a cluster right of now, and fills none that is not pointed at or ticked", () => {
    const { bands, brackets } = drawn(far, { width: 4800 })
    expect(brackets.xs).toHaveLength(3)
    expect(Math.min(...(brackets.xs as number[][]).flat())).toBeGreaterThan(19)
    expect((brackets.ys as number[][])[2]).toEqual([95, 95, 97, 97])
    expect(bands.fill_alpha).toEqual([0, 0, 0])
  })

  it("marks a cluster that the picture hardly shows faintly, but for one that is selected", () => {
    const cold = far.map((one, i) => ({ ...one, peak: { heat: 9 * i, size: 1, expected: 1 } })) as unknown as Cluster[]
    const alphas = (measure: "heat" | "size", selected: string[] = []) => {
      const look = { clusters: cold, measure, market, selected: new Set(selected), hovered: null, spread: false, candles: null } as const
      const { brackets, labels: written } = clusterColumns(look, view, { width: 4800, height: 400 }, COLOURS.dark)
      expect((written.alpha as number[]).slice(0, 3).sort()).toEqual([...(brackets.alpha as number[])].sort())
      return brackets.alpha
    }
    expect(alphas("heat")).toEqual([0.6, 0.6, 1])
    expect(alphas("heat", ["a"])).toEqual([1, 0.6, 1])
    expect(alphas("size")).toEqual([1, 1, 1])
  })

  it("draws no bracket under a label that reaches over it", () => {
    const marked = (width: number) => (drawn(far, { width }).brackets.ys as number[][]).length
    expect([marked(4800), marked(400)]).toEqual([3, 0])
  })
})
