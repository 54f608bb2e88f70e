import { describe, expect, it } from "vitest"
import { COLOURS } from "../../src/dom/colours"
import { heat } from "../../src/heat/heat"
import type { Plot } from "../../src/layers/plot"
import type { FrameState, Interval, Market, Traits } from "../../src/wire/traits"
import { fakeModel } from "../fake_model"
import { loaded } from "../loaded"

const HOUR = 3_600_000
const CANDLE_ROWS = 12

/** A frame of one pixel over the last hours, whose one candle closes at `close`. */
const frame = (hours: number, candleHours: number, close: number): FrameState => ({
  time: [-hours * HOUR, 0],
  price: [90, 110],
  width: 1,
  height: 1,
  measure: "expected",
  top: 1,
  decades: 4,
  candle_ms: candleHours * HOUR,
  pixels: new Uint8Array(1),
  candles: new Float64Array(CANDLE_ROWS).fill(close),
  events: new Uint8Array(0),
})

function heatOf(...frames: FrameState[]) {
  const palette = { name: "ember", label: "", dark: new Uint8Array(1024), light: new Uint8Array(1024) }
  const { model } = fakeModel({ _frames: frames, _palettes: [palette] } as Partial<Traits>)
  const demand = loaded
  const plot = { setImage() {}, setColumns() {}, clearImage() {} } as unknown as Plot
  const market = () => ({ time: [-1000 * HOUR, 0], span: [-1000 * HOUR, 0] }) as unknown as Market
  return heat({ model, plot, market, demand, look: () => ({ theme: "dark", colours: COLOURS.dark }), painted() {} })
}

describe("candles of a range of time", () => {
  const [all, month, day] = [frame(1000, 8, 1), frame(720, 4, 2), frame(24, 0.1, 3)]
  const closeOf = (picture: ReturnType<typeof heat>, time: Interval) => picture.candles(time)?.close[0]

  it("are the finest that cover it, whatever is shown", () => {
    const picture = heatOf(all, month, day)
    picture.showStored({ time: [-1000 * HOUR, 0], price: [95, 105] })
    expect(picture.shown()?.candle_ms).toBe(8 * HOUR)
    expect(closeOf(picture, [-12 * HOUR, 2 * HOUR])).toBe(3)
    expect(closeOf(picture, [-100 * HOUR, 2 * HOUR])).toBe(2)
    expect(closeOf(picture, [-900 * HOUR, 0])).toBe(1)
  })

  it("are those of the widest frame where none covers it, and none without frames", () => {
    expect(closeOf(heatOf(day, month), [-900 * HOUR, 0])).toBe(2)
    expect(closeOf(heatOf(), [-HOUR, 0])).toBeUndefined()
  })
})

describe("packed frames of the model", () => {
  const pack = async (bytes: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"))).arrayBuffer())
  const packed = async (hours: number): Promise<FrameState> => ({
    ...frame(hours, 1, 1),
    pixels: await pack(Uint8Array.of(129)),
    packed: true,
  })
  const view = { time: [-24 * HOUR, 0] as const, price: [95, 105] as const }

  it("are shown with the pixels they had, their candles at once", async () => {
    const picture = heatOf(await packed(24))
    const there = picture.showStored(view)
    expect(picture.candles([-HOUR, 0])?.close[0]).toBe(1)
    expect(picture.shown()).toBeNull()
    await there
    expect([...picture.shown()!.pixels]).toEqual([129])
  })

  it("do not take the place of what came meanwhile, nor of nothing once it is gone", async () => {
    const picture = heatOf(await packed(24))
    const there = picture.showStored(view)
    const sent = frame(12, 1, 2)
    picture.showSent(sent, sent)
    await there
    expect(picture.shown()?.time[0]).toBe(-12 * HOUR)
    const other = heatOf(await packed(24))
    const late = other.showStored(view)
    other.dispose()
    await late
    expect(other.shown()).toBeNull()
  })
})
