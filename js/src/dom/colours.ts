import type { AnyModel } from "@anywidget/types"
import { candle_colours, faintest_share, sides, themes, venues } from "../../../liqwidget/look.json"
import type { SideColoursState, Traits } from "../wire/traits"
import type { Theme } from "./theme"

export interface Colours {
  /** Behind the picture. */
  ground: string
  text: string
  muted: string
  /** Candles that rose and fell, and what sets them off from the heat. */
  rise: string
  fall: string
  halo: string
  /** The sides, where the model does not say otherwise: sideColours. */
  long: string
  short: string
  accent: string
  grid: number
}

const [usual] = sides
const on = (theme: Theme): Colours => {
  const { ground, text, muted, rise, fall, accent, grid } = themes[theme]
  return { ground, text, muted, rise, fall, halo: ground, ...usual![theme], accent, grid }
}

/** What canvas elements are drawn in; the stylesheet has the same from build.mjs. */
export const COLOURS: Readonly<Record<Theme, Colours>> = { dark: on("dark"), light: on("light") }

/** What canvas elements on the page are drawn in, with the sides in the colours that the model says. */
export function sideColours(model: AnyModel<Traits>, theme: Theme): Colours {
  return coloursOf(model.get("_sides"), model.get("side_colours"), theme)
}

/** What the map is drawn in, with sides and candles in the colours that the model says. */
export function chosenColours(model: AnyModel<Traits>, theme: Theme): Colours {
  const candles = candle_colours.find(({ name }) => name === model.get("candle_colours"))
  return { ...sideColours(model, theme), ...candles?.[theme] }
}

/** The colours of a theme, with the sides in those of a pair. */
export function coloursOf(pairs: readonly SideColoursState[] | undefined, name: string, theme: Theme): Colours {
  const chosen = pairs?.find((pair) => pair.name === name) ?? pairs?.[0]
  return { ...COLOURS[theme], ...chosen?.[theme] }
}

/** Shades of a side's colour: the nearer the liquidation, the stronger. */
export function leverageShade(colour: string, index: number, count: number): string {
  const share = count > 1 ? index / (count - 1) : 0
  return `color-mix(in srgb, ${colour} ${Math.round(100 * (1 - (1 - faintest_share) * share))}%, transparent)`
}

export function venueColour(index: number, theme: Theme): string {
  const colours: readonly string[] = venues[theme]
  return colours[index % colours.length]!
}
