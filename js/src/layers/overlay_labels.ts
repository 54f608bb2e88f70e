import { label as tag, overlay, provenance_height } from "../../../liqwidget/look.json"
import type { Candles } from "../heat/frame"
import { span, type Viewport } from "../steer/viewport"

/** Its left edge and its middle [px]. */
export type Spot = readonly [x: number, y: number]

export interface Wish {
  text: string
  color: string
  /** Where a label so wide may be, the best place first. */
  spots(wide: number): Iterable<Spot>
}

export interface Area {
  left: number
  right: number
  top: number
  bottom: number
}

export interface PlacedText {
  text: string
  color: string
  x: number
  y: number
}

interface Size {
  width: number
  height: number
}

const { room: ROOM, line: LINE, letter: LETTER } = tag
const { step: STEP, column: COLUMN, most: MOST } = overlay
/** Of what stands along the bottom edge: under it, and beside its words [px]. */
const [EDGE, FRAME] = [4, 40]

/** Places along a range [px], first on what is labelled, then above and below; from its end where `back`. */
export function* along(from: number, to: number, y: (x: number) => number, back = false): Generator<Spot> {
  for (const aside of [0, -LINE, LINE]) {
    for (let n = 0; n <= Math.max(0, Math.floor((to - from) / STEP)); n++) {
      const x = back ? Math.max(to, from) - n * STEP : from + n * STEP
      yield [x, y(x) + aside]
    }
  }
}

/** Places along an edge of the picture, and row by row from it inward: down from the upper edge, where `down` is 1. */
export function* inward(to: number, from: number, down: 1 | -1): Generator<Spot> {
  for (let row = 0; row < overlay.rows; row++) for (let x = overlay.inset; x <= to; x += STEP) yield [x, from + down * row * LINE]
}

/** The labels that have a place: inside the picture, on no candle, on none of the areas and on no other label. */
export function placeTexts(wishes: readonly Wish[], areas: readonly Area[], covers: (area: Area) => boolean, { width, height }: Size): PlacedText[] {
  const taken = [...areas]
  const placed: PlacedText[] = []
  for (const { text, color, spots } of wishes) {
    const wide = text.length * LETTER + tag.plate
    for (const [x, y] of placed.length < MOST ? spots(wide) : []) {
      const area = { left: x, right: x + wide, top: y - ROOM, bottom: y + ROOM }
      const inside = x >= 0 && area.right <= width && area.top >= 0 && area.bottom <= height
      if (!inside || covers(area) || taken.some((one) => one.left < area.right && one.right > x && one.top < area.bottom && one.bottom > area.top)) continue
      taken.push(area)
      placed.push({ text, color, x, y })
      break
    }
  }
  return placed
}

/** What stands along the bottom edge: whose data these are, and when what is selected was opened, with its bars. */
export function foot(feeds: string, opened: string, { width, height }: Size): Area[] {
  const row = (text: string, bottom: number): Area[] => (text ? [{ left: 0, right: text.length * LETTER + FRAME, top: bottom - LINE, bottom }] : [])
  if (!opened) return row(feeds, height - EDGE)
  const bars = height - provenance_height - EDGE
  return [{ left: 0, right: width, top: bars, bottom: height }, ...row(opened, bars), ...row(feeds, bars - LINE)]
}

/** Whether a candle lies under an area: column by column the highest and the lowest that candles reach. */
export function coverage(candles: Pick<Candles, "length" | "start" | "end" | "high" | "low"> | null, { time, price }: Viewport, { width, height }: Size): (area: Area) => boolean {
  const count = Math.max(1, Math.ceil(width / COLUMN))
  const [tops, bottoms] = [new Float64Array(count).fill(Infinity), new Float64Array(count).fill(-Infinity)]
  const column = (x: number) => Math.max(0, Math.min(count - 1, Math.floor(x / COLUMN)))
  const across = (at: number) => ((at - time[0]) / span(time)) * width
  const down = (value: number) => ((price[1] - value) / span(price)) * height
  for (let i = 0; candles && i < candles.length; i++) {
    const [start, end] = [candles.start[i]!, candles.end[i]!]
    if (end <= time[0] || start >= time[1]) continue
    for (let at = column(across(start)); at <= column(across(end)); at++) {
      tops[at] = Math.min(tops[at]!, down(candles.high[i]!))
      bottoms[at] = Math.max(bottoms[at]!, down(candles.low[i]!))
    }
  }
  return ({ left, right, top, bottom }) => {
    for (let at = column(left); at <= column(right); at++) if (tops[at]! < bottom && bottoms[at]! > top) return true
    return false
  }
}
