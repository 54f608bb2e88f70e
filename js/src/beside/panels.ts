import type { AnyModel } from "@anywidget/types"
import { panel } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import { type Disposer, listen } from "../dom/dispose"
import { element, setText } from "../dom/element"
import type { Timezone } from "../format/clocks"
import { formatTime } from "../format/time"
import { candleAt, type Candles } from "../heat/frame"
import type { Plot } from "../layers/plot"
import { type OnDemand, partOf } from "../load/on_demand"
import { laidOver, type Series } from "../wire/overlays"
import type { Interval, Market, Traits } from "../wire/traits"
import { type Canvas, canvas } from "./canvas"
import { panelSeries, type PanelSeries } from "./panel_series"

export interface Panels {
  /** Draw the panels that are shown for the candles and the view of the picture. */
  draw(plot: Plot, candles: Candles | null): void
  /** The time under the pointer, or none. */
  point(time: number | null): void
  dispose: Disposer
}

export interface PanelsOptions {
  /** Where they go. */
  node: HTMLElement
  model: AnyModel<Traits>
  market: () => Market
  demand: OnDemand
  colours: () => Colours
  /** Told the time where a panel itself is pointed at, or none. */
  over(time: number | null): void
}

interface Row {
  name: string
  node: HTMLElement
  surface: Canvas
  title: HTMLElement
  value: HTMLElement
}

/** The panels under the picture, linked to it in time. */
export function panels({ model, market, demand, node, colours, over }: PanelsOptions): Panels {
  const rows = new Map<string, Row>()
  let last: [Plot, Candles] | null = null
  let pointer: number | null = null

  const row = (name: string): Row => {
    const made = rows.get(name) ?? panelRow(name)
    rows.set(name, made)
    return made
  }
  const ownSeries = partOf(demand, () => laidOver(model), (parts) => parts.ownSeries, () => paint())
  const paint = () => {
    const seen = model.get("view") !== "map"
    const names = seen ? model.get("panels") : []
    const own = (seen && ownSeries()?.(model, market(), colours())) || []
    const shown = [...names.map(row), ...own.map(({ points }, i) => row(`${points.label} ${i}`))]
    if (node.children.length !== shown.length || shown.some((part, i) => node.children[i] !== part.node)) {
      node.replaceChildren(...shown.map((part) => part.node))
    }
    if (!last || shown.length === 0) return
    const [plot, candles] = last
    const { left, width } = plot.area()
    shown.forEach((part, i) => {
      const name = names[i]
      const line = own[i - names.length]
      const series = name ? panelSeries(name, candles, market(), colours()) : line!.series
      const points = line?.points ?? candles
      const [wide, high] = [part.node.clientWidth, part.node.clientHeight]
      const index = candleAt(points, Math.min(pointer ?? Infinity, line ? Infinity : market().time[1] - 1))
      setText(part.title, series.title)
      setText(part.value, index === null ? "" : toldOf(series, points, index, pointer === null, model.get("timezone")))
      if (wide > 0) {
        part.surface.draw(wide, high, (context) =>
          drawPanel(context, series, points, { time: plot.viewport().time, left, width, height: high, colours: colours(), pointer }),
        )
      }
    })
  }
  const timeAt = (x: number): number | null => {
    if (!last) return null
    const { left, width } = last[0].area()
    const time = last[0].viewport().time
    return x >= left && x <= left + width ? time[0] + ((x - left) / width) * (time[1] - time[0]) : null
  }
  const unlink = [
    listen(node, "pointermove", (event: PointerEvent) => over(timeAt(event.clientX - node.getBoundingClientRect().left))),
    listen(node, "pointerleave", () => over(null)),
  ]
  return {
    dispose: () => unlink.forEach((off) => off()),
    draw(plot, candles) {
      last = candles && [plot, candles]
      paint()
    },
    point(time) {
      if (time === pointer) return
      pointer = time
      paint()
    },
  }
}

/** What a panel says of a candle; of the last one, if it is not known, what was known last and when, as the bars show it. */
function toldOf(series: PanelSeries, points: Candles | Series, index: number, back: boolean, zone?: Timezone): string {
  let known = index
  while (back && known > 0 && !series.text(known)) known--
  const text = series.text(known)
  return text ? text + (known < index ? ` at ${formatTime(points.start[known]!, zone)}` : "") : "not known"
}

function panelRow(name: string): Row {
  const title = element("span", "liq-panel-title")
  const value = element("b", "liq-panel-value")
  const surface = canvas("liq-panel-canvas", `${name.replace("_", " ")} over time`)
  const node = element("div", "liq-panel-row", { "data-panel": name }, [
    surface.node,
    element("div", "liq-panel-text", {}, [title, value]),
  ])
  return { name, node, surface, title, value }
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
export function drawPanel(context: CanvasRenderingContext2D, series: PanelSeries, candles: Candles | Series, place: PanelPlace): void {
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
    if (low < 0 && high >= 0) rule(context, left, width, y(0), colours)
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
