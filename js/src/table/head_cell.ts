import { element } from "../dom/element"
import type { Field } from "./cluster_fields"

/** A cell of the head: a button that sorts. */
export function headCell({ name, title, number }: Field, sort: () => void): { cell: HTMLTableCellElement; text: HTMLElement } {
  const text = element("span", "")
  const button = element("button", "liq-sort", { type: "button", title: `${title}. Click to sort.` }, [text])
  button.addEventListener("click", sort)
  const cell = element("th", `${number ? "liq-number " : ""}liq-col-${name}`, { scope: "col", "data-field": name }, [button])
  return { cell, text }
}
