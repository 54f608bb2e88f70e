import { font, map } from "../../../liqwidget/look.json"
import type { Book } from "./book"
import type { Colours } from "../dom/colours"
import { casedStroke } from "./cased_stroke"
import { axisDecimals } from "../format/axis_decimals"
import { formatMoney } from "../format/money"
import { formatPrice } from "../format/price"
import type { SideChoice } from "../wire/protocol"
import { leverageShade, venueColour } from "../dom/stack_colours"
import type { Theme } from "../dom/theme"
import { ticks } from "./ticks"

export interface MapLook {
  book: Book
  edges: readonly number[]
  last: number
  side: SideChoice
  stack: "leverage" | "venue"
  width: number
  height: number
  quote: string
  theme: Theme
  colours: Colours
  /** Where the pointer is [px from the left], or null. */
  pointer: number | null
}

const FONT = `11px ${font}`

/** Where the bars are, inside a surface of that size. */
export function mapPlace(width: number, height: number) {
  return { left: 62, top: 34, width: Math.max(width - 62 - 70, 40), height: Math.max(height - 34 - 26, 40) }
}

export function drawMap(context: CanvasRenderingContext2D, look: MapLook): void {
  const { book, edges, last, side, stack, quote, theme, colours, pointer } = look
  const { left, top, width, height } = mapPlace(look.width, look.height)
  const rows = book.between(edges)
  const count = edges.length - 1
  const [low, high] = [edges[0]!, edges[count]!]
  const own = (i: number) => ((edges[i]! + edges[i + 1]!) / 2 < last ? "long" : "short")
  const shown = (i: number) => side === "both" || side === own(i)
  const most = Math.max(...Array.from({ length: count }, (_, i) => (shown(i) ? rows.reduce((sum, row) => sum + row[i]!, 0) : 0)), 1e-9)
  const x = (price: number) => left + ((price - low) / (high - low)) * width
  const sum = (price: number) => book.total(Math.min(price, last), Math.max(price, last))
  const largest = Math.max(side === "short" ? 0 : sum(low), side === "long" ? 0 : sum(high), 1e-9)
  const up = (share: number) => top + height * (1 - map.room * share)

  context.font = FONT
  context.lineWidth = 1
  context.strokeStyle = colours.muted
  context.textBaseline = "middle"
  for (const value of ticks(0, most, map.ticks)) {
    const at = Math.round(up(value / most)) + 0.5
    context.globalAlpha = map.grid
    line(context, [left, at], [left + width, at])
    context.globalAlpha = 1
    context.fillStyle = colours.muted
    context.textAlign = "right"
    context.fillText(formatMoney(value, quote), left - 6, at)
  }
  context.textAlign = "left"
  for (const value of ticks(0, largest, map.ticks)) context.fillText(formatMoney(value, quote), left + width + 6, up(value / largest))
  const decimals = axisDecimals([low, high])
  context.textAlign = "center"
  context.textBaseline = "top"
  for (const price of ticks(low, high, Math.max(Math.floor(width / map.tick_room), 2))) context.fillText(formatPrice(price, decimals), x(price), top + height + 7)
  for (let i = 0; i < count; i++) {
    if (!shown(i)) continue
    let base = top + height
    rows.forEach((row, index) => {
      const tall = (row[i]! / most) * height * map.room
      if (tall < 0.05) return
      context.fillStyle = stack === "venue" ? venueColour(index, theme) : leverageShade(colours[own(i)], index, rows.length)
      context.fillRect(x(edges[i]!), base - tall, Math.max(x(edges[i + 1]!) - x(edges[i]!) - 0.6, 0.6), tall)
      base -= tall
    })
  }
  for (const [name, prices] of [["long", edges.filter((price) => price <= last)], ["short", edges.filter((price) => price >= last)]] as const) {
    if (side !== "both" && side !== name) continue
    context.beginPath()
    prices.forEach((price, i) => (i === 0 ? context.moveTo(x(price), up(sum(price) / largest)) : context.lineTo(x(price), up(sum(price) / largest))))
    casedStroke(context, colours[name], colours.ground)
  }
  context.strokeStyle = colours.accent
  context.setLineDash([3, 3])
  line(context, [x(last), top], [x(last), top + height])
  context.setLineDash([])
  context.fillStyle = colours.accent
  context.textBaseline = "bottom"
  context.fillText(formatPrice(last, decimals), x(last), top - 3)
  context.fillStyle = colours.muted
  context.textAlign = "left"
  context.fillText("est. size", 6, top - 3)
  context.textAlign = "right"
  context.fillText("est. from last price", look.width - 6, top - 3)
  if (pointer !== null && pointer >= left && pointer <= left + width) {
    context.strokeStyle = colours.muted
    line(context, [Math.round(pointer) + 0.5, top], [Math.round(pointer) + 0.5, top + height])
  }
}

function line(context: CanvasRenderingContext2D, from: readonly [number, number], to: readonly [number, number]): void {
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
}
