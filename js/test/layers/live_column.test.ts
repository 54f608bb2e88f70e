// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import type { Heat } from "../../src/heat/heat"
import type { Tags } from "../../src/layers/axis_tags"
import { liveColumn } from "../../src/layers/live_column"
import type { Plot } from "../../src/layers/plot"
import type { Navigation } from "../../src/steer/navigation"
import { messages } from "../../src/wire/messages"
import type { Live, Market } from "../../src/wire/traits"
import { fakeModel } from "../fake_model"
import { sample } from "../sample"

const MINUTE = 60_000
const market = { time: [0, 60 * MINUTE], last_price: 100, price_decimals: 1 } as unknown as Market
const live: Live = { number: 1, now: 0, feeds: [], last_price: 100, time: [60 * MINUTE, 65 * MINUTE] }

describe("liveColumn", () => {
  it("shows no column in replay that was asked for before it", () => {
    const fake = fakeModel({ _market: market, _live: live })
    const columns: unknown[] = []
    const plot = {
      viewport: () => ({ time: [0, 70 * MINUTE], price: [90, 110] }),
      area: () => ({ left: 0, top: 0, width: 400, height: 300 }),
      setLastPrice: vi.fn(),
    } as unknown as Plot
    const heat = {
      shown: () => ({ time: [0, 60 * MINUTE] }),
      showLive: vi.fn(),
      showColumn: (frame: unknown) => void columns.push(frame && "column"),
    } as unknown as Heat
    const layer = liveColumn({
      model: fake.model,
      messages: messages(fake.model, "v"),
      market: () => market,
      wrapper: document.createElement("div"),
      plot,
      heat,
      tags: { last: vi.fn() } as unknown as Tags,
      steer: { refresh: vi.fn(), present: vi.fn() } as unknown as Navigation,
      closed: layerRefresh,
      failed: vi.fn(),
    })
    function layerRefresh() {
      layer.refresh()
    }
    const { content, buffers } = sample("frameAnswer")
    const answer = () => fake.tell({ ...content, view: "v", id: fake.sent.filter(({ type }) => type === "viewport").at(-1)?.id }, buffers)
    layer.show()
    answer()
    expect(columns).toEqual(["column"])
    layer.refresh()
    fake.model.set("as_of", 0 as never)
    fake.model.set("_live", { number: 2, now: 0, feeds: [] })
    layer.show()
    answer()
    expect(columns.at(-1)).toBeNull()
  })
})
