import type { Theme } from "./theme"

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
