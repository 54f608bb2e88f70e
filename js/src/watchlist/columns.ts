import { formatEstimate, isDollar } from "../format/money"
import { formatPercent } from "../format/percent"
import { formatPrice } from "../format/price"
import { formatAge } from "../format/time"

/** The nearest cluster on one side of the price. */
export interface Near {
  price: number
  distance: number
  size: number
  /** How much more that is than a day before; null where that is not known. */
  change: number | null
  heat: number
}

export type RowState = "waiting" | "reading" | "live" | "stopped" | "simulated" | "own frames" | "failed"

/** One market, as Python tells it; without a price it is not read. */
export interface MarketRow {
  symbol: string
  state: RowState
  reason: string
  alerts: number
  alert: string
  price: number | null
  decimals?: number
  quote?: string
  unit?: string
  change?: number | null
  below?: Near | null
  above?: Near | null
  /** Up to when it is known [ms]. */
  time?: number
  venues?: readonly string[]
}

export interface WatchlistTraits {
  rows: readonly MarketRow[]
  opened: string
  note: string
  theme: "auto" | "light" | "dark"
}

export type ColumnName = "symbol" | "price" | "change" | "below" | "above" | "nearest" | "age" | "alerts"

export interface Column {
  name: ColumnName
  head: string
  title: string
  number: boolean
  /** The first click on the heading sorts the largest first. */
  descending: boolean
  /** What is sorted by; what is not known comes last. */
  key(row: MarketRow, now: number): number | string | null
}

const size = (near: Near | null | undefined) => near?.size ?? null

export const COLUMNS: readonly Column[] = [
  { name: "symbol", head: "Market", title: "Open its heatmap below", number: false, descending: false, key: ({ symbol }) => symbol },
  { name: "price", head: "Price", title: "The last price", number: true, descending: true, key: ({ price }) => price },
  { name: "change", head: "24 h", title: "Change of the price within 24 hours", number: true, descending: true, key: ({ change }) => change ?? null },
  { name: "below", head: "Longs below, change in 24 h", title: "The nearest cluster of longs under the price: near edge, distance, est. amount and its change within 24 hours", number: true, descending: true, key: ({ below }) => size(below) },
  { name: "above", head: "Shorts above, change in 24 h", title: "The nearest cluster of shorts over the price: near edge, distance, est. amount and its change within 24 hours", number: true, descending: true, key: ({ above }) => size(above) },
  { name: "nearest", head: "Nearest", title: "Distance to the nearer of both", number: true, descending: false, key: nearest },
  { name: "age", head: "Data", title: "How old the data are", number: true, descending: false, key: ({ time }, now) => (time === undefined ? null : now - time) },
  { name: "alerts", head: "Alerts", title: "How many alerts were told", number: true, descending: true, key: ({ alerts }) => alerts },
]

/** Distance to the nearer cluster [%], without a sign. */
export function nearest({ below, above }: MarketRow): number | null {
  const found = [below, above].flatMap((near) => (near ? [Math.abs(near.distance)] : []))
  return found.length > 0 ? Math.min(...found) : null
}

/** Rows in order of a column; what is not known stands at the end either way, equals as they were. */
export function sorted(rows: readonly MarketRow[], column: Column | undefined, descending: boolean, now: number): MarketRow[] {
  if (!column) return [...rows]
  const known = (row: MarketRow) => column.key(row, now)
  return [...rows].sort((a, b) => {
    const [x, y] = [known(a), known(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    const order = typeof x === "string" ? x.localeCompare(String(y)) : x - Number(y)
    return descending ? -order : order
  })
}

export interface NearText {
  price: string
  distance: string
  size: string
  change: string
}

export function nearText(near: Near, { decimals = 2, unit = "USD" }: MarketRow): NearText {
  const { change } = near
  const moved = change === null ? "" : Math.abs(change) < 0.005 * near.size ? "±0" : `${change > 0 ? "+" : ""}${formatEstimate(change, unit)}`
  return { price: formatPrice(near.price, decimals), distance: formatPercent(near.distance), size: `est. ${formatEstimate(near.size, unit)}`, change: moved }
}

export const priceText = ({ price, decimals = 2, quote = "USD" }: MarketRow): string =>
  price === null ? "–" : isDollar(quote) ? formatPrice(price, decimals) : `${formatPrice(price, decimals)} ${quote}`

/** How old the data are, or up to when they go where no time runs. */
export function ageText({ state, time, reason }: MarketRow, now: number): string {
  if (time === undefined) return state === "failed" && reason ? "failed" : state
  if (state === "live") {
    const age = Math.max(0, now - time)
    return age < 60_000 ? `${Math.floor(age / 1000)} s` : formatAge(age)
  }
  // Simulated and own data stand still, and are named elsewhere.
  const stands = state === "simulated" || state === "own frames" ? "" : `${state}, `
  return `${stands}to ${new Date(time).toISOString().slice(0, 16).replace("T", " ")}`
}

/** All that is said of a market, for its title. */
export function rowTitle(row: MarketRow): string {
  const said = [row.alert && `Last alert: ${row.alert}`, row.reason || (row.price !== null && row.state), row.venues && `Venues: ${row.venues.join(", ")}`]
  return said.filter(Boolean).join("\n")
}
