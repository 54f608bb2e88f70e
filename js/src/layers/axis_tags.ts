import { label as tag } from "../../../liqwidget/look.json"
import { element, setText } from "../dom/element"
import { formatPrice } from "../format/price"
import { formatTime } from "../format/time"
import type { Timezone } from "../format/clocks"
import type { Side } from "../wire/traits"
import type { Plot, Point } from "./plot"

/** A price that is named at the axis. */
export interface NamedPrice {
  price: number
  side: Side
  text: string
  /** How strongly it is marked (alpha). */
  alpha: number
}

export interface Tags {
  nodes: readonly HTMLElement[]
  last(price: number, plot: Plot, decimals: number): void
  /** The prices of clusters, the first ones first: none is written over another or over the last price. */
  clusters(named: readonly NamedPrice[], last: number, plot: Plot): void
  /** Follow the pointer; null hides both. */
  show(point: Point | null, plot: Plot, decimals: number, zone: Timezone): void
  /** Say whose clocks the time axis has. */
  zone(plot: Plot): void
}

/** Clusters are named at the price axis at most so many. */
const MOST = 8

/** On the axes: the last price, the prices of clusters, and the price and the time of the crosshair. */
export function axisTags(): Tags {
  const last = element("div", "liq-tag liq-tag-last", { "aria-hidden": "true" })
  const price = element("div", "liq-tag liq-tag-price", { "aria-hidden": "true" })
  const time = element("div", "liq-tag liq-tag-time", { "aria-hidden": "true" })
  const clocks = element("div", "liq-zone", { title: "Whose clocks: h.timezone" })
  const named = Array.from({ length: MOST }, () => element("div", "liq-tag liq-tag-cluster", { "aria-hidden": "true" }))
  for (const node of [...named, last, price, time]) node.hidden = true
  return {
    nodes: [clocks, ...named, last, price, time],
    clusters(wanted, close, plot) {
      const { left, top, width, height } = plot.area()
      const [low, high] = plot.viewport().price
      const down = (value: number) => ((high - value) / (high - low)) * height
      const taken = [down(close)]
      const shown = wanted.filter(({ price }) => {
        const at = down(price)
        const free = at >= 0 && at <= height && taken.every((other) => Math.abs(other - at) >= tag.line)
        if (free) taken.push(at)
        return free
      })
      plot.tagged([close, ...shown.slice(0, MOST).map(({ price }) => price)])
      named.forEach((node, i) => {
        const one = shown[i]
        node.hidden = !one
        if (!one) return
        setText(node, one.text)
        node.dataset.side = one.side
        node.style.opacity = String(one.alpha)
        node.style.transform = `translate(${left + width + 1}px, ${Math.round(top + down(one.price))}px) translateY(-50%)`
      })
    },
    last(value, plot, decimals) {
      const { left, top, width, height } = plot.area()
      const [low, high] = plot.viewport().price
      const down = ((high - value) / (high - low)) * height
      last.hidden = !(down >= 0 && down <= height)
      setText(last, formatPrice(value, decimals))
      last.style.transform = `translate(${left + width + 1}px, ${Math.round(top + down)}px) translateY(-50%)`
    },
    zone(plot) {
      const { left, top, width, height } = plot.area()
      setText(clocks, plot.times().clocks)
      clocks.style.transform = `translate(${left + width + 8}px, ${top + height + 10}px)`
    },
    show(point, plot, decimals, zone) {
      price.hidden = time.hidden = point === null
      if (!point) return
      const { left, top, width, height } = plot.area()
      setText(price, formatPrice(point.price, decimals))
      price.style.transform = `translate(${left + width + 1}px, ${Math.round(point.y)}px) translateY(-50%)`
      setText(time, formatTime(point.time, zone))
      const at = Math.max(left + 40, Math.min(left + width - 40, point.x))
      time.style.transform = `translate(${Math.round(at)}px, ${top + height + 2}px) translateX(-50%)`
    },
  }
}
