import { type Disposer, listen } from "../dom/dispose"
import { element } from "../dom/element"
import { randomId } from "../wire/random_id"
import { icon } from "../words/icon"

export interface DrawerGroup {
  title: string
  fields: readonly HTMLElement[]
}

export interface Drawer {
  /** Opens and closes it. */
  button: HTMLButtonElement
  node: HTMLElement
  dispose: Disposer
}

/** Controls that are seldom moved, in groups, beside or above the picture; Escape closes. */
export function drawer(groups: readonly DrawerGroup[], turned: (open: boolean) => void): Drawer {
  const id = `liq-drawer-${randomId()}`
  const close = element("button", "liq-icon-button", { type: "button", "aria-label": "Close options", title: "Close (Escape)" }, [icon("close")])
  const head = element("div", "liq-drawer-head", {}, [element("span", "liq-drawer-title", {}, ["Options"]), close])
  const parts = groups.map(({ title, fields }, i) => {
    const heading = element("h3", "liq-heading", { id: `${id}-${i}` }, [title])
    return element("div", "liq-drawer-group", { role: "group", "aria-labelledby": heading.id }, [heading, ...fields])
  })
  const node = element("section", "liq-drawer", { id, "aria-label": "Options" }, [head, element("div", "liq-drawer-groups", {}, parts)])
  const button = element("button", "liq-button liq-options", { type: "button", title: "What counts, how it looks, and sharing", "aria-controls": id }, ["Options"])
  const open = (shown: boolean) => {
    node.hidden = !shown
    button.setAttribute("aria-expanded", String(shown))
    turned(shown)
  }
  const shut = () => {
    open(false)
    button.focus()
  }
  button.addEventListener("click", () => open(node.hidden !== false))
  close.addEventListener("click", shut)
  open(false)
  return {
    button,
    node,
    dispose: listen(node, "keydown", (event) => {
      if (event.key === "Escape") shut()
    }),
  }
}
