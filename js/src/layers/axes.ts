import { label, time_axis } from "../../../liqwidget/look.json"
import type { Axis } from "@bokeh/bokehjs/build/js/lib/models/axes/axis"
import type { TickFormatter } from "@bokeh/bokehjs/build/js/lib/models/formatters/tick_formatter"
import type { Figure } from "@bokeh/bokehjs/build/js/lib/models/plots/figure"
import type { Range1d } from "@bokeh/bokehjs/build/js/lib/models/ranges/range1d"
import type { Ticker } from "@bokeh/bokehjs/build/js/lib/models/tickers/ticker"
import type { Disposer } from "../dom/dispose"
import type { Timezone } from "../format/clocks"
import { formatPrice, priceTicks } from "../format/price"
import { timeAxis, type TimeAxis } from "../format/time_axis"

export interface AxesOptions {
  named: <T>(name: string) => T
  time: Range1d
  price: Range1d
  zone: () => Timezone
}

export interface Axes {
  /** What the time axis says. */
  times(): TimeAxis
  /** Decimals of the prices at the axis, and of the tags on it. */
  setPriceDecimals(decimals: number, tags: number): void
  /** Prices that tags name: beside them the axis says none. */
  tagged(prices: readonly number[]): void
  /** How large the picture is, once it is there [px]. */
  measured(size: () => { width: number; height: number }): void
  /** Leave the axes to Bokeh, which may refer to them when the picture is gone. */
  dispose: Disposer
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Pixels of the price axis at least, and what it has beside its texts. */
const LEAST = 74
const ENDS = 18

/** Write the axes by our own rules: set as properties, ticks and texts would have Bokeh lay out the page at every move. */
export function ruleAxes({ named, time, price, zone }: AxesOptions): Axes {
  let size = () => ({ width: 0, height: 0 })
  let decimals = 0
  let tags: readonly number[] = []
  const figure = named<Figure>("liq-figure")
  const times = () => timeAxis([time.start, time.end], size().width, zone())
  const texts = (at: readonly number[], axis: TimeAxis) => at.map((ms) => axis.text[axis.at.indexOf(ms)] ?? "")
  const ticks = named<Partial<Writable<Ticker>>>("liq-time-ticks")
  const dates = named<Partial<Writable<TickFormatter>>>("liq-time-format")
  const prices = named<Partial<Writable<TickFormatter>>>("liq-price-format")
  ticks.get_ticks = () => ({ major: times().at, minor: [] })
  dates.doFormat = (at) => texts(at as number[], times())
  const scale = (figure.right as Axis[]).find(({ formatter }) => formatter === (prices as unknown))!.ticker as Partial<Writable<Ticker>>
  scale.get_ticks = () => ({ major: priceTicks([price.start, price.end], size().height), minor: [] })
  prices.doFormat = (at) => {
    const near = (label.line * 0.75 * (price.end - price.start)) / size().height
    return (at as number[]).map((value) => (tags.some((other) => Math.abs(other - value) < near) ? "" : formatPrice(value, decimals)))
  }
  return {
    times,
    tagged: (at) => void (tags = at),
    setPriceDecimals(to, tag) {
      decimals = to
      const wide = [formatPrice(price.end, to).length * time_axis.letter, formatPrice(price.end, tag).length * label.letter]
      const border = Math.max(LEAST, Math.ceil(Math.max(...wide)) + ENDS)
      if (figure.min_border_right !== border) figure.min_border_right = border
    },
    measured: (known) => void (size = known),
    dispose() {
      delete ticks.get_ticks
      delete scale.get_ticks
      delete dates.doFormat
      delete prices.doFormat
    },
  }
}
