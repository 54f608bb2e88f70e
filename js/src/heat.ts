import type { AnyModel } from "@anywidget/types"
import { candleColumns } from "./candle_columns"
import { circleColumns } from "./circle_columns"
import { chooseFrame } from "./choose_frame"
import type { Colours } from "./colours"
import { exactBytes } from "./bytes"
import { decodeFrame, type Candles, type Frame } from "./frame"
import { buildLut } from "./lut"
import { paint } from "./paint"
import type { Plot } from "./plot"
import type { FrameMeta, FrameParts, FrameState, Interval, Market, Traits } from "./protocol"
import { reach, smooth } from "./smooth"
import type { Theme } from "./theme"
import { span, type Viewport } from "./viewport"

/** The width of a price cell as a share of its price: 10 basis points. */
const CELL = 0.001

/** The heat and the candles of one view: which frame is shown, in which colours. */
export interface Heat {
  /** The frame on the picture. */
  shown(): Frame | null
  /** Candles that cover a time range as finely as any frame at hand. */
  candles(time: Interval): Candles | null
  /** Show the best of the model's own frames for a view. */
  showStored(view: Viewport): void
  /** Show a frame that the kernel sent. */
  showSent(meta: FrameMeta, parts: FrameParts): void
  /** Draw again after a change of colours, side, threshold or scale. */
  repaint(): void
}

export interface HeatOptions {
  model: AnyModel<Traits>
  plot: Plot
  market: () => Market
  look: () => { theme: Theme; colours: Colours }
  painted: (lut: Uint32Array, frame: Frame) => void
}

export function heat({ model, plot, market, look, painted }: HeatOptions): Heat {
  const decoded = new WeakMap<FrameState, Frame>()
  let shown: Frame | null = null

  const decode = (state: FrameState): Frame => {
    const frame = decoded.get(state) ?? decodeFrame(state, state)
    decoded.set(state, frame)
    return frame
  }

  const repaint = () => {
    if (!shown) return plot.clearImage()
    const lut = buildLut({
      palette: paletteColours(model, look().theme),
      side: model.get("side"),
      threshold: model.get("threshold"),
      scale: model.get("scale"),
      ladder: shown,
      pixels: shown.pixels,
    })
    plot.setImage(drawn(shown, lut), shown.width, shown.height, shown)
    painted(lut, shown)
  }

  // Smoothing is for the eye: `shown.pixels`, which are read out, stay as they are.
  const drawn = (frame: Frame, lut: Uint32Array) => {
    const image = paint(frame.pixels, lut)
    if (!model.get("smooth")) return image
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
  const over = (frame: Frame) => {
    plot.setColumns("liq-candles", candleColumns(frame.candles, look().colours, market().time[1]))
    plot.setColumns("liq-circles", circleColumns(frame.events, look().colours))
  }

  return {
    shown: () => shown,
    candles(time) {
      const within: Interval = [Math.max(time[0], market().time[0]), Math.min(time[1], market().time[1])]
      if (shown && shown.time[0] <= within[0] && shown.time[1] >= within[1]) return shown.candles
      const stored = model.get("_frames").map(decode)
      const widest = stored.sort((a, b) => b.time[1] - b.time[0] - (a.time[1] - a.time[0]))[0]
      return (widest ?? shown)?.candles ?? null
    },
    showStored(view) {
      const fitting = chooseFrame(model.get("_frames"), model.get("measure"), view, market())
      const state = fitting ?? (shown ? null : model.get("_frames")[0])
      if (state && decode(state) !== shown) show(decode(state))
    },
    showSent: (meta, parts) => show(decodeFrame(meta, parts)),
    repaint() {
      repaint()
      if (shown) over(shown)
    },
  }
}

function paletteColours(model: AnyModel<Traits>, theme: Theme): Uint8Array {
  const palettes = model.get("_palettes")
  const palette = palettes.find(({ name }) => name === model.get("palette")) ?? palettes[0]
  if (!palette) throw new Error("Expected at least one palette in the model, was none")
  return exactBytes(palette[theme])
}
