import { fit } from "../../../liqwidget/look.json"
import { beforeEach, describe, expect, it, vi } from "vitest"
import type { Plot } from "../../src/layers/plot"
import { navigation } from "../../src/steer/navigation"
import type { Viewport } from "../../src/steer/viewport"
import { windowRange } from "../../src/steer/window"
import type { Interval, Market } from "../../src/wire/traits"
import { candlesOf } from "../candles"
import { type FakeModel, fakeModel } from "../fake_model"

const HOUR = 3_600_000
const market = { time: [0, 400 * HOUR], span: [0, 400 * HOUR], last_price: 100, timeframe_ms: 300_000 } as unknown as Market
const row = (value: number) => Float64Array.from([value])
const flat = candlesOf({ length: 1, start: row(0), end: row(400 * HOUR), open: row(100), high: row(110), low: row(90), close: row(100) })
const ROOM = Math.max(fit.padding * 20, fit.reach * 110)
const FIT: Interval = [90 - ROOM, 110 + ROOM]

const view = (fake: FakeModel) => {
  let shown: Viewport = { time: [0, 1], price: [0, 1] }
  const changed = vi.fn()
  // Bokeh tells of a change of its ranges while they are set.
  const area = () => ({ left: 0, top: 0, width: 4000, height: 400 })
  const plot = { area, viewport: () => shown, setViewport: (next: Viewport) => ((shown = next), steer?.moved()) } as unknown as Plot
  let steer: ReturnType<typeof navigation> | undefined
  steer = navigation({ model: fake.model, plot, market: () => market, candles: () => flat, changed })
  steer.refresh()
  const drag = (next: Viewport) => ((shown = next), steer?.moved())
  return { steer, drag, changed, shown: () => shown }
}

