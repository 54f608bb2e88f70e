import type { ReadonlySignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import type { Mode } from "../layers/plot"
import type { Bound } from "../wire/bound"
import type { Measure, SideChoice, Traits, Window } from "../wire/traits"
import { type Choice, Segments } from "./fields"
import { type Ramp, Threshold } from "./threshold"

/** What cannot be had without a kernel, with the reason. */
export interface Reasons {
  window(window: Window): string | null
  measure(measure: Measure): string | null
  mode(mode: Mode): string | null
}

export interface ToolbarProps {
  bound: Bound
  ramp: ReadonlySignal<Ramp | null>
  mode: ReadonlySignal<Mode>
  reasons: ReadonlySignal<Reasons | null>
  setMode(mode: Mode): void
  reset(): void
  say(sentence: string): void
  /** The buttons that open the drawer and the help. */
  children: ComponentChildren
}

const SIDES: readonly Choice<SideChoice>[] = [
  { value: "both", text: "Both", title: "Liquidations of longs and of shorts" },
  { value: "long", text: "Long", title: "Where longs would be liquidated, below the price" },
  { value: "short", text: "Short", title: "Where shorts would be liquidated, above the price" },
]
const WINDOWS: readonly Choice<Window>[] = (["12h", "24h", "3d", "7d", "30d", "all"] as const).map((value) => ({
  value,
  text: value === "all" ? "All" : value,
  title: value === "all" ? "All data" : `The last ${value}`,
}))
const MODES: readonly Choice<Mode>[] = [
  { value: "pan", text: "Pan", title: "Drag moves the picture" },
  { value: "select", text: "Select", title: "Drag draws a box: h.selection in Python" },
]

/** The slim row of controls that are moved often; each is a trait of the model, both ways. */
export function Toolbar({ bound, ramp, mode, reasons, setMode, reset, say, children }: ToolbarProps) {
  const { side, window, measure, horizon, follow } = bound.traits
  const set = (values: Partial<Traits>, said: string) => {
    bound.set(values)
    say(said)
  }
  const measures: readonly Choice<Measure>[] = [
    { value: "heat", text: "Heat", title: "Where much stands close together: relative, no amount" },
    { value: "expected", text: "Expected", title: `Estimated size times the chance that price gets there within ${horizon.value}` },
    { value: "size", text: "Size", title: "Estimated size that stands there" },
  ]
  return (
    <div class="liq-toolbar" role="group" aria-label="Heatmap controls">
      <Segments label="Side" choices={SIDES} value={side.value} choose={(value) => set({ side: value }, `Side: ${value}`)} />
      <Segments
        label="Window"
        choices={WINDOWS}
        value={window.value}
        choose={(value) => set({ time_range: null, price_range: null, window: value }, `Window: ${value}`)}
        reason={(value) => reasons.value?.window(value) ?? null}
      />
      <Segments
        label="Measure"
        choices={measures}
        value={measure.value}
        choose={(value) => set({ measure: value, threshold: 0 }, `Measure: ${value}`)}
        reason={(value) => reasons.value?.measure(value) ?? null}
      />
      <Threshold bound={bound} ramp={ramp} />
      <div class="liq-group liq-view">
        <button
          class="liq-button"
          type="button"
          title="The price axis fits the candles in view"
          aria-pressed={follow.value}
          onClick={() => set({ follow: !follow.value }, follow.value ? "Price axis held" : "Following the price")}
        >
          Follow
        </button>
        <Segments label="Drag mode" choices={MODES} value={mode.value} choose={setMode} reason={(value) => reasons.value?.mode(value) ?? null} />
        <button class="liq-button" type="button" title="Back to the window (key 0)" onClick={reset}>
          Reset
        </button>
        {children}
      </div>
    </div>
  )
}
