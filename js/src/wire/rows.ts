/** Rows of float64 of the candles of a picture, and of its realised liquidations. */
export const CANDLE_ROWS = [
  "start",
  "end",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "takerBuy",
  "interest",
  "funding",
  "liquidatedLong",
  "liquidatedShort",
] as const
export const EVENT_ROWS = ["time", "price", "size", "side"] as const
