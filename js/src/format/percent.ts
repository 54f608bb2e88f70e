/** Write a signed percentage with two decimals (one from 10 % on). */
export function formatPercent(percent: number): string {
  if (!Number.isFinite(percent)) return "–"
  const digits = Math.abs(percent) >= 9.995 ? 1 : 2
  const text = Math.abs(percent).toFixed(digits)
  const sign = Number(text) === 0 ? "" : percent < 0 ? "−" : "+"
  return `${sign}${text} %`
}
