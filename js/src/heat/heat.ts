import type { AnyModel } from "@anywidget/types"
import { price_cell as CELL } from "../../../liqwidget/look.json"
import type { Colours } from "../dom/colours"
import type { Theme } from "../dom/theme"
import { candleColumns, circleColumns, liveCandles } from "../layers/candles"
import type { HeatSource, Plot } from "../layers/plot"
import { type OnDemand, partOf } from "../load/on_demand"
import { span, type Viewport } from "../steer/viewport"
import { exactBytes } from "../wire/bytes"
import type { FrameMeta, FrameState, Interval, Market, StandingState, Traits } from "../wire/traits"
import { type Candle, type Candles, candleUnder, type Cell, cellUnder, chooseFrame, decodeCandles, decodeFrame, type Frame, type SentParts, storedFrame } from "./frame"
import { buildLut, paint } from "./lut"
import { reach } from "./smooth"

/** The heat and the candles of one view: which frame is shown, in which colours. */
export interface Heat {
  /** The frame on the picture. */
  shown(): Frame | null
  /** The candle that is drawn at a time, or none. */
  candle(time: number): Candle | null
  /** What stands, at least in the prices in sight. */
  standing(): StandingState | null
  /** What a picture of sizes that is at hand has under a point. */
  sizeUnder(time: number, price: number): Cell | null
  /** Candles that cover a time range as finely as any frame at hand. */
  candles(time: Interval): Candles | null
  /** Show the best of the model's own frames for a viewport, once its pixels are at hand. */
  showStored(viewport: Viewport): Promise<void>
  /** Show a frame that the kernel sent. */
  showSent(meta: FrameMeta, parts: SentParts): void
  /** Show the newest column, which live data move; null for none. */
  showColumn(state: FrameState | null): void
  /** Draw the newest candles of live data with the others. */
  showLive(rows: readonly (readonly number[])[]): void
  /** Draw again after a change of colours, side, threshold or scale. */
  repaint(): void
  /** What is still unpacked is not shown any more. */
  dispose(): void
}

/** How far the newest column goes on, in lengths of the data. */
const FAR = 2

export interface HeatOptions {
  model: AnyModel<Traits>
  plot: Plot
  market: () => Market
  demand: OnDemand
  look: () => { theme: Theme; colours: Colours }
  painted: (lut: Uint32Array, frame: Frame) => void
}

