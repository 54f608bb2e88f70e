// @vitest-environment happy-dom
import { describe, expect, it } from "vitest"
import type { Cluster, Market, Traits } from "../../src/wire/traits"
import { SelectionLine } from "../../src/words/selection"
import { boundModel, draw } from "../draw"

const box = { time: [1, 2], price: [3, 4] } as const
const clusters = [["a", "long", 46.6e6], ["b", "long", 1e6], ["c", "short", 2e6]].map(([id, side, size]) => ({ id, side, size })) as unknown as Cluster[]

function setup(state: Partial<Traits>) {
  const { model, bound } = boundModel({ _market: { unit: "USD" } as unknown as Market, _clusters: clusters, ...state })
  const said: string[] = []
  const { host } = draw(<SelectionLine bound={bound} say={(sentence) => void said.push(sentence)} />)
  return { model, said, text: () => host.querySelector(".liq-chosen span")?.textContent, host }
}

describe("SelectionLine", () => {
  it("says what a box or clusters hold, and its name in Python, for as long as they are selected", () => {
    const { text, host, model, said } = setup({ _selection: box, _chosen: { long: 46.6e6, short: 0, clusters: 4, box: true } })
    expect(text()).toBe("est. $46.6M long, $0 short, 4 clusters: h.selection")
    host.querySelector("button")!.click()
    expect([model.get("_selection"), model.get("_selected"), said]).toEqual([null, [], ["Selection cleared"]])
    expect(setup({ _selected: ["a"], _chosen: { long: 46.6e6, short: 0, clusters: 1, box: false } }).text()).toBe("est. $46.6M long, $0 short, 1 cluster: h.selection")
  })

  it("is not there without a selection, also while the kernel has yet to hear that it is gone", () => {
    expect(setup({}).text()).toBeUndefined()
    expect(setup({ _chosen: { long: 1, short: 0, clusters: 4, box: true } }).text()).toBeUndefined()
  })

  it("adds up ticked clusters in a file, where no Python has them", () => {
    expect(setup({ _offline: true, _selected: ["a", "c", "gone"] }).text()).toBe("est. $46.6M long, $2M short, 2 clusters")
  })
})
