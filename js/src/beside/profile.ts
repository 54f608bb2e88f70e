import type { AnyModel } from "@anywidget/types"
import { font, profile as bars } from "../../../liqwidget/look.json"
import { decodeBook, type Book } from "./book"
import { canvas } from "./canvas"
import type { Colours } from "../dom/colours"
import { element } from "../dom/element"
import { formatMoney } from "../format/money"
import type { Plot } from "../layers/plot"
import { drawBars } from "./profile_bars"
import type { BookState, Market, Traits } from "../wire/protocol"
import { setHidden } from "../dom/set_hidden"
import type { Theme } from "../dom/theme"

const ROOM_FOR_CAPTION = 120

export interface ProfilePanel {
  node: HTMLElement
  /** Draw for the view of the picture; returns the size at which the curves end, null where there is no room. */
  draw(plot: Plot): number | null
}

export interface ProfileOptions {
  model: AnyModel<Traits>
  market: () => Market
  look: () => { theme: Theme; colours: Colours }
}

/** Standing size by price beside the picture, on its price axis: bars by leverage group or venue, and what adds up. */
export function profilePanel({ model, market, look }: ProfileOptions): ProfilePanel {
  const surface = canvas("liq-profile-canvas", "Estimated standing size by price")
  const node = element("div", "liq-profile", {}, [surface.node])
  const decoded = bookReader()
  return {
    node,
    draw(plot) {
      const stack = model.get("profile")
      const state = model.get("_book")
      setHidden(node, stack === "off" || model.get("view") === "map")
      if (node.hidden || !state || stack === "off") return 0
      const { top, height } = plot.frame()
      const [low, high] = plot.viewport().price
      const [width, whole] = [node.clientWidth, node.clientHeight]
      if (!(width > 0 && height > 0)) return null
      const count = Math.max(bars.fewest, Math.floor(height / bars.bar))
      const edges = Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count)
      const book = decoded(state, stack)
      const { last_price: last, quote } = market()
      let sum = 0
      surface.draw(width, whole, (context) => {
        const { theme, colours } = look()
        const side = model.get("side")
        const most = drawBars(context, { book, edges, last, side, stack, top, height, width, theme, colours })
        context.fillStyle = colours.muted
        context.font = `11px ${font}`
        context.textAlign = "right"
        context.textBaseline = "bottom"
        context.fillText(most.bar > 0 ? formatMoney(most.bar, quote) : "", width - 4, top + height + 16)
        context.textAlign = "left"
        if (width >= ROOM_FOR_CAPTION) context.fillText("est. size", 4, top + height + 16)
        sum = most.sum
      })
      return sum
    },
  }
}

/** Decode each state once. */
export function bookReader(): (state: BookState, stack: "leverage" | "venue") => Book {
  const known = new WeakMap<BookState, Map<string, Book>>()
  return (state, stack) => {
    const books = known.get(state) ?? new Map<string, Book>()
    known.set(state, books)
    const book = books.get(stack) ?? decodeBook(state, state[`${stack}_names`], state[stack])
    books.set(stack, book)
    return book
  }
}
