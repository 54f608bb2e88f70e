// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest"
import { offlineFile } from "../../src/controls/sharing"
import { COLOURS } from "../../src/dom/colours"
import type { Columns, Plot } from "../../src/layers/plot"
import { provenanceColumns, provenanceLayer, provenanceText } from "../../src/layers/provenance"
import { messages, type Provenance, readMessage } from "../../src/wire/messages"
import type { Interval, Market, Traits } from "../../src/wire/traits"
import { fakeModel } from "../fake_model"
import { sample } from "../sample"

const answer = sample("provenanceAnswer")
const market = { time: [0, 1767226800000], unit: "USD" } as unknown as Market

describe("provenanceColumns", () => {
  const bars = { time: [100, 500] as const, long: [0, 30, 10, 0], short: [0, 10, 0, 0] }
  const drawn = (end: number) => {
    const { left, right, bottom, top, color } = provenanceColumns(bars, { time: [0, 1000], price: [50, 150] }, 400, end, COLOURS.light)
    return left.map((x, i) => ({ x: [x, right[i]], y: [bottom[i], top[i]], color: color[i] }))
  }

  it("stand on the bottom edge, the fullest 36 pixels high, shorts on longs, over a ground that ends now", () => {
    const [ground, first, over, second, ...rest] = drawn(600)
    expect(ground!.x[1]).toBe(600)
    expect(first).toEqual({ x: [200, 280], y: [50, 56.75], color: COLOURS.light.long })
    expect(over).toEqual({ x: [200, 280], y: [56.75, 59], color: COLOURS.light.short })
    expect(second).toEqual({ x: [300, 380], y: [50, 52.25], color: COLOURS.light.long })
    expect(rest).toEqual([])
  })

  it("are a bare ground when nothing was opened in sight", () => {
    expect(provenanceColumns({ time: [0, 1], long: [0], short: [0] }, { time: [0, 1], price: [0, 1] }, 100, 1, COLOURS.dark).left).toHaveLength(1)
  })
})

describe("provenanceText", () => {
  const said = (more: Partial<Provenance>, width = 1000) => provenanceText({ size: 42e6, before: 0, after: 0, clusters: 1, ...more } as Provenance, "USD", width)
  it("says the share of what, where, and how much lies outside", () => {
    expect(said({})).toBe("opened: share of est. size $42M in the cluster")
    expect(said({ clusters: 0, before: 21e6, after: 1e5 })).toBe("opened: share of est. size $42M in the box, 50 % before this view")
    expect(said({ clusters: 3, after: 4.2e6 })).toBe("opened: share of est. size $42M in the 3 clusters, 10 % after this view")
    expect(said({ before: 21e6 }, 400)).toBe("opened: share of est. size $42M, 50 % before this view")
    expect(said({ before: 21e6 }, 200)).toBe("opened: share of est. size $42M")
  })
})

describe("provenanceLayer", () => {
  beforeEach(() => void vi.stubGlobal("requestAnimationFrame", (act: () => void) => (act(), 0)))
  const setup = (state: Partial<Traits> = {}) => {
    const fake = fakeModel({ _selected: ["a"], ...state })
    const put: { columns?: Columns; text?: string } = {}
    let time: Interval = [1767225600000, 1767226800000]
    const plot = {
      viewport: () => ({ time, price: [0, 100] }),
      area: () => ({ left: 0, top: 0, width: 20, height: 400 }),
      setColumns: (_: string, columns: Columns) => void (put.columns = columns),
      setProvenance: (text: string) => void (put.text = text),
    } as unknown as Plot
    const kernel = messages(fake.model, "k3x9")
    for (let used = 1; used < 11; used++) kernel.ask({ type: "html" }, () => {})
    fake.sent.length = 0
    const [shown, failed] = [vi.fn(), vi.fn()]
    const layer = provenanceLayer({ model: fake.model, messages: kernel, plot, market: () => market, colours: () => COLOURS.dark, shown, failed })
    return { ...fake, layer, put, shown, failed, move: (to: Interval) => (time = to) }
  }
  const bars = ({ put }: { put: { columns?: Columns } }) => put.columns?.left?.length ?? 0

  it("asks as recorded, and draws the recorded answer", () => {
    const made = setup()
    made.layer.draw()
    expect(made.sent).toEqual([sample("provenanceRequest").content])
    made.tell(answer.content, answer.buffers)
    expect(bars(made)).toBe(4)
    expect(made.put.text).toBe("opened: share of est. size $2.5M")
    expect(made.shown).toHaveBeenLastCalledWith("opened: share of est. size $2.5M")
  })

  it("asks for the newest view only, one question at a time, and goes when nothing is selected", () => {
    const made = setup()
    made.layer.draw()
    for (const start of [1, 2, 3]) {
      made.move([1767225600000 + start, 1767226800000])
      made.layer.draw()
    }
    expect(made.sent).toHaveLength(1)
    made.tell(answer.content, answer.buffers)
    expect(made.sent.map(({ id, time }) => [id, time])).toEqual([[11, [1767225600000, 1767226800000]], [12, [1767225600003, 1767226800000]]])
    made.model.set("_selected", [])
    made.layer.draw()
    expect([bars(made), made.put.text]).toEqual([0, ""])
    expect(made.shown).toHaveBeenLastCalledWith("")
    made.tell({ ...answer.content, id: 12 }, answer.buffers)
    expect(bars(made)).toBe(0)
  })

  it("is told of an error once, and asks again", () => {
    const made = setup()
    made.layer.draw()
    made.tell({ type: "error", view: "k3x9", id: 11, message: "no" })
    made.layer.draw()
    expect([made.sent.length, made.failed.mock.calls]).toEqual([2, [["no"]]])
  })

  it("asks nothing without a selection, without a kernel, or once it is gone", () => {
    const [bare, offline, gone] = [setup({ _selected: [] }), setup({ _offline: true }), setup()]
    gone.layer.draw()
    gone.layer.dispose()
    gone.tell(answer.content, answer.buffers)
    for (const made of [bare, offline]) made.layer.draw()
    expect([bare.sent.length, offline.sent.length, bars(gone)]).toEqual([0, 0, 0])
  })

  it("reads what is recorded", () => {
    expect(readMessage(answer.content, "k3x9")).toEqual(answer.content)
    expect(readMessage(answer.content, "other")).toBeNull()
  })
})

describe("offlineFile", () => {
  it("asks as recorded, and takes the recorded file", async () => {
    const { model, sent, tell } = fakeModel()
    const kernel = messages(model, "k3x9")
    for (let used = 1; used < 12; used++) kernel.ask({ type: "code" }, () => {})
    sent.length = 0
    const asked = offlineFile(kernel)()
    expect(sent).toEqual([sample("htmlRequest").content])
    const { content, buffers } = sample("fileAnswer")
    tell(content, buffers)
    const { name, blob } = await asked
    expect([name, await blob.text()]).toEqual(["BTC-liquidations.html", "<!doctype html>\n<title>BTC</title>\n"])
  })
})
