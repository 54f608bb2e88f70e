// @vitest-environment happy-dom
import { describe, expect, it } from "vitest"
import { COLOURS } from "../../src/dom/colours"
import { rangeMoney } from "../../src/format/money"
import { clusterColumns, clusterText } from "../../src/layers/clusters"
import { shownClusters } from "../../src/layers/shown_clusters"
import { whiskerColumns } from "../../src/layers/whiskers"
import { LABEL, roomForWhiskers, WHISKERS, windowRange } from "../../src/steer/window"
import type { Cluster, ClusterRanges, Market, Traits } from "../../src/wire/traits"
import { WhiskerLegend } from "../../src/words/legend"
import { boundModel, draw, drawTable } from "../draw"
import { fakeModel } from "../fake_model"

const HOSTILE = "<img src=x onerror=alert(1)>"
const market = { price_decimals: 1, unit: "USD", venues: ["binance"] } as unknown as Market
const cluster = (id: string, size: number): Cluster =>
  ({ id, side: "long", price_low: 90, price_high: 92, near_edge: 91, peak_price: 91, size, expected_size: size / 2, distance_pct: -1, heat: 50, age_ms: 0, leverage_mix: {}, venue_mix: {} })
const clusters = [cluster("a", 40e6), cluster("b", 20e6), cluster("c", 1e6)]
const doubt: ClusterRanges = {
  over: ["isolated", HOSTILE],
  of: {
    a: { size: [18e6, 40e6, 77e6], expected: [2e6, 20e6, 200e6] },
    b: { size: [19e6, 20e6, 21e6], expected: [1e6, 10e6, 1e10] },
  },
  error: "",
}
const state = (more: Partial<Traits> = {}) => ({ _clusters: clusters, _cluster_ranges: doubt, _market: market, ...more })
const shown = (more: Partial<Traits>) => {
  const { model } = fakeModel(state(more))
  return shownClusters((name) => model.get(name))
}
const range = (index: number, more: Partial<Traits> = {}) => shown(more)[index]?.range

describe("shownClusters", () => {
  it("gives each cluster its range in the shown measure, where one is known and shown", () => {
    expect([range(0), range(0, { measure: "size" }), range(2)]).toEqual([[2e6, 200e6], [18e6, 77e6], undefined])
    expect([range(0, { whiskers: false }), range(0, { _cluster_ranges: null }), range(0, { side: "short" })]).toEqual([undefined, undefined, undefined])
  })

  it("keeps the proportions of a range until its own comes", () => {
    expect(range(0, { measure: "size", _clusters: [cluster("a", 80e6)] })).toEqual([36e6, 154e6])
  })
})

describe("whiskers in words", () => {
  it("say the estimate, and the range once it is known", () => {
    const [first, , last] = shown({ measure: "size" })
    expect(clusterText(first!, "size", "USD")).toBe("$40M est., $18M to $77M under other assumptions")
    expect(clusterText(last!, "size", "EUR")).toBe("1M EUR est.")
    expect([rangeMoney([2.93e6, 96.2e6], "USD"), rangeMoney([2.93e6, 96.2e6], "EUR")]).toEqual(["$2.9M – 96M", "2.9M – 96M EUR"])
  })

  it("are explained under the picture, or why there are none", () => {
    const { model, bound } = boundModel(state())
    const { host } = draw(<WhiskerLegend bound={bound} />)
    const node = host.firstElementChild as HTMLElement
    expect([node.hidden, node.textContent]).toEqual([false, "Whiskers: lowest to highest est. under other assumptions, ÷100 to ×100 at most"])
    expect(node.title).toContain(`isolated, ${HOSTILE}; one at a time`)
    model.set("_cluster_ranges", { over: [], of: {}, error: HOSTILE })
    expect([node.textContent, node.querySelector("img")]).toEqual([`No whiskers: ${HOSTILE}`, null])
    model.set("whiskers", false)
    expect(host.childElementCount).toBe(0)
  })
})

const view = { time: [0, 1000], price: [0, 500] } as const

