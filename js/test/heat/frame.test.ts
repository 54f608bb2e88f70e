import { describe, expect, it } from "vitest"
import { decodeFrame, cellUnder } from "../../src/heat/frame"
import type { FrameMeta } from "../../src/wire/traits"
import { sample } from "../sample"

const recorded = () => {
  const { content, buffers } = sample("frameAnswer")
  return { meta: content.frame as FrameMeta, pixels: buffers[0]!, candles: buffers[1]!, events: buffers[2]! }
}

describe("decodeFrame", () => {
  it("reads the recorded frame", () => {
    const { meta, pixels, candles, events } = recorded()
    const frame = decodeFrame(meta, { pixels, candles, events })
    expect([...frame.pixels.slice(0, 4)]).toEqual([0, 1, 64, 127])
    expect(frame.candles.length).toBe(2)
    expect([...frame.candles.close]).toEqual([90010.5, 90045.25])
    expect([...frame.candles.takerBuy]).toEqual([7.5, Number.NaN])
    expect([...frame.events.side]).toEqual([-1, 1])
  })

  it("copies bytes that do not start at an aligned place of their buffer", () => {
    const { meta, pixels, candles, events } = recorded()
    const shifted = new Uint8Array(candles.byteLength + 3)
    shifted.set(new Uint8Array(candles.buffer), 3)
    const frame = decodeFrame(meta, { pixels, candles: new DataView(shifted.buffer, 3), events })
    expect(frame.candles.high[1]).toBe(90050)
    expect(frame.pixels.buffer.byteLength).toBe(12)
  })

  it("refuses bytes that do not fit", () => {
    const { meta, pixels, candles, events } = recorded()
    expect(() => decodeFrame({ ...meta, width: 5 }, { pixels, candles, events })).toThrow("Expected 5 x 3 pixels")
    expect(() => decodeFrame(meta, { pixels, candles: new Uint8Array(95), events })).toThrow("candles as 12 rows of float64")
    expect(() => decodeFrame(meta, { pixels, candles, events: new Uint8Array(31) })).toThrow("events as 4 rows of float64")
  })
})

describe("cellUnder", () => {
  it("tells side and value, row 0 being the lowest price", () => {
    const { meta, pixels, candles, events } = recorded()
    const frame = decodeFrame(meta, { pixels, candles, events })
    const [start] = meta.time
    expect(cellUnder(frame, start + 1, 89_901)).toBeNull()
    expect(cellUnder(frame, start + 599_999, 89_901)).toMatchObject({ side: "long" })
    expect(cellUnder(frame, start + 599_999, 90_001)).toMatchObject({ side: "short" })
    expect(cellUnder(frame, start + 599_999, 89_901)!.value).toBeCloseTo(1_250_000 * 10 ** (-4 * (0.5 / 127)), 3)
    expect(cellUnder(frame, start - 1, 90_000)).toBeNull()
    expect(cellUnder(frame, start, 90_200)).toBeNull()
  })
})
