import { fresh_ms as FRESH } from "../../../liqwidget/look.json"
import { formatAge } from "../format/time"
import type { Feed } from "../wire/live_state"

const AGEING = new Set(["connected", "stale", "reconnecting"])

export interface FeedText {
  /** What follows the venue's name: 2 s, 3 min, refused, to 2026-01-05 12:00. */
  text: string
  level: "fresh" | "late" | "missing" | "still"
  /** Whether the text changes by itself. */
  ages: boolean
}

/** Say how fresh a venue's data are; `now` is null where no time runs: in a file, and without a kernel. */
export function feedText({ state, time }: Feed, now: number | null): FeedText {
  const missing = state === "refused" || state === "off"
  if (time === null) return { text: state, level: missing ? "missing" : "late", ages: false }
  const still = `to ${stamp(time).slice(0, 16)}`
  if (missing) return { text: `${state}, ${still}`, level: "missing", ages: false }
  if (state === "simulated") return { text: "simulated", level: "still", ages: false }
  if (!AGEING.has(state) || now === null) return { text: still, level: state === "stale" ? "late" : "still", ages: false }
  const age = Math.max(0, now - time)
  const text = age < FRESH ? `${Math.floor(age / 1000)} s` : formatAge(age)
  const late = state !== "connected" || age > FRESH
  return { text: state === "reconnecting" ? `${text}, reconnecting` : text, level: late ? "late" : "fresh", ages: true }
}

/** All that is known of a venue, for its title and for screen readers. */
export function feedTitle({ venue, state, time, reason }: Feed): string {
  return [`${venue}: ${state}`, time === null ? "no data" : `last data ${stamp(time)} UTC`, reason].filter(Boolean).join(", ")
}

const stamp = (time: number): string => new Date(time).toISOString().slice(0, 19).replace("T", " ")
