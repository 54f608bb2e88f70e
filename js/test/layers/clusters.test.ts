import { describe, expect, it } from "vitest"
import { COLOURS } from "../../src/dom/colours"
import { clusterColumns } from "../../src/layers/clusters"
import type { Cluster, Market } from "../../src/wire/traits"

const market = { time: [0, 10], quote: "USD" } as unknown as Market
const view = { time: [0, 20], price: [90, 110] } as const
const cluster = (id: string, side: "long" | "short", [price_low, price_high]: [number, number], peak_price: number, size: number) =>
  ({ id, side, price_low, price_high, peak_price, size, expected_size: size }) as unknown as Cluster

function labels(clusters: Cluster[]) {
  const look = { clusters, measure: "size", market, selected: new Set<string>(), hovered: null, spread: false } as const
  const { text, y } = clusterColumns(look, view, 400, COLOURS.dark).labels as { text: string[]; y: number[] }
  return text.flatMap((said, i) => (said ? [[said, y[i]]] : []))
}

describe("clusterColumns", () => {
  it("labels each band in sight with its side and size, also where its peak is out of sight", () => {
    const far = cluster("a", "short", [105, 300], 250, 13.6e9)
    const below = cluster("b", "long", [30, 92], 60, 4.4e9)
    const small = cluster("c", "long", [95, 97], 96, 5e6)
    expect(labels([far, below, small])).toEqual([["short est. $13.6B ↑", 109.55], ["long est. $4.4B ↓", 90.45], ["long est. $5M", 96]])
  })

  it("leaves out a sliver of next to nothing, and measures by what is in sight", () => {
    const out = cluster("a", "short", [150, 300], 250, 13.6e9)
    const [large, sliver, thin] = [cluster("b", "long", [94, 97], 96, 1e8), cluster("c", "short", [102, 102.1], 102, 1e5), cluster("d", "short", [104, 104.1], 104, 1e6)]
    expect(labels([out, large, sliver, thin]).map(([said]) => said)).toEqual(["long est. $100M", "short est. $1M"])
  })
})
