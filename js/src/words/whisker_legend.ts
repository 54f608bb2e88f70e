import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "../dom/dispose"
import { element } from "../dom/element"
import { observe } from "../wire/model"
import type { Traits } from "../wire/protocol"
import { icon } from "./icon"

/** What the whiskers say, under the picture; or why there are none. */
export function whiskerLegend(model: AnyModel<Traits>): { node: HTMLElement; dispose: Disposer } {
  const words = element("span", "")
  const node = element("span", "liq-fact", { "data-kind": "whiskers" }, [icon("whisker"), words])
  const draw = () => {
    const doubt = model.get("_doubt")
    node.hidden = !model.get("whiskers") || !doubt
    if (!doubt) return
    words.textContent = doubt.error ? `No whiskers: ${doubt.error}` : "Whiskers: lowest to highest est. under other priors, ÷100 to ×100 at most"
    node.title = doubt.error ? "" : `${doubt.over.join(", ")}; one at a time. Logarithmic, no cap: farther out. No confidence interval.`
  }
  draw()
  return { node, dispose: observe(model, ["_doubt", "whiskers"], draw) }
}
