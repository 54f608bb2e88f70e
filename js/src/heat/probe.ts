import type { Frame } from "./frame"
import { levelValue } from "./level"
import type { Side } from "../wire/protocol"

export interface Probe {
  side: Side
  /** Quote currency per 10 bps price cell, as coarse as the pixel's level. */
  value: number
}

/** Read the picture under a point; null outside of it or where nothing stands. */
export function probeFrame(frame: Frame, time: number, price: number): Probe | null {
  const column = cellAt(time, frame.time[0], frame.time[1], frame.width)
  const row = cellAt(price, frame.price[0], frame.price[1], frame.height)
  if (column < 0 || row < 0) return null
  const byte = frame.pixels[row * frame.width + column] ?? 0
  const n = byte & 127
  return n === 0 ? null : { side: byte >= 128 ? "short" : "long", value: levelValue(n, frame) }
}

function cellAt(value: number, low: number, high: number, count: number): number {
  const cell = Math.floor(((value - low) / (high - low)) * count)
  return cell >= 0 && cell < count ? cell : -1
}
