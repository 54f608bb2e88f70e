/** "UTC", the name of a zone such as "Europe/Berlin", or "local": that of the browser. */
export type Timezone = string

const MINUTE = 60_000
const written = new Map<Timezone, Intl.DateTimeFormat | null>()

function formatOf(zone: Timezone): Intl.DateTimeFormat | null {
  let format = written.get(zone)
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" })
    } catch {
      // A browser that does not know the zone shows UTC, and says so at the axis.
      format = null
    }
    written.set(zone, format)
  }
  return format
}

/** How far the clocks of a zone are ahead of UTC at a time [ms]. */
export function clockOffset(ms: number, zone: Timezone): number {
  if (zone === "UTC" || !Number.isFinite(ms)) return 0
  if (zone === "local") return -new Date(ms).getTimezoneOffset() * MINUTE
  const format = formatOf(zone)
  if (!format) return 0
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)])) as Record<string, number>
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second) - Math.floor(ms / 1000) * 1000
}

/** What the clocks of a zone are called at a time: UTC, UTC+1, UTC−3:30. */
export function clockText(ms: number, zone: Timezone): string {
  const minutes = Math.round(clockOffset(ms, zone) / MINUTE)
  if (minutes === 0) return "UTC"
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`
}
