import type { AnyModel } from "@anywidget/types"
import type { Colours } from "../dom/colours"
import { type Disposer, disposerBag } from "../dom/dispose"
import type { Theme } from "../dom/theme"
import type { Candles } from "../heat/frame"
import type { Plot } from "../layers/plot"
import { type OnDemand, partOf } from "../load/on_demand"
import { observe } from "../wire/model"
import type { Market, StandingState, Traits } from "../wire/traits"
import type { Pointed } from "../words/readout"
import { panels } from "./panels"
import { profilePanel } from "./profile"

export interface Beside {
  /** Draw all of it for the view of the picture, once in the next animation frame. */
  draw(): void
  /** The time and the price under the pointer, or none. */
  point(at: Pointed | null): void
  dispose: Disposer
}

export interface BesideOptions {
  model: AnyModel<Traits>
  plot: Plot
  market: () => Market
  demand: OnDemand
  candles: () => Candles | null
  standing: () => StandingState | null
  look: () => { theme: Theme; colours: Colours }
  /** Where the profile, the panels and the liquidation map go. */
  hosts: { profile: HTMLElement; panels: HTMLElement; over: HTMLElement }
  /** A sentence for the line above the picture, or none. */
  say(text: string | null): void
  /** Told what is pointed at beside the picture, a price, or under it, a time. */
  over(at: Pointed | null): void
  /** Told where the curves of the profile end. */
  summed(size: number): void
}

/** What stands beside the picture: the profile, the panels under it, the liquidation map in its place. */
export function beside({ model, plot, market, demand, candles, standing, look, hosts, say, over, summed }: BesideOptions): Beside {
  const profile = profilePanel({ model, market, standing, look, over: (price) => over(price === null ? null : { time: null, price }) })
  const lower = panels({ model, market, demand, node: hosts.panels, colours: () => look().colours, over: (time) => over(time === null ? null : { time, price: null }) })
  const bag = disposerBag()
  const map = partOf(demand, () => model.get("view") === "map", ({ mapView }) => {
    const made = bag.keep(mapView({ model, market, look, say }))
    hosts.over.append(made.node)
    bag.add(() => made.node.remove())
    return made
  }, () => later(true))
  hosts.profile.replaceChildren(profile.node)
  let pending = 0
  const paint = (again: boolean) => {
    map()?.draw()
    const sum = profile.draw(plot)
    lower.draw(plot, candles())
    // Last: what is written would make those that measure their place wait for a layout of the page.
    if (sum !== null) summed(sum)
    // A notebook takes outputs out of the page for a moment, such as when its theme changes.
    if (sum === null && again) later(false)
  }
  const later = (again: boolean) => {
    pending ||= requestAnimationFrame(() => {
      pending = 0
      paint(again)
    })
  }
  const draw = () => later(true)
  const seen = new ResizeObserver(draw)
  seen.observe(hosts.profile)
  bag.add(
    () => seen.disconnect(),
    () => cancelAnimationFrame(pending),
    profile.dispose,
    lower.dispose,
    observe(model, ["_standing", "profile", "panels", "view", "side", "side_colours", "_overlays"], draw),
    observe(model, ["price_style"], () => plot.setPriceStyle(model.get("price_style"))),
    observe(model, ["circles"], () => plot.setCirclesShown(model.get("circles"))),
  )
  plot.setPriceStyle(model.get("price_style"))
  plot.setCirclesShown(model.get("circles"))
  const point = (at: Pointed | null) => {
    lower.point(at?.time ?? null)
    profile.point(at?.price ?? null)
  }
  return { draw, point, dispose: bag.dispose }
}
