import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "./disposer"
import { disposerBag } from "./disposer"
import { observe } from "../wire/observe"
import type { Traits } from "../wire/protocol"
import { sideColours } from "./side_colours"
import { watchTheme, type Theme } from "./theme"

/** Give an element the theme, and the stylesheet the colours of the sides in it. */
export function tintSides(model: AnyModel<Traits>, root: HTMLElement): Disposer {
  let theme: Theme = "light"
  const tint = () => {
    const { long, short } = sideColours(model, theme)
    root.style.setProperty("--liq-long", long)
    root.style.setProperty("--liq-short", short)
  }
  const bag = disposerBag()
  bag.add(
    watchTheme((next) => {
      root.dataset.theme = theme = next
      tint()
    }),
    observe(model, ["side_colours"], tint),
  )
  return bag.dispose
}
