const STEPS = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
] as const

/** Whether a quote currency is any dollar, which is written as $ or left out. */
export const isDollar = (quote: string): boolean => /^USD[A-Z]?$/.test(quote)

/** Write an amount with three significant digits: $1.23M, or 1.23M EUR when the quote is not a dollar. */
export function formatMoney(amount: number, quote = "USD"): string {
  if (!Number.isFinite(amount)) return "–"
  const dust = amount !== 0 && Math.abs(amount) < 0.01
  const text = dust ? "0.01" : compact(Math.abs(amount))
  const sign = `${dust ? "<" : ""}${amount < 0 ? "−" : ""}`
  return isDollar(quote) ? `${sign}$${text}` : `${sign}${text} ${quote}`
}

/** Write an estimate with two significant digits: more would say more than is known. */
export function formatEstimate(amount: number, quote = "USD"): string {
  return formatMoney(Number.isFinite(amount) && amount !== 0 ? Number(amount.toPrecision(2)) : amount, quote)
}

/** What amounts are per price cell: "est. $ per 0.1 %", a tenth of a percent of the price. */
export const perCell = (quote: string): string => `est. ${isDollar(quote) ? "$" : quote} per 0.1 %`

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

/** Write a low and a high estimate: "$2.9M – 96M". */
export const rangeMoney = ([low, high]: readonly [number, number], quote: string): string =>
  `${formatEstimate(low, quote).replace(` ${quote}`, "")} – ${formatEstimate(high, quote).replace("$", "")}`
