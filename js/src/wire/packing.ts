import { inflated } from "./bytes"
import { CANDLE_ROWS, EVENT_ROWS } from "./rows"
import type { FrameMeta } from "./traits"

/** The parts of a picture that came: the next may be told as what differs from it. */
export interface Held {
  id: number
  parts: readonly Uint8Array[]
}

/** What an answer says of its buffers. */
export interface Told {
  id: number
  frame: FrameMeta
  base?: number
  shift?: [number, number]
}

/**
 * Make bytes of differences again, row by row: those to what stood `shift` further on in `from`, else to the byte before
 * them. Its mirror is liqwidget/widget/packing.py.
 */
export function restore(part: Uint8Array, rows: number, from?: Uint8Array, shift = 0): void {
  const [width, wide] = [part.length / rows, (from?.length ?? 0) / rows]
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < width; x++, i++) part[i]! += from ? from[y * wide + Math.max(0, Math.min(x + shift, wide - 1))]! | 0 : x && part[i - 1]!
  }
}

/** The buffers of a packed answer, and what to hold of it; `held`: the picture that was held when it was asked for. */
export async function unpackFrame({ id, frame, base, shift: [columns, candles] = [0, 0] }: Told, packed: readonly DataView[], held: Held | null): Promise<[DataView[], Held]> {
  const from = base === undefined ? null : held
  if (from?.id !== base) throw new Error(`Expected to hold picture ${base}, held ${held?.id}`)
  const parts = await Promise.all(packed.map(inflated))
  restore(parts[0]!, frame.height, from?.parts[0], columns)
  if (from) {
    restore(parts[1]!, CANDLE_ROWS.length, from.parts[1], 8 * candles)
    restore(parts[2]!, EVENT_ROWS.length, from.parts[2])
  }
  return [parts.map(({ buffer }) => new DataView(buffer)), { id, parts }]
}