describe("whiskerColumns", () => {
  const drawn = (id: number, measure: "expected" | "size" = "expected") => {
    const one = shown({ measure })[id]!
    const { x0, x1, y0, y1, color } = whiskerColumns([{ cluster: one, price: 250 }], measure, view, { width: 1000, height: 500 }, COLOURS.dark, LABEL)
    return x0.map((x, i) => ({ x: [x, x1[i]!] as const, y: [y0[i]!, y1[i]!], color: color[i] }))
  }
  const middle = 1000 - LABEL - WHISKERS + 23

  it("go from low to high on a logarithmic scale around the estimate, left of the labels", () => {
    const [line, low, high, mark] = drawn(0)
    expect(line).toEqual({ x: [middle - 10, middle + 10], y: [250, 250], color: COLOURS.dark.long })
    expect([low!.x, high!.x, mark!.x]).toEqual([[middle - 10, middle - 10], [middle + 10, middle + 10], [middle, middle]])
    expect(mark!.color).toBe(COLOURS.dark.text)
    expect(line!.x[0]).toBeGreaterThan(1000 - LABEL - WHISKERS)
    expect(line!.x[1]).toBeLessThan(1000 - LABEL)
    const [sure] = drawn(1, "size")
    expect(sure!.x[1]! - sure!.x[0]!).toBeLessThan(1)
  })

  it("end without a cap where they would leave their room, and are not there when nothing is known", () => {
    const [line, low, mark] = drawn(1)
    expect([line!.x, low!.x, mark!.x]).toEqual([[middle - 10, middle + 20], [middle - 10, middle - 10], [middle, middle]])
    expect(drawn(2)).toEqual([])
  })

  it("have room beside the newest candles on a wide plot only", () => {
    const now = { time: [0, 1] } as const
    const share = (width: number, on: boolean) => {
      const [start, end] = windowRange("all", now, width, false, on)
      return ((end - 1) / (end - start)) * width
    }
    expect([share(1400, false), share(1400, true), share(2000, true)].map(Math.round)).toEqual([LABEL, 140, LABEL + WHISKERS])
    expect(share(1250, true)).toBeCloseTo(LABEL, 6)
    expect([roomForWhiskers(125), roomForWhiskers(140)]).toEqual([false, true])
  })
})

describe("labels", () => {
  it("are not crowded out by a giant that is out of sight", () => {
    const giant = { ...cluster("giant", 1e12), price_high: 990, peak_price: 900 }
    const look = { clusters: [giant, ...clusters], measure: "size", market: { ...market, time: [0, 900] }, selected: new Set<string>(), hovered: null, spread: false, candles: null } as const
    expect(clusterColumns(look, view, { width: 1000, height: 500 }, COLOURS.dark).placed.map(({ cluster: { id } }) => id)).toEqual(["giant", "a"])
  })
})

describe("the column of ranges", () => {
  it("is there when ranges are, says them, and sorts by how far apart they are", () => {
    const list = drawTable({ _clusters: clusters, _market: market })
    const { model } = list
    const head = () => list.node.querySelector<HTMLElement>('th[data-field="size_range"]')
    expect(head()).toBeNull()
    model.set("_cluster_ranges", doubt)
    expect(head()!.querySelector("button")!.title).toContain("no confidence interval")
    expect([...list.node.querySelectorAll("td.liq-col-size_range")].map(({ textContent }) => textContent)).toEqual(["$2M – 200M", "$1M – 10B", "–"])
    expect(list.node.querySelector<HTMLElement>(".liq-row")!.title).toContain("low – high: $2M – 200M")
    head()!.querySelector("button")!.click()
    const order = () => [...list.node.querySelectorAll<HTMLElement>(".liq-row")].map(({ dataset }) => dataset.id)
    expect(order()).toEqual(["a", "b", "c"])
    model.set("measure", "size")
    expect(order()).toEqual(["b", "a", "c"])
    model.set("whiskers", false)
    expect(head()).toBeNull()
  })
})
