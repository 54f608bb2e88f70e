const STEPS = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
] as const

/** Write an amount with three significant digits: $1.23M, or 1.23M EUR when the quote is not a dollar. */
export function formatMoney(amount: number, quote = "USD"): string {
  if (!Number.isFinite(amount)) return "–"
  const dust = amount !== 0 && Math.abs(amount) < 0.01
  const text = dust ? "0.01" : compact(Math.abs(amount))
  const sign = `${dust ? "<" : ""}${amount < 0 ? "−" : ""}`
  return /^USD[A-Z]?$/.test(quote) ? `${sign}$${text}` : `${sign}${text} ${quote}`
}

function compact(amount: number): string {
  if (amount === 0) return "0"
  for (const [step, suffix] of STEPS) {
    if (amount >= step * 0.9995) return `${significant(amount / step)}${suffix}`
  }
  return significant(amount)
}

function significant(value: number): string {
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return String(Number(value.toFixed(digits)))
}

/** Write a low and a high amount: "$2.93M – 96.2M". */
export const rangeMoney = ([low, high]: readonly [number, number], quote: string): string =>
  `${formatMoney(low, quote).replace(` ${quote}`, "")} – ${formatMoney(high, quote).replace("$", "")}`
