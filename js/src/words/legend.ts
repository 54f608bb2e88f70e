import type { AnyModel } from "@anywidget/types"
import { type Colours, leverageShade, venueColour } from "../dom/colours"
import type { Disposer } from "../dom/dispose"
import { element, setHidden, setText } from "../dom/element"
import type { Theme } from "../dom/theme"
import { formatMoney } from "../format/money"
import type { Ladder } from "../heat/bins"
import { observe } from "../wire/model"
import type { Market, Traits } from "../wire/protocol"

export interface Legend {
  node: HTMLElement
  /** Say what is drawn; `sum` is where the curves of the profile end, null leaves it as it was. */
  draw(sum: number | null): void
  dispose: Disposer
}

export interface LegendOptions {
  model: AnyModel<Traits>
  market: () => Market
  /** The values on the picture, or none. */
  ladder: () => Ladder | null
  look: () => { theme: Theme; colours: Colours }
}

interface Key {
  kind: string
  text: string
  background: string
}

/** A line under the picture that names its colours: of the heat, of the stacked sizes, and of the curves. */
export function legend({ model, market, ladder, look }: LegendOptions): Legend {
  const node = element("div", "liq-legend", { role: "group", "aria-label": "Legend" })
  const heatText = element("span", "")
  const curveText = element("span", "")
  let last = 0
  let drawn = ""
  const heat = (): string => {
    const known = ladder()
    if (model.get("view") === "map" || !known || !(known.top > 0)) return ""
    const { quote } = market()
    const measure = model.get("measure") === "expected" ? `expected in ${model.get("horizon")}` : "standing"
    const least = Math.max(known.top * 10 ** -known.decades, model.get("threshold"))
    return `Heat: est. ${quote} ${measure} per 10 bps of price, clear: ${formatMoney(0, quote)} to ${formatMoney(least, quote)}`
  }
  const draw = (sum: number | null) => {
    last = sum ?? last
    const map = model.get("view") === "map"
    const chosen = model.get("profile")
    const stack = map && chosen === "off" ? "leverage" : chosen
    const { theme, colours } = look()
    const side = model.get("side")
    const names = (stack === "off" ? null : model.get("_book")?.[`${stack}_names`]) ?? []
    const pair = (shade: (colour: string) => string) => {
      const [left, right] = side === "both" ? (["long", "short"] as const) : [side, side]
      return `linear-gradient(90deg, ${shade(colours[left])} 50%, ${shade(colours[right])} 0)`
    }
    const items = names.map((name, i) => ({
      kind: "bar",
      text: name,
      background: stack === "venue" ? venueColour(i, theme) : pair((colour) => leverageShade(colour, i, names.length)),
    }))
    const [words, keys] = [heat(), names.length > 0 ? [...items, { kind: "line", text: "", background: pair((colour) => colour) }] : []]
    const said = JSON.stringify([words !== "", stack, keys])
    if (said !== drawn) build(stack, words !== "", keys)
    drawn = said
    setText(heatText, words)
    setText(curveText, `sum from the last price, ${map ? "right axis" : `to ${formatMoney(last, market().quote)}`}`)
  }
  const build = (stack: string, warm: boolean, keys: readonly Key[]) => {
    setHidden(node, !warm && keys.length === 0)
    const key = ({ kind, text, background }: Key) => {
      const swatch = element("span", "liq-swatch", { "data-kind": kind, "aria-hidden": "true" })
      swatch.style.background = background
      return element("span", "liq-stack-key", {}, [swatch, kind === "line" ? curveText : text])
    }
    const stacked = keys.length > 0 ? [element("span", "liq-stack-keys", {}, [element("span", "", {}, [`By ${stack}:`]), ...keys.map(key)])] : []
    node.replaceChildren(...(warm ? [heatText] : []), ...stacked)
  }
  return { node, draw, dispose: observe(model, ["threshold", "measure", "horizon"], () => draw(last)) }
}
