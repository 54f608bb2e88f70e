/** Round values between two numbers, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / Math.max(count, 1)
  if (!(raw > 0) || !Number.isFinite(raw)) return []
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= raw) ?? raw
  const found: number[] = []
  for (let n = Math.ceil(low / step); n * step <= high; n++) found.push(n * step)
  return found
}