describe("navigation", () => {
  beforeEach(() => void vi.useFakeTimers())

  it("starts at the window, with the price fitted, and writes nothing", () => {
    const fake = fakeModel()
    const { shown } = view(fake)
    expect(shown()).toEqual({ time: windowRange("7d", market), price: FIT })
    vi.runAllTimers()
    expect([fake.saves(), fake.model.get("time_range")]).toEqual([0, null])
  })

  it("starts where the model was moved to, though that lies where no data are", () => {
    const moved = view(fakeModel({ time_range: [100 * HOUR, 200 * HOUR], price_range: [95, 105] }))
    expect(moved.shown()).toEqual({ time: [100 * HOUR, 200 * HOUR], price: [95, 105] })
    const fitted = view(fakeModel({ time_range: [100 * HOUR, 200 * HOUR] }))
    expect(fitted.shown()).toEqual({ time: [100 * HOUR, 200 * HOUR], price: FIT })
    const lost = view(fakeModel({ time_range: [-9000 * HOUR, -8000 * HOUR], price_range: [1e-9, 1e12] })).shown()
    expect(lost.time[1]).toBeGreaterThan(100 * HOUR)
    expect(lost.price[0]).toBeGreaterThan(0)
    expect(lost.price[0]).toBeLessThan(100)
    expect(lost.price[1]).toBeGreaterThan(100)
  })

  it("writes a gesture once, when it has settled", () => {
    const fake = fakeModel()
    const { steer } = view(fake)
    for (const end of [300, 310, 320]) steer.go({ time: [200 * HOUR, end * HOUR], price: [80, 120] })
    expect(fake.saves()).toBe(0)
    vi.advanceTimersByTime(119)
    expect(fake.saves()).toBe(0)
    vi.advanceTimersByTime(1)
    expect(fake.saves()).toBe(1)
    expect(fake.model.get("time_range")).toEqual([200 * HOUR, 320 * HOUR])
    expect(fake.model.get("price_range")).toEqual([80, 120])
    expect(fake.model.get("follow")).toBe(false)
  })

  it("is drawn once for each move, and not once more as it comes to rest, but for parts of a millisecond", () => {
    const { steer, drag, changed, shown } = view(fakeModel({ follow: false }))
    changed.mockClear()
    for (const end of [300, 310]) steer.go({ time: [200 * HOUR, end * HOUR], price: [80, 120] })
    vi.runAllTimers()
    expect(changed).toHaveBeenCalledTimes(2)
    drag({ time: [200.00000001 * HOUR, 310 * HOUR], price: [80, 120] })
    vi.runAllTimers()
    expect(changed).toHaveBeenCalledTimes(4)
    expect(shown().time).toEqual([200 * HOUR, 310 * HOUR])
  })

  it("keeps following when only time was moved, by a drag with an unsteady hand too", () => {
    const fake = fakeModel()
    const { drag, shown } = view(fake)
    drag({ time: [100 * HOUR, 200 * HOUR], price: [FIT[0] + 0.1, FIT[1] + 0.1] })
    vi.runAllTimers()
    expect(fake.model.get("follow")).toBe(true)
    expect(shown()).toEqual({ time: [100 * HOUR, 200 * HOUR], price: FIT })
  })

  it.each([10, 500])("keeps what a hand has dragged, whenever live data come: a move each %i ms", (pause) => {
    const fake = fakeModel()
    const { steer, drag, shown } = view(fake)
    const [start, end] = shown().time.map(Math.round) as [number, number]
    for (const hours of [1, 2, 3, 4]) {
      drag({ time: [start - hours * HOUR, end - hours * HOUR], price: FIT })
      steer.refresh()
      vi.advanceTimersByTime(pause)
      steer.refresh()
      fake.model.set("_live", { number: hours } as never)
    }
    vi.runAllTimers()
    steer.refresh()
    expect(shown().time).toEqual([start - 4 * HOUR, end - 4 * HOUR])
    expect(fake.model.get("time_range")).toEqual(shown().time)
  })

  it("moves all views of a model, without an echo", () => {
    const fake = fakeModel()
    const [one, two] = [view(fake), view(fake)]
    one.steer.go({ time: [200 * HOUR, 300 * HOUR], price: [80, 120] })
    vi.runAllTimers()
    expect(two.shown()).toEqual({ time: [200 * HOUR, 300 * HOUR], price: [80, 120] })
    expect(fake.saves()).toBe(1)
  })

  it("obeys Python, and comes back when the ranges are cleared", () => {
    const fake = fakeModel()
    const { shown } = view(fake)
    fake.model.set("time_range", [10 * HOUR, 20 * HOUR])
    fake.model.set("price_range", [95, 105])
    expect(shown()).toEqual({ time: [10 * HOUR, 20 * HOUR], price: [95, 105] })
    fake.model.set("time_range", null)
    fake.model.set("price_range", null)
    expect(shown()).toEqual({ time: windowRange("7d", market), price: FIT })
  })

  it("resets to the window", () => {
    const fake = fakeModel()
    const { steer, shown } = view(fake)
    steer.go({ time: [200 * HOUR, 300 * HOUR], price: [80, 120] })
    steer.reset()
    vi.runAllTimers()
    expect(shown()).toEqual({ time: windowRange("7d", market), price: FIT })
    expect([fake.model.get("time_range"), fake.model.get("follow"), fake.saves()]).toEqual([null, true, 1])
  })

  it("shows the window that is chosen right after a gesture, and follows when told so", () => {
    const fake = fakeModel()
    const { steer, shown } = view(fake)
    steer.go({ time: [200 * HOUR, 300 * HOUR], price: [80, 120] })
    fake.model.set("time_range", null)
    fake.model.set("price_range", null)
    fake.model.set("window", "24h")
    vi.runAllTimers()
    expect([shown(), fake.model.get("time_range")]).toEqual([{ time: windowRange("24h", market), price: FIT }, null])
    fake.model.set("follow", false)
    steer.go({ time: [200 * HOUR, 300 * HOUR], price: [80, 120] })
    fake.model.set("follow", true)
    vi.runAllTimers()
    expect([shown(), fake.model.get("follow")]).toEqual([{ time: [200 * HOUR, 300 * HOUR], price: FIT }, true])
    expect(fake.model.get("time_range")).toEqual([200 * HOUR, 300 * HOUR])
  })

  it("holds a drag inside of the limits", () => {
    const fake = fakeModel()
    const { drag, shown } = view(fake)
    drag({ time: [9000 * HOUR, 9100 * HOUR], price: [80, 120] })
    expect(shown().time[0]).toBeLessThan(400 * HOUR)
  })
})
