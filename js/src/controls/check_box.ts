import { element } from "../dom/element"

export interface CheckBox {
  node: HTMLElement
  show(on: boolean): void
}

/** One labelled box to tick. */
export function checkBox(label: string, title: string, turn: (on: boolean) => void): CheckBox {
  const box = element("input", "liq-check", { type: "checkbox", name: label.toLowerCase().replaceAll(" ", "_") })
  box.addEventListener("change", () => turn(box.checked))
  return {
    node: element("label", "liq-check-label", { title }, [box, label]),
    show: (on) => void (box.checked = on),
  }
}
