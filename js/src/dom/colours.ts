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
