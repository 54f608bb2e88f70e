import { exactBytes } from "./bytes"
import type { Bytes, FrameMeta } from "./protocol"

export interface Candles {
  length: number
  start: Float64Array
  end: Float64Array
  open: Float64Array
  high: Float64Array
  low: Float64Array
  close: Float64Array
}

export interface Frame extends FrameMeta {
  pixels: Uint8Array<ArrayBuffer>
  candles: Candles
}

/** Decode a frame; throws when the bytes do not fit the description. */
export function decodeFrame(meta: FrameMeta, pixels: Bytes, candles: Bytes): Frame {
  const cells = exactBytes(pixels)
  if (cells.length !== meta.width * meta.height) {
    throw new Error(`Expected ${meta.width} x ${meta.height} pixels in a frame, was ${cells.length} bytes`)
  }
  const rows = exactBytes(candles)
  if (rows.length % 48 !== 0) {
    throw new Error(`Expected candles as six rows of float64, was ${rows.length} bytes`)
  }
  const length = rows.length / 48
  const row = (index: number) => new Float64Array(rows.buffer, index * length * 8, length)
  const [start, end, open, high, low, close] = [row(0), row(1), row(2), row(3), row(4), row(5)]
  return { ...meta, pixels: cells, candles: { length, start, end, open, high, low, close } }
}
