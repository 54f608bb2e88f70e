/** Write a duration with its one largest fitting unit: 45 min, 7.5 h, 3.2 d. */
export function formatAge(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "–"
  const minutes = ms / 60_000
  if (minutes < 90) return `${Math.round(minutes)} min`
  const hours = minutes / 60
  if (hours < 36) return `${Number(hours.toFixed(1))} h`
  return `${Number((hours / 24).toFixed(1))} d`
}
