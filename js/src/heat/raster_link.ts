import type { AnyModel } from "@anywidget/types"
import { requestGate } from "../wire/gate"
import type { Market, Traits } from "../wire/protocol"
import { rasterRequest, type RasterRequest } from "./raster_request"
import type { Viewport } from "../steer/viewport"

export interface RasterLink {
  /** Ask for a sharp picture of a view, at once: Bokeh paints the coarse one meanwhile. The picture at hand is not asked for again. */
  want(view: Viewport, plot: { width: number; height: number }): void
  /** What was asked for is out of date: the same view is asked for again when it is next wanted. */
  renew(): void
  /** An answer came; true if it is to be shown. */
  answered(id: number): boolean
  dispose(): void
}

/** Ask the kernel for pictures, one at a time, the newest view first. */
export function rasterLink(
  model: AnyModel<Traits>,
  view: string,
  market: () => Market,
  next: () => number,
  busy: (overdue: boolean) => void,
): RasterLink {
  const gate = requestGate<RasterRequest>({
    next,
    busy,
    send: (id, { time, price, width, height }) => {
      model.send({ type: "view", view, id, time: [...time], price: [...price], width, height })
    },
  })
  let last: [Viewport, { width: number; height: number }] | null = null
  let asked = ""
  const ask = () => {
    const request = last && rasterRequest(...last, market(), window.devicePixelRatio || 1)
    last = null
    if (!request || asked === JSON.stringify(request)) return
    asked = JSON.stringify(request)
    gate.ask(request)
  }
  return {
    want(target, plot) {
      if (model.get("_offline")) return
      // One task may move the view more than once: Bokeh's drag sets one range after the other.
      if (!last) queueMicrotask(ask)
      last = [target, plot]
    },
    renew: () => void (asked = ""),
    answered: gate.answered,
    dispose() {
      last = null
      gate.dispose()
    },
  }
}
