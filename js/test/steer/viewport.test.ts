import { fit, margin } from "../../../liqwidget/look.json"
import { describe, expect, it } from "vitest"
import { binValue, thresholdScale } from "../../src/heat/bins"
import { chooseFrame } from "../../src/heat/frame"
import { rasterRequest } from "../../src/heat/raster"
import { nearestFree } from "../../src/layers/cluster_labels"
import { fitPrice } from "../../src/steer/navigation"
import { limitViewport, panViewport, span, type Viewport, zoomViewport } from "../../src/steer/viewport"
import { FUTURE, windowRange } from "../../src/steer/window"
import type { FrameMeta, Interval, Market } from "../../src/wire/traits"
import { candlesOf } from "../candles"

const HOUR = 3_600_000
const market = { time: [0, 240 * HOUR], last_price: 100, timeframe_ms: 300_000 } as unknown as Market
const view: Viewport = { time: [100 * HOUR, 200 * HOUR], price: [90, 110] }

describe("windowRange", () => {
  it("ends now and leaves the margin free", () => {
    const [start, end] = windowRange("24h", market)
    expect(start).toBe(216 * HOUR)
    expect((end - 240 * HOUR) / (end - start)).toBeCloseTo(FUTURE, 12)
  })

  it("leaves room for the labels on a narrow plot", () => {
    const share = (width: number) => {
      const [start, end] = windowRange("24h", market, width)
      return (end - 240 * HOUR) / (end - start)
    }
    expect(share(1300) * 1300).toBeCloseTo(margin.label, 9)
    expect(share(100)).toBeCloseTo(0.1, 12)
    expect(share(4000)).toBeCloseTo(FUTURE, 12)
  })

  it("starts no earlier than the data", () => {
    expect(windowRange("30d", market)[0]).toBe(0)
    expect(windowRange("all", market)).toEqual(windowRange("30d", market))
  })
})

describe("zoomViewport", () => {
  it("keeps the point under the pointer where it is", () => {
    const at = { time: 120 * HOUR, price: 105 }
    const zoomed = zoomViewport(view, { time: 0.5, price: 0.25, at })
    const share = (range: Interval, value: number) => (value - range[0]) / span(range)
    expect(share(zoomed.time, at.time)).toBeCloseTo(share(view.time, at.time), 12)
    expect(share(zoomed.price, at.price)).toBeCloseTo(share(view.price, at.price), 12)
    expect([span(zoomed.time), span(zoomed.price)]).toEqual([50 * HOUR, 5])
  })

  it("undoes itself and leaves an axis with factor 1 alone", () => {
    const back = zoomViewport(zoomViewport(view, { time: 0.8, price: 1 }), { time: 1.25, price: 1 })
    expect(back.time[0]).toBeCloseTo(view.time[0], 3)
    expect(back.price).toBe(view.price)
  })
})

describe("panViewport", () => {
  it("moves by shares of the view", () => {
    expect(panViewport(view, 0.1, -0.5)).toEqual({ time: [110 * HOUR, 210 * HOUR], price: [80, 100] })
  })
})

describe("limitViewport", () => {
  it("leaves a sensible view alone", () => expect(limitViewport(view, market)).toEqual(view))

  it("goes down to four candles and one basis point, and no further", () => {
    const tiny = limitViewport({ time: [HOUR, HOUR + 1], price: [100, 100.0001] }, market)
    expect(span(tiny.time)).toBeCloseTo(4 * 300_000, 3)
    expect(span(tiny.price)).toBeCloseTo(0.01, 9)
  })

  it("shows something of a range that is too short for a float to tell", () => {
    const none = limitViewport({ time: [HOUR, HOUR], price: [100, 100] }, market)
    expect(none.time).toEqual([HOUR - 600_000, HOUR + 600_000])
    expect(span(none.price)).toBeCloseTo(0.01, 9)
    expect(none.price[0]).toBeCloseTo(99.995, 9)
  })

  it("keeps data in sight", () => {
    const far = limitViewport({ time: [900 * HOUR, 1000 * HOUR], price: [1000, 1010] }, market)
    expect(far.time[0]).toBeLessThan(240 * HOUR)
    expect(far.price[1]).toBeLessThanOrEqual(400)
    expect(limitViewport({ time: [-9000 * HOUR, 9000 * HOUR], price: [-50, 900] }, market).price[0]).toBeGreaterThan(0)
  })
})

