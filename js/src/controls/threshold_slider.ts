import { element } from "../dom/element"
import { formatMoney } from "../format/money"
import { type Ladder, thresholdScale } from "../heat/bins"

export interface ThresholdSlider {
  node: HTMLElement
  show(threshold: number, ladder: Ladder | null, quote: string): void
  /** Paint the track in the colours of the levels: the slider is the legend too. */
  colour(lut: Uint32Array): void
}

const STEPS = 127

/** The slider of the least value that is drawn; `moved` is called while it moves, `settled` at the end. */
export function thresholdSlider(moved: (threshold: number) => void, settled: () => void): ThresholdSlider {
  const input = element("input", "liq-range", {
    type: "range",
    min: "0",
    max: String(STEPS),
    step: "1",
    "aria-label": "Threshold",
    name: "threshold",
  })
  const value = element("output", "liq-threshold-value")
  const top = element("span", "liq-caption")
  const node = element("label", "liq-field liq-threshold", { title: "Hide price cells below this estimated value per 10 bps of price" }, [
    value,
    input,
    top,
  ])
  let ladder: Ladder | null = null
  input.addEventListener("input", () => ladder && moved(thresholdScale(ladder).value(Number(input.value))))
  input.addEventListener("change", settled)
  return {
    node,
    show(threshold, current, quote) {
      ladder = current
      input.disabled = !ladder
      const text = threshold > 0 ? `≥ est. ${formatMoney(threshold, quote)}` : "no minimum"
      value.textContent = text
      input.setAttribute("aria-valuetext", text)
      if (!ladder) return
      input.value = String(thresholdScale(ladder).step(threshold))
      top.textContent = formatMoney(ladder.top, quote)
    },
    colour(lut) {
      node.style.setProperty("--liq-ramp-long", gradient(lut, 0))
      node.style.setProperty("--liq-ramp-short", gradient(lut, 128))
    },
  }
}

function gradient(lut: Uint32Array, side: number): string {
  const stops = Array.from({ length: 43 }, (_, i) => {
    const n = Math.min(127, 1 + 3 * i)
    const word = lut[side + n]!
    const [red, green, blue, alpha] = [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24]
    return `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)}) ${((100 * n) / 127).toFixed(1)}%`
  })
  return `linear-gradient(90deg, ${stops.join(", ")})`
}
