import type { Patch } from "@bokeh/bokehjs/build/js/lib/document/document"
import type { BoxAnnotation } from "@bokeh/bokehjs/build/js/lib/models/annotations/box_annotation"
import type { Label } from "@bokeh/bokehjs/build/js/lib/models/annotations/label"
import type { Span } from "@bokeh/bokehjs/build/js/lib/models/annotations/span"
import type { Figure } from "@bokeh/bokehjs/build/js/lib/models/plots/figure"
import type { PlotView } from "@bokeh/bokehjs/build/js/lib/models/plots/plot"
import type { Range1d } from "@bokeh/bokehjs/build/js/lib/models/ranges/range1d"
import type { GlyphRenderer } from "@bokeh/bokehjs/build/js/lib/models/renderers/glyph_renderer"
import type { ColumnDataSource } from "@bokeh/bokehjs/build/js/lib/models/sources/column_data_source"
import type { BoxSelectTool } from "@bokeh/bokehjs/build/js/lib/models/tools/gestures/box_select_tool"
import type { PanTool } from "@bokeh/bokehjs/build/js/lib/models/tools/gestures/pan_tool"
import type { Colours } from "../dom/colours"
import type { BokehJS } from "../load/bokeh"
import type { Viewport } from "../steer/viewport"
import type { Box, PriceStyle } from "../wire/traits"
import type { Timezone } from "../format/clocks"
import type { TimeAxis } from "../format/time_axis"
import { ruleAxes } from "./axes"
import { restyle } from "./plot_style"
import { keepDrags, knowNoPress, leaveTabOrder, ruleCursor, watchPixelRatio, watchTaken } from "./surface"

export type Mode = "pan" | "select"
export type Columns = Readonly<Record<string, ArrayLike<unknown>>>

export interface Point {
  time: number
  price: number
  /** CSS pixels, relative to the host element. */
  x: number
  y: number
}

/** The picture, the column of the candle that is not over, and the last column on to the right edge. */
export type HeatSource = "liq-heat" | "liq-heat-forming" | "liq-heat-ahead"

export interface PlotEvents {
  viewport(): void
  resize(): void
  move(point: Point | null): void
  tap(point: Point): void
  doubleTap(): void
  box(box: Box): void
}

/** The figure of widget/figure.py on the page. This file is the one place that touches Bokeh. */
export interface Plot {
  /** What the pointer acts on. */
  surface: HTMLElement
  viewport(): Viewport
  /** What the time axis says. */
  times(): TimeAxis
  /** Write the axes anew. */
  refresh(): void
  setViewport(viewport: Viewport): void
  /** Where the picture is, within its axes, in CSS pixels, relative to the host element. */
  area(): { left: number; top: number; width: number; height: number }
  setColumns(source: "liq-candles" | "liq-circles" | "liq-clusters" | "liq-brackets" | "liq-cluster-labels" | "liq-whiskers" | "liq-provenance" | "liq-overlay-bands" | "liq-overlay-lines" | "liq-overlay-labels", columns: Columns): void
  setImage(source: HeatSource, image: Uint32Array<ArrayBuffer>, width: number, height: number, over: Viewport): void
  clearImage(source: HeatSource): void
  setLastPrice(price: number): void
  setPriceStyle(style: PriceStyle): void
  setCirclesShown(shown: boolean): void
  setSelection(box: Box | null): void
  setTexts(title: string, notice: string): void
  /** Above the bars at the bottom edge, '' for none. */
  setProvenance(text: string): void
  /** Hatch the picture: what it shows is not to be relied on. */
  setHatched(hatched: boolean): void
  setPriceDecimals(decimals: number, tags: number): void
  /** Prices that tags name: beside them the axis says none. */
  tagged(prices: readonly number[]): void
  setMode(mode: Mode): void
  /** In the colours of the map, and of the page around it. */
  restyle(colours: Colours, page: Colours): void
  patch(content: unknown): void
  dispose(): void
}

interface PointEvent {
  x: number
  y: number
  sx: number
  sy: number
}

interface BoxEvent {
  final: boolean
  geometry: { type: string; x0: number; x1: number; y0: number; y1: number }
}

/** How far apart the clicks of a double click may be [px]. */
const SAME_PLACE = 8

