import type { AnyModel } from "@anywidget/types"
import { replay } from "../controls/replay"
import type { Colours } from "../dom/colours"
import { type Disposer, disposerBag } from "../dom/dispose"
import type { Theme } from "../dom/theme"
import type { Ladder } from "../heat/bins"
import type { Candles } from "../heat/frame"
import type { Plot } from "../layers/plot"
import { observe } from "../wire/model"
import type { Market, Traits } from "../wire/protocol"
import { legend } from "../words/legend"
import { mapView } from "./map"
import { panels } from "./panels"
import { profilePanel } from "./profile"

export interface Surroundings {
  /** Draw all of it for the view of the picture, once in the next animation frame. */
  draw(): void
  /** The time under the pointer, or none. */
  point(time: number | null): void
  dispose: Disposer
}

export interface SurroundingsOptions {
  model: AnyModel<Traits>
  plot: Plot
  market: () => Market
  candles: () => Candles | null
  /** The values on the picture, or none. */
  ladder: () => Ladder | null
  look: () => { theme: Theme; colours: Colours }
  /** Where the profile, the panels and the liquidation map go. */
  hosts: { profile: HTMLElement; under: HTMLElement; over: HTMLElement }
  /** A sentence for the line above the picture, or none. */
  say(text: string | null): void
  speak(sentence: string): void
}

/** What stands around the picture: the profile beside it, panels and replay under it, the liquidation map in its place. */
export function surroundings({ model, plot, market, candles, ladder, look, hosts, say, speak }: SurroundingsOptions): Surroundings {
  const beside = profilePanel({ model, market, look })
  const lower = panels({ model, market, colours: () => look().colours })
  const map = mapView({ model, market, look, say })
  const key = legend({ model, market, ladder, look })
  const past = replay(model, speak)
  hosts.profile.replaceChildren(beside.node)
  hosts.under.replaceChildren(key.node, lower.node, ...(model.get("_offline") ? [] : [past.node]))
  hosts.over.append(map.node)
  let frame = 0
  const paint = (again: boolean) => {
    map.draw()
    const sum = beside.draw(plot)
    lower.draw(plot, candles())
    // Last: what it writes would make those that measure their place wait for a layout of the page.
    key.draw(sum)
    // A notebook takes outputs out of the page for a moment, such as when its theme changes.
    if (sum === null && again) later(false)
  }
  const later = (again: boolean) => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      paint(again)
    })
  }
  const bag = disposerBag()
  const draw = () => later(true)
  const seen = new ResizeObserver(draw)
  seen.observe(hosts.profile)
  bag.add(
    () => seen.disconnect(),
    () => cancelAnimationFrame(frame),
    map.dispose,
    key.dispose,
    past.dispose,
    () => map.node.remove(),
    observe(model, ["_book", "profile", "panels", "view", "side", "side_colours"], draw),
    observe(model, ["price_style"], () => plot.setPriceStyle(model.get("price_style"))),
    observe(model, ["circles"], () => plot.setCirclesShown(model.get("circles"))),
  )
  plot.setPriceStyle(model.get("price_style"))
  plot.setCirclesShown(model.get("circles"))
  return { draw, point: lower.point, dispose: bag.dispose }
}
