import type { AnyModel } from "@anywidget/types"
import { batch, type ReadonlySignal, signal } from "@preact/signals"
import { formatMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { formatPrice } from "../format/price"
import { formatShares } from "../format/shares"
import { formatTime } from "../format/time"
import type { Cell } from "../heat/frame"
import type { Reading } from "../wire/messages"
import type { Market, Side, Traits } from "../wire/traits"

const FIELDS = ["price", "distance", "time", "side", "heat", "about", "cluster", "size", "expected", "chance", "cumulative", "made"] as const
const SHARES = 2

type Field = (typeof FIELDS)[number]
/** A caption and a value; a field without is empty. */
type Told = Partial<Record<Field, readonly [caption: string, value: string]>>

export interface Readout {
  /** What the pixel tells at once: relative heat, an amount, or both. */
  about(at: { time: number; price: number }, decimals: number, under: { heat: Cell | null; amount: Cell | null; heated: boolean }, market: Market): void
  /** The cluster under the pointer, or none. */
  cluster(told: { side: Side; text: string } | null): void
  /** What the kernel answers after a rest. */
  exact(reading: Reading, side: Side, market: Market): void
  idle(text: string): void
  said: {
    state: ReadonlySignal<"idle" | "about" | "exact">
    hint: ReadonlySignal<string>
    told: ReadonlySignal<Told>
    cluster: ReadonlySignal<{ side: Side; text: string } | null>
    side: ReadonlySignal<Side | "">
  }
}

export function readout(): Readout {
  const state = signal<"idle" | "about" | "exact">("idle")
  const hint = signal("")
  const told = signal<Told>({})
  const cluster = signal<{ side: Side; text: string } | null>(null)
  const side = signal<Side | "">("")
  return {
    about: ({ time, price }, decimals, { heat, amount, heated }, market) =>
      batch(() => {
        const own = (heated ? heat : amount)?.side ?? ""
        state.value = "about"
        side.value = own
        told.value = {
          price: ["", formatPrice(price, decimals)],
          distance: ["", formatPercent(100 * (price / market.last_price - 1))],
          time: ["", time > (market.now ?? market.time[1]) ? "after now" : formatTime(time)],
          side: ["", own || "none"],
          ...(heated && { heat: ["heat", heat ? heat.value.toFixed(0) : "0"] }),
          ...((amount || !heated) && { about: ["est. about", amount ? `${formatMoney(amount.value, market.quote)} per 10 bps` : "–"] }),
        }
      }),
    cluster: (under) => void (cluster.value = under),
    exact: (reading, own, market) =>
      batch(() => {
        const money = (amount: number) => formatMoney(amount, market.quote)
        const { size, expected, cumulative } = reading[own]
        state.value = "exact"
        told.value = {
          ...told.value,
          size: ["size est.", money(size)],
          expected: ["expected est.", money(expected)],
          chance: ["chance", `${(100 * reading.chance).toFixed(reading.chance < 0.0995 ? 1 : 0)} %`],
          cumulative: ["from last price est.", money(cumulative)],
          made: ["made of", [reading.leverage_mix, reading.venue_mix].map((mix) => formatShares(mix, SHARES)).filter(Boolean).join(" · ")],
        }
      }),
    idle: (text) =>
      batch(() => {
        state.value = "idle"
        hint.value = text
      }),
    said: { state, hint, told, cluster, side },
  }
}

/** The line under the controls that says what is under the pointer. */
export function ReadoutLine({ readout: { said } }: { readout: Readout }) {
  const cluster = said.cluster.value
  const told: Told = { ...said.told.value, ...(cluster && { cluster: [`${cluster.side} cluster`, cluster.text] }) }
  return (
    <div class={`liq-readout${cluster ? " liq-over-cluster" : ""}`} data-state={said.state}>
      <span class="liq-hint">{said.hint}</span>
      <div class="liq-cells">
        {FIELDS.map((name) => {
          const [caption = "", value = ""] = told[name] ?? []
          return (
            <span key={name} class={`liq-cell liq-cell-${name}`} data-side={name === "side" ? said.side.value : undefined}>
              {value && caption && <span class="liq-caption">{caption}</span>}
              {value && <b>{value}</b>}
            </span>
          )
        })}
      </div>
    </div>
  )
}

/** What the line says while nothing is pointed at: how to steer, and what the numbers are. */
export function hintOf(model: AnyModel<Traits>): string {
  const prior = model.get("_priors").find(({ name }) => name === model.get("_prior"))
  const steer = matchMedia("(pointer: coarse)").matches ? "Two fingers zoom, sideways moves." : "Scroll to zoom, drag to move."
  return `${steer} Sizes are estimates (est.)${prior ? `, prior: ${prior.label.toLowerCase()}` : ""}. Times are UTC.`
}
