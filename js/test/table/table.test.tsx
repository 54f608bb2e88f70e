// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import type { Cluster, Market } from "../../src/wire/traits"
import { rowWindow } from "../../src/table/table"
import { drawTable } from "../draw"

const market = { price_decimals: 1, unit: "USD", venues: ["binance", "bybit", "okx"] } as unknown as Market
const cluster = (number: number, more: Partial<Cluster> = {}): Cluster => ({
  id: `c${number}`,
  side: number % 2 ? "long" : "short",
  price_low: 90_000 + number,
  price_high: 90_001 + number,
  near_edge: 90_001 + number,
  peak_price: 90_000.5 + number,
  size: 1e6 * (number + 1),
  expected_size: 5e5 * (number + 1),
  distance_pct: number % 2 ? -number : number,
  heat: Math.min(number, 100),
  age_ms: 3_600_000 * (number + 1),
  leverage_mix: { ">50x": 0.25, "10-25x": 0.75 },
  venue_mix: { binance: 1 },
  ...more,
})
const many = (count: number, more: Partial<Cluster> = {}) => Array.from({ length: count }, (_, number) => cluster(number, more))

const setup = (clusters: Cluster[]) => {
  const list = drawTable({ _clusters: clusters, _market: market })
  const ids = () => [...list.node.querySelectorAll<HTMLElement>(".liq-row")].map(({ dataset }) => dataset.id)
  const head = (name: string) => list.node.querySelector<HTMLElement>(`th[data-field="${name}"]`)
  const sort = (name: string) => head(name)!.querySelector("button")!.click()
  return { model: list.model, list, ids, head, sort, scroll: list.node.querySelector<HTMLElement>(".liq-scroll")! }
}

describe("ClusterTable", () => {
  it("has the hottest first, and sorts by each heading both ways", () => {
    const { ids, head, sort, model } = setup(many(4))
    expect(ids()).toEqual(["c3", "c2", "c1", "c0"])
    expect(head("heat")!.getAttribute("aria-sort")).toBe("descending")
    sort("age")
    sort("age")
    expect(ids()).toEqual(["c0", "c1", "c2", "c3"])
    expect([head("age")!.getAttribute("aria-sort"), head("heat")!.getAttribute("aria-sort")]).toEqual(["ascending", null])
    sort("to_peak")
    expect(ids()).toEqual(["c0", "c1", "c2", "c3"])
    sort("side")
    expect(ids()).toEqual(["c3", "c1", "c2", "c0"])
    model.set("_clusters", many(5))
    expect(ids()).toEqual(["c3", "c1", "c4", "c2", "c0"])
  })

  it("tells the near edge with its distance, estimates with two digits, and ages in whole units", () => {
    const one = cluster(1, { price_high: 98, near_edge: 98, peak_price: 97, distance_pct: -3, size: 12_345_678, expected_size: 4_449_000, age_ms: 7.4 * 3_600_000 })
    const { list } = setup([one])
    const cell = (name: string) => list.node.querySelector(`td.liq-col-${name}`)!.textContent
    expect(["near", "distance", "to_peak", "heat", "size", "expected", "age"].map(cell)).toEqual(["98.0", "−2.00 %", "−3.00 %", "1", "$12M", "$4.4M", "7 h"])
  })

  it("has the last price among the prices, and only there", () => {
    const { list, sort, model } = setup(many(4))
    model.set("_market", { ...market, last_price: 90_002 })
    const rows = () => [...list.node.querySelectorAll("tbody:not(.liq-gap) tr")].map((row) => (row as HTMLElement).dataset.id ?? row.textContent)
    expect(rows()).toEqual(["c3", "c2", "c1", "c0"])
    sort("near")
    expect(rows()).toEqual(["c3", "c2", "last price 90,002.0", "c1", "c0"])
    sort("near")
    expect(rows()).toEqual(["c0", "c1", "last price 90,002.0", "c2", "c3"])
    model.set("side", "long")
    model.set("_market", { ...market, last_price: 90_900 })
    expect(rows()).toEqual(["c1", "c3", "last price 90,900.0"])
    sort("age")
    expect(rows()).toEqual(["c3", "c1"])
  })

  it("leaves out what the threshold hides", () => {
    const { ids, model, list } = setup(many(4).map((one, number) => ({ ...one, peak: { heat: 10 * number, expected: 100 - number } })))
    model.set("threshold", 98)
    expect(ids()).toEqual(["c2", "c1", "c0"])
    model.set("measure", "heat")
    model.set("threshold", 25)
    expect(ids()).toEqual(["c3"])
    model.set("threshold", 99)
    expect([ids(), list.node.querySelector(".liq-empty")!.textContent]).toEqual([[], "The threshold hides all of them."])
  })

  it("keeps the focus on a heading that was clicked and on a box of a row that moved", () => {
    const { head, sort, list } = setup(many(3))
    head("age")!.querySelector("button")!.focus()
    sort("age")
    expect(document.activeElement?.closest("th")?.dataset.field).toBe("age")
    list.node.querySelector<HTMLElement>('[data-id="c1"] input')!.focus()
    list.hover("c2")
    sort("size")
    expect(document.activeElement?.closest("tr")?.dataset.id).toBe("c1")
  })

  it("shows persistence and agreement only when the kernel tells them", () => {
    expect(setup(many(2)).head("persistence")).toBeNull()
    const { list, head } = setup(many(2, { persistence: 0.42, venues_agreeing: 2 }))
    expect(head("venues")).not.toBeNull()
    expect(list.node.textContent).toContain("42 %")
    expect(list.node.textContent).toContain("2 of 3")
    expect(setup(many(2, { venues_agreeing: 1, agreement: 1 })).list.node.textContent).toContain("1 of 1")
  })

  it("says the leverage mix in words too", () => {
    const { list } = setup(many(1))
    const mix = list.node.querySelector(".liq-mix")!
    expect(mix.querySelectorAll(".liq-mix-part")).toHaveLength(2)
    expect(mix.querySelector(".liq-spoken")!.textContent).toBe("10-25x 75 %, >50x 25 %")
  })

  it("has the rows of the side that is shown", () => {
    const { model, ids } = setup(many(4))
    model.set("side", "long")
    expect(ids()).toEqual(["c3", "c1"])
  })

  it("puts few of 5,000 rows on the page, the right ones", () => {
    const { ids, list, scroll, sort } = setup(many(5000))
    expect(ids().length).toBeLessThanOrEqual(200)
    expect(ids()[0]).toBe("c4999")
    expect(list.node.querySelector("table")!.getAttribute("aria-rowcount")).toBe("5001")
    expect(list.node.textContent).toContain("5,000")
    sort("expected")
    sort("expected")
    expect(ids()[0]).toBe("c0")
    list.hover("c3000")
    expect(ids()).toContain("c3000")
    expect(ids().length).toBeLessThanOrEqual(200)
    expect(scroll.scrollTop).toBeGreaterThan(24 * 2900)
    const row = list.node.querySelector('[data-id="c3000"]')!
    expect([row.className.includes("liq-hovered"), row.getAttribute("aria-rowindex")]).toEqual([true, "3002"])
  })
})

