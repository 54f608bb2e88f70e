import { formatMoney } from "./money"

/** Write a low and a high amount: "$2.93M – 96.2M". */
export const rangeMoney = ([low, high]: readonly [number, number], quote: string): string =>
  `${formatMoney(low, quote).replace(` ${quote}`, "")} – ${formatMoney(high, quote).replace("$", "")}`
