import type { AnyModel } from "@anywidget/types"
import { fit as room } from "../../../liqwidget/look.json"
import type { Candles } from "../heat/frame"
import type { Plot } from "../layers/plot"
import { observe } from "../wire/model"
import type { Interval, Market, Traits } from "../wire/traits"
import { limitViewport, sameInterval, sameViewport, span, type Viewport } from "./viewport"
import { HOUR, FUTURE, windowRange } from "./window"

const SETTLED = 120
const SLIP = 0.02

/** Moves one view, and keeps it and the traits of the model in step. */
export interface Navigation {
  viewport(): Viewport
  /** Go somewhere on the user's behalf. */
  go(viewport: Viewport): void
  /** Back to the window's own viewport. */
  reset(): void
  /** As wide as now, to where the newest candle is. */
  present(): void
  /** The plot's ranges changed, by Bokeh's own drag or by us. */
  moved(): void
  /** Data changed: an automatic viewport is computed again. The first time any view is shown. */
  refresh(): void
  dispose(): void
}

export interface NavigationOptions {
  model: AnyModel<Traits>
  plot: Plot
  market: () => Market
  candles: (time: Interval) => Candles | null
  /** Called after every move, whoever made it. */
  changed: (viewport: Viewport) => void
}

export function navigation({ model, plot, market, candles, changed }: NavigationOptions): Navigation {
  let timer: ReturnType<typeof setTimeout> | undefined
  let origin: Viewport | null = null
  let quiet = false
  let placed = false

  const fit = (time: Interval): Interval | null => {
    const known = candles(time)
    return known && fitPrice(known, time)
  }
  const limit = (viewport: Viewport) => limitViewport(viewport, market(), span(market().span))
  const present = (): Pick<Market, "time"> => {
    const { time, edge = time[1] } = market()
    return { time: [time[0], edge] }
  }
  const wanted = (): Viewport => {
    const followed = model.get("future") && model.get("as_of") !== null
    const time = model.get("time_range") ?? windowRange(model.get("window"), present(), plot.area().width, followed, model.get("whiskers"))
    const near = market().last_price
    const price = model.get("price_range") ?? fit(time) ?? [near * 0.95, near * 1.05]
    // What Python was told may lie where no data are.
    const limited = limit({ time, price })
    return { time: model.get("time_range") ? limited.time : time, price: model.get("price_range") ? limited.price : price }
  }
  const place = (viewport: Viewport) => {
    placed = true
    quiet = true
    plot.setViewport(viewport)
    quiet = false
    changed(viewport)
  }
  const settle = () => {
    const viewport = plot.viewport()
    const follows = model.get("follow") && origin !== null && priceStayed(origin, viewport)
    origin = null
    const time = whole(viewport.time)
    const price = (follows && fit(time)) || viewport.price
    // What moved last has drawn all of it there, but for parts of a millisecond.
    if (!sameViewport({ time, price }, viewport, 0)) place({ time, price })
    model.set("time_range", time)
    model.set("price_range", [...price])
    model.set("follow", follows)
    // Between one range and the other the model is of two views.
    timer = undefined
    model.save_changes()
  }
  const gesture = (from: Viewport) => {
    origin ??= from
    clearTimeout(timer)
    timer = setTimeout(settle, SETTLED)
  }
  const go = (target: Viewport) => {
    const from = plot.viewport()
    const fitted = model.get("follow") && sameInterval(target.price, from.price) ? fit(target.time) : null
    gesture(from)
    const limited = limit({ time: target.time, price: fitted ?? target.price })
    const viewport = { ...limited, time: whole(limited.time) }
    if (fitted && origin) origin = { ...origin, price: viewport.price }
    place(viewport)
  }
  const follow = () => {
    if (timer !== undefined) return
    const viewport = wanted()
    if (!sameViewport(viewport, plot.viewport())) place(viewport)
  }
  const stop = () => {
    clearTimeout(timer)
    timer = undefined
    origin = null
  }
  /** A window that is chosen right after a gesture is the window that is shown. */
  const choose = () => {
    if (model.get("time_range") === null) stop()
    follow()
  }
  const refit = () => {
    if (!model.get("follow")) return
    if (timer !== undefined) {
      // Chosen right after a gesture: it ends where it is, and prices are fitted there.
      stop()
      model.set("time_range", whole(plot.viewport().time))
    }
    model.set("price_range", model.get("time_range") ? fit(plot.viewport().time) : null)
    model.save_changes()
    follow()
  }
  let known = plot.viewport()
  const unlink = [
    observe(model, ["time_range", "price_range", "whiskers"], follow),
    observe(model, ["window"], choose),
    observe(model, ["follow"], refit),
  ]

  return {
    viewport: () => plot.viewport(),
    go,
    reset() {
      stop()
      model.set("time_range", null)
      model.set("price_range", null)
      model.set("follow", true)
      model.save_changes()
      follow()
    },
    present() {
      const { time, price } = plot.viewport()
      const end = present().time[1] + FUTURE * span(time)
      const [low, high] = price
      const near = market().last_price
      const moved: Interval = [end - span(time), end]
      go({ time: moved, price: (near > low && near < high ? null : fit(moved)) ?? price })
    },
    moved() {
      const viewport = plot.viewport()
      const before = known
      known = viewport
      if (quiet) return
      gesture(before)
      const limited = limit(viewport)
      if (!sameViewport(limited, viewport)) place(limited)
      else changed(viewport)
    },
    refresh() {
      if (!placed || model.get("time_range") === null) follow()
    },
    dispose() {
      clearTimeout(timer)
      for (const disconnect of unlink) disconnect()
    },
  }
}

/** Whole milliseconds, as the model holds them: what it gives back when all is at rest is the view that is there. */
const whole = (time: Interval): Interval => [Math.round(time[0]), Math.round(time[1])]

function priceStayed(from: Viewport, to: Viewport): boolean {
  const slip = Math.abs(to.price[0] - from.price[0]) + Math.abs(to.price[1] - from.price[1])
  return slip <= 2 * SLIP * span(from.price)
}

/** Fit a price range around the candles of a time range; null when none is in it. */
export function fitPrice(candles: Candles, [start, end]: Interval): Interval | null {
  let [low, high, first, last] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < candles.length; i++) {
    if (candles.end[i]! <= start || candles.start[i]! >= end) continue
    low = Math.min(low, candles.low[i]!)
    high = Math.max(high, candles.high[i]!)
    first = Math.min(first, candles.start[i]!)
    last = Math.max(last, candles.end[i]!)
  }
  if (!(low <= high)) return null
  const reach = room.reach * Math.sqrt(Math.min((last - first) / (room.reach_hours * HOUR), 1))
  const padding = Math.max(room.padding * (high - low), Math.max(reach, room.least) * high)
  return [Math.max(low - padding, low * room.lowest), high + padding]
}
