import { screen } from "../../../liqwidget/look.json"
import type { AnyModel } from "@anywidget/types"
import { span, type Viewport } from "../steer/viewport"
import type { Heard, Messages, Question } from "../wire/messages"
import { newestWins } from "../wire/newest_wins"
import type { Interval, Market, Traits } from "../wire/traits"

export interface Raster {
  /** Ask for a sharp picture of a viewport, at once: Bokeh paints the coarse one meanwhile. The picture at hand is not asked for again. */
  want(viewport: Viewport, plot: { width: number; height: number }): void
  /** What was asked for is out of date: the same viewport is asked for again when it is next wanted. */
  renew(): void
  dispose(): void
}

export interface RasterOptions {
  model: AnyModel<Traits>
  messages: Messages
  market: () => Market
  heard: Heard
  failed: (sentence: string) => void
  overdue: (yes: boolean) => void
}

/** An answer that takes longer came over a slow line [ms]. */
const SLOW = 200
/** Over a slow line it is asked once nothing has moved for so long [ms]: a move costs one picture. */
const PAUSE = 100

/** Ask the kernel for pictures, one at a time, the newest viewport first. */
export function raster({ model, messages, market, heard, failed, overdue }: RasterOptions): Raster {
  const times = new WeakMap<Question, number>()
  let slow = false
  let queued = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const newest = newestWins({
    messages,
    failed,
    overdue,
    heard(answer, buffers, question) {
      slow = performance.now() - (times.get(question) ?? Infinity) > SLOW
      heard(answer, buffers)
    },
  })
  let last: [Viewport, { width: number; height: number }] | null = null
  let asked = ""
  const ask = () => {
    queued = false
    clearTimeout(timer)
    const request = last && rasterRequest(...last, market(), window.devicePixelRatio || 1, model.get("as_of") !== null)
    last = null
    if (!request || asked === JSON.stringify(request)) return
    asked = JSON.stringify(request)
    const question: Question = { type: "viewport", ...request, base: 0 }
    times.set(question, performance.now())
    newest.ask(question)
  }
  return {
    want(target, plot) {
      if (model.get("_offline")) return
      last = [target, plot]
      clearTimeout(timer)
      // What is out of date is not a move.
      const pause = slow && asked !== ""
      if (pause) timer = setTimeout(ask, PAUSE)
      // One task may move the view more than once: Bokeh's drag sets one range after the other.
      else if (!queued) queueMicrotask(ask)
      queued ||= !pause
    },
    renew: () => void (asked = ""),
    dispose() {
      last = null
      clearTimeout(timer)
      newest.dispose()
    },
  }
}

export interface RasterRequest {
  time: Interval
  price: Interval
  width: number
  height: number
}

/**
 * Ask for the part of a viewport that has data, one cell a device pixel; null when none of it has. A picture larger than any
 * screen needs has cells of two device pixels, or of more: always a whole number, so that all cells are of one size.
 * `aligned`: columns begin where those of the last step of a replay do, so that it is told what has changed alone.
 */
export function rasterRequest(
  viewport: Viewport,
  plot: { width: number; height: number },
  market: Pick<Market, "time">,
  pixelRatio = 1,
  aligned = false,
): RasterRequest | null {
  // Whole milliseconds, as the model holds them: a view that has come to rest is what was asked for as it moved.
  const time: Interval = [Math.round(Math.max(viewport.time[0], market.time[0])), Math.round(Math.min(viewport.time[1], market.time[1]))]
  if (!(span(time) > 0) || plot.width < 2 || plot.height < 2) return null
  const share = span(time) / span(viewport.time)
  const pixels = Math.max(1, Math.ceil((plot.width * pixelRatio) / screen.widest), Math.ceil((plot.height * pixelRatio) / screen.tallest))
  const width = ((plot.width * pixelRatio) / pixels) * share
  const height = (plot.height * pixelRatio) / pixels
  const size = { price: viewport.price, height: Math.max(1, Math.round(height)) }
  if (!aligned) return { time, width: Math.max(1, Math.round(width)), ...size }
  const column = (span(viewport.time) * pixels) / (plot.width * pixelRatio)
  const [first, end] = [Math.round(time[0] / column), Math.ceil(time[1] / column)]
  return { time: [Math.round(first * column), Math.round(end * column)], width: end - first, ...size }
}
