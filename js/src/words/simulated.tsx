import { simulated } from "../../../liqwidget/look.json"
import type { Bound } from "../wire/bound"

/** Across the top of a picture of which nothing is real. */
export function Simulated({ bound }: { bound: Bound }) {
  const market = bound.traits._market.value
  return market?.simulated ? <div class="liq-simulated" role="note">{simulated.banner}</div> : null
}

/** On that picture itself, so that a copy of it says so too. */
export function Watermark({ bound }: { bound: Bound }) {
  const market = bound.traits._market.value
  return market?.simulated ? <div class="liq-watermark" aria-hidden="true">{simulated.watermark}</div> : null
}
