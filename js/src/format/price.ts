import { axis_ticks, price_tick } from "../../../liqwidget/look.json"
import { span } from "../steer/viewport"
import type { Interval } from "../wire/traits"

/** As many decimals as a number of the page is written with. */
const MOST = 20

const formats: Intl.NumberFormat[] = []

/** Write a price with thousands separators and a fixed number of decimals. */
export function formatPrice(price: number, decimals: number): string {
  if (!Number.isFinite(price)) return "–"
  const places = Math.max(0, Math.min(MOST, decimals))
  // To make one takes ten times as long as to write a price.
  return (formats[places] ??= new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })).format(price)
}

const DIGITS = 5

/** Decimals that leave a price about five digits, and no more than its market has. */
export function priceDecimals(price: number, most: number): number {
  const whole = Math.ceil(Math.log10(Math.max(price, 1e-18) * (1 + 1e-12)))
  return Math.max(0, Math.min(most, DIGITS - whole))
}

/** How many decimals tell the ticks of a price axis apart. */
export function axisDecimals(price: Interval): number {
  const step = span(price) / axis_ticks
  if (!(step > 0)) return 2
  return Math.max(0, Math.min(MOST, Math.ceil(-Math.log10(step))))
}

/** Round prices of an axis of so many pixels: as many as have room, and none that its decimals do not tell apart. */
export function priceTicks(price: Interval, height: number): number[] {
  const least = Math.max((span(price) * price_tick) / height, 10 ** -axisDecimals(price))
  if (!(least > 0 && least < Infinity)) return []
  const power = 10 ** Math.floor(Math.log10(least))
  const step = power * [1, 2, 5, 10].find((times) => times * power >= least * (1 - 1e-9))!
  const first = Math.ceil(price[0] / step)
  return Array.from({ length: Math.max(0, Math.floor(price[1] / step) - first + 1) }, (_, i) => (first + i) * step)
}
