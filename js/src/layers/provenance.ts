import type { AnyModel } from "@anywidget/types"
import { provenance_height } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Disposer } from "../dom/dispose"
import { formatMoney } from "../format/money"
import { span, type Viewport } from "../steer/viewport"
import { LABEL } from "../steer/window"
import { exactBytes } from "../wire/bytes"
import { newestWins } from "../wire/newest_wins"
import type { Heard, Messages, Provenance } from "../wire/messages"
import type { Interval, Market, Traits } from "../wire/traits"
import type { Plot } from "./plot"
import { columnsOf } from "./whiskers"

export interface ProvenanceLayer {
  /** Draw for the view of the picture, and ask for its columns. */
  draw(): void
  dispose: Disposer
}

export interface ProvenanceOptions {
  model: AnyModel<Traits>
  messages: Messages
  plot: Plot
  market: () => Market
  colours: () => Colours
  /** Told what is said of what is shown; '' where nothing is. */
  shown: (text: string) => void
  failed: (sentence: string) => void
}

/** Pixels of a column, and how many there are at most. */
const COLUMN_WIDTH = 5
const MOST = 400

/** Along the bottom edge, when the positions that stand in the box or in the ticked clusters were opened. */
export function provenanceLayer({ model, messages, plot, market, colours, shown, failed }: ProvenanceOptions): ProvenanceLayer {
  let bars: ProvenanceBars | null = null
  let pending = 0
  let told = ""
  const chosen = () => !model.get("_offline") && (model.get("_selection") !== null || model.get("_selected").length > 0)
  const say = (text: string) => {
    if (text === told) return
    told = text
    plot.setProvenance(text)
    shown(text)
  }
  const put = () => {
    const at = plot.viewport()
    if (bars) plot.setColumns("liq-provenance", provenanceColumns(bars, at, plot.area().height, market().time[1], colours()))
  }
  const clear = () => {
    if (!bars) return
    bars = null
    plot.setColumns("liq-provenance", { left: [], right: [], bottom: [], top: [], color: [], fill_alpha: [] })
    say("")
  }
  const ask = () => {
    pending = 0
    const { time } = plot.viewport()
    const columns = Math.min(MOST, Math.floor(plot.area().width / COLUMN_WIDTH))
    if (chosen() && columns > 0 && span(time) > 0) newest.ask({ type: "provenance", time: [...time], columns })
  }
  const hear: Heard = (answer, buffers) => {
    if (answer.type !== "provenance" || !chosen()) return
    const [bytes] = buffers
    if (!bytes || !(answer.size > 0)) return clear()
    const values = new Float64Array(exactBytes(bytes).buffer)
    const half = values.length / 2
    bars = { time: answer.time, long: values.subarray(0, half), short: values.subarray(half) }
    // As far as the labels of clusters at the right edge.
    say(provenanceText(answer, market().unit, plot.area().width - LABEL - 20))
    put()
  }
  const newest = newestWins({ messages, heard: hear, failed })
  return {
    draw() {
      if (!chosen()) return clear()
      put()
      pending ||= requestAnimationFrame(ask)
    },
    dispose() {
      cancelAnimationFrame(pending)
      newest.dispose()
    },
  }
}

export interface ProvenanceBars {
  /** What the columns cover. */
  time: Interval
  /** What each column opened that stands now [quote]. */
  long: ArrayLike<number>
  short: ArrayLike<number>
}

/** Pixels of the tallest bar; the text stands above it. */
const HEIGHT = provenance_height
const ROOM = 3

/** The columns of liq-provenance: a ground along the bottom edge up to `end`, and on it a bar a column, shorts on longs. */
export function provenanceColumns({ time, long, short }: ProvenanceBars, viewport: Viewport, height: number, end: number, colours: Colours) {
  const up = span(viewport.price) / height
  const floor = viewport.price[0]
  const count = long.length
  const wide = span(time) / count
  const most = Math.max(...Array.from(long, (amount, i) => amount + short[i]!))
  const right = Math.min(end, viewport.time[1])
  const bars = [{ left: Math.min(viewport.time[0] - span(viewport.time), right), right, bottom: floor, top: floor + (HEIGHT + ROOM) * up, color: colours.ground, fill_alpha: 0.72 }]
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
export function provenanceText({ size, before, after, clusters }: Provenance, quote: string, width: number): string {
  const of = ` in the ${clusters === 0 ? "box" : clusters === 1 ? "cluster" : `${clusters} clusters`}`
  const outside = ([["before", before], ["after", after]] as const)
    .filter(([, amount]) => amount >= 0.005 * size)
    .map(([word, amount]) => `, ${Math.round((100 * amount) / size)} % ${word} this view`)
    .join("")
  const said = `opened: share of est. size ${formatMoney(size, quote)}`
  return [said + of + outside, said + outside].find((text) => text.length * LETTER <= width) ?? said
}
