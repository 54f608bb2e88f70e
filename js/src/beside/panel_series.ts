import type { AnyModel } from "@anywidget/types"
import { panel } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import { formatMoney } from "../format/money"
import { formatPrice, priceDecimals } from "../format/price"
import type { Candles } from "../heat/frame"
import { knownUntil, upTo } from "../layers/overlays"
import { overlaysOf, type Series } from "../wire/overlays"
import type { Market, PanelName, Traits } from "../wire/traits"

export interface Bars {
  /** Values of candle i from the base line up (positive) or down (negative), with their colours, drawn in order. */
  parts: readonly { values: ArrayLike<number>; colour: string }[]
}

export interface PanelSeries {
  title: string
  /** Lowest and highest value of the candles in sight. */
  range(from: number, to: number): [number, number]
  bars?: Bars
  line?: { values: ArrayLike<number>; colour: string }
  /** What the panel says of candle i, '' when it knows nothing. */
  text(i: number): string
}

/** What each panel draws of the candles in sight. */
export function panelSeries(name: PanelName, candles: Candles, market: Market, colours: Colours): PanelSeries {
  const amount = (value: number) => formatMoney(value, market.symbol).replace(/^\$/, "")
  if (name === "volume") {
    const { volume, takerBuy } = candles
    return {
      title: "Volume",
      range: (from, to) => [0, extreme(volume, from, to, Math.max)],
      bars: { parts: [{ values: volume, colour: colours.fall }, { values: takerBuy, colour: colours.accent }] },
      text: (i) => known(volume[i], (value) => `${amount(value)}${buyers(value, takerBuy[i])}`),
    }
  }
  if (name === "open_interest") {
    const { interest } = candles
    return {
      title: "Open interest",
      range: (from, to) => padded(extreme(interest, from, to, Math.min), extreme(interest, from, to, Math.max)),
      line: { values: interest, colour: colours.text },
      text: (i) => known(interest[i], amount),
    }
  }
  if (name === "funding") {
    const { funding } = candles
    const clipped = (sign: number) => Float64Array.from(funding, (value) => (value * sign > 0 ? value : 0))
    return {
      title: "Funding",
      range: (from, to) => around(extreme(funding, from, to, Math.min), extreme(funding, from, to, Math.max)),
      bars: { parts: [{ values: clipped(1), colour: colours.short }, { values: clipped(-1), colour: colours.long }] },
      text: (i) => known(funding[i], (value) => `${value < 0 ? "−" : ""}${Math.abs(value * 100).toFixed(4)} %`),
    }
  }
  const { liquidatedLong, liquidatedShort } = candles
  const down = Float64Array.from(liquidatedLong, (value) => -value)
  return {
    title: "Liquidations",
    range: (from, to) => around(extreme(down, from, to, Math.min), extreme(liquidatedShort, from, to, Math.max)),
    bars: { parts: [{ values: liquidatedShort, colour: colours.short }, { values: down, colour: colours.long }] },
    text: (i) =>
      known(liquidatedLong[i], (long) => `long ${formatMoney(long, market.quote)}, short ${formatMoney(liquidatedShort[i]!, market.quote)}`),
  }
}

/** The analyst's own series that are no prices, as far as they are known: where their points are, and what a panel draws. */
export const ownSeries = (model: AnyModel<Traits>, market: Market, colours: Colours): { points: Series; series: PanelSeries }[] =>
  overlaysOf(model)
    .series.filter((line) => !line.on_price)
    .map((line) => upTo(line, knownUntil(model, market)))
    .map((points) => ({ points, series: lineSeries(points, colours) }))

/** What the panel of an analyst's own series draws. */
export function lineSeries({ label, unit, values }: Series, colours: Colours): PanelSeries {
  return {
    title: label,
    range: (from, to) => padded(extreme(values, from, to, Math.min), extreme(values, from, to, Math.max)),
    line: { values, colour: colours.text },
    text: (i) => known(values[i], (value) => valueText(value, unit)),
  }
}

/** "0.5312", "$1.2M", "12.5K BTC": small ones with five digits. */
export function valueText(value: number, unit: string): string {
  const size = Math.abs(value)
  if (size === 0 || size >= 1) return formatMoney(value, unit).trim()
  return `${value < 0 ? "−" : ""}${formatPrice(size, priceDecimals(size, 20))} ${unit}`.trim()
}

const known = (value: number | undefined, text: (value: number) => string) => (Number.isFinite(value) ? text(value!) : "")

const buyers = (volume: number, buy: number | undefined) =>
  volume > 0 && Number.isFinite(buy) ? `, takers bought ${Math.round((100 * buy!) / volume)} %` : ""

function extreme(values: ArrayLike<number>, from: number, to: number, pick: (a: number, b: number) => number): number {
  let found = Number.NaN
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (Number.isFinite(value)) found = Number.isNaN(found) ? value : pick(found, value)
  }
  return found
}

function padded(low: number, high: number): [number, number] {
  const room = Math.max((high - low) * panel.padding, Math.abs(high) * panel.least)
  return [low - room, high + room]
}

const around = (low: number, high: number): [number, number] => [Math.min(low, 0), Math.max(high, 0)]
