/** The traits of the model: what Python and the page both hold. The messages are in messages.ts. */
import type { LayerState, LifeState } from "./overlays"

export type Side = "long" | "short"
export type SideChoice = "both" | Side
export type Window = "12h" | "24h" | "3d" | "7d" | "30d" | "all"
export type Measure = "heat" | "expected" | "size"
export type Scale = "linear" | "log" | "rank"
export type ThemeChoice = "auto" | "dark" | "light"
export type PriceStyle = "candles" | "line" | "off"
export type PanelName = "volume" | "open_interest" | "funding" | "liquidations"
export type ProfileStack = "leverage" | "venue" | "off"
export type ViewKind = "heatmap" | "map"
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
  /** Bins from the one with the strongest colour to the highest. */
  raised?: number
  candle_ms: number
}

/** The parts of a frame that travel as bytes, in the order of an answer's buffers; `packed`: the pixels are, by zlib. */
export interface FrameParts {
  pixels: Bytes
  candles: Bytes
  events: Bytes
}

export type FrameState = FrameMeta & FrameParts & { packed?: boolean }

/** What stands now, cell by cell of the whole lattice range: longs below the last price, shorts above. */
export interface StandingState extends Record<Stack, Bytes>, Record<`${Stack}_names`, readonly string[]> {
  /** Lattice cell of the first column; a cell covers `cell` in ln(price). */
  base: number
  cell: number
  columns: number
  /** Where anything stands in each row: from which column on, in how many. The bytes are float32 [quote] of those alone. */
  leverage_cells: readonly Interval[]
  venue_cells: readonly Interval[]
}
export type Stack = "leverage" | "venue"

/** How far the map can be relied on, with the reasons; hatched: too little data to read anything off. */
export interface Grade {
  letter: "A" | "B" | "C" | "D"
  sentence: string
  reasons: readonly string[]
  hatched: boolean
}

export type FeedState = "connected" | "stale" | "reconnecting" | "refused" | "no network" | "no answer" | "off" | "history" | "simulated" | "own frames"

export interface Feed {
  venue: string
  state: FeedState
  /** Time of the last data; null for none. */
  time: number | null
  reason: string
}

/** What moves with every update of live data, sent at `now` by the kernel's clock; without a price in replay. */
export interface Live {
  number: number
  now: number
  feeds: readonly Feed[]
  last_price?: number
  /** The last close, and the present. */
  time?: Interval
  /** The newest candles of the drawn market: start, end, open, high, low, close. */
  candles?: readonly (readonly number[])[]
}

export interface Market {
  symbol: string
  label: string
  simulated: boolean
  /** Python arguments that read it again; "source=market" for data of the analyst's own. */
  arguments: string
  notice: string | null
  grade: Grade
  /** What has stopped coming, and since when; null when all is fresh. */
  stale?: string | null
  feeds?: readonly Feed[]
  /** From the first open to the last close shown; `span` to the last close there is. */
  time: Interval
  span: Interval
  /** Of live data: the present, and the close of the candle that is not over. */
  now?: number
  edge?: number
  /** A step of a replay: the pictures of the window, and all that stands, are older. */
  step?: boolean
  last_price: number
  price_decimals: number
  timeframe_ms: number
  timeframes?: readonly string[]
  /** What is being read for the length chosen; null when it is there. */
  reading?: string | null
  venues: readonly string[]
  /** What prices are in, and what sizes: no money where open interest is unknown. */
  quote: string
  unit: string
  /** Coins to choose from, and why there are no others; null where any can be named. */
  coins?: readonly string[]
  held?: string | null
}

export interface Cluster {
  id: string
  side: Side
  price_low: number
  price_high: number
  /** The edge that is nearer to the last price. */
  near_edge: number
  peak_price: number
  /** What the peak's price cell is in each measure, in the unit of its picture. */
  peak?: Readonly<Partial<Record<Measure, number>>>
  size: number
  expected_size: number
  distance_pct: number
  /** Of the hottest cell, 0 to 100. */
  heat: number
  age_ms: number
  leverage_mix: Readonly<Record<string, number>>
  venue_mix: Readonly<Record<string, number>>
  /** How much of it stood through its life, 0 to 1. */
  persistence?: number
  /** How many venues have a cluster there. */
  venues_agreeing?: number
  /** The same as a share of the venues shown. */
  agreement?: number
}

/** Lowest, estimated and highest [quote]. */
export type Three = readonly [number, number, number]

/** How far clusters move under the alternative priors, by id; in words why it cannot be told. */
export interface ClusterRanges {
  over: readonly string[]
  of: Readonly<Record<string, Readonly<Record<Exclude<Measure, "heat">, Three>>>>
  error: string
}

export interface PaletteState {
  name: string
  label: string
  dark: Bytes
  light: Bytes
}

export interface SideColoursState {
  name: string
  label: string
  title: string
  dark: Readonly<Record<Side, string>>
  light: Readonly<Record<Side, string>>
}

export interface PriorState {
  name: string
  /** Python that names it. */
  code: string
  label: string
  /** What it does to amounts. */
  title: string
  /** Leverages and shares of a ladder. */
  rungs?: readonly (readonly [number, number])[]
}

export interface Box {
  time: Interval
  price: Interval
}

/** What stands in the selection [quote]: a box, or clusters. */
export interface Chosen {
  long: number
  short: number
  clusters: number
  box: boolean
}

/** What an alert has told at a time [ms UTC], or that one is off; its words are plain text. */
export type Fired = Readonly<{ number: number; time: number; text: string; name: string; kind: "alert" | "off" }>

export interface Traits {
  symbol: string
  side: SideChoice
  window: Window
  measure: Measure
  horizon: string
  sensitivity: number
  leverage: readonly string[]
  venues: readonly string[]
  timeframe: string
  as_of: number | null
  future: boolean
  threshold: number
  palette: string
  side_colours: string
  candle_colours: string
  timezone: string
  /** Of the whole widget [px]; null: that of its layout, or what it likes. */
  height: number | null
  theme: ThemeChoice
  map_theme: ThemeChoice
  smooth: boolean
  scale: Scale
  follow: boolean
  price_style: PriceStyle
  circles: boolean
  whiskers: boolean
  panels: readonly PanelName[]
  profile: ProfileStack
  view: ViewKind
  time_range: Interval | null
  price_range: Interval | null
  _figure_document: string
  _assets: string | null
  _palettes: readonly PaletteState[]
  _sides: readonly SideColoursState[]
  /** The default of each public trait, in its JSON form. */
  _usual: Readonly<Record<string, unknown>>
  _priors: readonly PriorState[]
  _prior: string
  /** A ladder that the page sets: leverages and shares of what is open; the kernel takes it and empties this. */
  _ladder?: readonly (readonly [number, number])[]
  _frames: readonly FrameState[]
  _market: Market | null
  _live?: Live | null
  _standing: StandingState | null
  _clusters: readonly Cluster[]
  _cluster_ranges: ClusterRanges | null
  _selection: Box | null
  _selected: readonly string[]
  _chosen?: Chosen | null
  _fired?: readonly Fired[]
  _overlays?: readonly LayerState[]
  _lives?: readonly LifeState[]
  _error: string
  _offline: boolean
  _files?: Readonly<Record<"bokeh" | "on_demand", { version: string; gz: Bytes }>>
}
