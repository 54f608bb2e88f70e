import { element } from "../dom/element"

export interface Check {
  value: string
  text: string
  title?: string
}

export interface CheckList {
  node: HTMLElement
  show(chosen: readonly string[]): void
  /** Replace what can be chosen. */
  offer(checks: readonly Check[]): void
  /** Give a reason why nothing can be chosen, or null when it can. */
  disable(reason: string | null): void
}

export interface CheckListOptions {
  label: string
  choose: (values: string[]) => void
  /** Told when the last tick is to go and must not; without it, none may be chosen. */
  keepOne?: (sentence: string) => void
}

/** Boxes to tick under one label, with a button for all of them. */
export function checkList({ label, choose, keepOne }: CheckListOptions, checks: readonly Check[] = []): CheckList {
  const boxes = new Map<string, HTMLInputElement>()
  const all = element("button", "liq-link", { type: "button", "aria-label": `${label}: choose all` }, ["All"])
  const rows = element("div", "liq-checks")
  const name = element("legend", "liq-caption", {}, [label])
  const node = element("fieldset", "liq-fieldset", {}, [name, all, rows])
  let chosen: readonly string[] = []
  let held: string | null = null
  const ticked = () => [...boxes].filter(([, box]) => box.checked).map(([value]) => value)
  const refresh = () => {
    for (const [value, box] of boxes) {
      box.checked = chosen.includes(value)
      box.disabled = held !== null
      const label = box.parentElement
      if (label) label.title = held ?? label.dataset.title ?? ""
    }
    all.disabled = held !== null || ticked().length === boxes.size
    node.title = held ?? ""
  }
  const turn = () => {
    const values = ticked()
    if (values.length === 0 && keepOne) {
      keepOne(`${label}: one always stays chosen`)
      return refresh()
    }
    chosen = values
    refresh()
    choose(values)
  }
  all.addEventListener("click", () => {
    chosen = [...boxes.keys()]
    refresh()
    choose([...chosen])
  })
  const offer = (given: readonly Check[]) => {
    if (given.length === boxes.size && given.every(({ value }) => boxes.has(value))) return
    boxes.clear()
    const made = given.map(({ value, text, title = "" }) => {
      const box = element("input", "liq-check", { type: "checkbox", value, "data-value": value })
      box.addEventListener("change", turn)
      boxes.set(value, box)
      return element("label", "liq-check-label", { title, "data-title": title }, [box, text])
    })
    rows.replaceChildren(...made)
    refresh()
  }
  offer(checks)
  return {
    node,
    offer,
    show(values) {
      chosen = values
      refresh()
    },
    disable(reason) {
      held = reason
      refresh()
    },
  }
}
