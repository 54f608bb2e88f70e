import { batch, type ReadonlySignal, signal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import type { KernelState } from "../wire/kernel_watch"
import type { Market } from "../wire/traits"
import { Icon, type IconName } from "./icon"

type BannerKind = "error" | "gone" | "stale" | "reading"

interface Panel {
  title: string
  sentence: string
  /** Which step of how many. */
  progress: { step: number; steps: number } | null
}

/** All that the widget says in words about itself. */
export interface Notes {
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
  /** What is said now. */
  said: {
    panel: ReadonlySignal<Panel | null>
    banners: ReadonlySignal<Readonly<Record<BannerKind, string>>>
    chip: ReadonlySignal<string>
    busy: ReadonlySignal<boolean>
    market: ReadonlySignal<Market | null>
    spoken: ReadonlySignal<string>
  }
}

const BANNER_ICONS: Record<BannerKind, IconName> = { error: "alert", gone: "unplugged", stale: "clock", reading: "hourglass" }
const BUSY = "Kernel busy: this picture may be coarse or old. It sharpens when the running cell ends."
const GONE = "Kernel gone: this picture stays, and zoom, hover and colours still work on it. Restart the kernel and run the cell again for more."
const SILENT = "No answer from the kernel: it is busy or gone, and this picture may be old. If it stays silent, restart it and run the cell again."

export function notes(): Notes {
  const panel = signal<Panel | null>({ title: "", sentence: "", progress: null })
  const banners = signal<Readonly<Record<BannerKind, string>>>({ error: "", gone: "", stale: "", reading: "" })
  const chip = signal("")
  const busy = signal(false)
  const market = signal<Market | null>(null)
  const spoken = signal("")
  const put = (more: Partial<Record<BannerKind, string>>) => void (banners.value = { ...banners.value, ...more })
  return {
    panel: (title, sentence = "") => void (panel.value = { title, sentence, progress: null }),
    loading: (step, steps, sentence) =>
      void (panel.value = { title: "Drawing the heatmap", sentence: `Step ${step} of ${steps}: ${sentence}`, progress: { step, steps } }),
    clearPanel: () => void (panel.value = null),
    banner: (sentence) => put({ error: sentence }),
    chip: (text) => void (chip.value = text),
    kernel: (state) =>
      batch(() => {
        busy.value = state === "busy"
        put({ gone: state === "gone" ? GONE : state === "silent" ? SILENT : "" })
      }),
    market: (shown) =>
      batch(() => {
        market.value = shown
        put({ stale: shown?.stale ?? "", reading: shown?.reading ?? "" })
      }),
    say: (sentence) => void (spoken.value = sentence),
    said: { panel, banners, chip, busy, market, spoken },
  }
}

/** Above the picture. */
export function Banners({ notes: { said } }: { notes: Notes }) {
  const shown = Object.entries(said.banners.value).filter(([, sentence]) => sentence !== "") as [BannerKind, string][]
  return (
    <div class="liq-banners">
      {shown.map(([kind, sentence]) => (
        <div key={kind} class="liq-banner" role={kind === "error" ? "alert" : "status"} data-kind={kind}>
          <Icon name={BANNER_ICONS[kind]} />
          <span>{sentence}</span>
        </div>
      ))}
    </div>
  )
}

/** Over the picture: a sentence in its place, a short state in its corner, and what is spoken. */
export function OverPicture({ notes: { said } }: { notes: Notes }) {
  const panel = said.panel.value
  const error = said.chip.value
  const chip = error || (said.busy.value ? BUSY : "")
  return (
    <>
      <div class="liq-panel" role="status" hidden={!panel}>
        <strong>{panel?.title}</strong>
        <progress class="liq-progress" aria-label="Progress" hidden={!panel?.progress} max={panel?.progress?.steps ?? 1} value={(panel?.progress?.step ?? 0.5) - 0.5} />
        <span>{panel?.sentence}</span>
      </div>
      <div class="liq-chip" role="status" hidden={chip === ""} data-kind={error ? "error" : "busy"}>
        <Icon name={error ? "alert" : "hourglass"} />
        <span>{chip}</span>
      </div>
      <div class="liq-spoken" aria-live="polite">
        {said.spoken}
      </div>
    </>
  )
}

/** Under everything: what is always true of what is shown, and legends. */
export function Foot({ notes: { said }, children }: { notes: Notes; children?: ComponentChildren }) {
  const market = said.market.value
  if (!market) return <div class="liq-foot" />
  const { simulated, notice, grade } = market
  return (
    <div class="liq-foot">
      {simulated && <Fact kind="simulated" icon="flask" text="Simulated market: not real prices" title={notice ?? ""} />}
      {!simulated && grade && <Fact kind="grade" icon="grade" text={grade.sentence} title={[...(grade.reasons ?? []), `Grade ${grade.letter} of A to D: h.grade. It speaks of the data, not of the estimate`].join("\n")} />}
      {children}
    </div>
  )
}

export interface FactProps {
  kind: string
  icon: IconName
  text: string
  title: string
}

/** One thing that is true of what is shown. */
export const Fact = ({ kind, icon, text, title }: FactProps) => (
  <span class="liq-fact" data-kind={kind} title={title}>
    <Icon name={icon} />
    <span>{text}</span>
  </span>
)
