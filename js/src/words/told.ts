import type { Timezone } from "../format/clocks"
import { formatMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { formatPrice } from "../format/price"
import { formatShares } from "../format/shares"
import { endsNow, formatAge, formatLength, formatTime } from "../format/time"
import type { Candle, Cell } from "../heat/frame"
import type { Reading } from "../wire/messages"
import type { Market, Measure, Side } from "../wire/traits"
import type { Pointed, Readout, Told } from "./readout"

const SHARES = 2
const WAITING = "…"

/** What the picture shows there at once. */
export interface Under {
  heat: Cell | null
  amount: Cell | null
  /** Whether colours are relative heat. */
  heated: boolean
  candle: Candle | null
}

/** Tell what the page knows at once: the candle, the price, relative heat, an amount; `asked`: the kernel tells more soon. */
export function tellAbout(line: Readout, { time, price }: Pointed, decimals: number, { heat, amount, heated, candle }: Under, market: Market, asked: boolean, zone?: Timezone): void {
  const end = market.now ?? market.time[1]
  const own = (heated ? heat : amount)?.side ?? ""
  const past = time !== null && time <= end
  const told: Told = {
    time: past ? ["", formatTime(time, zone)] : endsNow(market) ? ["", "now"] : ["as of", formatTime(end, zone)],
    ...(past && candle && candleTold(candle, decimals, market)),
    ...(price !== null && {
      price: ["", formatPrice(price, decimals)],
      distance: ["", `${formatPercent(100 * (price / market.last_price - 1))} from last price`],
      ...((own || asked) && { side: ["", own || WAITING] }),
      ...(heated && { heat: ["heat", heat ? heat.value.toFixed(0) : "0"] }),
      ...(!asked && (amount || !heated) && { about: ["est. about", amount ? `${formatMoney(amount.value, market.unit)} per 0.1 %` : "nothing"] }),
      ...(asked && { size: ["est. per 0.1 %", WAITING], cumulative: [summed(time, end), WAITING], chance: ["chance of getting here", WAITING] }),
    }),
  }
  line.put("about", told, own)
}

/** Tell what the kernel answers after a rest. */
export function tellExact(line: Readout, reading: Reading, market: Market, { measure, horizon }: { measure: Measure; horizon: string }): void {
  const { long, short, chance, heat } = reading
  const own: Side = long.size + short.size > 0 ? (long.size >= short.size ? "long" : "short") : reading.price < (reading.last_price ?? Infinity) ? "long" : "short"
  const { size, expected, cumulative } = reading[own]
  const money = (amount: number) => formatMoney(amount, market.unit)
  const some = size > 0
  const { time, candle, open, high, low, close, volume, price, distance } = line.said.told.peek()
  const told: Told = {
    ...Object.fromEntries(Object.entries({ time, candle, open, high, low, close, volume, price, distance }).filter(([, value]) => value)),
    side: ["", some ? (long.size > 0 && short.size > 0 ? "long and short" : own) : nothing(reading, market)],
    ...(heat !== null && { heat: ["heat", heat.toFixed(0)] }),
    ...(some && { size: ["est. per 0.1 %", money(long.size + short.size)] }),
    cumulative: [summed(reading.time, market.time[1]), money(cumulative)],
    ...(some && {
      ...(measure === "expected" && { expected: ["expected est.", money(expected)] }),
      chance: ["chance of getting here", `${(100 * chance).toFixed(chance < 0.0995 ? 1 : 0)} % in ${horizon}`],
      made: ["made of", [reading.leverage_mix, reading.venue_mix].map((mix) => formatShares(mix, SHARES)).filter(Boolean).join(" · ")],
    }),
  }
  line.put("exact", told, some ? own : "")
}

/** What adds up: from the last price, or from where price was at a past time. */
const summed = (time: number | null, end: number): string => (time === null || time >= end ? "from last price to here est." : "from price then to here est.")

function candleTold(candle: Candle, decimals: number, market: Market): Told {
  const prices = { open: candle.open, high: candle.high, low: candle.low, close: candle.close }
  const told = Object.fromEntries(Object.entries(prices).map(([name, price]) => [name, [name[0]!.toUpperCase(), formatPrice(price, Math.min(decimals, market.price_decimals))]]))
  const volume = Number.isFinite(candle.volume) ? { volume: ["V", formatMoney(candle.volume, market.symbol)] } : {}
  return { candle: ["", `${formatLength(candle.ms)} candle`], ...told, ...volume } as Told
}

/** Why nothing stands in a cell. */
function nothing({ swept, time }: Reading, market: Market): string {
  if (swept === null) return "nothing stands here"
  const age = time - swept
  if (age < market.timeframe_ms) return "nothing: price is here"
  return `nothing: swept ${formatAge(age)} ${time < market.time[1] ? "before" : "ago"}`
}
