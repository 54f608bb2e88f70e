import type { AnyModel } from "@anywidget/types"
import { map } from "../../../liqwidget/look.json"
import { axisDecimals } from "../format/axis_decimals"
import { canvas } from "./canvas"
import type { Colours } from "../dom/colours"
import type { Disposer } from "../dom/disposer"
import { element } from "../dom/element"
import { listen } from "../dom/listen"
import { drawMap, mapPlace, type MapLook } from "./map_draw"
import { formatMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { pinch } from "../steer/pinch"
import { formatPrice } from "../format/price"
import { bookReader } from "./profile"
import type { Interval, Market, Traits } from "../wire/protocol"
import { setHidden } from "../dom/set_hidden"
import type { Theme } from "../dom/theme"

const REACH = map.reach
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
  const decoded = bookReader()
  let reach = REACH
  let pointer: number | null = null

  const prices = (): Interval => [market().last_price * (1 - reach), market().last_price * (1 + reach)]
  const current = (): MapLook | null => {
    const state = model.get("_book")
    const [width, height] = [node.clientWidth, node.clientHeight]
    if (!state || !(width > 0 && height > 0)) return null
    const stack = model.get("profile") === "venue" ? "venue" : "leverage"
    const [low, high] = prices()
    const count = Math.max(map.fewest, Math.floor(mapPlace(width, height).width / map.bar))
    const edges = Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count)
    const { last_price: last, quote } = market()
    return { book: decoded(state, stack), edges, last, side: model.get("side"), stack, width, height, quote, pointer, ...look() }
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
    const here = seen.book.total(price - bin, price + bin)
    const sum = seen.book.total(Math.min(price, last), Math.max(price, last))
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
