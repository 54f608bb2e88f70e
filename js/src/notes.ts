import { element } from "./element"

export interface Notes {
  /** Above the picture. */
  top: HTMLElement
  /** Over the picture. */
  over: readonly HTMLElement[]
  /** A sentence instead of the picture, or none. */
  panel(title: string, sentence?: string): void
  clearPanel(): void
  /** A sentence above the picture, '' for none. */
  banner(sentence: string): void
  /** A short state in the corner of the picture, '' for none. */
  chip(text: string): void
  /** For screen readers. */
  say(sentence: string): void
}

/** All that the widget says in words about itself. Everything is text, never markup. */
export function notes(): Notes {
  const heading = element("strong", "")
  const detail = element("span", "")
  const panel = element("div", "liq-panel", { role: "status" }, [heading, detail])
  const banner = element("div", "liq-banner", { role: "alert" })
  const chip = element("div", "liq-chip", { role: "status" })
  const spoken = element("div", "liq-spoken", { "aria-live": "polite" })
  banner.hidden = chip.hidden = true
  return {
    top: banner,
    over: [panel, chip, spoken],
    panel(title, sentence = "") {
      heading.textContent = title
      detail.textContent = sentence
      panel.hidden = false
    },
    clearPanel() {
      panel.hidden = true
    },
    banner(sentence) {
      banner.textContent = sentence
      banner.hidden = sentence === ""
    },
    chip(text) {
      chip.textContent = text
      chip.hidden = text === ""
    },
    say(sentence) {
      spoken.textContent = sentence
    },
  }
}
