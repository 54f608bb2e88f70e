import type { AnyModel } from "@anywidget/types"
import { offlineModel } from "../src/wire/offline_model"
import type { Traits } from "../src/wire/traits"

export interface FakeModel {
  model: AnyModel<Traits>
  sent: Record<string, unknown>[]
  saves: () => number
  /** A message from the kernel. */
  tell(content: unknown, buffers?: DataView[]): void
}

/** A model with a kernel that records what it is sent. */
export function fakeModel(state: Partial<Traits> = {}): FakeModel {
  const model = offlineModel({ ...DEFAULTS, ...state })
  const hearers = new Set<(content: unknown, buffers: DataView[]) => void>()
  const sent: Record<string, unknown>[] = []
  let saves = 0
  const { get, on, off } = model
  const kept: Partial<Traits> = { _offline: state._offline ?? false }
  model.get = ((key: keyof Traits) => (key in kept ? kept[key] : get(key))) as typeof model.get
  model.on = ((name: string, callback: never) => (name === "msg:custom" ? hearers.add(callback) : on(name, callback))) as never
  model.off = ((name: string, callback: never) => (name === "msg:custom" ? hearers.delete(callback) : off(name, callback))) as never
  model.send = (content: Record<string, unknown>) => void sent.push(content)
  model.save_changes = () => void saves++
  return {
    model,
    sent,
    saves: () => saves,
    tell(content, buffers = []) {
      for (const hear of [...hearers]) hear(content, buffers)
    },
  }
}

const DEFAULTS: Partial<Traits> = {
  symbol: "BTC",
  side: "both",
  window: "7d",
  measure: "expected",
  horizon: "24h",
  threshold: 0,
  palette: "ember",
  timezone: "UTC",
  height: null,
  theme: "auto",
  map_theme: "dark",
  candle_colours: "plain",
  scale: "log",
  follow: true,
  price_style: "candles",
  circles: true,
  whiskers: true,
  panels: [],
  profile: "off",
  view: "heatmap",
  as_of: null,
  future: false,
  time_range: null,
  price_range: null,
  _figure_document: "{}",
  _assets: null,
  _palettes: [],
  _priors: [],
  _prior: "effective",
  _frames: [],
  _market: null,
  _standing: null,
  _clusters: [],
  _cluster_ranges: null,
  _selection: null,
  _selected: [],
  _error: "",
}
