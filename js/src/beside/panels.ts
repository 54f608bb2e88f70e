import type { AnyModel } from "@anywidget/types"
import { panel } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import { element, setText } from "../dom/element"
import type { Candles } from "../heat/frame"
import type { Plot } from "../layers/plot"
import type { Interval, Market, PanelName, Traits } from "../wire/traits"
import { type Canvas, canvas } from "./canvas"
import { panelSeries, type PanelSeries } from "./panel_series"

export interface Panels {
  /** Draw the panels that are shown for the candles and the view of the picture. */
  draw(plot: Plot, candles: Candles | null): void
  /** The time under the pointer, or none. */
  point(time: number | null): void
}

export interface PanelsOptions {
  /** Where they go. */
  node: HTMLElement
  model: AnyModel<Traits>
  market: () => Market
  colours: () => Colours
}

interface Row {
  name: PanelName
  node: HTMLElement
  surface: Canvas
  title: HTMLElement
  value: HTMLElement
}

/** The panels under the picture, linked to it in time. */
export function panels({ model, market, node, colours }: PanelsOptions): Panels {
  const rows = new Map<PanelName, Row>()
  let last: [Plot, Candles] | null = null
  let pointer: number | null = null

  const row = (name: PanelName): Row => {
    const made = rows.get(name) ?? panelRow(name)
    rows.set(name, made)
    return made
  }
  const paint = () => {
    const shown = model.get("view") === "map" ? [] : model.get("panels").map(row)
    if (node.children.length !== shown.length || shown.some((part, i) => node.children[i] !== part.node)) {
      node.replaceChildren(...shown.map((part) => part.node))
    }
    if (!last || shown.length === 0) return
    const [plot, candles] = last
    const { left, width } = plot.area()
    for (const part of shown) {
      const series = panelSeries(part.name, candles, market(), colours())
      const [wide, high] = [part.node.clientWidth, part.node.clientHeight]
      const index = pointed(candles, Math.min(pointer ?? Infinity, market().time[1] - 1))
      setText(part.title, series.title)
      const text = index === null ? "" : series.text(index)
      setText(part.value, text || (index === null ? "" : "not known"))
      if (wide > 0) {
        part.surface.draw(wide, high, (context) =>
          drawPanel(context, series, candles, { time: plot.viewport().time, left, width, height: high, colours: colours(), pointer }),
        )
      }
    }
  }
  return {
    draw(plot, candles) {
      last = candles && [plot, candles]
      paint()
    },
    point(time) {
      pointer = time
      paint()
    },
  }
}

function panelRow(name: PanelName): Row {
  const title = element("span", "liq-panel-title")
  const value = element("b", "liq-panel-value")
  const surface = canvas("liq-panel-canvas", `${name.replace("_", " ")} over time`)
  const node = element("div", "liq-panel-row", { "data-panel": name }, [
    surface.node,
    element("div", "liq-panel-text", {}, [title, value]),
  ])
  return { name, node, surface, title, value }
}

/** The candle at a time, or the last one before it. */
function pointed({ length, start }: Candles, time: number): number | null {
  let found: number | null = null
  for (let i = 0; i < length && start[i]! <= time; i++) found = i
  return found
}

export interface PanelPlace {
  /** What is looked at. */
  time: Interval
  /** Where the picture's frame begins and how wide it is [px]. */
  left: number
  width: number
  height: number
  colours: Colours
  pointer: number | null
}

const TOP = panel.title

/** Draw one panel: bars from its base line, or a line, and the crosshair's time. */
export function drawPanel(context: CanvasRenderingContext2D, series: PanelSeries, candles: Candles, place: PanelPlace): void {
  const { time, left, width, height, colours, pointer } = place
  const { start, end, length } = candles
  const [from, to] = inSight(start, end, length, time)
  const [low, high] = series.range(from, to)
  const x = (at: number) => left + ((at - time[0]) / (time[1] - time[0])) * width
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

/** The candles in sight, and one beyond each end. */
function inSight(start: Float64Array, end: Float64Array, length: number, time: Interval): [number, number] {
  let from = 0
  while (from < length && end[from]! < time[0]) from++
  let to = length
  while (to > from && start[to - 1]! > time[1]) to--
  return [Math.max(from - 1, 0), Math.min(to + 1, length)]
}
