import type { AnyModel } from "@anywidget/types"
import { font, profile as bars } from "../../../liqwidget/look.json"
import { type Colours, leverageShade, venueColour } from "../dom/colours"
import { type Disposer, listen } from "../dom/dispose"
import { element, setHidden } from "../dom/element"
import type { Theme } from "../dom/theme"
import { formatMoney, perCell } from "../format/money"
import type { Plot } from "../layers/plot"
import type { Interval, Market, SideChoice, StandingState, Traits } from "../wire/traits"
import { canvas, casedStroke } from "./canvas"
import { barsOf, type Standing, standingReader } from "./standing"

const ROOM_FOR_CAPTION = 136

export interface ProfilePanel {
  node: HTMLElement
  /** Draw for the view of the picture; returns the size at which the curves end, null where there is no room. */
  draw(plot: Plot): number | null
  /** The price under the pointer, or none. */
  point(price: number | null): void
  dispose: Disposer
}

export interface ProfileOptions {
  model: AnyModel<Traits>
  market: () => Market
  /** What stands, at least in the prices in sight. */
  standing: () => StandingState | null
  look: () => { theme: Theme; colours: Colours }
  /** Told the price where the profile itself is pointed at, or none. */
  over(price: number | null): void
}

/** Standing size by price beside the picture, on its price axis: bars by leverage group or venue, and what adds up. */
export function profilePanel({ model, market, standing, look, over }: ProfileOptions): ProfilePanel {
  const surface = canvas("liq-profile-canvas", "Estimated standing size by price")
  const node = element("div", "liq-profile", {}, [surface.node])
  const decoded = standingReader()
  let seen: Plot | null = null
  let pointer: number | null = null
  const priceAt = (y: number): number | null => {
    if (!seen) return null
    const { top, height } = seen.area()
    const [low, high] = seen.viewport().price
    const price = high - ((y - top) / height) * (high - low)
    return price > low && price < high ? price : null
  }
  const draw = (plot: Plot): number | null => {
    seen = plot
    const stack = model.get("profile")
    const state = standing()
    setHidden(node, stack === "off" || model.get("view") === "map")
    if (node.hidden || !state || stack === "off") return 0
    const { top, height } = plot.area()
    const price = plot.viewport().price
    const [width, whole] = [node.clientWidth, node.clientHeight]
    if (!(width > 0 && height > 0)) return null
    const { last_price: last, unit: quote } = market()
    let sum = 0
    surface.draw(width, whole, (context) => {
      const { theme, colours } = look()
      const most = drawBars(context, { standing: decoded(state, stack), price, last, side: model.get("side"), stack, top, height, width, theme, colours })
      context.fillStyle = colours.muted
      const apart = width >= ROOM_FOR_CAPTION
      context.font = `${apart ? 11 : 10}px ${font}`
      context.textBaseline = "bottom"
      context.textAlign = "right"
      context.fillText(most.bar > 0 ? formatMoney(most.bar, quote).split(" ")[0]! : "", width - 4, top + height + (apart ? 16 : 13))
      context.textAlign = apart ? "left" : "right"
      context.fillText(perCell(quote), apart ? 4 : width - 4, top + height + (apart ? 16 : 25))
      if (pointer !== null) crosshair(context, pointer, { price, top, height, width, colours })
      sum = most.sum
    })
    return sum
  }
  const unlink = [
    listen(node, "pointermove", (event: PointerEvent) => over(priceAt(event.clientY - node.getBoundingClientRect().top))),
    listen(node, "pointerleave", () => over(null)),
  ]
  return {
    node,
    draw,
    point(price) {
      if (price === pointer) return
      pointer = price
      if (seen) draw(seen)
    },
    dispose: () => unlink.forEach((off) => off()),
  }
}

function crosshair(context: CanvasRenderingContext2D, at: number, { price: [low, high], top, height, width, colours }: Pick<BarsLook, "price" | "top" | "height" | "width" | "colours">): void {
  const y = Math.round(top + ((high - at) / (high - low)) * height) + 0.5
  if (!(y >= top && y <= top + height)) return
  context.strokeStyle = colours.muted
  context.beginPath()
  context.moveTo(0, y)
  context.lineTo(width, y)
  context.stroke()
}

export interface BarsLook {
  standing: Standing
  /** The prices that are in sight. */
  price: Interval
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

/**
 * Draw stacked bars along the price axis and the two curves of what adds up from the last price; returns the scales: the
 * fullest price cell in sight, and where the curves end.
 */
export function drawBars(context: CanvasRenderingContext2D, look: BarsLook): { bar: number; sum: number } {
  const { standing, price, last, side, stack, top, height, width, theme, colours } = look
  const own = (at: number) => (at < last ? "long" : "short")
  const shown = barsOf(standing, price, Math.max(bars.fewest, Math.floor(height / bars.bar)), (at) => side === "both" || side === own(at))
  const bar = shown.reduce((most, { total }) => Math.max(most, total), 0)
  const y = (at: number) => Math.max(top, Math.min(top + height, top + ((price[1] - at) / (price[1] - price[0])) * height))
  for (const { low, high, at, rows } of shown) {
    let left = 0
    rows.forEach((size, index) => {
      const wide = (size / bar) * width * ROOM
      if (wide < 0.05) return
      context.fillStyle = stack === "venue" ? venueColour(index, theme) : leverageShade(colours[own(at)], index, rows.length)
      const tall = y(low) - y(high)
      context.fillRect(left, y(high), wide, Math.max(tall > APART ? tall - 0.5 : tall, 0.5))
      left += wide
    })
  }
  const sum = drawSums(context, look)
  const at = top + ((price[1] - last) / (price[1] - price[0])) * height
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

const STEPS = 160
/** Bars of so many pixels have a line between them. */
const APART = 4

/** The curves of what stands between the last price and each price, over all that stands. */
function drawSums(context: CanvasRenderingContext2D, { standing, price: [low, high], last, side, top, height, width, colours }: BarsLook): number {
  const edges = Array.from({ length: STEPS + 1 }, (_, i) => low + ((high - low) * i) / STEPS)
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
