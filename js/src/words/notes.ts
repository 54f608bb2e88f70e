import { element, setHidden } from "../dom/element"
import type { KernelState } from "../wire/kernel_watch"
import type { Market } from "../wire/protocol"
import { icon, type IconName } from "./icon"

export interface Notes {
  /** Above the picture. */
  top: HTMLElement
  /** Over the picture. */
  over: readonly HTMLElement[]
  /** Under everything: what is always true of what is shown. */
  foot: HTMLElement
  /** A sentence instead of the picture, or none. */
  panel(title: string, sentence?: string): void
  /** Instead of the picture while it is made: which step of how many. */
  loading(step: number, steps: number, sentence: string): void
  clearPanel(): void
  /** An error above the picture, '' for none. */
  banner(sentence: string): void
  /** A short state in the corner of the picture, '' for none. */
  chip(text: string): void
  kernel(state: KernelState): void
  /** What the market says of itself: simulated, stale, how good. */
  market(market: Market | null): void
  /** For screen readers. */
  say(sentence: string): void
}

type BannerKind = "error" | "gone" | "stale" | "reading"

const BANNER_ICONS: Record<BannerKind, IconName> = { error: "alert", gone: "unplugged", stale: "clock", reading: "hourglass" }
const BUSY = "Kernel busy: this picture may be coarse or old. It sharpens when the running cell ends."
const GONE = "Kernel gone: this picture stays, and zoom, hover and colours still work on it. Restart the kernel and run the cell again for more."
const SILENT = "No answer from the kernel: it is busy or gone, and this picture may be old. If it stays silent, restart it and run the cell again."

/** All that the widget says in words about itself, and `legends` under it. Everything is text, never markup. */
export function notes(...legends: readonly HTMLElement[]): Notes {
  const heading = element("strong", "")
  const detail = element("span", "")
  const bar = element("progress", "liq-progress", { "aria-label": "Progress" })
  const panel = element("div", "liq-panel", { role: "status" }, [heading, bar, detail])
  const top = element("div", "liq-banners")
  const chipText = element("span", "")
  const chip = element("div", "liq-chip", { role: "status" }, [icon("hourglass"), chipText])
  const spoken = element("div", "liq-spoken", { "aria-live": "polite" })
  const foot = element("div", "liq-foot")
  chip.hidden = bar.hidden = true
  let busy = false
  let said = ""
  const showChip = () => {
    const text = said || (busy ? BUSY : "")
    setHidden(chip, text === "")
    chip.dataset.kind = said ? "error" : "busy"
    if (chipText.textContent === text) return
    chip.replaceChildren(icon(said ? "alert" : "hourglass"), chipText)
    chipText.textContent = text
  }
  const showBanner = (kind: BannerKind, sentence: string) => {
    const shown = [...top.children].find((child) => (child as HTMLElement).dataset.kind === kind)
    if (shown?.textContent === sentence) return
    shown?.remove()
    if (sentence === "") return
    const words = element("span", "", {}, [sentence])
    top.append(element("div", "liq-banner", { role: kind === "error" ? "alert" : "status", "data-kind": kind }, [icon(BANNER_ICONS[kind]), words]))
  }
  return {
    top,
    over: [panel, chip, spoken],
    foot,
    panel(title, sentence = "") {
      heading.textContent = title
      detail.textContent = sentence
      bar.hidden = true
      panel.hidden = false
    },
    loading(step, steps, sentence) {
      heading.textContent = "Drawing the heatmap"
      detail.textContent = `Step ${step} of ${steps}: ${sentence}`
      bar.max = steps
      bar.value = step - 0.5
      panel.hidden = bar.hidden = false
    },
    clearPanel() {
      panel.hidden = true
    },
    banner: (sentence) => showBanner("error", sentence),
    chip(text) {
      said = text
      showChip()
    },
    kernel(state) {
      busy = state === "busy"
      showChip()
      showBanner("gone", state === "gone" ? GONE : state === "silent" ? SILENT : "")
    },
    market(market) {
      showBanner("stale", market?.stale ?? "")
      showBanner("reading", market?.reading ?? "")
      foot.replaceChildren(...(market ? [...facts(market), ...legends] : []))
    },
    say(sentence) {
      spoken.textContent = sentence
    },
  }
}

function facts({ simulated, notice, grade }: Market): HTMLElement[] {
  const fact = (kind: string, name: IconName, text: string, title: string) =>
    element("span", "liq-fact", { "data-kind": kind, title }, [icon(name), element("span", "", {}, [text])])
  const made: HTMLElement[] = []
  if (simulated) made.push(fact("simulated", "flask", "Simulated market: not real prices", notice ?? ""))
  if (grade) made.push(fact("grade", "grade", grade.sentence, grade.reasons?.join("\n") ?? ""))
  return made
}
