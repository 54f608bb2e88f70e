import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag } from "../dom/dispose"
import { element } from "../dom/element"
import type { Feed } from "../wire/live_state"
import { observe } from "../wire/model"
import type { Traits } from "../wire/protocol"
import { feedText, type FeedText, feedTitle } from "./feed_text"

export interface FeedLine {
  node: HTMLElement
  /** Whether a kernel still sends: without one, times are shown instead of ages. */
  running(yes: boolean): void
  dispose: Disposer
}

const SECOND = 1000
/** So many missing venues have their names in the short form. */
const NAMED = 3

/** On the picture: each venue with the age of its data, which counts on; those that are missing too. */
export function feedLine(model: AnyModel<Traits>): FeedLine {
  const list = element("div", "liq-feed-list", { role: "list", "aria-label": "Data age per venue" })
  const short = element("div", "liq-feed-short", {}, [dot(), element("span", "")])
  const node = element("div", "liq-feeds", {}, [list, short])
  const bag = disposerBag()
  let runs = !model.get("_offline")
  let skew = 0
  let shape = ""
  let timer: ReturnType<typeof setInterval> | undefined
  let seen = true

  const feeds = (): readonly Feed[] => model.get("_live")?.feeds ?? model.get("_market")?.feeds ?? []
  const now = () => (runs ? Date.now() - skew : null)
  const draw = () => {
    const known = feeds()
    const told = together(known, now())
    node.hidden = told.length === 0
    // Elements stay while only ages change, so that their titles can be read.
    const next = told.map(({ names, level }) => names + level).join()
    if (next !== shape) list.replaceChildren(...told.map(chip))
    shape = next
    told.forEach(({ text, title }, i) => {
      const made = list.children[i] as HTMLElement
      made.title = title
      put(made.lastElementChild!, text)
    })
    short.dataset.level = LEVELS.findLast((level) => told.some((part) => part.level === level)) ?? ""
    short.title = told.map(({ names, text }) => `${names} ${text}`).join("\n")
    put(short.lastElementChild!, inShort(known, now()))
    fit()
    tick(told.some(({ ages }) => ages))
  }
  /** Fall back to one sentence where the venues do not fit side by side. */
  const fit = () => {
    node.dataset.short = "false"
    node.dataset.short = String(list.scrollWidth > list.clientWidth + 1)
  }
  const tick = (ages: boolean) => {
    const wanted = ages && seen && !document.hidden
    if (wanted && timer === undefined) timer = setInterval(draw, SECOND)
    else if (!wanted) {
      clearInterval(timer)
      timer = undefined
    }
  }
  const came = () => {
    const live = model.get("_live")
    if (live) skew = Date.now() - live.now
    draw()
  }
  const sight = new IntersectionObserver((entries) => {
    seen = entries.some(({ isIntersecting }) => isIntersecting)
    draw()
  })
  const room = new ResizeObserver(fit)
  bag.add(
    () => sight.disconnect(),
    () => room.disconnect(),
    observe(model, ["_live"], came),
    observe(model, ["_market"], draw),
    () => document.removeEventListener("visibilitychange", draw),
    () => clearInterval(timer),
  )
  document.addEventListener("visibilitychange", draw)
  draw()
  sight.observe(node)
  room.observe(node)
  return {
    node,
    running(yes) {
      if (model.get("_offline") || yes === runs) return
      runs = yes
      draw()
    },
    dispose: bag.dispose,
  }
}

interface Told extends FeedText {
  names: string
  title: string
}

/** Venues of which the same is said stand together, but for ages. */
function together(feeds: readonly Feed[], now: number | null): Told[] {
  const told: Told[] = []
  for (const feed of feeds) {
    const said = feedText(feed, now)
    const same = said.ages ? undefined : told.find(({ text, level, ages }) => !ages && text === said.text && level === said.level)
    if (same) {
      same.names += `, ${feed.venue}`
      same.title += `\n${feedTitle(feed)}`
    } else told.push({ ...said, names: feed.venue, title: feedTitle(feed) })
  }
  return told
}

function inShort(feeds: readonly Feed[], now: number | null): string {
  const there = feeds.filter((feed) => feedText(feed, now).level !== "missing")
  const times = there.flatMap(({ time }) => (time === null ? [] : [time]))
  const oldest = there.find(({ time }) => time === Math.min(...times))
  const gone = feeds.filter((feed) => !there.includes(feed)).map(({ venue }) => venue)
  const parts = [`${there.length} venue${there.length === 1 ? "" : "s"}`]
  if (oldest) {
    const { text, ages } = feedText(oldest, now)
    parts.push(ages ? `oldest ${oldest.venue} ${text}` : text)
  }
  if (gone.length) parts.push(`${gone.length > NAMED ? gone.length : gone.join(", ")} missing`)
  return parts.join(", ")
}

const LEVELS = ["still", "fresh", "missing", "late"] as const
const dot = () => element("i", "liq-feed-dot", { "aria-hidden": "true" })

function chip({ names, level }: Told): HTMLElement {
  const name = element("span", "liq-feed-name", {}, [`${names} `])
  return element("span", "liq-feed", { role: "listitem", "data-level": level }, [dot(), name, element("span", "")])
}

function put(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
