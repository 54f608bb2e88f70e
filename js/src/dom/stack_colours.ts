import { faintest_share, venues } from "../../../liqwidget/look.json"
import type { Theme } from "./theme"

/** Shades of a side's colour: the nearer the liquidation, the stronger. */
export function leverageShade(colour: string, index: number, count: number): string {
  const share = count > 1 ? index / (count - 1) : 0
  return `color-mix(in srgb, ${colour} ${Math.round(100 * (1 - (1 - faintest_share) * share))}%, transparent)`
}

export function venueColour(index: number, theme: Theme): string {
  const colours: readonly string[] = venues[theme]
  return colours[index % colours.length]!
}
