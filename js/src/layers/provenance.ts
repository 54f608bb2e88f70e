import type { AnyModel } from "@anywidget/types"
import { opened_height } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Disposer } from "../dom/dispose"
import { formatMoney } from "../format/money"
import { span, type Viewport } from "../steer/viewport"
import { LABEL } from "../steer/window"
import { readAnswer } from "../wire/answer"
import { exactBytes } from "../wire/bytes"
import { requestGate } from "../wire/gate"
import type { Interval, Market, Opened, Traits } from "../wire/protocol"
import type { Plot } from "./plot"
import { columnsOf } from "./whiskers"

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
const COLUMN_WIDTH = 5
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
    const columns = Math.min(MOST, Math.floor(plot.frame().width / COLUMN_WIDTH))
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

export interface OpenedBars {
  /** What the columns cover. */
  time: Interval
  /** What each column opened that stands now [quote]. */
  long: ArrayLike<number>
  short: ArrayLike<number>
}

/** Pixels of the tallest bar; the text stands above it. */
const HEIGHT = opened_height
const ROOM = 3

/** The columns of liq-opened: a ground along the bottom edge up to `end`, and on it a bar a column, shorts on longs. */
export function openedColumns({ time, long, short }: OpenedBars, view: Viewport, height: number, end: number, colours: Colours) {
  const up = span(view.price) / height
  const floor = view.price[0]
  const count = long.length
  const wide = span(time) / count
  const most = Math.max(...Array.from(long, (amount, i) => amount + short[i]!))
  const right = Math.min(end, view.time[1])
  const bars = [{ left: Math.min(view.time[0] - span(view.time), right), right, bottom: floor, top: floor + (HEIGHT + ROOM) * up, color: colours.ground, fill_alpha: 0.72 }]
  if (most > 0) {
    for (let i = 0; i < count; i++) {
      let bottom = floor
      for (const [color, amounts] of [[colours.long, long], [colours.short, short]] as const) {
        const top = bottom + (amounts[i]! / most) * HEIGHT * up
        const left = time[0] + i * wide
        if (top - bottom > 0.2 * up) bars.push({ left, right: left + 0.8 * wide, bottom, top, color, fill_alpha: 1 })
        bottom = top
      }
    }
  }
  return columnsOf(["left", "right", "bottom", "top", "color", "fill_alpha"], bars)
}

const LETTER = 6.3

/** What the bars along the bottom edge say in as many pixels: "opened: share of est. size $42M in the box, 12 % before this view". */
export function openedText({ size, before, after, clusters }: Opened, quote: string, width: number): string {
  const of = ` in the ${clusters === 0 ? "box" : clusters === 1 ? "cluster" : `${clusters} clusters`}`
  const outside = ([["before", before], ["after", after]] as const)
    .filter(([, amount]) => amount >= 0.005 * size)
    .map(([word, amount]) => `, ${Math.round((100 * amount) / size)} % ${word} this view`)
    .join("")
  const said = `opened: share of est. size ${formatMoney(size, quote)}`
  return [said + of + outside, said + outside].find((text) => text.length * LETTER <= width) ?? said
}
