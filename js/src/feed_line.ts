import type { AnyModel } from "@anywidget/types"
import { disposerBag, type Disposer } from "./disposer"
import { element } from "./element"
import { feedText, feedTitle, type FeedText } from "./feed_text"
import { observe } from "./observe"
import type { Feed, Traits } from "./protocol"

export interface FeedLine {
  node: HTMLElement
  /** Whether a kernel still sends: without one, times are shown instead of ages. */
  running(yes: boolean): void
  dispose: Disposer
}

const SECOND = 1000

/** On the picture: each venue with the age of its data, which counts on; those that are missing too. */
export function feedLine(model: AnyModel<Traits>): FeedLine {
  const list = element("div", "liq-feed-list", { role: "list", "aria-label": "Data age per venue" })
  const short = element("div", "liq-feed-short")
  const node = element("div", "liq-feeds", {}, [list, short])
  const bag = disposerBag()
  let runs = !model.get("_offline")
  let skew = 0
  let shape = ""
  let timer: ReturnType<typeof setInterval> | undefined
  let seen = typeof IntersectionObserver === "undefined"

  const feeds = (): readonly Feed[] => model.get("_live")?.feeds ?? model.get("_market")?.feeds ?? []
  const now = () => (runs ? Date.now() - skew : null)
  const draw = () => {
    const known = feeds()
    const told = together(known, now())
    const lines = told.map(({ names, text, level, title }) => ({ line: `${names} ${text}`, names, text, level, title }))
    node.hidden = lines.length === 0
    const next = JSON.stringify(told.map(({ names, level, title }) => [names, level, title]))
    if (next === shape) lines.forEach(({ text }, i) => put(list.children[i]?.lastElementChild, text))
    else {
      list.replaceChildren(...lines.map((line) => chip(line)))
      shape = next
    }
    put(short.lastElementChild, inShort(known, now()))
    const level = worst(told)
    if (short.dataset.level !== level || !short.firstElementChild) {
      short.dataset.level = level
      short.replaceChildren(element("i", "liq-feed-dot"), element("span", "", {}, [inShort(known, now())]))
    }
    short.title = lines.map(({ line }) => line).join("\n")
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
  if (typeof IntersectionObserver !== "undefined") {
    const watch = new IntersectionObserver((entries) => {
      seen = entries.some(({ isIntersecting }) => isIntersecting)
      draw()
    })
    watch.observe(node)
    bag.add(() => watch.disconnect())
  }
  if (typeof ResizeObserver !== "undefined") {
    const watch = new ResizeObserver(fit)
    watch.observe(node)
    bag.add(() => watch.disconnect())
  }
  bag.add(
    observe(model, ["_live"], came),
    observe(model, ["_market"], draw),
    () => document.removeEventListener("visibilitychange", draw),
    () => clearInterval(timer),
  )
  document.addEventListener("visibilitychange", draw)
  draw()
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
  const gone = feeds.length - there.length
  const parts = [`${there.length} venue${there.length === 1 ? "" : "s"}`]
  if (oldest) {
    const { text, ages } = feedText(oldest, now)
    parts.push(ages ? `oldest ${oldest.venue} ${text}` : text)
  }
  if (gone) parts.push(`${gone} missing`)
  return parts.join(", ")
}

const LEVELS = ["still", "fresh", "missing", "late"] as const
const worst = (told: readonly Told[]) => LEVELS.findLast((level) => told.some((part) => part.level === level)) ?? "still"

function chip({ names, text, level, title }: Pick<Told, "names" | "text" | "level" | "title">): HTMLElement {
  return element("span", "liq-feed", { role: "listitem", "data-level": level, title }, [
    element("i", "liq-feed-dot", { "aria-hidden": "true" }),
    element("span", "liq-feed-name", {}, [`${names} `]),
    element("span", "", {}, [text]),
  ])
}

function put(node: Element | null | undefined, text: string): void {
  if (node && node.textContent !== text) node.textContent = text
}
