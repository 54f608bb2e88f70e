import type { Market } from "../wire/traits"
import { type Timezone, clockOffset } from "./clocks"

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** Write a time as 14 Dec 09:35 on the clocks of a zone, or with its year. */
export function formatTime(ms: number, zone: Timezone = "UTC", year = false): string {
  const date = new Date(ms + clockOffset(ms, zone))
  if (Number.isNaN(date.getTime())) return "–"
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}${year ? ` ${date.getUTCFullYear()}` : ""}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Write a duration in whole units of one kind: 45 min, 7 h, 3 d; under two of a kind in the next smaller. */
export function formatAge(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "–"
  if (ms < 119.5 * MINUTE) return `${Math.round(ms / MINUTE)} min`
  if (ms < 47.5 * HOUR) return `${Math.round(ms / HOUR)} h`
  return `${Math.round(ms / DAY)} d`
}

/** Write the length of a candle as Python takes it: 90m, 4h, 1d. */
export function formatLength(ms: number): string {
  for (const [unit, name] of [[7 * DAY, "w"], [DAY, "d"], [HOUR, "h"], [MINUTE, "m"]] as const) if (ms >= unit && ms % unit === 0) return `${ms / unit}${name}`
  return `${Math.round(ms / 1000)}s`
}

/** Data that end so long ago [ms], or two candles, end in the past. */
const PRESENT = 10 * MINUTE

/** Whether what is shown reaches the present: else its end has a time, and is not called now. */
export function endsNow({ now, time, timeframe_ms: candle }: Pick<Market, "now" | "time" | "timeframe_ms">, clock = Date.now()): boolean {
  return clock - (now ?? time[1]) < Math.max(PRESENT, 2 * candle)
}
