import type { AnyModel } from "@anywidget/types"
import { readAnswer } from "../wire/answer"
import { exactBytes } from "../wire/bytes"
import type { Colours } from "../dom/colours"
import type { Disposer } from "../dom/disposer"
import { requestGate } from "../wire/gate"
import { openedColumns, type OpenedBars } from "./opened_columns"
import { openedText } from "./opened_text"
import type { Plot } from "./plot"
import type { Interval, Market, Traits } from "../wire/protocol"
import { span } from "../steer/viewport"
import { LABEL } from "../steer/window"

export interface OpenedLayer {
  /** Draw for the view of the picture, and ask for its columns. */
  draw(): void
  dispose: Disposer
}

export interface OpenedOptions {
  model: AnyModel<Traits>
  view: string
  next: () => number
  plot: Plot
  market: () => Market
  colours: () => Colours
  /** Told whether anything is shown. */
  shown: (yes: boolean) => void
}

/** Pixels of a column, and how many there are at most. */
const COLUMN = 5
const MOST = 400

/** Along the bottom edge, when the positions that stand in the box or in the ticked clusters were opened. */
export function openedLayer({ model, view, next, plot, market, colours, shown }: OpenedOptions): OpenedLayer {
  let bars: OpenedBars | null = null
  let frame = 0
  const chosen = () => !model.get("_offline") && (model.get("_selection") !== null || model.get("_selected").length > 0)
  const gate = requestGate<{ time: Interval; columns: number }>({
    next,
    send: (id, request) => model.send({ type: "provenance", view, id, ...request }),
  })
  const put = () => {
    const at = plot.viewport()
    if (bars) plot.setColumns("liq-opened", openedColumns(bars, at, plot.frame().height, market().time[1], colours()))
  }
  const clear = () => {
    if (!bars) return
    bars = null
    plot.setColumns("liq-opened", { left: [], right: [], bottom: [], top: [], color: [], fill_alpha: [] })
    plot.setOpened("")
    shown(false)
  }
  const ask = () => {
    frame = 0
    const { time } = plot.viewport()
    const columns = Math.min(MOST, Math.floor(plot.frame().width / COLUMN))
    if (chosen() && columns > 0 && span(time) > 0) gate.ask({ time: [...time], columns })
  }
  const hear = (message: unknown, buffers: readonly DataView[] = []) => {
    const answer = readAnswer(message, view)
    if (answer?.type === "error") gate.answered(answer.id)
    if (answer?.type !== "provenance" || !gate.answered(answer.id) || !chosen()) return
    const [bytes] = buffers
    if (!bytes || !(answer.size > 0)) return clear()
    const values = new Float64Array(exactBytes(bytes).buffer)
    const half = values.length / 2
    bars = { time: answer.time, long: values.subarray(0, half), short: values.subarray(half) }
    // As far as the labels of clusters at the right edge.
    plot.setOpened(openedText(answer, market().quote, plot.frame().width - LABEL - 20))
    shown(true)
    put()
  }
  model.on("msg:custom", hear)
  return {
    draw() {
      if (!chosen()) return clear()
      put()
      frame ||= requestAnimationFrame(ask)
    },
    dispose() {
      cancelAnimationFrame(frame)
      gate.dispose()
      model.off("msg:custom", hear)
    },
  }
}
