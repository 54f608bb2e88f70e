import { element } from "./element"

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
  const select = element("select", "liq-select", { "aria-label": label, name: label.toLowerCase() })
  const titles = new Map<string, string>()
  let held: string | null = null
  select.addEventListener("change", () => choose(select.value))
  const name = () => (select.title = held ?? titles.get(select.value) ?? "")
  const offer = (given: readonly Option[]) => {
    select.replaceChildren(...given.map(({ value, text, title = "" }) => element("option", "", { value, title }, [text])))
    titles.clear()
    for (const { value, title } of given) titles.set(value, title ?? "")
  }
  offer(options)
  return {
    node: element("label", "liq-field", {}, [element("span", "liq-caption", {}, [label]), select]),
    offer,
    show(value) {
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
