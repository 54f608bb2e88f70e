import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag } from "../dom/dispose"
import { element, setHidden } from "../dom/element"
import type { Heat } from "../heat/heat"
import { rasterRequest, type RasterRequest } from "../heat/raster"
import type { Navigation } from "../steer/navigation"
import { span } from "../steer/viewport"
import { requestGate } from "../wire/gate"
import type { Live } from "../wire/live_state"
import { observe } from "../wire/model"
import type { FrameState, Market, Traits } from "../wire/protocol"
import type { Tags } from "./axis_tags"
import type { Plot } from "./plot"

export interface LiveLink {
  /** The view or the picture under it changed: the newest column is asked for again. */
  refresh(): void
  /** An answer came, with a column or without; true if it was asked for here. */
  answered(id: number, column?: FrameState): boolean
  dispose: Disposer
}

export interface LiveLinkOptions {
  model: AnyModel<Traits>
  market: () => Market
  view: string
  /** Where a button goes that leads back to the newest candle while it is out of sight. */
  wrapper: HTMLElement
  plot: Plot
  heat: Heat
  tags: Tags
  steer: Navigation
  next: () => number
  /** A candle has closed. */
  closed(): void
}

/** So near to the edge of the picture, as a share of it, the last price has an automatic range fitted anew. */
const EDGE = 0.04

/** Show live data as they come, at most once an animation frame, and tell the kernel when they are shown. */
export function liveLink({ model, market, view, wrapper, plot, heat, tags, steer, next, closed }: LiveLinkOptions): LiveLink {
  const node = element("button", "liq-button liq-back", { type: "button", title: "Show the newest candle" }, ["Back to now"])
  const bag = disposerBag()
  let frame = 0
  let shown: Live | null = null
  const gate = requestGate<RasterRequest>({
    next,
    send: (id, { time, price, width, height }) => {
      model.send({ type: "view", view, id, time: [...time], price: [...price], width, height })
    },
  })
  const refresh = () => {
    const looked = plot.viewport()
    const { top, height } = plot.frame()
    wrapper.style.setProperty("--liq-floor", `${top + height}px`)
    const from = heat.shown()?.time[1] ?? Infinity
    const to = model.get("_live")?.time?.[1] ?? 0
    setHidden(node, model.get("as_of") !== null || looked.time[1] >= market().time[1])
    const asked = from < to && !model.get("_offline") && rasterRequest(looked, plot.frame(), { time: [from, to] }, window.devicePixelRatio || 1)
    if (asked) gate.ask(asked)
    else heat.showColumn(null)
  }
  const price = () => {
    const { last_price, price_decimals } = market()
    plot.setLastPrice(last_price)
    tags.last(last_price, plot, price_decimals)
    const { price } = plot.viewport()
    return Math.min(last_price - price[0], price[1] - last_price) < EDGE * span(price)
  }
  const show = () => {
    const live = model.get("_live")
    frame = 0
    if (!live || !model.get("_market")) return
    const another = live.time?.[0] !== shown?.time?.[0]
    shown = live
    heat.showLive(live.candles ?? [])
    if (price() || another) steer.refresh()
    if (another) closed()
    else refresh()
    // It counts as shown when it has been painted.
    frame = requestAnimationFrame(() => {
      frame = 0
      if (live.number) model.send({ type: "taken", view, id: live.number })
      if (model.get("_live") !== live) later()
    })
  }
  const later = () => {
    frame ||= requestAnimationFrame(show)
  }
  node.hidden = true
  node.addEventListener("click", steer.present)
  wrapper.append(node)
  bag.add(
    () => node.remove(),
    () => cancelAnimationFrame(frame),
    gate.dispose,
    observe(model, ["_live"], later),
    () => void (shown && model.send({ type: "taken", view, id: 0 })),
  )
  later()
  return {
    refresh,
    answered(id, column) {
      if (!gate.answered(id)) return false
      if (column) heat.showColumn(column)
      return true
    },
    dispose: bag.dispose,
  }
}
