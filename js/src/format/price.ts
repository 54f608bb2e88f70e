/** Write a price with thousands separators and a fixed number of decimals. */
export function formatPrice(price: number, decimals: number): string {
  if (!Number.isFinite(price)) return "–"
  const places = Math.max(0, Math.min(12, decimals))
  return price.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })
}
