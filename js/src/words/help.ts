import { type Disposer, listen } from "../dom/dispose"
import { element } from "../dom/element"
import { randomId } from "../wire/random_id"

export interface Help {
  /** Opens and closes it. */
  button: HTMLButtonElement
  node: HTMLElement
  dispose: Disposer
}

const WAYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "Keys on the picture",
    [
      ["← → ↑ ↓", "move; Shift: finely"],
      ["+ −", "zoom"],
      ["0 or Home", "back to the window"],
      ["Enter", "select what is in view"],
      ["Escape", "clear the selection"],
      ["F", "full screen"],
    ],
  ],
  [
    "Mouse",
    [
      ["Wheel", "zoom; Shift or the time axis: time alone; Alt or the price axis: price alone"],
      ["Drag", "move, or draw a box"],
      ["Click", "tick a cluster"],
      ["Double click", "back to the window"],
    ],
  ],
  [
    "Touch",
    [
      ["Sideways", "move; up and down scrolls the page"],
      ["Two fingers", "zoom and move"],
      ["Tap, or rest", "read out"],
    ],
  ],
]

/** How to steer, on request; ? and F are heard from everywhere in the widget that does not take letters itself. */
export function help(root: HTMLElement, full: () => void): Help {
  const id = `liq-help-${randomId()}`
  const button = element("button", "liq-button", { type: "button", title: "Keys, mouse and touch (key ?)", "aria-label": "Help", "aria-controls": id }, ["?"])
  const parts = WAYS.map(([title, rows]) => {
    const list = rows.flatMap(([keys, does]) => [element("dt", "", {}, [keys]), element("dd", "", {}, [does])])
    return element("div", "liq-help-part", {}, [element("h3", "liq-heading", {}, [title]), element("dl", "liq-ways", {}, list)])
  })
  const node = element("section", "liq-help", { id, "aria-label": "Help" }, parts)
  const open = (shown: boolean) => {
    node.hidden = !shown
    button.setAttribute("aria-expanded", String(shown))
  }
  const turn = () => open(node.hidden !== false)
  button.addEventListener("click", turn)
  open(false)
  const press = (event: KeyboardEvent) => {
    const { key, target, ctrlKey, metaKey, altKey } = event
    if (ctrlKey || metaKey || altKey || (target as Element).matches("input:not([type=checkbox], [type=range]), select")) return
    if (key === "?") turn()
    else if (key.toLowerCase() === "f") full()
    else if (key === "Escape" && target === button) open(false)
    else return
    event.preventDefault()
  }
  return { button, node, dispose: listen(root, "keydown", press) }
}
