import type { AnyModel } from "@anywidget/types"
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
  /** The sides, where the model does not say otherwise: side_colours.ts. */
  long: string
  short: string
  accent: string
  grid: number
}

/** What canvas elements are drawn in; the same values as in css/base.css. */
export const COLOURS: Readonly<Record<Theme, Colours>> = {
  dark: {
    ground: "#0d1017",
    text: "#e6eaf0",
    muted: "#8f9aab",
    rise: "#e9eef5",
    fall: "#7d8ba0",
    halo: "#0d1017",
    long: "#ff6f69",
    short: "#5ed37f",
    accent: "#58d6c3",
    grid: 0.13,
  },
  light: {
    ground: "#ffffff",
    text: "#1b2330",
    muted: "#5c6778",
    rise: "#7d8ba0",
    fall: "#1b2330",
    halo: "#ffffff",
    long: "#c8281e",
    short: "#127a40",
    accent: "#0b8577",
    grid: 0.18,
  },
}

/** What canvas elements are drawn in, with the sides in the colours that the model says. */
export function sideColours(model: AnyModel<Traits>, theme: Theme): Colours {
  return coloursOf(model.get("_sides"), model.get("side_colours"), theme)
}

/** The colours of a theme, with the sides in those of a pair. */
export function coloursOf(pairs: readonly SideColoursState[] | undefined, name: string, theme: Theme): Colours {
  const chosen = pairs?.find((pair) => pair.name === name) ?? pairs?.[0]
  return { ...COLOURS[theme], ...chosen?.[theme] }
}

/** Venues, apart for every kind of colour vision (Okabe and Ito, without the colours of the sides). */
const VENUES: Readonly<Record<Theme, readonly string[]>> = {
  dark: ["#cc79a7", "#56c9a8", "#f0e442", "#9aa5ff", "#e58a6b", "#8fd3ff", "#b5b5b5"],
  light: ["#a23e7c", "#00795c", "#8a7a00", "#4a51c9", "#b0451f", "#00639c", "#6b6b6b"],
}

/** Shades of a side's colour: the nearer the liquidation, the stronger. */
export function leverageShade(colour: string, index: number, count: number): string {
  const share = count > 1 ? index / (count - 1) : 0
  return `color-mix(in srgb, ${colour} ${Math.round(100 - 86 * share)}%, transparent)`
}

export function venueColour(index: number, theme: Theme): string {
  const colours = VENUES[theme]
  return colours[index % colours.length]!
}
