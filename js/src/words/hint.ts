import type { AnyModel } from "@anywidget/types"
import type { Traits } from "../wire/protocol"

/** What the line above the picture says while nothing is pointed at: how to steer, and what the numbers are. */
export function hintOf(model: AnyModel<Traits>): string {
  const prior = model.get("_priors").find(({ name }) => name === model.get("_prior"))
  const steer = matchMedia("(pointer: coarse)").matches ? "Two fingers zoom, sideways moves." : "Scroll to zoom, drag to move."
  return `${steer} Sizes are estimates (est.)${prior ? `, prior: ${prior.label.toLowerCase()}` : ""}. Times are UTC.`
}
