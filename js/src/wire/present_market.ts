import type { AnyModel } from "@anywidget/types"
import type { Market, Traits } from "./protocol"

/** The market with what live data have brought since it was sent. */
export function presentMarket(model: AnyModel<Traits>): Market {
  const market = model.get("_market")!
  const { time, last_price = market.last_price } = model.get("_live") ?? {}
  if (!time) return market
  const [closed, now] = time
  const step = market.timeframe_ms
  return { ...market, last_price, time: [market.time[0], closed], now, edge: Math.ceil(now / step) * step }
}