describe("rasterRequest", () => {
  it("asks for the part with data, one cell a device pixel", () => {
    const request = rasterRequest({ time: [200 * HOUR, 280 * HOUR], price: [90, 110] }, { width: 800, height: 400 }, market, 1.5)
    expect(request).toEqual({ time: [200 * HOUR, 240 * HOUR], price: [90, 110], width: 600, height: 600 })
  })

  it("caps the size and asks nothing outside of the data", () => {
    const request = rasterRequest(view, { width: 3000, height: 2000 }, market, 2)
    expect([request?.width, request?.height]).toEqual([3000, 2000])
    const sharp = rasterRequest(view, { width: 1100, height: 520 }, market, 2)
    expect([sharp?.width, sharp?.height]).toEqual([2200, 1040])
    expect(rasterRequest({ ...view, time: [241 * HOUR, 250 * HOUR] }, { width: 800, height: 400 }, market)).toBeNull()
    expect(rasterRequest(view, { width: 0, height: 400 }, market)).toBeNull()
  })
})

describe("fitPrice", () => {
  const columns = (low: number[], high: number[]) => candlesOf({
    length: low.length,
    start: Float64Array.from(low, (_, i) => i),
    end: Float64Array.from(low, (_, i) => i + 1),
    open: Float64Array.from(low),
    high: Float64Array.from(high),
    low: Float64Array.from(low),
    close: Float64Array.from(high),
  })

  it("pads the candles in sight and ignores the others", () => {
    const [low, high] = fitPrice(columns([50, 100, 110], [60, 120, 200]), [1, 2])!
    expect(low).toBeCloseTo(100 - fit.padding * 20, 9)
    expect(high).toBeCloseTo(120 + fit.padding * 20, 9)
  })

  it("reaches to the next levels, the farther the longer the time shown", () => {
    const quiet = candlesOf({ length: 1, start: Float64Array.of(0), end: Float64Array.of(48 * HOUR), open: Float64Array.of(100), high: Float64Array.of(100), low: Float64Array.of(100), close: Float64Array.of(100) })
    expect(fitPrice(quiet, [0, 1])).toEqual([90, 110])
  })

  it("gives a still market room, and nothing for an empty range", () => {
    expect(span(fitPrice(columns([100], [100]), [0, 1])!)).toBeCloseTo(2.4, 9)
    expect(fitPrice(columns([100], [100]), [5, 6])).toBeNull()
  })
})

describe("chooseFrame", () => {
  const frame = (time: Interval, price: Interval, width: number, measure: "size" | "expected" = "size") =>
    ({ time, price, width, height: 100, measure }) as FrameMeta
  const wide = frame([0, 240 * HOUR], [50, 150], 100)
  const fine = frame([150 * HOUR, 240 * HOUR], [80, 120], 100)
  const other = frame([0, 240 * HOUR], [0, 500], 9000, "expected")
  const frames = [fine, wide, other]

  it("takes the finest that covers the view", () => {
    expect(chooseFrame(frames, "size", { time: [200 * HOUR, 250 * HOUR], price: [90, 110] }, market)).toBe(fine)
    expect(chooseFrame(frames, "size", { time: [100 * HOUR, 250 * HOUR], price: [90, 110] }, market)).toBe(wide)
  })

  it("falls back to the widest, and to nothing without the measure", () => {
    expect(chooseFrame(frames, "size", { time: [0, 250 * HOUR], price: [10, 300] }, market)).toBe(wide)
    expect(chooseFrame([fine], "expected", view, market)).toBeNull()
  })
})

describe("thresholdScale", () => {
  const ladder = { top: 2.5e6, decades: 4 }
  const scale = thresholdScale(ladder)

  it("has a true zero and goes back and forth", () => {
    expect([scale.value(0), scale.step(0)]).toEqual([0, 0])
    for (let step = 1; step <= 127; step++) expect(scale.step(scale.value(step))).toBe(step)
  })

  it("keeps exactly the levels from its step on", () => {
    for (let step = 2; step <= 127; step++) {
      expect(binValue(step, ladder)).toBeGreaterThanOrEqual(scale.value(step))
      expect(binValue(step - 1, ladder)).toBeLessThan(scale.value(step))
    }
  })

  it("is linear for relative heat", () => {
    const heat = thresholdScale({ top: 100, decades: 0 })
    for (let step = 2; step <= 127; step++) expect(heat.step(heat.value(step))).toBe(step)
    expect([heat.value(0), heat.value(64)]).toEqual([0, 49.6])
  })

  it("is still without a range", () => expect(thresholdScale({ top: 0, decades: 4 }).value(50)).toBe(0))
})

describe("nearestFree", () => {
  it("is what is wanted, else the nearest place that is not blocked, else none", () => {
    expect(nearestFree(50, [0, 100], [[10, 40]])).toBe(50)
    expect(nearestFree(50, [0, 100], [[40, 55], [55, 70]])).toBe(55)
    expect(nearestFree(50, [0, 100], [[45, 60], [30, 46]])).toBe(60)
    expect(nearestFree(50, [48, 52], [[45, 60]])).toBeNull()
  })
})
