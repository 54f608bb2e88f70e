import { type Disposer, disposerBag } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { wheelHint } from "../words/wheel_hint"
import { engaged } from "./engaged"
import { type KeyActions, keySteering } from "./keys"
import { axisStretch } from "./stretch"
import { touchSteering } from "./touch"
import { wheelZoom } from "./wheel"

export interface Hands {
  /** What a drag does has changed. */
  ruled(): void
  dispose: Disposer
}

/** Steer by wheel, keys, axes and fingers; what is dragged on the picture itself is Bokeh's. */
export function hands(wrapper: HTMLElement, host: HTMLElement, plot: Plot, actions: KeyActions): Hands {
  const bag = disposerBag()
  const { go, reset } = actions
  const touch = touchSteering(wrapper, host, plot, go)
  const hint = wheelHint()
  wrapper.append(hint.node)
  bag.add(
    touch.dispose,
    hint.dispose,
    engaged(wrapper, hint.passed),
    wheelZoom(host, plot, go),
    axisStretch(wrapper, host, plot, go, reset),
    keySteering(wrapper, host, actions),
  )
  return { ruled: touch.ruled, dispose: bag.dispose }
}