describe("ClusterTable and the map", () => {
  const setup = () => {
    const toggle = vi.fn()
    const point = vi.fn()
    const list = drawTable({ _clusters: [cluster(1, { id: "a", heat: 90, size: 2e6, expected_size: 1e6 }), cluster(2, { id: "b", size: 1e6, expected_size: 5e5 })], _selected: ["b"], _market: market }, { toggle, point })
    return { model: list.model, list, toggle, point, boxes: () => [...list.node.querySelectorAll("input")] }
  }

  it("shows the measure, ticks what is selected, and follows both", () => {
    const { list, model, boxes } = setup()
    expect(list.node.textContent).toContain("$1M")
    expect(boxes().map(({ checked }) => checked)).toEqual([false, true])
    model.set("_selected", ["a", "b"])
    expect(boxes().map(({ checked }) => checked)).toEqual([true, true])
    model.set("measure", "size")
    expect(list.node.textContent).toContain("$2M")
    expect(list.node.textContent).toContain("2 of 2 selected")
  })

  it("tells which row is ticked and which is pointed at", () => {
    const { toggle, point, boxes, list } = setup()
    boxes()[0]!.click()
    expect(toggle).toHaveBeenCalledTimes(1)
    expect(toggle).toHaveBeenCalledWith("a")
    list.node.querySelectorAll(".liq-row")[1]!.dispatchEvent(new Event("pointerenter"))
    expect(point).toHaveBeenCalledWith("b")
    list.hover("a")
    expect(list.node.querySelectorAll(".liq-hovered")).toHaveLength(1)
  })
})

describe("a row", () => {
  it("is not left behind as the one that is pointed at when it is gone", () => {
    const point = vi.fn()
    const { node, model } = drawTable({ _clusters: many(2), _market: market }, { point })
    node.querySelector('[data-id="c1"]')!.dispatchEvent(new Event("pointerenter"))
    model.set("_clusters", many(1))
    expect(point.mock.calls).toEqual([["c1"], [null]])
    model.set("_clusters", [])
    expect(point).toHaveBeenCalledTimes(2)
  })

  it("is ticked by a click, and not by a drag that selects its text", () => {
    const toggle = vi.fn()
    const { node } = drawTable({ _clusters: many(1), _market: market }, { toggle })
    const row = node.querySelector<HTMLElement>(".liq-row")!
    const press = (from: number, to: number) => {
      row.dispatchEvent(new PointerEvent("pointerdown", { clientX: from, clientY: 50 }))
      row.dispatchEvent(new MouseEvent("click", { clientX: to, clientY: 50, detail: 1 }))
    }
    press(100, 160)
    expect(toggle).not.toHaveBeenCalled()
    press(100, 102)
    row.click()
    expect(toggle).toHaveBeenCalledTimes(2)
  })
})

describe("rowWindow", () => {
  it("has all of a short table", () => {
    expect(rowWindow(120, 999, 240, 24)).toEqual({ first: 0, end: 120 })
  })

  it("covers what is in sight, at both ends too", () => {
    for (const top of [0, 24, 24 * 777, 24 * 4990]) {
      const { first, end } = rowWindow(5000, top, 480, 24)
      expect(first).toBeLessThanOrEqual(top / 24)
      expect(end).toBeGreaterThanOrEqual(Math.min(5000, top / 24 + 20))
      expect(end - first).toBeLessThanOrEqual(200)
    }
  })

  it("survives a table that has become shorter than its scroll", () => {
    const { first, end } = rowWindow(200, 24 * 4990, 480, 24)
    expect([first < end, end]).toEqual([true, 200])
  })
})
