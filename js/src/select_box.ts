import { element } from "./element"

export interface SelectBox {
  node: HTMLElement
  show(value: string): void
}

/** A labelled drop-down list. */
export function selectBox(
  label: string,
  options: readonly { value: string; text: string }[],
  choose: (value: string) => void,
): SelectBox {
  const items = options.map(({ value, text }) => element("option", "", { value }, [text]))
  const select = element("select", "liq-select", { "aria-label": label, name: label.toLowerCase() }, items)
  select.addEventListener("change", () => choose(select.value))
  return {
    node: element("label", "liq-field", {}, [element("span", "liq-caption", {}, [label]), select]),
    show(value) {
      select.value = value
    },
  }
}
