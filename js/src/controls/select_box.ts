import { element } from "../dom/element"

export interface Option {
  value: string
  text: string
  title?: string
}

export interface SelectBox {
  node: HTMLElement
  show(value: string): void
  /** Replace what can be chosen. */
  offer(options: readonly Option[]): void
  /** Give a reason why nothing can be chosen, or null when it can. */
  disable(reason: string | null): void
}

/** A labelled drop-down list; the title of the chosen option is the list's. */
export function selectBox(label: string, options: readonly Option[], choose: (value: string) => void): SelectBox {
  const select = element("select", "liq-select", { "aria-label": label, name: label.toLowerCase().replaceAll(" ", "_") })
  let offered: readonly Option[] = []
  let held: string | null = null
  select.addEventListener("change", () => choose(select.value))
  const name = () => (select.title = held ?? offered.find(({ value }) => value === select.value)?.title ?? "")
  const offer = (given: readonly Option[]) => {
    if (JSON.stringify(given) === JSON.stringify(offered)) return
    offered = given
    select.replaceChildren(...given.map(({ value, text, title = "" }) => element("option", "", { value, title }, [text])))
  }
  offer(options)
  return {
    node: element("label", "liq-field liq-stacked", {}, [element("span", "liq-caption", {}, [label]), select]),
    offer,
    show(value) {
      // A value of the analyst's own, set in Python, is shown too.
      if (!offered.some((option) => option.value === value)) offer([...offered, { value, text: value }])
      select.value = value
      name()
    },
    disable(reason) {
      held = reason
      select.disabled = reason !== null
      name()
    },
  }
}
