import { profile } from "../../../liqwidget/look.json"
import type { Book } from "./book"
import type { Colours } from "../dom/colours"
import type { SideChoice } from "../wire/protocol"
import { casedStroke } from "./cased_stroke"
import { leverageShade, venueColour } from "../dom/stack_colours"
import type { Theme } from "../dom/theme"

export interface BarsLook {
  book: Book
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

const ROOM = profile.room

/** Draw stacked bars along the price axis and the two curves of what adds up from the last price; returns the scales. */
export function drawBars(context: CanvasRenderingContext2D, look: BarsLook): { bar: number; sum: number } {
  const { book, edges, last, side, stack, top, height, width, theme, colours } = look
  const rows = book.between(edges)
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

/** The curves of what stands between the last price and each price, over the whole book. */
function drawSums(context: CanvasRenderingContext2D, { book, edges, last, side, top, height, width, colours }: BarsLook): number {
  const high = edges[edges.length - 1]!
  const low = edges[0]!
  const parts = [
    { name: "long" as const, prices: edges.filter((price) => price < last) },
    { name: "short" as const, prices: edges.filter((price) => price > last) },
  ].filter(({ name }) => side === "both" || side === name)
  const reached = ({ prices }: { prices: readonly number[] }) => prices.map((price) => book.total(Math.min(price, last), Math.max(price, last)))
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
