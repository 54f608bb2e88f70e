import type { AnyModel } from "@anywidget/types"
import { canvas, type Canvas } from "./canvas"
import type { Colours } from "../dom/colours"
import { element } from "../dom/element"
import type { Candles } from "../heat/frame"
import { drawPanel } from "./panel_draw"
import { panelSeries } from "./panel_series"
import type { Plot } from "../layers/plot"
import type { Market, PanelName, Traits } from "../wire/protocol"
import { setText } from "../dom/set_text"

export interface Panels {
  node: HTMLElement
  /** Draw the panels that are shown for the candles and the view of the picture. */
  draw(plot: Plot, candles: Candles | null): void
  /** The time under the pointer, or none. */
  point(time: number | null): void
}

export interface PanelsOptions {
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
export function panels({ model, market, colours }: PanelsOptions): Panels {
  const node = element("div", "liq-panels")
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
    const { left, width } = plot.frame()
    for (const part of shown) {
      const series = panelSeries(part.name, candles, market(), colours())
      const [wide, high] = [part.node.clientWidth, part.node.clientHeight]
      const index = pointed(candles, Math.min(pointer ?? Infinity, market().time[1] - 1))
      setText(part.title, series.title)
      const text = index === null ? "" : series.text(index)
      setText(part.value, text || (index === null ? "" : "not known"))
      if (wide > 0) {
        part.surface.draw(wide, high, (context) =>
          drawPanel(context, series, candles, { view: plot.viewport().time, left, width, height: high, colours: colours(), pointer }),
        )
      }
    }
  }
  return {
    node,
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
