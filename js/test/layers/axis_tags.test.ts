// @vitest-environment happy-dom
import { expect, it, vi } from "vitest"
import { priceTicks } from "../../src/format/price"
import { axisTags, type NamedPrice } from "../../src/layers/axis_tags"
import type { Plot } from "../../src/layers/plot"

it("names the prices of clusters at the axis, none over another or over the last price", () => {
  const tagged = vi.fn()
  const plot = { area: () => ({ left: 0, top: 0, width: 500, height: 400 }), viewport: () => ({ time: [0, 1], price: [80, 120] }), tagged }
  const named = (price: number): NamedPrice => ({ price, side: price > 100 ? "short" : "long", text: String(price), alpha: 1 })
  const tags = axisTags()
  const said = () => tags.nodes.filter((node) => node.classList.contains("liq-tag-cluster") && !node.hidden).map((node) => node.textContent)
  tags.clusters([105, 106, 101, 90, 130].map(named), 100, plot as unknown as Plot)
  expect(said()).toEqual(["105", "90"])
  expect(tagged).toHaveBeenCalledWith([100, 105, 90])
  tags.clusters([], 100, plot as unknown as Plot)
  expect(said()).toEqual([])
})

it("writes as many round prices as have room, and none that its decimals do not tell apart", () => {
  expect(priceTicks([76_900, 100_300], 587)).toEqual(Array.from({ length: 12 }, (_, i) => 78_000 + 2000 * i))
  expect(priceTicks([76_900, 100_300], 1042)).toHaveLength(24)
  expect(priceTicks([10, 11.5], 2000).map((price) => Number(price.toFixed(6)))).toHaveLength(16)
  expect(priceTicks([1, 2], 0)).toEqual([])
})
