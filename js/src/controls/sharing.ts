import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag } from "../dom/dispose"
import { exactBytes } from "../wire/bytes"
import type { Messages } from "../wire/messages"
import type { Traits } from "../wire/traits"
import { copyState, copyText } from "./copy_code"
import type { DrawerGroup } from "./drawer"
import { fullScreen } from "./full_screen"
import { composite, download } from "./save_picture"
import { share } from "./share"

export interface SharingOptions {
  model: AnyModel<Traits>
  messages: Messages
  /** What fills the screen, and what is saved as a picture. */
  root: HTMLElement
  figure: HTMLElement
  tags: readonly HTMLElement[]
  say: (sentence: string) => void
}

export interface Sharing {
  group: DrawerGroup
  /** Fill the screen or leave it, or say why that cannot be had. */
  full(): void
  dispose: Disposer
}

const PATIENCE = 60_000
const SILENCE = 'The kernel did not answer. Try again when it is idle, or write h.to_html("map.html")'

/** Save the view as a picture or a file, copy it as code, or fill the screen with it. */
export function sharing({ model, messages, root, figure, tags, say }: SharingOptions): Sharing {
  const bag = disposerBag()
  const file = offlineFile(messages)
  const offline = model.get("_offline")
  const full = fullScreen(root, (on) => {
    root.classList.toggle("liq-full", on)
    parts.showFull(on)
  })
  const name = (ending: string) => `${model.get("symbol").replace(/[^\w.-]+/g, "_")}-liquidations-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "")}.${ending}`
  const parts = share({
    async png() {
      const saved = name("png")
      download(saved, await composite(figure, tags, caption(model)))
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
    full: full.turn,
    say,
  })
  parts.disable({ html: offline ? "This is that file already" : null, full: full.reason })
  bag.add(full.dispose)
  return { group: parts.group, full: () => (full.reason ? say(full.reason) : void full.turn()), dispose: bag.dispose }
}

function caption(model: AnyModel<Traits>): string {
  const market = model.get("_market")
  const measure = model.get("measure") === "expected" ? `expected in ${model.get("horizon")}` : "size"
  const end = market ? `${new Date(market.time[1]).toISOString().slice(0, 16).replace("T", " ")} UTC` : ""
  return [market?.label ?? model.get("symbol"), `estimated liquidations, ${measure}`, end, "liqwidget"].filter(Boolean).join(" · ")
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
