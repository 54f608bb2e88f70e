import { span, type Viewport } from "../steer/viewport"
import { exactBytes, inflated } from "../wire/bytes"
import type { StandingNames } from "../wire/messages"
import { restore } from "../wire/packing"
import { CANDLE_ROWS, EVENT_ROWS } from "../wire/rows"
import type { Bytes, FrameMeta, FrameParts, FrameState, Interval, Market, Measure, Side, StandingState } from "../wire/traits"
import { binValue } from "./bins"

/** Candles and what belongs to them; NaN where unknown. */
export type Candles = { length: number } & Readonly<Record<(typeof CANDLE_ROWS)[number], Float64Array>>
/** Realised liquidations; side is +1 for longs, -1 for shorts. */
export type Events = { length: number } & Readonly<Record<(typeof EVENT_ROWS)[number], Float64Array>>

export interface Frame extends FrameMeta {
  pixels: Uint8Array<ArrayBuffer>
  candles: Candles
  events: Events
  /** What stands in its prices, where it came with it. */
  standing?: StandingState | undefined
}

/** The frame of a state, whose pixels take a moment where they are packed. */
export async function storedFrame(state: FrameState): Promise<Frame> {
  if (!state.packed) return decodeFrame(state, state)
  const pixels = await inflated(state.pixels)
  restore(pixels, state.height)
  return decodeFrame(state, { ...state, pixels })
}

/** The candles of a frame alone. */
export const decodeCandles = ({ candles }: FrameParts): Candles => rows(CANDLE_ROWS, candles, "candles")

/** Decode a frame; throws when the bytes do not fit the description. */
export function decodeFrame(meta: FrameMeta, { pixels, candles, events, standing }: SentParts): Frame {
  const cells = exactBytes(pixels)
  if (cells.length !== meta.width * meta.height) {
    throw new Error(`Expected ${meta.width} x ${meta.height} pixels in a frame, was ${cells.length} bytes`)
  }
  return { ...meta, pixels: cells, candles: rows(CANDLE_ROWS, candles, "candles"), events: rows(EVENT_ROWS, events, "events"), standing }
}

/** The parts of a frame that the kernel sent, with what stands in its prices in a step of a replay. */
export type SentParts = FrameParts & { standing?: StandingState | undefined }

/** The parts of an answer's frame; null when one is missing. */
export function frameParts([pixels, candles, events, leverage, venue]: readonly DataView[], names?: StandingNames): SentParts | null {
  return pixels && candles && events ? { pixels, candles, events, standing: names && leverage && venue && { ...names, leverage, venue } } : null
}

function rows<N extends string>(names: readonly N[], bytes: Bytes, what: string) {
  const exact = exactBytes(bytes)
  const stride = 8 * names.length
  if (exact.length % stride !== 0) {
    throw new Error(`Expected ${what} as ${names.length} rows of float64, was ${exact.length} bytes`)
  }
  const length = exact.length / stride
  const columns = names.map((name, index) => [name, new Float64Array(exact.buffer, index * length * 8, length)])
  return { length, ...Object.fromEntries(columns) } as { length: number } & Record<N, Float64Array>
}

/** The finest frame of a measure that covers a viewport, else the widest; null when the measure has none. */
export function chooseFrame<F extends FrameMeta>(
  frames: readonly F[],
  measure: Measure,
  viewport: Viewport,
  market: Pick<Market, "time">,
): F | null {
  const ours = frames.filter((frame) => frame.measure === measure)
  const needed: Interval = [Math.max(viewport.time[0], market.time[0]), Math.min(viewport.time[1], market.time[1])]
  const covering = ours.filter((frame) => covers(frame.time, needed) && covers(frame.price, viewport.price))
  const cell = (frame: F) => (span(frame.time) / frame.width) * (span(frame.price) / frame.height)
  const area = (frame: F) => span(frame.time) * span(frame.price)
  if (covering.length > 0) return covering.reduce((best, frame) => (cell(frame) < cell(best) ? frame : best))
  return ours.reduce<F | null>((best, frame) => (best && area(best) >= area(frame) ? best : frame), null)
}

function covers(outer: Interval, inner: Interval): boolean {
  const slack = 0.005 * span(inner)
  return outer[0] <= inner[0] + slack && outer[1] >= inner[1] - slack
}

/** One candle as it is drawn, and how long it is [ms]; the volume is NaN where unknown. */
export interface Candle {
  ms: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

/** Which candle holds a time: the last that began by then, if one did. */
export function candleAt({ length, start }: Pick<Candles, "length" | "start">, time: number): number | null {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (start[middle]! <= time) low = middle + 1
    else high = middle
  }
  return low > 0 ? low - 1 : null
}

/** The candle drawn at a time; null where none is. */
export function candleUnder(candles: Candles, ms: number, time: number): Candle | null {
  const index = candleAt(candles, time)
  if (index === null || time >= Math.max(candles.end[index]!, candles.start[index]! + ms)) return null
  const [open, high, low, close, volume] = (["open", "high", "low", "close", "volume"] as const).map((name) => candles[name][index]!)
  return { ms, open: open!, high: high!, low: low!, close: close!, volume: volume! }
}

export interface Cell {
  side: Side
  /** Quote currency per 10 bps price cell, or relative heat, as coarse as the pixel's bin. */
  value: number
}

/** Read the picture under a point; null outside of it or where nothing stands. */
export function cellUnder(frame: Frame, time: number, price: number): Cell | null {
  const column = cellAt(time, frame.time[0], frame.time[1], frame.width)
  const row = cellAt(price, frame.price[0], frame.price[1], frame.height)
  if (column < 0 || row < 0) return null
  const byte = frame.pixels[row * frame.width + column] ?? 0
  const n = byte & 127
  return n === 0 ? null : { side: byte >= 128 ? "short" : "long", value: binValue(n, frame) }
}

function cellAt(value: number, low: number, high: number, count: number): number {
  const cell = Math.floor(((value - low) / (high - low)) * count)
  return cell >= 0 && cell < count ? cell : -1
}
