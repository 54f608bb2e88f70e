import type { Reasons } from "./controls/toolbar"
import { chooseFrame } from "./heat/frame"
import type { FrontEnd } from "./load/front_end"
import { windowRange } from "./steer/window"
import type { Bound } from "./wire/bound"
import { offlineModel } from "./wire/offline_model"

const OFFLINE = "Needs a running kernel: this file holds a finished picture"

/** Show a saved state in a page without a kernel, by the front end that is in the page; returns what takes it away again. */
export function mount(element: HTMLElement, state: Readonly<Record<string, unknown>>, frontEnd: FrontEnd["default"]): () => void {
  const controller = new AbortController()
  frontEnd.render({ model: offlineModel(state), el: element, signal: controller.signal, missing })
  return () => controller.abort()
}

/** What a file without a kernel does not have. */
function missing({ _market, _frames, measure }: Bound["traits"]): Reasons | null {
  const market = _market.value
  if (!market) return null
  const frames = _frames.value
  return {
    kernel: OFFLINE,
    measure: (other) => (frames.some((frame) => frame.measure === other) ? null : OFFLINE),
    window(window) {
      const time = windowRange(window, market)
      const frame = chooseFrame(frames, measure.value, { time, price: [market.last_price, market.last_price] }, market)
      return frame && frame.time[0] <= time[0] + 1 ? null : OFFLINE
    },
    mode: (mode) => (mode === "select" ? OFFLINE : null),
  }
}
