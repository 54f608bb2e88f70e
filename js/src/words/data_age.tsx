import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals"
import { useLayoutEffect, useRef } from "preact/hooks"
import { fresh_ms as FRESH } from "../../../liqwidget/look.json"
import { groundOf, type Theme } from "../dom/theme"
import { formatAge } from "../format/time"
import type { Bound } from "../wire/bound"
import type { Feed } from "../wire/traits"

const AGEING = new Set(["connected", "stale", "reconnecting"])
const MISSING = new Set(["refused", "no network", "no answer", "off"])

export interface FeedText {
  /** What follows the venue's name: 2 s, 3 min, refused, to 2026-01-05 12:00. */
  text: string
  freshness: "fresh" | "late" | "missing" | "still"
  /** Whether the text changes by itself. */
  ages: boolean
}

/** Say how fresh a venue's data are; `now` is null where no time runs: in a file, and without a kernel. */
export function feedText({ state, time }: Feed, now: number | null): FeedText {
  const missing = MISSING.has(state)
  if (time === null) return { text: state, freshness: missing ? "missing" : "late", ages: false }
  const still = `to ${stamp(time).slice(0, 16)}`
  if (missing) return { text: `${state}, ${still}`, freshness: "missing", ages: false }
  if (state === "simulated") return { text: "simulated", freshness: "still", ages: false }
  if (!AGEING.has(state) || now === null) return { text: still, freshness: state === "stale" ? "late" : "still", ages: false }
  const age = Math.max(0, now - time)
  const text = age < FRESH ? `${Math.floor(age / 1000)} s` : formatAge(age)
  const late = state !== "connected" || age > FRESH
  return { text: state === "reconnecting" ? `${text}, reconnecting` : text, freshness: late ? "late" : "fresh", ages: true }
}

/** All that is known of a venue, for its title and for screen readers. */
export function feedTitle({ venue, state, time, reason }: Feed): string {
  return [`${venue}: ${state}`, time === null ? "no data" : `last data ${stamp(time)} UTC`, reason].filter(Boolean).join(", ")
}

const stamp = (time: number): string => new Date(time).toISOString().slice(0, 19).replace("T", " ")

const SECOND = 1000
/** So many missing venues have their names in the short form. */
const NAMED = 3
const FROM_GOOD_TO_BAD = ["still", "fresh", "missing", "late"] as const

export interface DataAgeProps {
  bound: Bound
  theme: ReadonlySignal<Theme>
  /** Whether a kernel still sends: without one, times are shown instead of ages. */
  running: ReadonlySignal<boolean>
}

/** On the picture: each venue with the age of its data, which counts on; those that are missing too. */
export function DataAge({ bound, theme, running }: DataAgeProps) {
  const { _live, _market, _offline, view, map_theme } = bound.traits
  const node = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const tick = useSignal(0)
  const seen = useSignal(true)
  const skew = useComputed(() => (_live.value ? Date.now() - _live.value.now : 0))
  const runs = running.value && !_offline.value
  const feeds = _live.value?.feeds ?? _market.value?.feeds ?? []
  const now = tick.value >= 0 && runs ? Date.now() - skew.value : null
  const told = together(feeds, now)
  const ages = told.some((part) => part.ages) && seen.value && !document.hidden

  // Falls back to one sentence where the venues do not fit side by side.
  const fit = () => {
    if (!node.current || !list.current) return
    node.current.dataset.short = "false"
    node.current.dataset.short = String(list.current.scrollWidth > list.current.clientWidth + 1)
  }
  useLayoutEffect(fit)
  useLayoutEffect(() => {
    if (!ages) return
    const timer = setInterval(() => void tick.value++, SECOND)
    return () => clearInterval(timer)
  }, [ages])
  useLayoutEffect(() => {
    const turned = () => void tick.value++
    const sight = new IntersectionObserver((entries) => {
      seen.value = entries.some(({ isIntersecting }) => isIntersecting)
      turned()
    })
    const room = new ResizeObserver(fit)
    document.addEventListener("visibilitychange", turned)
    sight.observe(node.current!)
    room.observe(node.current!)
    return () => {
      document.removeEventListener("visibilitychange", turned)
      sight.disconnect()
      room.disconnect()
    }
  }, [])
  return (
    <div ref={node} class="liq-feeds liq-on-map" data-theme={view.value === "map" ? theme.value : groundOf(map_theme.value, theme.value)} hidden={told.length === 0}>
      <div ref={list} class="liq-feed-list" role="list" aria-label="Data age per venue">
        {told.map(({ names, freshness, text, title }) => (
          <span key={names + freshness} class="liq-feed" role="listitem" data-level={freshness} title={title}>
            <i class="liq-feed-dot" aria-hidden="true" />
            <span class="liq-feed-name">{`${names} `}</span>
            <span>{text}</span>
          </span>
        ))}
      </div>
      <div
        class="liq-feed-short"
        data-level={FROM_GOOD_TO_BAD.findLast((freshness) => told.some((part) => part.freshness === freshness)) ?? ""}
        title={told.map(({ names, text }) => `${names} ${text}`).join("\n")}
      >
        <i class="liq-feed-dot" aria-hidden="true" />
        <span>{inShort(feeds, now)}</span>
      </div>
    </div>
  )
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
    const same = said.ages ? undefined : told.find(({ text, freshness, ages }) => !ages && text === said.text && freshness === said.freshness)
    if (same) {
      same.names += `, ${feed.venue}`
      same.title += `\n${feedTitle(feed)}`
    } else told.push({ ...said, names: feed.venue, title: feedTitle(feed) })
  }
  return told
}

function inShort(feeds: readonly Feed[], now: number | null): string {
  const there = feeds.filter((feed) => feedText(feed, now).freshness !== "missing")
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
