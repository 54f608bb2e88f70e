import type { ReadonlySignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import type { Mode } from "../layers/plot"
import type { Bound } from "../wire/bound"
import type { Measure, SideChoice, Traits, ViewKind, Window } from "../wire/traits"
import { Coin } from "./coin"
import { type Choice, Segments } from "./fields"
import { Model, type ModelProps } from "./model"

/** What cannot be had without a kernel, with the reason. */
export interface Reasons {
  /** What only a kernel computes. */
  kernel: string
  window(window: Window): string | null
  measure(measure: Measure): string | null
  mode(mode: Mode): string | null
}

export interface ToolbarProps extends Pick<ModelProps, "editor" | "load"> {
  bound: Bound
  reasons: ReadonlySignal<Reasons | null>
  say(sentence: string): void
  /** The buttons that fill the screen, and open the drawer and the help. */
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
const VIEWS: readonly Choice<ViewKind>[] = [
  { value: "heatmap", text: "Heatmap", title: "Time across, price up" },
  { value: "map", text: "Map", title: "Price across, amount up: what stands at the end shown" },
]

/** The one line of what matters: which coin, how much of it, whose liquidations, how drawn, under which model. */
export function Toolbar({ bound, reasons, say, editor, load, children }: ToolbarProps) {
  const { side, window, view, timeframe, _market } = bound.traits
  const set = (values: Partial<Traits>, said: string) => {
    bound.set(values)
    say(said)
  }
  const held = reasons.value?.kernel ?? null
  const own = timeframe.value ?? ""
  const lengths = _market.value?.timeframes ?? []
  return (
    <div class="liq-toolbar liq-first-line" role="group" aria-label="Heatmap controls">
      <Coin bound={bound} say={say} held={held} />
      <Segments
        label="Window"
        choices={WINDOWS}
        value={window.value}
        choose={(value) => set({ time_range: null, price_range: null, window: value }, `Window: ${value}`)}
        reason={(value) => reasons.value?.window(value) ?? null}
      />
      <select
        class="liq-select liq-timeframe"
        name="timeframe"
        aria-label="Timeframe"
        title={held ?? `Candles of ${own}; small ones are drawn together`}
        disabled={held !== null}
        value={own}
        onChange={({ currentTarget }) => set({ timeframe: currentTarget.value }, `Timeframe: ${currentTarget.value}`)}
      >
        {(lengths.includes(own) ? lengths : [own, ...lengths]).map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
      <Segments label="Side" choices={SIDES} value={side.value} choose={(value) => set({ side: value }, `Side: ${value}`)} />
      <Segments label="View" choices={VIEWS} value={view.value ?? "heatmap"} choose={(value) => set({ view: value }, `View: ${value}`)} />
      <Model bound={bound} say={say} held={held} editor={editor} load={load} />
      <div class="liq-group liq-view">{children}</div>
    </div>
  )
}