export function heat({ model, plot, market, demand, look, painted }: HeatOptions): Heat {
  const decoded = new WeakMap<FrameState, Frame>()
  const itsCandles = new WeakMap<FrameState, Candles>()
  let shown: Frame | null = null
  let wanted: FrameState | null = null
  let column: Frame | null = null
  let live: readonly (readonly number[])[] = []

  /** The model's own frames, unless a replay has gone on since. */
  const stored = () => (shown && market().step ? [] : model.get("_frames"))
  /** The frame of a state; null while its pixels are packed. */
  const decode = (state: FrameState): Frame | null => {
    const frame = decoded.get(state) ?? (state.packed ? null : decodeFrame(state, state))
    if (frame) decoded.set(state, frame)
    return frame
  }
  const candlesOf = (state: FrameState): Candles => {
    const candles = decoded.get(state)?.candles ?? itsCandles.get(state) ?? decodeCandles(state)
    itsCandles.set(state, candles)
    return candles
  }

  const draw = (source: HeatSource, frame: Frame, { pixels }: Frame): Uint32Array => {
    const lut = buildLut({
      palette: paletteColours(model, look().theme),
      side: model.get("side"),
      threshold: model.get("threshold"),
      scale: model.get("scale"),
      ladder: frame,
      pixels,
    })
    const image = drawn(frame, lut)
    plot.setImage(source, image, frame.width, frame.height, frame)
    if (frame === (column ?? shown)) goOn(frame, image)
    return lut
  }
  // What stands now stands on until price comes: the newest column goes on to the right edge.
  const goOn = ({ time, price, width, height }: Frame, image: Uint32Array) => {
    if (time[1] < market().time[1] - 1) return plot.clearImage("liq-heat-ahead")
    const last = Uint32Array.from({ length: height }, (_, row) => image[(row + 1) * width - 1]!)
    plot.setImage("liq-heat-ahead", last, 1, height, { time: [time[1], time[1] + FAR * span(market().span)], price })
  }
  const repaintColumn = () => {
    if (column && shown) draw("liq-heat-forming", column, shown)
    else plot.clearImage("liq-heat-forming")
  }
  const repaint = () => {
    if (!shown) return plot.clearImage("liq-heat")
    painted(draw("liq-heat", shown, shown), shown)
  }

  const smoothing = partOf(demand, () => model.get("smooth"), (parts) => parts.smooth, () => (repaint(), repaintColumn()))
  // Smoothing is for the eye: `shown.pixels`, which are read out, stay as they are.
  const drawn = (frame: Frame, lut: Uint32Array) => {
    const image = paint(frame.pixels, lut)
    const smooth = model.get("smooth") && smoothing()
    if (!smooth) return image
    const { time, price, width, height } = frame
    const cell = ((price[0] + price[1]) / 2) * CELL
    return smooth(image, width, height, reach((width * market().timeframe_ms) / span(time)), reach((height * cell) / span(price)))
  }
  const show = (frame: Frame) => {
    const sameCandles = shown?.candles === frame.candles
    shown = frame
    repaint()
    if (!sameCandles) over(frame)
  }
  const latest = (frame: Frame) => (live.length ? liveCandles(frame.candles, live, frame.candle_ms) : frame.candles)
  const overCandles = (frame: Frame) => {
    const known = model.get("as_of") === null ? Infinity : market().time[1]
    plot.setColumns("liq-candles", candleColumns(latest(frame), look().colours, known))
  }
  const over = (frame: Frame) => {
    overCandles(frame)
    plot.setColumns("liq-circles", circleColumns(frame.events, look().colours))
  }

  return {
    shown: () => shown,
    candle: (time) => shown && candleUnder(latest(shown), shown.candle_ms, time),
    standing() {
      const { standing } = (market().step && shown) || {}
      const stack = model.get("profile")
      return stack !== "off" && standing?.[`${stack}_cells`].length ? standing : model.get("_standing")
    },
    sizeUnder(time, price) {
      const frame = chooseFrame(stored(), "size", plot.viewport(), market())
      const known = frame && decode(frame)
      return known && cellUnder(known, time, price)
    },
    candles(time) {
      const within: Interval = [Math.max(time[0], market().time[0]), Math.min(time[1], market().time[1])]
      const known = [...(shown ? [shown] : []), ...stored()]
      const covering = known.filter((frame) => frame.time[0] <= within[0] && frame.time[1] >= within[1])
      const best = covering.length > 0 ? least(covering, (frame) => frame.candle_ms) : least(known, (frame) => -span(frame.time))
      if (!best) return null
      return best === shown ? latest(shown!) : candlesOf(best as FrameState)
    },
    async showStored(viewport) {
      const fitting = chooseFrame(stored(), model.get("measure"), viewport, market())
      const state = fitting ?? (shown ? null : stored()[0])
      if (!state) return
      wanted = state
      const frame = decode(state) ?? (await storedFrame(state))
      decoded.set(state, frame)
      if (wanted === state && frame !== shown) show(frame)
    },
    showSent(meta, parts) {
      wanted = null
      show(decodeFrame(meta, parts))
    },
    showColumn(state) {
      if (!state && !column) return
      column = state && decodeFrame(state, state)
      repaintColumn()
      if (!column) repaint()
    },
    showLive(rows) {
      if (rows.length === 0 && live.length === 0) return
      live = rows
      if (shown) overCandles(shown)
    },
    repaint() {
      repaint()
      if (column) repaintColumn()
      if (shown) over(shown)
    },
    dispose: () => void (wanted = null),
  }
}

function paletteColours(model: AnyModel<Traits>, theme: Theme): Uint8Array {
  const palettes = model.get("_palettes")
  const palette = palettes.find(({ name }) => name === model.get("palette")) ?? palettes[0]
  if (!palette) throw new Error("Expected at least one palette in the model, was none")
  return exactBytes(palette[theme])
}

/** The first of those of which a number is least. */
const least = <T>(found: readonly T[], key: (one: T) => number): T | undefined =>
  found.reduce<T | undefined>((best, one) => (best === undefined || key(one) < key(best) ? one : best), undefined)
