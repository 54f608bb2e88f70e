/** What crosses between Python and the page: the traits of the model and the messages. */

export type Side = "long" | "short"
export type SideChoice = "both" | Side
export type Window = "12h" | "24h" | "3d" | "7d" | "30d" | "all"
export type Measure = "expected" | "size"
export type Scale = "linear" | "log" | "rank"
export type Interval = readonly [number, number]
export type Bytes = DataView | ArrayBuffer | ArrayBufferView

export interface FrameMeta {
  time: Interval
  price: Interval
  width: number
  height: number
  measure: Measure
  top: number
  decades: number
  candle_ms: number
}

export interface FrameState extends FrameMeta {
  pixels: Bytes
  candles: Bytes
}

/** How far the map can be relied on, with the reasons; hatched: too little data to read anything off. */
export interface Grade {
  letter: "A" | "B" | "C" | "D"
  sentence: string
  reasons: readonly string[]
  hatched: boolean
}

export interface Market {
  symbol: string
  label: string
  simulated: boolean
  notice: string | null
  grade: Grade
  time: Interval
  last_price: number
  price_decimals: number
  timeframe_ms: number
  venues: readonly string[]
  quote: string
}

export interface Cluster {
  id: string
  side: Side
  price_low: number
  price_high: number
  peak_price: number
  size: number
  expected_size: number
  distance_pct: number
  age_ms: number
  leverage_mix: Readonly<Record<string, number>>
  venue_mix: Readonly<Record<string, number>>
}

export interface PaletteState {
  name: string
  label: string
  dark: Bytes
  light: Bytes
}

export interface PriorState {
  name: string
  label: string
  title: string
}

export interface Box {
  time: Interval
  price: Interval
}

export interface Traits {
  symbol: string
  side: SideChoice
  window: Window
  measure: Measure
  horizon: string
  threshold: number
  palette: string
  scale: Scale
  follow: boolean
  time_range: Interval | null
  price_range: Interval | null
  _document: string
  _assets: string | null
  _palettes: readonly PaletteState[]
  _priors: readonly PriorState[]
  _prior: string
  _frames: readonly FrameState[]
  _market: Market | null
  _clusters: readonly Cluster[]
  _selection: Box | null
  _selected: readonly string[]
  _error: string
  _offline: boolean
  _bokeh?: { version: string; gz: Bytes }
}

export interface SideReading {
  size: number
  expected: number
  cumulative: number
}

export interface Reading {
  type: "reading"
  view: string
  id: number
  time: number
  price: number
  price_low: number
  price_high: number
  long: SideReading
  short: SideReading
  chance: number
  distance_pct: number
}

export type Answer =
  | { type: "frame"; view: string; id: number; frame: FrameMeta }
  | Reading
  | { type: "bokeh"; view: string; id: number; version: string }
  | { type: "patch"; content: unknown }
  | { type: "error"; view: string; id: number; message: string }

export type Request =
  | { type: "view"; view: string; id: number; time: Interval; price: Interval; width: number; height: number }
  | { type: "reading"; view: string; id: number; time: number; price: number }
  | { type: "bokeh"; view: string; id: number }
