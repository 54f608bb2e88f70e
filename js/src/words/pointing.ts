import type { AnyModel } from "@anywidget/types"
import { cellUnder } from "../heat/frame"
import type { Heat } from "../heat/heat"
import type { Messages } from "../wire/messages"
import type { Market, Traits } from "../wire/traits"
import { exactReading } from "./reading"
import type { Pointed, Readout } from "./readout"
import { tellAbout, tellExact } from "./told"

export interface Pointing {
  /** Read out what is pointed at: on the picture, beside it (a price) or under it (a time). */
  at(at: Pointed | null): void
  dispose(): void
}

export interface PointingOptions {
  model: AnyModel<Traits>
  messages: Messages
  market: () => Market
  picture: Heat
  readout: Readout
  /** What is said while nothing is pointed at. */
  hint: () => string
  decimals: () => number
  failed: (sentence: string) => void
}

/** What the page knows of a place at once, then what the kernel answers. */
export function pointing({ model, messages, market, picture, readout, hint, decimals, failed }: PointingOptions): Pointing {
  let asked: { time: number; price: number } | null = null
  const exact = exactReading({
    model,
    messages,
    failed,
    heard(reading) {
      if (asked && picture.shown()) tellExact(readout, reading, market(), { measure: model.get("measure"), horizon: model.get("horizon") })
    },
  })
  return {
    at(at) {
      const [frame, end] = [picture.shown(), market().now ?? market().time[1]]
      const { time = null, price = null } = at ?? {}
      readout.cluster(null)
      asked = price === null ? null : { time: Math.min(time ?? end, end), price }
      exact.rest(asked)
      if (!at || !frame) return readout.idle(hint())
      const seen = Math.min(time ?? end, frame.time[1] - 1)
      const cell = price === null ? null : cellUnder(frame, seen, price)
      const heated = frame.measure === "heat"
      const amount = heated && price !== null ? picture.sizeUnder(seen, price) : cell
      const under = { heat: heated ? cell : null, amount, heated, candle: picture.candle(time ?? end) }
      tellAbout(readout, at, decimals(), under, market(), !model.get("_offline"), model.get("timezone") ?? "UTC")
    },
    dispose: exact.dispose,
  }
}
