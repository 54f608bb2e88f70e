import { axis_ticks } from "../../../liqwidget/look.json"
import { span } from "../steer/viewport"
import type { Interval } from "../wire/traits"

/** Write a price with thousands separators and a fixed number of decimals. */
export function formatPrice(price: number, decimals: number): string {
  if (!Number.isFinite(price)) return "–"
  const places = Math.max(0, Math.min(12, decimals))
  return price.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })
}

const DIGITS = 5

/** Decimals that leave a price about five digits, and no more than its market has. */
export function priceDecimals(price: number, most: number): number {
  const whole = Math.ceil(Math.log10(Math.max(price, 1e-12) * (1 + 1e-12)))
  return Math.max(0, Math.min(most, DIGITS - whole))
}

/** How many decimals tell the ticks of a price axis apart. */
export function axisDecimals(price: Interval): number {
  const step = span(price) / axis_ticks
  if (!(step > 0)) return 2
  return Math.max(0, Math.min(10, Math.ceil(-Math.log10(step))))
}