/** Draw the document in a host element. */
export async function mountPlot(bokeh: BokehJS, json: string, host: HTMLElement, events: PlotEvents, zone: () => Timezone): Promise<Plot> {
  const document = bokeh.require("document/document").Document.from_json(JSON.parse(json))
  const models = new Map<string, unknown>()
  const named = <T>(name: string): T => {
    // Bokeh looks through the whole document for a name.
    const model = models.get(name) ?? document.get_model_by_name(name)
    models.set(name, model)
    if (!model) throw new Error(`Expected a model named ${name} in the Bokeh document, was none`)
    return model as unknown as T
  }
  const figure = named<Figure>("liq-figure")
  const [time, price] = [named<Range1d>("liq-time"), named<Range1d>("liq-price")]
  const heat = named<ColumnDataSource>("liq-heat")
  const last = named<Span>("liq-last")
  const [title, notice] = [named<Label>("liq-title"), named<Label>("liq-notice")]
  // Elsewhere it says that the figure is filled by this page.
  notice.setv({ text: "", visible: false })
  const selection = named<BoxAnnotation>("liq-selection")
  const hatch = named<BoxAnnotation>("liq-hatch")
  const box = named<BoxSelectTool>("liq-box")

  const point = ({ x, y, sx, sy }: PointEvent): Point => ({ time: x, price: y, x: sx, y: sy })
  const inside = ({ sx, sy }: PointEvent) => bbox().contains(sx, sy)
  let tapped: PointEvent | null = null
  const tap = (event: PointEvent) => inside(event) && ((tapped = event), events.tap(point(event)))
  // Bokeh takes two quick clicks for a double one wherever they are.
  const twice = ({ sx, sy }: PointEvent) => tapped !== null && Math.hypot(sx - tapped.sx, sy - tapped.sy) <= SAME_PLACE
  let taken = false
  const hear = {
    mousemove: (event: PointEvent) => events.move(inside(event) ? point(event) : null),
    mouseleave: () => events.move(null),
    tap,
    doubletap: (event: PointEvent) => (twice(event) ? inside(event) && events.doubleTap() : tap(event)),
    selectiongeometry: ({ final, geometry: { type, x0, x1, y0, y1 } }: BoxEvent) => {
      if (final && type === "rect" && !taken) events.box({ time: order(x0, x1), price: order(y0, y1) })
    },
  }
  // Bokeh calls back a little later: the figure may be gone by then.
  let gone = false
  const callbacks = Object.entries(hear).map(([name, callback]) => [name, [(event: never) => void (gone || callback(event))]])
  figure.js_event_callbacks = Object.fromEntries(callbacks) as typeof figure.js_event_callbacks

  const axes = ruleAxes({ named, time, price, zone })
  const views = await bokeh.embed.add_document_standalone(document, host)
  // Bokeh looks through all views for one.
  const shown = views.get_one(figure) as PlotView
  const bbox = () => shown.frame.bbox
  axes.measured(bbox)
  const resized = () => {
    if (shown.canvas.resize()) shown.request_repaint()
    events.resize()
  }
  const unwatch = watchPixelRatio(resized)
  leaveTabOrder(host)
  const { events_el: surface, ui_event_bus } = shown.canvas_view
  knowNoPress(ui_event_bus.ui_gestures)
  ruleCursor(surface)
  const unlink = [
    keepDrags(host),
    watchTaken(surface, (now) => void (taken = now)),
    subscribe(time.change, events.viewport),
    subscribe(price.change, events.viewport),
    subscribe(figure.properties.inner_width.change, events.resize),
    subscribe(figure.properties.inner_height.change, events.resize),
  ]

  return {
    surface,
    viewport: () => ({ time: [time.start, time.end], price: [price.start, price.end] }),
    setViewport(viewport) {
      setRange(time, viewport.time)
      setRange(price, viewport.price)
    },
    times: axes.times,
    refresh: () => shown.request_repaint(),
    area() {
      const { left, top, width, height } = bbox()
      return { left, top, width, height }
    },
    setColumns(source, columns) {
      named<ColumnDataSource>(source).data = asData(columns)
    },
    setImage(source, image, width, height, over) {
      const { ndarray } = bokeh.require("core/util/ndarray")
      named<ColumnDataSource>(source).data = asData({
        image: [ndarray(image, { dtype: "uint32", shape: [height, width] })],
        x: [over.time[0]],
        y: [over.price[0]],
        dw: [over.time[1] - over.time[0]],
        dh: [over.price[1] - over.price[0]],
      })
    },
    clearImage(source) {
      named<ColumnDataSource>(source).data = asData({ image: [], x: [], y: [], dw: [], dh: [] })
    },
    setLastPrice: (at) => void last.setv({ location: at, visible: true }),
    setPriceStyle(style) {
      for (const name of ["liq-candle-halo", "liq-candle-wick", "liq-candle-body"]) named<GlyphRenderer>(name).visible = style === "candles"
      for (const name of ["liq-price-halo", "liq-price-line"]) named<GlyphRenderer>(name).visible = style === "line"
    },
    setCirclesShown: (shown) => void (named<GlyphRenderer>("liq-circle-marks").visible = shown),
    setSelection(chosen) {
      if (!chosen) selection.visible = false
      else {
        const [left, right] = chosen.time
        const [bottom, top] = chosen.price
        selection.setv({ left, right, bottom, top, visible: true })
      }
    },
    setTexts(heading, sentence) {
      title.setv({ text: heading, visible: heading !== "" })
      notice.setv({ text: sentence, visible: sentence !== "" })
    },
    setProvenance: (text) => void named<Label>("liq-provenance-text").setv({ text, visible: text !== "" }),
    setHatched: (hatched) => void (hatch.visible = hatched),
    setPriceDecimals: axes.setPriceDecimals,
    tagged: axes.tagged,
    setMode(mode) {
      named<PanTool>("liq-pan").active = mode === "pan"
      box.active = mode === "select"
    },
    restyle: (colours, page) => restyle(named, colours, page),
    patch: (content) => document.apply_json_patch(content as Patch),
    dispose() {
      gone = true
      unwatch()
      axes.dispose()
      for (const disconnect of unlink) disconnect()
      // Whatever still refers to the figure shall hold no callback and no picture with it.
      figure.js_event_callbacks = {}
      views.clear()
      document.clear()
      heat.data = asData({})
      const index = bokeh.documents.indexOf(document)
      if (index >= 0) bokeh.documents.splice(index, 1)
    },
  }
}

const asData = (columns: Columns) => new Map(Object.entries(columns)) as unknown as ColumnDataSource["data"]

const order = (a: number, b: number) => (a <= b ? ([a, b] as const) : ([b, a] as const))

function setRange(range: Range1d, [start, end]: readonly [number, number]): void {
  if (range.start !== start || range.end !== end) range.setv({ start, end })
}

interface Subscribable {
  connect(slot: () => void): boolean
  disconnect(slot: () => void): boolean
}

function subscribe(signal: Subscribable, slot: () => void): () => void {
  signal.connect(slot)
  return () => void signal.disconnect(slot)
}
