import { exactBytes } from "../wire/bytes"
import type { Bytes, FrameMeta, FrameParts } from "../wire/protocol"

const CANDLE_ROWS = [
  "start",
  "end",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "takerBuy",
  "interest",
  "funding",
  "liquidatedLong",
  "liquidatedShort",
] as const
const EVENT_ROWS = ["time", "price", "size", "side"] as const

/** Candles and what belongs to them; NaN where unknown. */
export type Candles = { length: number } & Readonly<Record<(typeof CANDLE_ROWS)[number], Float64Array>>
/** Realised liquidations; side is +1 for longs, -1 for shorts. */
export type Events = { length: number } & Readonly<Record<(typeof EVENT_ROWS)[number], Float64Array>>

export interface Frame extends FrameMeta {
  pixels: Uint8Array<ArrayBuffer>
  candles: Candles
  events: Events
}

/** Decode a frame; throws when the bytes do not fit the description. */
export function decodeFrame(meta: FrameMeta, { pixels, candles, events }: FrameParts): Frame {
  const cells = exactBytes(pixels)
  if (cells.length !== meta.width * meta.height) {
    throw new Error(`Expected ${meta.width} x ${meta.height} pixels in a frame, was ${cells.length} bytes`)
  }
  return { ...meta, pixels: cells, candles: rows(CANDLE_ROWS, candles, "candles"), events: rows(EVENT_ROWS, events, "events") }
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
