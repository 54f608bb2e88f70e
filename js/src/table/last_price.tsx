import { formatPrice } from "../format/price"
import type { Cluster, Market } from "../wire/traits"
import { type FieldName, PRICES } from "./columns"

/** Before which row the last price stands, where rows are sorted by a price; -1 where they are not. */
export function lastPlace(sorted: readonly Cluster[], { name, descending }: { name: FieldName; descending: boolean }, market: Market | null): number {
  const price = market?.last_price
  if (!PRICES.has(name) || price === undefined) return -1
  const beyond = sorted.findIndex(({ peak_price }) => (descending ? peak_price < price : peak_price > price))
  return beyond < 0 ? sorted.length : beyond
}

/** The row of the last price. */
export const LastPrice = ({ market }: { market: Market | null }) => (
  <tr class="liq-last-row">
    <td />
    <td colSpan={99}>{`last price ${formatPrice(market?.last_price ?? Number.NaN, market?.price_decimals ?? 2)}`}</td>
  </tr>
)
