import type { AnyModel } from "@anywidget/types"
import { requestGate } from "./gate"
import type { Market, Traits } from "./protocol"
import { rasterRequest, type RasterRequest } from "./raster_request"
import type { Viewport } from "./viewport"

export interface RasterLink {
  /** Ask for a sharp picture of a view, at most once an animation frame. */
  want(view: Viewport, plot: { width: number; height: number }): void
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
  let frame = 0
  let last: [Viewport, { width: number; height: number }] | null = null
  return {
    want(target, plot) {
      if (model.get("_offline")) return
      last = [target, plot]
      frame ||= requestAnimationFrame(() => {
        frame = 0
        const request = last && rasterRequest(...last, market(), window.devicePixelRatio || 1)
        if (request) gate.ask(request)
      })
    },
    answered: gate.answered,
    dispose() {
      cancelAnimationFrame(frame)
      gate.dispose()
    },
  }
}
