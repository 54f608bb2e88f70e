import type { ReadonlySignal } from "@preact/signals"
import type { Mode } from "../layers/plot"
import type { Bound } from "../wire/bound"
import type { Measure, Traits } from "../wire/traits"
import { type Choice, Segments } from "./fields"
import { type Ramp, Threshold } from "./threshold"
import type { Reasons } from "./toolbar"

export interface PictureLineProps {
  bound: Bound
  ramp: ReadonlySignal<Ramp | null>
  mode: ReadonlySignal<Mode>
  reasons: ReadonlySignal<Reasons | null>
  setMode(mode: Mode): void
  reset(): void
  say(sentence: string): void
}

const MODES: readonly Choice<Mode>[] = [
  { value: "pan", text: "Pan", title: "Drag moves the picture" },
  { value: "select", text: "Select", title: "Drag draws a box: h.selection in Python" },
]

/** Under the picture: what its colours mean, from where on they are drawn, and what a drag does. */
export function PictureLine({ bound, ramp, mode, reasons, setMode, reset, say }: PictureLineProps) {
  const { measure, horizon, follow } = bound.traits
  const set = (values: Partial<Traits>, said: string) => {
    bound.set(values)
    say(said)
  }
  const measures: readonly Choice<Measure>[] = [
    { value: "heat", text: "Heat", title: "Where much stands close together: relative, no amount" },
    { value: "expected", text: "Expected", title: `Estimated size times the chance that price gets there within ${horizon.value}` },
    { value: "size", text: "Size", title: "Estimated size that stands there" },
  ]
  // A file has no kernel that knows the threshold of each measure.
  const choose = (value: Measure) => set(reasons.value ? { measure: value, threshold: 0 } : { measure: value }, `Measure: ${value}`)
  return (
    <div class="liq-toolbar liq-picture-line" role="group" aria-label="Picture controls">
      <Segments label="Measure" choices={measures} value={measure.value} choose={choose} reason={(value) => reasons.value?.measure(value) ?? null} />
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
      </div>
    </div>
  )
}
