import { element, setText } from "../dom/element"
import { formatPrice } from "../format/price"
import { formatTime } from "../format/time"
import type { Plot, Point } from "./plot"

export interface Tags {
  nodes: readonly HTMLElement[]
  last(price: number, plot: Plot, decimals: number): void
  /** Follow the pointer; null hides both. */
  show(point: Point | null, plot: Plot, decimals: number): void
}

/** On the axes: the last price, and the price and the time of the crosshair. */
export function axisTags(): Tags {
  const last = element("div", "liq-tag liq-tag-last", { "aria-hidden": "true" })
  const price = element("div", "liq-tag liq-tag-price", { "aria-hidden": "true" })
  const time = element("div", "liq-tag liq-tag-time", { "aria-hidden": "true" })
  last.hidden = price.hidden = time.hidden = true
  return {
    nodes: [last, price, time],
    last(value, plot, decimals) {
      const { left, top, width, height } = plot.area()
      const [low, high] = plot.viewport().price
      const down = ((high - value) / (high - low)) * height
      last.hidden = !(down >= 0 && down <= height)
      setText(last, formatPrice(value, decimals))
      last.style.transform = `translate(${left + width + 1}px, ${Math.round(top + down)}px) translateY(-50%)`
    },
    show(point, plot, decimals) {
      price.hidden = time.hidden = point === null
      if (!point) return
      const { left, top, width, height } = plot.area()
      setText(price, formatPrice(point.price, decimals))
      price.style.transform = `translate(${left + width + 1}px, ${Math.round(point.y)}px) translateY(-50%)`
      setText(time, formatTime(point.time))
      const at = Math.max(left + 40, Math.min(left + width - 40, point.x))
      time.style.transform = `translate(${Math.round(at)}px, ${top + height + 2}px) translateX(-50%)`
    },
  }
}
