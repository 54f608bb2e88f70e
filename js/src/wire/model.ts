import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "../dom/dispose"
import type { Market, Traits } from "./traits"

/** Call back when any of some traits changes. */
export function observe<T extends object = Traits>(model: AnyModel<T>, names: readonly (keyof T & string)[], callback: () => void): Disposer {
  for (const name of names) model.on(`change:${name}`, callback)
  return () => {
    for (const name of names) model.off(`change:${name}`, callback)
  }
}

export interface Guard {
  /** Whether there is nobody to send to. */
  gone: () => boolean
  /** Told when something could not be sent. */
  lost: () => void
}

/** The same model, guarded against a kernel that is gone: nothing is sent then, and nothing thrown. */
export function guardedModel(model: AnyModel<Traits>, { gone, lost }: Guard): AnyModel<Traits> {
  const guarded = (act: () => void) => {
    if (gone()) return
    try {
      act()
    } catch {
      lost()
    }
  }
  return {
    get: (name) => model.get(name),
    set: (name, value) => model.set(name, value),
    on: (name: string, callback: never) => model.on(name as never, callback),
    off: (name?: string | null, callback?: never) => model.off(name as never, callback),
    save_changes: () => guarded(() => model.save_changes()),
    send: (...message) => guarded(() => model.send(...message)),
    widget_manager: model.widget_manager,
  }
}

const HEAVY: readonly (keyof Traits)[] = ["_frames", "_standing", "_clusters", "_palettes", "_figure_document"]

/** Let a model that was closed hold no data: JupyterLab 4.6 keeps every model it ever had. */
export function emptyWhenClosed(model: AnyModel<Traits>): void {
  const events = model as unknown as { on(name: string, callback: () => void): void }
  events.on("destroy", () => {
    // Its views are taken away first; the model remembers what its last set changed, so the last one is small.
    setTimeout(() => {
      for (const name of [...HEAVY, "_css", "_esm", "_error"]) model.set(name as keyof Traits, null as never)
    })
  })
}

/** The market with what live data have brought since it was sent. */
export function presentMarket(model: AnyModel<Traits>): Market {
  const market = model.get("_market")!
  const { time, last_price = market.last_price } = model.get("_live") ?? {}
  if (!time) return market
  const [closed, now] = time
  const step = market.timeframe_ms
  return { ...market, last_price, time: [market.time[0], closed], now, edge: Math.ceil(now / step) * step }
}
