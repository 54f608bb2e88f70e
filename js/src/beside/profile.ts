import type { AnyModel } from "@anywidget/types"
import { font, profile as bars } from "../../../liqwidget/look.json"
import { type Colours, leverageShade, venueColour } from "../dom/colours"
import { element, setHidden } from "../dom/element"
import type { Theme } from "../dom/theme"
import { formatMoney } from "../format/money"
import type { Plot } from "../layers/plot"
import type { Market, SideChoice, Traits } from "../wire/traits"
import { canvas, casedStroke } from "./canvas"
import { type Standing, standingReader } from "./standing"

const ROOM_FOR_CAPTION = 120

export interface ProfilePanel {
  node: HTMLElement
  /** Draw for the view of the picture; returns the size at which the curves end, null where there is no room. */
  draw(plot: Plot): number | null
}

export interface ProfileOptions {
  model: AnyModel<Traits>
  market: () => Market
  look: () => { theme: Theme; colours: Colours }
}

/** Standing size by price beside the picture, on its price axis: bars by leverage group or venue, and what adds up. */
export function profilePanel({ model, market, look }: ProfileOptions): ProfilePanel {
  const surface = canvas("liq-profile-canvas", "Estimated standing size by price")
  const node = element("div", "liq-profile", {}, [surface.node])
  const decoded = standingReader()
  return {
    node,
    draw(plot) {
      const stack = model.get("profile")
      const state = model.get("_book")
      setHidden(node, stack === "off" || model.get("view") === "map")
      if (node.hidden || !state || stack === "off") return 0
      const { top, height } = plot.area()
      const [low, high] = plot.viewport().price
      const [width, whole] = [node.clientWidth, node.clientHeight]
      if (!(width > 0 && height > 0)) return null
      const count = Math.max(bars.fewest, Math.floor(height / bars.bar))
      const edges = Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count)
      const standing = decoded(state, stack)
      const { last_price: last, quote } = market()
      let sum = 0
      surface.draw(width, whole, (context) => {
        const { theme, colours } = look()
        const side = model.get("side")
        const most = drawBars(context, { standing, edges, last, side, stack, top, height, width, theme, colours })
        context.fillStyle = colours.muted
        context.font = `11px ${font}`
        context.textAlign = "right"
        context.textBaseline = "bottom"
        context.fillText(most.bar > 0 ? formatMoney(most.bar, quote) : "", width - 4, top + height + 16)
        context.textAlign = "left"
        if (width >= ROOM_FOR_CAPTION) context.fillText("est. size", 4, top + height + 16)
        sum = most.sum
      })
      return sum
    },
  }
}

export interface BarsLook {
  standing: Standing
  /** Prices between which a bar is drawn, from low to high. */
  edges: readonly number[]
  last: number
  side: SideChoice
  stack: "leverage" | "venue"
  /** Where the price range lies on the surface [px]. */
  top: number
  height: number
  width: number
  theme: Theme
  colours: Colours
}

const ROOM = bars.room

/** Draw stacked bars along the price axis and the two curves of what adds up from the last price; returns the scales. */
export function drawBars(context: CanvasRenderingContext2D, look: BarsLook): { bar: number; sum: number } {
  const { standing, edges, last, side, stack, top, height, width, theme, colours } = look
  const rows = standing.between(edges)
  const count = edges.length - 1
  const own = (i: number) => ((edges[i]! + edges[i + 1]!) / 2 < last ? "long" : "short")
  const shown = (i: number) => side === "both" || side === own(i)
  const total = (i: number) => (shown(i) ? rows.reduce((sum, row) => sum + row[i]!, 0) : 0)
  const bar = Math.max(...Array.from({ length: count }, (_, i) => total(i)), 0)
  const y = (i: number) => top + height * (1 - i / count)
  if (bar > 0) {
    for (let i = 0; i < count; i++) {
      if (!shown(i)) continue
      let left = 0
      rows.forEach((row, index) => {
        const wide = (row[i]! / bar) * width * ROOM
        if (wide < 0.05) return
        const colour = stack === "venue" ? venueColour(index, theme) : leverageShade(colours[own(i)], index, rows.length)
        context.fillStyle = colour
        context.fillRect(left, y(i + 1), wide, Math.max(y(i) - y(i + 1) - 0.5, 0.5))
        left += wide
      })
    }
  }
  const sum = drawSums(context, look)
  const at = y(((last - edges[0]!) / (edges[count]! - edges[0]!)) * count)
  if (at >= top && at <= top + height) {
    context.strokeStyle = colours.accent
    context.setLineDash([3, 3])
    context.beginPath()
    context.moveTo(0, Math.round(at) + 0.5)
    context.lineTo(width, Math.round(at) + 0.5)
    context.stroke()
    context.setLineDash([])
  }
  return { bar, sum }
}

/** The curves of what stands between the last price and each price, over all that stands. */
function drawSums(context: CanvasRenderingContext2D, { standing, edges, last, side, top, height, width, colours }: BarsLook): number {
  const high = edges[edges.length - 1]!
  const low = edges[0]!
  const parts = [
    { name: "long" as const, prices: edges.filter((price) => price < last) },
    { name: "short" as const, prices: edges.filter((price) => price > last) },
  ].filter(({ name }) => side === "both" || side === name)
  const reached = ({ prices }: { prices: readonly number[] }) => prices.map((price) => standing.total(Math.min(price, last), Math.max(price, last)))
  const curves = parts.map((part) => ({ ...part, sums: reached(part) }))
  const most = Math.max(...curves.flatMap(({ sums }) => sums), 0)
  if (!(most > 0)) return 0
  for (const { name, prices, sums } of curves) {
    context.beginPath()
    prices.forEach((price, i) => {
      const x = (sums[i]! / most) * width * ROOM
      const y = top + height * (1 - (price - low) / (high - low))
      if (i === 0) context.moveTo(x, y)
      else context.lineTo(x, y)
    })
    casedStroke(context, colours[name], colours.ground)
  }
  return most
}
