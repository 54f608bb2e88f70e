import type { Interval } from "./protocol"

export type FeedState = "connected" | "stale" | "reconnecting" | "refused" | "off" | "history" | "simulated" | "own frames"

/** How fresh one venue's data are. */
export interface Feed {
  venue: string
  state: FeedState
  /** Time of the last data; null for none. */
  time: number | null
  reason: string
}

/** What moves with every update of live data; without a price in replay. */
export interface Live {
  number: number
  /** The kernel's clock when it was sent. */
  now: number
  feeds: readonly Feed[]
  last_price?: number
  /** The last close, and the present. */
  time?: Interval
  /** The newest candles of the drawn market: start, end, open, high, low, close. */
  candles?: readonly (readonly number[])[]
}
