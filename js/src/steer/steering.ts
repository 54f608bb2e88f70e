import { type Disposer, disposerBag, listen } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { type OnDemand, partOf } from "../load/on_demand"
import { engaged } from "./engaged"
import { type KeyActions, keySteering } from "./keys"
import { wheelZoom } from "./wheel"

export interface Steering {
  /** Have what steers by axes and fingers loaded: the picture stands. */
  begin(): void
  /** What a drag does has changed. */
  ruled(): void
  dispose: Disposer
}

export interface SteeringOptions {
  demand: OnDemand
  /** The figure that has the focus, and what is drawn in it. */
  wrapper: HTMLElement
  host: HTMLElement
  plot: Plot
  actions: KeyActions
}

/** Steer by wheel and keys from the first picture on; by axes and fingers, which BokehJS moves as it can before, a moment later. */
export function steering({ demand, wrapper, host, plot, actions }: SteeringOptions): Steering {
  const bag = disposerBag()
  let begun = false
  const { go, reset } = actions
  const hands = partOf(demand, () => begun, (parts) => bag.keep(parts.hands(wrapper, host, plot, go, reset)), () => hands())
  bag.add(
    engaged(wrapper, () => hands()?.passed()),
    wheelZoom(host, plot, go),
    keySteering(wrapper, host, actions),
    // What could not be loaded is tried again when somebody wants it.
    listen(wrapper, "pointerdown", () => void hands(), { capture: true }),
  )
  return {
    begin() {
      begun = true
      hands()
    },
    ruled: () => hands()?.ruled(),
    dispose: bag.dispose,
  }
}
