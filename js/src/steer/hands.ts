import { type Disposer, disposerBag } from "../dom/dispose"
import type { Plot } from "../layers/plot"
import { wheelHint } from "../words/wheel_hint"
import { endDrags } from "./held"
import { axisStretch } from "./stretch"
import { touchSteering } from "./touch"
import type { Viewport } from "./viewport"

export interface Hands {
  /** What a drag does has changed. */
  ruled(): void
  /** The wheel scrolled the page over the picture. */
  passed(): void
  dispose: Disposer
}

/** Steer by axes and fingers, and end drags that have lost their hand; what is dragged on the picture itself is Bokeh's. */
export function hands(wrapper: HTMLElement, host: HTMLElement, plot: Plot, go: (viewport: Viewport) => void, reset: () => void): Hands {
  const bag = disposerBag()
  bag.add(endDrags(wrapper, host, plot.surface))
  const { ruled } = bag.keep(touchSteering(wrapper, host, plot, go))
  const { node, passed } = bag.keep(wheelHint())
  wrapper.append(node)
  bag.add(axisStretch(wrapper, host, plot, go, reset))
  return { ruled, passed, dispose: bag.dispose }
}
