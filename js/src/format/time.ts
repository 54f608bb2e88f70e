const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** Write a UTC time as 14 Dec 09:35. */
export function formatTime(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return "–"
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

/** Write a duration with its one largest fitting unit: 45 min, 7.5 h, 3.2 d. */
export function formatAge(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "–"
  const minutes = ms / 60_000
  if (minutes < 90) return `${Math.round(minutes)} min`
  const hours = minutes / 60
  if (hours < 36) return `${Number(hours.toFixed(1))} h`
  return `${Number((hours / 24).toFixed(1))} d`
}
