import type { AnyModel } from "@anywidget/types"
import { batch, type ReadonlySignal, signal } from "@preact/signals"
import type { Side, Traits } from "../wire/traits"

/** What is said in the two lines: of the candle under the pointer, and of the price. */
const LINES = [
  ["time", "candle", "open", "high", "low", "close", "volume"],
  ["price", "distance", "side", "heat", "about", "cluster", "laid", "size", "cumulative", "expected", "chance", "made"],
] as const

type Field = (typeof LINES)[number][number]
/** A caption and a value; a field without is empty. */
export type Told = Partial<Record<Field, readonly [caption: string, value: string]>>

/** Where the pointer is: on the picture, on what is beside it (a price), or under it (a time). */
export interface Pointed {
  time: number | null
  price: number | null
}

export interface Readout {
  /** What lies under the pointer, and on which side; `exact`: the kernel has told it. */
  put(state: "about" | "exact", told: Told, side: Side | ""): void
  /** The cluster under the pointer, or none. */
  cluster(told: { side: Side; text: string } | null): void
  /** What of the analyst's lies under the pointer, '' for nothing. */
  laid(text: string): void
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
    put: (next, found, own) =>
      batch(() => {
        state.value = next
        side.value = own
        told.value = found
      }),
    cluster: (under) => void (cluster.value = under),
    laid: (text) => void (laid.value = text),
    idle: (text) =>
      batch(() => {
        state.value = "idle"
        hint.value = text
      }),
    said: { state, hint, told, cluster, laid, side },
  }
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
