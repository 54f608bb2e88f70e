import type { AnyModel } from "@anywidget/types"
import { COLOURS, type Colours } from "./colours"
import type { Traits } from "../wire/protocol"
import type { Theme } from "./theme"

/** What canvas elements are drawn in, with the sides in the colours that the model says. */
export function sideColours(model: AnyModel<Traits>, theme: Theme): Colours {
  const pairs = model.get("_sides") ?? []
  const chosen = pairs.find(({ name }) => name === model.get("side_colours")) ?? pairs[0]
  return { ...COLOURS[theme], ...chosen?.[theme] }
}
