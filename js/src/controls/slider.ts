import { element } from "../dom/element"

export interface Slider {
  node: HTMLElement
  show(value: number): void
  disable(reason: string | null): void
}

export interface SliderOptions {
  label: string
  title: string
  text: (value: number) => string
  settled: (value: number) => void
}

/** A labelled slider from 0 to 1 that tells its value at the end of a move. */
export function slider({ label, title, text, settled }: SliderOptions): Slider {
  const input = element("input", "liq-range liq-plain-range", { type: "range", min: "0", max: "1", step: "0.05", "aria-label": label, name: label.toLowerCase() })
  const output = element("output", "liq-value")
  const node = element("label", "liq-field liq-stacked", { title }, [element("span", "liq-caption", {}, [label]), input, output])
  const say = () => {
    output.textContent = text(Number(input.value))
    input.setAttribute("aria-valuetext", output.textContent)
  }
  input.addEventListener("input", say)
  input.addEventListener("change", () => settled(Number(input.value)))
  return {
    node,
    show(value) {
      input.value = String(value)
      say()
    },
    disable(reason) {
      input.disabled = reason !== null
      node.title = reason ?? title
    },
  }
}
