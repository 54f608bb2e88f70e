import { element } from "../dom/element"

export interface Choice<V extends string> {
  value: V
  text: string
  title?: string
}

export interface Segmented<V extends string> {
  node: HTMLElement
  show(value: V): void
  /** Give a reason why a choice cannot be taken, or null when it can. */
  disable(value: V, reason: string | null): void
}

/** A row of buttons of which one is pressed. */
export function segmented<V extends string>(
  label: string,
  choices: readonly Choice<V>[],
  choose: (value: V) => void,
): Segmented<V> {
  const buttons = new Map<V, HTMLButtonElement>()
  for (const { value, text, title } of choices) {
    const button = element("button", "liq-segment", { type: "button", "data-value": value, "aria-pressed": "false" }, [
      text,
    ])
    button.title = title ?? ""
    button.addEventListener("click", () => choose(value))
    buttons.set(value, button)
  }
  const titles = new Map(choices.map(({ value, title }) => [value, title ?? ""]))
  return {
    node: element("div", "liq-segments", { role: "group", "aria-label": label }, [...buttons.values()]),
    show(value) {
      for (const [own, button] of buttons) button.setAttribute("aria-pressed", String(own === value))
    },
    disable(value, reason) {
      const button = buttons.get(value)
      if (!button) return
      button.disabled = reason !== null
      button.title = reason ?? titles.get(value) ?? ""
    },
  }
}
