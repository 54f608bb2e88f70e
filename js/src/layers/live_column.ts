import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag } from "../dom/dispose"
import { element, setHidden } from "../dom/element"
import { frameParts } from "../heat/frame"
import type { Heat } from "../heat/heat"
import { rasterRequest } from "../heat/raster"
import type { Navigation } from "../steer/navigation"
import { span } from "../steer/viewport"
import type { Messages } from "../wire/messages"
import { newestWins } from "../wire/newest_wins"
import type { Live } from "../wire/traits"
import { observe } from "../wire/model"
import type { Market, Traits } from "../wire/traits"
import type { Tags } from "./axis_tags"
import type { Plot } from "./plot"

export interface LiveColumn {
  /** Show what the model holds of live data. */
  show(): void
  /** The view or the picture under it changed: the newest column is asked for again. */
  refresh(): void
  dispose: Disposer
}

export interface LiveColumnOptions {
  model: AnyModel<Traits>
  messages: Messages
  market: () => Market
  /** Where a button goes that leads back to the newest candle while it is out of sight. */
  wrapper: HTMLElement
  plot: Plot
  heat: Heat
  tags: Tags
  steer: Navigation
  /** A candle has closed. */
  closed(): void
  failed(sentence: string): void
}

/** So near to the edge of the picture, as a share of it, the last price has an automatic range fitted anew. */
const EDGE = 0.04

/** Show live data as they come, and tell the kernel when they are shown: it sends no more before. */
export function liveColumn({ model, messages, market, wrapper, plot, heat, tags, steer, closed, failed }: LiveColumnOptions): LiveColumn {
  const node = element("button", "liq-button liq-back", { type: "button" }, ["Newest candle"])
  const bag = disposerBag()
  let pending = 0
  let shown: Live | null = null
  const newest = newestWins({
    messages,
    failed,
    heard(answer, buffers) {
      const parts = frameParts(buffers)
      if (answer.type === "frame" && parts) heat.showColumn({ ...answer.frame, ...parts })
    },
  })
  const refresh = () => {
    const looked = plot.viewport()
    const { top, height } = plot.area()
    wrapper.style.setProperty("--liq-floor", `${top + height}px`)
    const from = heat.shown()?.time[1] ?? Infinity
    const to = model.get("_live")?.time?.[1] ?? 0
    setHidden(node, model.get("as_of") !== null || looked.time[1] >= market().time[1])
    const asked = from < to && !model.get("_offline") && rasterRequest(looked, plot.area(), { time: [from, to] }, window.devicePixelRatio || 1)
    if (asked) newest.ask({ type: "viewport", ...asked })
    else {
      newest.forget()
      heat.showColumn(null)
    }
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
    if (!live || !model.get("_market")) return
    const another = live.time?.[0] !== shown?.time?.[0]
    shown = live
    heat.showLive(live.candles ?? [])
    if (price() || another) steer.refresh()
    if (another) closed()
    else refresh()
    // It counts as shown when it has been painted.
    cancelAnimationFrame(pending)
    pending = requestAnimationFrame(() => void (live.number && messages.taken(live.number)))
  }
  node.hidden = true
  node.addEventListener("click", steer.present)
  wrapper.append(node)
  bag.add(
    () => node.remove(),
    () => cancelAnimationFrame(pending),
    newest.dispose,
    observe(model, ["_live"], show),
    () => void (shown && messages.taken(0)),
  )
  return { show, refresh, dispose: bag.dispose }
}
