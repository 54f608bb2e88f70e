import { panel } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Candles } from "../heat/frame"
import type { PanelSeries } from "./panel_series"
import type { Interval } from "../wire/protocol"

export interface PanelPlace {
  view: Interval
  /** Where the picture's frame begins and how wide it is [px]. */
  left: number
  width: number
  height: number
  colours: Colours
  pointer: number | null
}

const TOP = 15

/** Draw one panel: bars from its base line, or a line, and the crosshair's time. */
export function drawPanel(context: CanvasRenderingContext2D, series: PanelSeries, candles: Candles, place: PanelPlace): void {
  const { view, left, width, height, colours, pointer } = place
  const { start, end, length } = candles
  const [from, to] = inSight(start, end, length, view)
  const [low, high] = series.range(from, to)
  const x = (time: number) => left + ((time - view[0]) / (view[1] - view[0])) * width
  const y = (value: number) => TOP + ((high - value) / (high - low || 1)) * (height - TOP - 2)
  context.save()
  context.beginPath()
  context.rect(left, 0, width, height)
  context.clip()
  if (Number.isFinite(low) && high > low) {
    if (low < 0) rule(context, left, width, y(0), colours)
    for (const { values, colour } of series.bars?.parts ?? []) {
      context.fillStyle = colour
      for (let i = from; i < to; i++) {
        const value = values[i]!
        if (!Number.isFinite(value) || value === 0) continue
        const [a, b] = [x(start[i]!), x(end[i]!)]
        const wide = Math.max((b - a) * panel.body, 0.6)
        context.fillRect((a + b - wide) / 2, Math.min(y(value), y(0)), wide, Math.max(Math.abs(y(value) - y(0)), 0.5))
      }
    }
    if (series.line) drawLine(context, series.line, (i) => x(end[i]!), y, from, to)
  }
  if (pointer !== null) {
    context.strokeStyle = colours.muted
    context.beginPath()
    context.moveTo(Math.round(x(pointer)) + 0.5, 0)
    context.lineTo(Math.round(x(pointer)) + 0.5, height)
    context.stroke()
  }
  context.restore()
}

function drawLine(
  context: CanvasRenderingContext2D,
  { values, colour }: { values: ArrayLike<number>; colour: string },
  x: (i: number) => number,
  y: (value: number) => number,
  from: number,
  to: number,
): void {
  context.strokeStyle = colour
  context.lineWidth = 1.25
  context.beginPath()
  let drawing = false
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) drawing = false
    else if (drawing) context.lineTo(x(i), y(value))
    else {
      context.moveTo(x(i), y(value))
      drawing = true
    }
  }
  context.stroke()
  context.lineWidth = 1
}

function rule(context: CanvasRenderingContext2D, left: number, width: number, at: number, colours: Colours): void {
  context.strokeStyle = colours.muted
  context.globalAlpha = panel.base
  context.beginPath()
  context.moveTo(left, Math.round(at) + 0.5)
  context.lineTo(left + width, Math.round(at) + 0.5)
  context.stroke()
  context.globalAlpha = 1
}

/** The candles that a view shows, and one beyond each end. */
function inSight(start: Float64Array, end: Float64Array, length: number, view: Interval): [number, number] {
  let from = 0
  while (from < length && end[from]! < view[0]) from++
  let to = length
  while (to > from && start[to - 1]! > view[1]) to--
  return [Math.max(from - 1, 0), Math.min(to + 1, length)]
}
