import type { AnyModel } from "@anywidget/types"
import { batch, type ReadonlySignal, signal } from "@preact/signals"
import { formatMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { formatPrice } from "../format/price"
import { formatShares } from "../format/shares"
import type { Timezone } from "../format/clocks"
import { endsNow, formatAge, formatLength, formatTime } from "../format/time"
import type { Candle, Cell } from "../heat/frame"
import type { Reading } from "../wire/messages"
import type { Market, Measure, Side, Traits } from "../wire/traits"

/** What is said in the two lines: of the candle under the pointer, and of the price. */
const LINES = [
  ["time", "candle", "open", "high", "low", "close", "volume"],
  ["price", "distance", "side", "heat", "about", "cluster", "laid", "size", "cumulative", "expected", "chance", "made"],
] as const
const SHARES = 2
const WAITING = "…"

type Field = (typeof LINES)[number][number]
/** A caption and a value; a field without is empty. */
type Told = Partial<Record<Field, readonly [caption: string, value: string]>>

/** Where the pointer is: on the picture, on what is beside it (a price), or under it (a time). */
export interface Pointed {
  time: number | null
  price: number | null
}

/** What the picture shows there at once. */
export interface Under {
  heat: Cell | null
  amount: Cell | null
  /** Whether colours are relative heat. */
  heated: boolean
  candle: Candle | null
}

export interface Readout {
  /** What the page knows at once: the candle, the price, relative heat, an amount; `asked`: the kernel tells more soon. */
  about(at: Pointed, decimals: number, under: Under, market: Market, asked: boolean, zone?: Timezone): void
  /** The cluster under the pointer, or none. */
  cluster(told: { side: Side; text: string } | null): void
  /** What of the analyst's lies under the pointer, '' for nothing. */
  laid(text: string): void
  /** What the kernel answers after a rest. */
  exact(reading: Reading, market: Market, shown: { measure: Measure; horizon: string }): void
  idle(text: string): void
  said: {
    state: ReadonlySignal<"idle" | "about" | "exact">
    hint: ReadonlySignal<string>
    told: ReadonlySignal<Told>
    cluster: ReadonlySignal<{ side: Side; text: string } | null>
    laid: ReadonlySignal<string>
    side: ReadonlySignal<Side | "">
  }
}

export function readout(): Readout {
  const state = signal<"idle" | "about" | "exact">("idle")
  const hint = signal("")
  const told = signal<Told>({})
  const cluster = signal<{ side: Side; text: string } | null>(null)
  const laid = signal("")
  const side = signal<Side | "">("")
  return {
    about: ({ time, price }, decimals, { heat, amount, heated, candle }, market, asked, zone) =>
      batch(() => {
        const end = market.now ?? market.time[1]
        const own = (heated ? heat : amount)?.side ?? ""
        state.value = "about"
        side.value = own
        const past = time !== null && time <= end
        told.value = {
          time: past ? ["", formatTime(time, zone)] : endsNow(market) ? ["", "now"] : ["as of", formatTime(end, zone)],
          ...(past && candle && candleTold(candle, decimals, market)),
          ...(price !== null && {
            price: ["", formatPrice(price, decimals)],
            distance: ["", `${formatPercent(100 * (price / market.last_price - 1))} from last price`],
            ...((own || asked) && { side: ["", own || WAITING] }),
            ...(heated && { heat: ["heat", heat ? heat.value.toFixed(0) : "0"] }),
            ...(!asked && (amount || !heated) && { about: ["est. about", amount ? `${formatMoney(amount.value, market.quote)} per 0.1 %` : "nothing"] }),
            ...(asked && { size: ["est. per 0.1 %", WAITING], cumulative: [summed(time, end), WAITING], chance: ["chance", WAITING] }),
          }),
        }
      }),
    cluster: (under) => void (cluster.value = under),
    laid: (text) => void (laid.value = text),
    exact: (reading, market, { measure, horizon }) =>
      batch(() => {
        const { long, short, chance, heat } = reading
        const own: Side = long.size + short.size > 0 ? (long.size >= short.size ? "long" : "short") : reading.price < (reading.last_price ?? Infinity) ? "long" : "short"
        const { size, expected, cumulative } = reading[own]
        const money = (amount: number) => formatMoney(amount, market.quote)
        const some = size > 0
        const { time, candle, open, high, low, close, volume, price, distance } = told.value
        state.value = "exact"
        side.value = some ? own : ""
        told.value = {
          ...Object.fromEntries(Object.entries({ time, candle, open, high, low, close, volume, price, distance }).filter(([, value]) => value)),
          side: ["", some ? (long.size > 0 && short.size > 0 ? "long and short" : own) : nothing(reading, market)],
          ...(heat !== null && { heat: ["heat", heat.toFixed(0)] }),
          ...(some && { size: ["est. per 0.1 %", money(long.size + short.size)] }),
          cumulative: [summed(reading.time, market.time[1]), money(cumulative)],
          ...(some && {
            ...(measure === "expected" && { expected: ["expected est.", money(expected)] }),
            chance: ["chance", `${(100 * chance).toFixed(chance < 0.0995 ? 1 : 0)} % in ${horizon}`],
            made: ["made of", [reading.leverage_mix, reading.venue_mix].map((mix) => formatShares(mix, SHARES)).filter(Boolean).join(" · ")],
          }),
        }
      }),
    idle: (text) =>
      batch(() => {
        state.value = "idle"
        hint.value = text
      }),
    said: { state, hint, told, cluster, laid, side },
  }
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

/** The lines under the controls that say what is under the pointer. */
export function ReadoutLine({ readout: { said } }: { readout: Readout }) {
  const cluster = said.cluster.value
  const told: Told = { ...said.told.value, ...(said.laid.value && { laid: ["", said.laid.value] }), ...(cluster && { cluster: [`${cluster.side} cluster`, cluster.text] }) }
  return (
    <div class={`liq-readout${cluster ? " liq-over-cluster" : ""}`} data-state={said.state}>
      <span class="liq-hint">{said.hint}</span>
      {LINES.map((fields) => (
        <div key={fields[0]} class="liq-cells">
          {fields.map((name) => {
            const [caption = "", value = ""] = told[name] ?? []
            return (
              <span key={name} class={`liq-cell liq-cell-${name}`} data-side={name === "side" ? said.side.value : undefined}>
                {value && caption && <span class="liq-caption">{caption}</span>}
                {value && <b>{value}</b>}
              </span>
            )
          })}
        </div>
      ))}
    </div>
  )
}

/** What the line says while nothing is pointed at: how to steer, and what the numbers are. */
export function hintOf(model: AnyModel<Traits>): string {
  const prior = model.get("_priors").find(({ name }) => name === model.get("_prior"))
  const zone = model.get("timezone") ?? "UTC"
  const steer = matchMedia("(pointer: coarse)").matches ? "Two fingers zoom, sideways moves." : "Click, then scroll to zoom; drag to move."
  return `${steer} Amounts are estimates (est.)${prior ? `, model: ${prior.label.toLowerCase()}` : ""}. Times are ${zone === "UTC" ? zone : zone === "local" ? "local" : `those of ${zone}`}.`
}
