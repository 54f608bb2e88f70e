import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag } from "../dom/dispose"
import { counter } from "../wire/gate"
import type { Traits } from "../wire/protocol"
import { randomId } from "../wire/random_id"
import { copyState, copyText } from "./copy_code"
import type { DrawerGroup } from "./drawer"
import { fileLink } from "./file_link"
import { fullScreen } from "./full_screen"
import { composite, download } from "./save_picture"
import { share } from "./share"

export interface SharingOptions {
  model: AnyModel<Traits>
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

/** Save the view as a picture or a file, copy it as code, or fill the screen with it. */
export function sharing({ model, root, figure, tags, say }: SharingOptions): Sharing {
  const bag = disposerBag()
  const offline = model.get("_offline")
  const link = fileLink(model, randomId(), counter())
  const full = fullScreen(root, (on) => {
    root.classList.toggle("liq-full", on)
    parts.showFull(on)
  })
  const name = (ending: string) => `${model.get("symbol").replace(/[^\w.-]+/g, "_")}-liquidations-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "")}.${ending}`
  const parts = share({
    async png() {
      const file = name("png")
      download(file, await composite(figure, tags, caption(model)))
      return `Saved ${file}`
    },
    async html() {
      const file = await link.ask()
      download(file.name, file.blob)
      return `Saved ${file.name}`
    },
    async copy() {
      const code = copyState(model)
      return (await copyText(code)) ? `Copied: ${code}` : `The page may not copy; take it from here: ${code}`
    },
    full: full.turn,
    say,
  })
  parts.disable({ html: offline ? "This is that file already" : null, full: full.reason })
  bag.add(link.dispose, full.dispose)
  return { group: parts.group, full: () => (full.reason ? say(full.reason) : void full.turn()), dispose: bag.dispose }
}

function caption(model: AnyModel<Traits>): string {
  const market = model.get("_market")
  const measure = model.get("measure") === "expected" ? `expected in ${model.get("horizon")}` : "size"
  const end = market ? `${new Date(market.time[1]).toISOString().slice(0, 16).replace("T", " ")} UTC` : ""
  return [market?.label ?? model.get("symbol"), `estimated liquidations, ${measure}`, end, "liqwidget"].filter(Boolean).join(" · ")
}
