import { element } from "../dom/element"
import type { DrawerGroup } from "./drawer"

export interface Share {
  group: DrawerGroup
  showFull(on: boolean): void
  disable(reasons: { html: string | null; full: string | null }): void
}

export interface ShareActions {
  png: () => Promise<string>
  html: () => Promise<string>
  copy: () => Promise<string>
  full: () => Promise<void>
  say: (sentence: string) => void
}

/** Ways to take the view elsewhere; each says below what came of it. */
export function share({ png, html, copy, full, say }: ShareActions): Share {
  const said = element("p", "liq-said")
  said.hidden = true
  const tell = (sentence: string) => {
    said.textContent = sentence
    said.hidden = sentence === ""
    say(sentence)
  }
  const action = (text: string, title: string, act: () => Promise<string | void>) => {
    const button = element("button", "liq-button", { type: "button", title }, [text])
    button.addEventListener("click", () => {
      button.setAttribute("aria-busy", "true")
      act()
        .then((sentence) => tell(sentence ?? ""))
        .catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)))
        .finally(() => button.removeAttribute("aria-busy"))
    })
    return button
  }
  const toHtml = action("Save HTML", "One file that opens with no kernel and no network: h.to_html", html)
  const whole = action("Full screen", "Fill the screen; Escape leaves", full)
  const buttons = [
    action("Save PNG", "The picture as it is on the screen", png),
    toHtml,
    action("Copy code", "Python that makes this view anew", copy),
    whole,
  ]
  const disable = (button: HTMLButtonElement, reason: string | null) => {
    button.disabled = reason !== null
    if (reason) button.title = reason
  }
  return {
    group: { title: "Share", fields: [element("div", "liq-buttons", {}, buttons), said] },
    showFull(on) {
      whole.setAttribute("aria-pressed", String(on))
      whole.textContent = on ? "Leave full screen" : "Full screen"
    },
    disable(reasons) {
      disable(toHtml, reasons.html)
      disable(whole, reasons.full)
    },
  }
}
