const DIGITS = 5

/** Decimals that leave a price about five digits, and no more than its market has. */
export function priceDecimals(price: number, most: number): number {
  const whole = Math.ceil(Math.log10(Math.max(price, 1e-12) * (1 + 1e-12)))
  return Math.max(0, Math.min(most, DIGITS - whole))
}
