import { element } from "./element"
import { randomId } from "./random_id"

export interface OptionsRow {
  button: HTMLButtonElement
  node: HTMLElement
}

/** Controls that are seldom moved: a row that a button opens. */
export function optionsRow(fields: readonly HTMLElement[]): OptionsRow {
  const node = element("div", "liq-options", { role: "group", "aria-label": "Options", id: `liq-options-${randomId()}` }, [...fields])
  const button = element("button", "liq-button", { type: "button", title: "Prior, palette and scale", "aria-controls": node.id }, ["Options"])
  const open = (shown: boolean) => {
    node.hidden = !shown
    button.setAttribute("aria-expanded", String(shown))
  }
  button.addEventListener("click", () => open(node.hidden !== false))
  open(false)
  return { button, node }
}
