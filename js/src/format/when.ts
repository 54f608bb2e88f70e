const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/** Write a UTC time as 14 Dec 09:35. */
export function formatTime(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return "–"
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}
