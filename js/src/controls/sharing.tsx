import type { AnyModel } from "@anywidget/types"
import { type ReadonlySignal, signal, useSignal } from "@preact/signals"
import { type Disposer, disposerBag } from "../dom/dispose"
import { exactBytes } from "../wire/bytes"
import { shownClusters, sortedClusters } from "../layers/shown_clusters"
import type { Messages } from "../wire/messages"
import type { Traits } from "../wire/traits"
import { Icon } from "../words/icon"
import { titlesOf } from "../words/titles"
import { copyState, copyText } from "./copy_code"
import { type Listed, listedClusters } from "./listed_clusters"
import { composite, download } from "./save_picture"

export interface SharingOptions {
  model: AnyModel<Traits>
  messages: Messages
  /** What is saved as a picture, once it is there. */
  figure: () => HTMLElement
}

/** Ways to take the view elsewhere; each gives a sentence that says what came of it. */
export interface Sharing {
  png(): Promise<string>
  html(): Promise<string>
  copy(): Promise<string>
}

const PATIENCE = 60_000
const SILENCE = 'The kernel did not answer. Try again when it is idle, or write h.to_html("map.html")'

/** Save the view as a picture or a file, or copy it as code. */
export function sharing({ model, messages, figure }: SharingOptions): Sharing {
  const file = offlineFile(messages)
  return {
    async png() {
      const saved = pictureName(model)
      download(saved, await composite(figure(), listed(model), caption(model)))
      return `Saved ${saved}`
    },
    async html() {
      const made = await file()
      download(made.name, made.blob)
      return `Saved ${made.name}`
    },
    async copy() {
      const code = copyState(model)
      return (await copyText(code)) ? `Copied: ${code}` : `The page may not copy; take it from here: ${code}`
    },
  }
}

export interface ShareProps {
  ways: Sharing
  /** Why no file can be made, or null when it can. */
  held: string | null
  say(sentence: string): void
}

/** The buttons that share; what came of each is said below. */
export function Share({ ways, held, say }: ShareProps) {
  const said = useSignal("")
  const tell = (sentence: string) => {
    said.value = sentence
    say(sentence)
  }
  return (
    <>
      <div class="liq-buttons">
        <Action text="Save PNG" title="The picture as it is on the screen" act={ways.png} tell={tell} />
        <Action text="Save HTML" title="One file that opens with no kernel and no network: h.to_html" act={ways.html} tell={tell} held={held} />
        <Action text="Copy code" title="Python that makes this view anew" act={ways.copy} tell={tell} />
      </div>
      <p class="liq-said" hidden={said.value === ""}>
        {said}
      </p>
    </>
  )
}

/** Fills the screen, and gives it back. */
export function FullScreenButton({ full, say }: { full: FullScreen; say(sentence: string): void }) {
  const on = full.on.value
  const name = on ? "Leave full screen" : "Full screen"
  const turn = () => void full.turn().catch((error: unknown) => say(String(error)))
  return (
    <button class="liq-button" type="button" title={full.reason ?? "Fill the screen (key F); Escape leaves"} disabled={full.reason !== null} aria-pressed={on} aria-label={name} onClick={turn}>
      <span class="liq-full-long">{name}</span>
      <span class="liq-full-short" aria-hidden="true">
        <Icon name="full" />
      </span>
    </button>
  )
}

interface ActionProps {
  text: string
  title: string
  act(): Promise<string>
  tell(sentence: string): void
  held?: string | null
}

function Action({ text, title, act, tell, held = null }: ActionProps) {
  const busy = useSignal(false)
  const run = () => {
    busy.value = true
    act()
      .then(tell)
      .catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)))
      .finally(() => (busy.value = false))
  }
  return (
    <button class="liq-button" type="button" title={held ?? title} disabled={held !== null} aria-busy={busy.value || undefined} onClick={run}>
      {text}
    </button>
  )
}

/** "BTC-heat-2026-02-05T1200Z.png": what, how, and the end of the data shown. */
export function pictureName(model: AnyModel<Traits>): string {
  const market = model.get("_market")
  const time = market ? [`${new Date(market.time[1]).toISOString().slice(0, 16).replace(":", "")}Z`] : []
  const kind = model.get("view") === "map" ? "map" : model.get("measure")
  return `${[(market?.symbol ?? model.get("symbol")).replace(/[^\w.-]+/g, "_"), kind, ...time].join("-")}.png`
}

function listed(model: AnyModel<Traits>): Listed {
  const [market, measure] = [model.get("_market"), model.get("measure")]
  return market ? listedClusters(sortedClusters(shownClusters((name) => model.get(name)), measure), measure, model.get("horizon"), market) : { heading: "", clusters: [] }
}

/** "BTC · binance · liquidation heatmap (estimate), relative heat · data to 2026-02-05 12:00 UTC · made 2026-02-05 12:03 UTC with liqwidget". */
export function caption(model: AnyModel<Traits>, made = Date.now()): string {
  const market = model.get("_market")
  const minute = (time: number) => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`
  const measure = { heat: "relative heat", size: "est. size standing", expected: `est. expected in ${model.get("horizon")}` }[model.get("measure")]
  const kind = model.get("view") === "map" ? "map (estimate)" : `heatmap (estimate), ${measure}`
  const known = market ? [titlesOf(market)[0], `liquidation ${kind}`, `data to ${minute(market.time[1])}`] : [model.get("symbol"), `liquidation ${kind}`]
  return [...known, `made ${minute(made)} with liqwidget`].join(" · ")
}

/** Ask the kernel for the offline file, one at a time. */
export function offlineFile(messages: Messages, patience = PATIENCE): () => Promise<{ name: string; blob: Blob }> {
  let making = false
  return async () => {
    if (making) throw new Error("The file is being made already")
    making = true
    try {
      const { answer, buffers } = await messages.fetch({ type: "html" }, patience, SILENCE)
      const [bytes] = buffers
      if (answer.type !== "file" || !bytes) throw new Error("The kernel sent no file")
      return { name: answer.name, blob: new Blob([exactBytes(bytes)], { type: "text/html" }) }
    } finally {
      making = false
    }
  }
}

export interface FullScreen {
  turn(): Promise<void>
  on: ReadonlySignal<boolean>
  /** Why it cannot be had, or null when it can. */
  reason: string | null
  dispose: Disposer
}

/** Let an element fill the screen and give it back; Escape gives it back too. */
export function fullScreen(root: HTMLElement): FullScreen {
  const on = signal(false)
  // Of an element in a shadow root the document names the host.
  const filled = () => (root.getRootNode() as Document | ShadowRoot).fullscreenElement === root
  const changed = () => {
    on.value = filled()
    root.classList.toggle("liq-full", on.value)
  }
  const bag = disposerBag()
  document.addEventListener("fullscreenchange", changed)
  bag.add(
    () => document.removeEventListener("fullscreenchange", changed),
    () => void (filled() && document.exitFullscreen()),
  )
  return {
    on,
    turn: () => (filled() ? document.exitFullscreen() : root.requestFullscreen()),
    reason: document.fullscreenEnabled ? null : "This page does not let its parts fill the screen",
    dispose: bag.dispose,
  }
}
