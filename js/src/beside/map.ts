import type { AnyModel } from "@anywidget/types"
import { font, map as bars } from "../../../liqwidget/look.json"
import { type Colours, leverageShade, venueColour } from "../dom/colours"
import { type Disposer, listen } from "../dom/dispose"
import { element, setHidden } from "../dom/element"
import type { Theme } from "../dom/theme"
import { formatMoney, perCell } from "../format/money"
import { formatPercent } from "../format/percent"
import { axisDecimals, formatPrice } from "../format/price"
import { type Overlays, overlaysOf } from "../wire/overlays"
import { wheelIsOurs } from "../steer/engaged"
import { pinch } from "../steer/pinch"
import { wheelFactor } from "../steer/wheel"
import type { Interval, Market, SideChoice, Traits } from "../wire/traits"
import { canvas, casedStroke, strokeLine } from "./canvas"
import { drawOverlays } from "./map_overlays"
import { barsOf, cellAt, type Standing, standingReader } from "./standing"

export interface MapLook {
  standing: Standing
  /** From the lowest to the highest price. */
  price: Interval
  last: number
  /** Decimals of the last price. */
  decimals: number
  side: SideChoice
  stack: "leverage" | "venue"
  width: number
  height: number
  quote: string
  theme: Theme
  colours: Colours
  overlays: Overlays
  /** Where the pointer is [px from the left], or null. */
  pointer: number | null
}

const FONT = `11px ${font}`
/** Of the curves. */
const STEPS = 240

/** Where the bars are, inside a surface of that size. */
export function mapPlace(width: number, height: number) {
  return { left: 62, top: 34, width: Math.max(width - 62 - 70, 40), height: Math.max(height - 34 - 26, 40) }
}

export function drawMap(context: CanvasRenderingContext2D, look: MapLook): void {
  const { standing, price: [low, high], last, side, stack, quote, theme, colours, pointer } = look
  const { left, top, width, height } = mapPlace(look.width, look.height)
  const own = (price: number) => (price < last ? "long" : "short")
  const shown = barsOf(standing, [low, high], Math.max(bars.fewest, Math.floor(width / bars.bar)), (price) => side === "both" || side === own(price))
  const most = shown.reduce((found, { total }) => Math.max(found, total), 1e-9)
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
  const inside = (price: number) => x(Math.max(low, Math.min(high, price)))
  for (const bar of shown) {
    let base = top + height
    bar.rows.forEach((size, index) => {
      const tall = (size / most) * height * bars.room
      if (tall < 0.05) return
      context.fillStyle = stack === "venue" ? venueColour(index, theme) : leverageShade(colours[own(bar.at)], index, bar.rows.length)
      context.fillRect(inside(bar.low), base - tall, Math.max(inside(bar.high) - inside(bar.low) - 0.6, 0.6), tall)
      base -= tall
    })
  }
  const edges = Array.from({ length: STEPS + 1 }, (_, i) => low + ((high - low) * i) / STEPS)
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
  drawOverlays(context, look, x, (amount) => up(amount / largest), [top, top + height])
  context.fillStyle = colours.accent
  context.textBaseline = "bottom"
  context.fillText(formatPrice(last, look.decimals), x(last), top - 3)
  context.fillStyle = colours.muted
  context.textAlign = "left"
  context.fillText(perCell(quote), 6, top - 3)
  context.textAlign = "right"
  context.fillText("est. from last price", look.width - 6, top - 3)
  if (pointer !== null && pointer >= left && pointer <= left + width) {
    context.strokeStyle = colours.muted
    strokeLine(context, [Math.round(pointer) + 0.5, top], [Math.round(pointer) + 0.5, top + height])
  }
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
    const state = model.get("_standing")
    const [width, height] = [node.clientWidth, node.clientHeight]
    if (!state || !(width > 0 && height > 0)) return null
    const stack = model.get("profile") === "venue" ? "venue" : "leverage"
    const { last_price: last, price_decimals: decimals, unit: quote } = market()
    return { standing: decoded(state, stack), price: prices(), last, decimals, side: model.get("side"), stack, width, height, quote, pointer, overlays: overlaysOf(model), ...look() }
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
    const { last_price: last, unit: quote } = market()
    const side = price < last ? "long" : "short"
    const here = cellAt(seen.standing, price).total
    const sum = seen.standing.total(Math.min(price, last), Math.max(price, last))
    const place = `${formatPrice(price, axisDecimals([low, high]))}, ${formatPercent(100 * (price / last - 1))} from last`
    say(`${place}: ${side} est. ${formatMoney(here, quote)} per 0.1 % here, est. ${formatMoney(sum, quote)} from the last price to here`)
  }
  const zoom = (factor: number) => {
    reach = Math.max(NEAREST, Math.min(FARTHEST, reach * factor))
    draw()
    read()
  }
  const unlink = [
    listen(node, "wheel", (event: WheelEvent) => {
      if (!wheelIsOurs(event, node)) return
      event.preventDefault()
      zoom(wheelFactor(event))
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
