/** Write a signed percentage with two decimals (one from 10 % on). */
export function formatPercent(percent: number): string {
  if (!Number.isFinite(percent)) return "–"
  const digits = Math.abs(percent) >= 9.995 ? 1 : 2
  const text = Math.abs(percent).toFixed(digits)
  const sign = Number(text) === 0 ? "" : percent < 0 ? "−" : "+"
  return `${sign}${text} %`
}

/** Write shares with the largest first: 25-50x 60 %, 10-25x 40 %. */
export function mixText(shares: Readonly<Record<string, number>>): string {
  const parts = Object.entries(shares)
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`)
  return parts.join(", ") || "unknown"
}
