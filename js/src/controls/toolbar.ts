import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "../dom/dispose"
import { element } from "../dom/element"
import type { Ladder } from "../heat/bins"
import type { Mode } from "../layers/plot"
import { observe } from "../wire/model"
import type { Measure, SideChoice, Traits, Window } from "../wire/protocol"
import { type Choice, segmented } from "./segmented"
import { thresholdSlider } from "./threshold_slider"

export interface Toolbar {
  node: HTMLElement
  /** The range of values on the picture, and its colours. */
  showLegend(ladder: Ladder, lut: Uint32Array): void
  showMode(mode: Mode): void
  /** What cannot be had without a kernel, with the reason. */
  disable(reasons: { window(window: Window): string | null; measure(measure: Measure): string | null; select: string | null }): void
  dispose: Disposer
}

export interface ToolbarActions {
  mode(mode: Mode): void
  reset(): void
  say(sentence: string): void
  /** The buttons that open the drawer and the help. */
  more: readonly HTMLElement[]
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
export function toolbar(model: AnyModel<Traits>, { mode, reset, say, more }: ToolbarActions): Toolbar {
  let ladder: Ladder | null = null
  const set = <K extends keyof Traits>(name: K, value: Traits[K], said: string) => {
    model.set(name, value)
    model.save_changes()
    say(said)
  }
  const side = segmented("Side", SIDES, (value) => set("side", value, `Side: ${value}`))
  const window = segmented("Window", WINDOWS, (value) => {
    model.set("time_range", null)
    model.set("price_range", null)
    set("window", value, `Window: ${value}`)
  })
  const horizon = model.get("horizon")
  const measures: readonly Choice<Measure>[] = [
    { value: "expected", text: "Expected", title: `Estimated size times the chance that price gets there within ${horizon}` },
    { value: "size", text: "Size", title: "Estimated size that stands there" },
  ]
  const measure = segmented("Measure", measures, (value) => set("measure", value, `Measure: ${value}`))
  const threshold = thresholdSlider(
    (value) => model.set("threshold", value),
    () => model.save_changes(),
  )
  const follow = pushButton("Follow", "The price axis fits the candles in view")
  follow.addEventListener("click", () => {
    const next = !model.get("follow")
    set("follow", next, next ? "Following the price" : "Price axis held")
  })
  const modes = segmented("Drag mode", MODES, mode)
  const home = element("button", "liq-button", { type: "button", title: "Back to the window (key 0)" }, ["Reset"])
  home.addEventListener("click", reset)

  const sync = () => {
    side.show(model.get("side"))
    window.show(model.get("window"))
    measure.show(model.get("measure"))
    threshold.show(model.get("threshold"), ladder, model.get("_market")?.quote ?? "USD")
    follow.setAttribute("aria-pressed", String(model.get("follow")))
  }
  sync()
  modes.show("pan")
  const view = element("div", "liq-group liq-view", {}, [follow, modes.node, home, ...more])
  const node = element("div", "liq-toolbar", { role: "group", "aria-label": "Heatmap controls" }, [
    side.node,
    window.node,
    measure.node,
    threshold.node,
    view,
  ])
  return {
    node,
    showLegend(current, lut) {
      ladder = current
      threshold.show(model.get("threshold"), ladder, model.get("_market")?.quote ?? "USD")
      threshold.colour(lut)
    },
    showMode: modes.show,
    disable(reasons) {
      for (const { value } of WINDOWS) window.disable(value, reasons.window(value))
      for (const { value } of measures) measure.disable(value, reasons.measure(value))
      modes.disable("select", reasons.select)
    },
    dispose: observe(model, ["side", "window", "measure", "threshold", "follow", "_market"], sync),
  }
}

function pushButton(text: string, title: string): HTMLButtonElement {
  return element("button", "liq-button", { type: "button", title, "aria-pressed": "false" }, [text])
}
