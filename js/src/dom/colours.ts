import { sides, themes } from "../../../liqwidget/look.json"
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

const [usual] = sides
const on = (theme: Theme): Colours => {
  const { ground, text, muted, rise, fall, accent, grid } = themes[theme]
  return { ground, text, muted, rise, fall, halo: ground, ...usual![theme], accent, grid }
}

/** What canvas elements are drawn in; the stylesheet has the same from build.mjs. */
export const COLOURS: Readonly<Record<Theme, Colours>> = { dark: on("dark"), light: on("light") }
