import type { AnyModel } from "@anywidget/types"
import { font, map as bars } from "../../../liqwidget/look.json"
import { type Colours, leverageShade, venueColour } from "../dom/colours"
import { type Disposer, listen } from "../dom/dispose"
import { element, setHidden } from "../dom/element"
import type { Theme } from "../dom/theme"
import { formatMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { axisDecimals, formatPrice } from "../format/price"
import { pinch } from "../steer/pinch"
import type { Interval, Market, SideChoice, Traits } from "../wire/traits"
import { canvas, casedStroke } from "./canvas"
import { type Standing, standingReader } from "./standing"

export interface MapLook {
  standing: Standing
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
  const { standing, edges, last, side, stack, quote, theme, colours, pointer } = look
  const { left, top, width, height } = mapPlace(look.width, look.height)
  const rows = standing.between(edges)
  const count = edges.length - 1
  const [low, high] = [edges[0]!, edges[count]!]
  const own = (i: number) => ((edges[i]! + edges[i + 1]!) / 2 < last ? "long" : "short")
  const shown = (i: number) => side === "both" || side === own(i)
  const most = Math.max(...Array.from({ length: count }, (_, i) => (shown(i) ? rows.reduce((sum, row) => sum + row[i]!, 0) : 0)), 1e-9)
  const x = (price: number) => left + ((price - low) / (high - low)) * width
  const sum = (price: number) => standing.total(Math.min(price, last), Math.max(price, last))
  const largest = Math.max(side === "short" ? 0 : sum(low), side === "long" ? 0 : sum(high), 1e-9)
  const up = (share: number) => top + height * (1 - bars.room * share)

  context.font = FONT
  context.lineWidth = 1
  context.strokeStyle = colours.muted
  context.textBaseline = "middle"
  for (const value of ticks(0, most, bars.ticks)) {
    const at = Math.round(up(value / most)) + 0.5
    context.globalAlpha = bars.grid
    strokeLine(context, [left, at], [left + width, at])
    context.globalAlpha = 1
    context.fillStyle = colours.muted
    context.textAlign = "right"
    context.fillText(formatMoney(value, quote), left - 6, at)
  }
  context.textAlign = "left"
  for (const value of ticks(0, largest, bars.ticks)) context.fillText(formatMoney(value, quote), left + width + 6, up(value / largest))
  const decimals = axisDecimals([low, high])
  context.textAlign = "center"
  context.textBaseline = "top"
  for (const price of ticks(low, high, Math.max(Math.floor(width / bars.tick_room), 2))) context.fillText(formatPrice(price, decimals), x(price), top + height + 7)
  for (let i = 0; i < count; i++) {
    if (!shown(i)) continue
    let base = top + height
    rows.forEach((row, index) => {
      const tall = (row[i]! / most) * height * bars.room
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
  strokeLine(context, [x(last), top], [x(last), top + height])
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
    strokeLine(context, [Math.round(pointer) + 0.5, top], [Math.round(pointer) + 0.5, top + height])
  }
}

function strokeLine(context: CanvasRenderingContext2D, from: readonly [number, number], to: readonly [number, number]): void {
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
}

const REACH = bars.reach
const NEAREST = 0.005
const FARTHEST = 0.7

export interface MapView {
  node: HTMLElement
  draw(): void
  dispose: Disposer
}

export interface MapOptions {
  model: AnyModel<Traits>
  market: () => Market
  look: () => { theme: Theme; colours: Colours }
  /** A sentence for the line above the picture, or none. */
  say(text: string | null): void
}

/** The liquidation map: price across, standing size up, and what adds up from the last price. */
export function mapView({ model, market, look, say }: MapOptions): MapView {
  const surface = canvas("liq-map-canvas", "Estimated standing size by price, with what adds up from the last price")
  const node = element("div", "liq-map", { tabindex: "0", role: "group", "aria-label": "Liquidation map" }, [surface.node])
  const decoded = standingReader()
  let reach = REACH
  let pointer: number | null = null

  const prices = (): Interval => [market().last_price * (1 - reach), market().last_price * (1 + reach)]
  const current = (): MapLook | null => {
    const state = model.get("_book")
    const [width, height] = [node.clientWidth, node.clientHeight]
    if (!state || !(width > 0 && height > 0)) return null
    const stack = model.get("profile") === "venue" ? "venue" : "leverage"
    const [low, high] = prices()
    const count = Math.max(bars.fewest, Math.floor(mapPlace(width, height).width / bars.bar))
    const edges = Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count)
    const { last_price: last, quote } = market()
    return { standing: decoded(state, stack), edges, last, side: model.get("side"), stack, width, height, quote, pointer, ...look() }
  }
  const draw = () => {
    setHidden(node, model.get("view") !== "map")
    const seen = node.hidden ? null : current()
    if (seen) surface.draw(seen.width, seen.height, (context) => drawMap(context, seen))
  }
  const read = () => {
    const seen = current()
    if (!seen || pointer === null) return say(null)
    const { left, width } = mapPlace(seen.width, seen.height)
    const [low, high] = prices()
    const price = low + ((pointer - left) / width) * (high - low)
    if (!(price > 0 && pointer >= left && pointer <= left + width)) return say(null)
    const { last_price: last, quote } = market()
    const bin = ((high - low) / (seen.edges.length - 1)) / 2
    const side = price < last ? "long" : "short"
    const here = seen.standing.total(price - bin, price + bin)
    const sum = seen.standing.total(Math.min(price, last), Math.max(price, last))
    const place = `${formatPrice(price, axisDecimals([low, high]))}, ${formatPercent(100 * (price / last - 1))} from last`
    say(`${place}: ${side} est. ${formatMoney(here, quote)} here, est. ${formatMoney(sum, quote)} from the last price to here`)
  }
  const zoom = (factor: number) => {
    reach = Math.max(NEAREST, Math.min(FARTHEST, reach * factor))
    draw()
    read()
  }
  const unlink = [
    listen(node, "wheel", (event: WheelEvent) => {
      event.preventDefault()
      zoom(Math.exp(Math.max(-200, Math.min(200, event.deltaY)) / 500))
    }, { passive: false }),
    pinch(node, () => true, (from, to) => zoom(from.apart / to.apart)),
    listen(node, "pointermove", (event: PointerEvent) => {
      pointer = event.clientX - node.getBoundingClientRect().left
      draw()
      read()
    }),
    listen(node, "pointerleave", () => {
      pointer = null
      draw()
      read()
    }),
    listen(node, "keydown", (event: KeyboardEvent) => {
      if (event.key === "+" || event.key === "=") zoom(0.8)
      else if (event.key === "-") zoom(1.25)
      else if (event.key === "0") zoom(REACH / reach)
    }),
  ]
  const resized = new ResizeObserver(draw)
  resized.observe(node)
  return {
    node,
    draw,
    dispose() {
      resized.disconnect()
      for (const off of unlink) off()
    },
  }
}

/** Round values between two numbers, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / Math.max(count, 1)
  if (!(raw > 0) || !Number.isFinite(raw)) return []
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= raw) ?? raw
  const found: number[] = []
  for (let n = Math.ceil(low / step); n * step <= high; n++) found.push(n * step)
  return found
}
