import type { AnyModel } from "@anywidget/types"
import { beside } from "./beside/beside"
import { sideColours } from "./dom/colours"
import { type Disposer, disposerBag } from "./dom/dispose"
import { type Theme, watchTheme } from "./dom/theme"
import { axisDecimals, formatPrice } from "./format/price"
import { type Frame, frameParts, cellUnder } from "./heat/frame"
import { heat } from "./heat/heat"
import { raster } from "./heat/raster"
import type { Tags } from "./layers/axis_tags"
import { clusterLayer } from "./layers/clusters"
import { liveColumn } from "./layers/live_column"
import { type Mode, mountPlot, type Plot, type Point } from "./layers/plot"
import { provenanceLayer } from "./layers/provenance"
import type { BokehJS } from "./load/bokeh"
import { keySteering } from "./steer/keys"
import { navigation } from "./steer/navigation"
import { touchSteering } from "./steer/touch"
import { pointUnder, span } from "./steer/viewport"
import { wheelZoom } from "./steer/wheel"
import { observe, presentMarket } from "./wire/model"
import type { Messages, Reading } from "./wire/messages"
import type { Box, Market, Traits } from "./wire/traits"
import type { Notes } from "./words/notes"
import { exactReading } from "./words/reading"
import { hintOf, type Readout } from "./words/readout"

export interface Picture {
  reset(): void
  setMode(mode: Mode): void
  toggle(id: string): void
  /** A row of the list is pointed at. */
  point(id: string | null): void
  dispose: Disposer
}

export interface PictureOptions {
  model: AnyModel<Traits>
  bokeh: BokehJS
  messages: Messages
  /** The focusable wrapper, and the element inside it that Bokeh draws in. */
  wrapper: HTMLElement
  host: HTMLElement
  /** Where the profile goes, beside the figure, and the panels, under it. */
  profile: HTMLElement
  panels: HTMLElement
  notes: Notes
  readout: Readout
  tags: Tags
  hovered: (id: string | null) => void
  legend: (frame: Frame, lut: Uint32Array) => void
  modeChanged: (mode: Mode) => void
  /** Told where the curves of the profile end. */
  summed: (size: number) => void
  /** The kernel has not answered in time, or answers again. */
  overdue: (yes: boolean) => void
}

const DAY_SHOWN = 20 * 3_600_000

/** The plot with all that moves it, once there is data and BokehJS. */
export async function mountPicture(options: PictureOptions): Promise<Picture> {
  const { model, messages, wrapper, host, notes, readout, tags } = options
  const bag = disposerBag()
  const market = (): Market => presentMarket(model)
  let theme: Theme = "dark"
  let pointer: Point | null = null
  let mode: Mode = "pan"
  const colours = () => sideColours(model, theme)
  // Bokeh calls back while it mounts, before the parts below exist.
  let ready = false
  const whenReady = <A extends unknown[]>(callback: (...args: A) => void) => (...args: A) => void (ready && model.get("_market") && callback(...args))
  const plot: Plot = await mountPlot(options.bokeh, model.get("_figure_document"), host, {
    viewport: whenReady(() => steer.moved()),
    resize: whenReady(() => {
      steer.refresh()
      changed()
    }),
    move: whenReady((point: Point | null) => move(point)),
    tap: whenReady((point: Point) => {
      const id = clusters.at(point)
      if (id) clusters.toggle(id)
      else if (mode === "pan") wrapper.focus({ preventScroll: true })
    }),
    doubleTap: whenReady(() => steer.reset()),
    box: whenReady((box: Box) => select(box)),
  })
  bag.add(plot.dispose)
  // Whether the model has newer frames than the sharp one on the picture.
  let stale = false
  const failed = (sentence: string) => {
    sharp.renew()
    notes.chip(sentence)
  }
  const sharp = raster({
    model,
    messages,
    market,
    failed,
    overdue(yes) {
      options.overdue(yes)
      if (yes && stale) picture.showStored(plot.viewport())
    },
    heard(answer, buffers) {
      const parts = frameParts(buffers)
      if (answer.type !== "frame" || !parts) return
      notes.chip("")
      stale = false
      picture.showSent(answer.frame, parts)
      live.refresh()
      surroundings.draw()
    },
  })
  const exact = exactReading({ model, messages, failed, heard: (reading) => readText(reading) })
  const clusters = clusterLayer(model, plot, market, colours)
  const picture = heat({ model, plot, market, look: () => ({ theme, colours: colours() }), painted: (lut, frame) => options.legend(frame, lut) })
  const steer = navigation({ model, plot, market, candles: picture.candles, changed: () => changed() })
  const live = liveColumn({ model, messages, market, wrapper, plot, heat: picture, tags, steer, failed, closed: () => changed() })
  const provenance = provenanceLayer({ model, messages, plot, market, colours, failed, shown: (yes) => wrapper.classList.toggle("liq-opened", yes) })
  const touch = touchSteering(wrapper, host, plot, steer.go)
  bag.add(sharp.dispose, exact.dispose, steer.dispose, provenance.dispose, touch.dispose, live.dispose)
  const surroundings = beside({
    model,
    plot,
    market,
    candles: () => picture.shown()?.candles ?? null,
    look: () => ({ theme, colours: colours() }),
    hosts: { profile: options.profile, panels: options.panels, over: wrapper },
    say: (text) => readout.idle(text ?? hint()),
    summed: options.summed,
  })
  bag.add(surroundings.dispose)
  const hint = () => hintOf(model)
  const decimals = () => Math.max(market().price_decimals, axisDecimals(plot.viewport().price))
  const changed = () => {
    const current = plot.viewport()
    plot.setPriceDecimals(axisDecimals(current.price))
    plot.setDayShown(span(current.time) < DAY_SHOWN)
    sharp.want(current, plot.area())
    tags.last(market().last_price, plot, market().price_decimals)
    clusters.draw()
    if (model.get("_offline")) picture.showStored(current)
    surroundings.draw()
    provenance.draw()
    live.refresh()
    if (pointer) move(pointUnder(plot, pointer))
  }
  const move = (point: Point | null) => {
    pointer = point
    surroundings.point(point && point.time)
    tags.show(point, plot, decimals())
    const over = point && clusters.at(point)
    wrapper.classList.toggle("liq-over-cluster", over !== null)
    clusters.hover(over, false)
    options.hovered(over)
    exact.rest(point && { time: Math.min(point.time, market().now ?? market().time[1]), price: point.price })
    const frame = picture.shown()
    if (!point || !frame) return readout.idle(hint())
    const time = Math.min(point.time, frame.time[1] - 1)
    const cell = cellUnder(frame, time, point.price)
    const heated = frame.measure === "heat"
    const amount = heated ? picture.sizeUnder(time, point.price) : cell
    readout.about(point, decimals(), { heat: heated ? cell : null, amount, heated }, market())
    readout.cluster(clusters.told(over))
  }
  const select = (box: Box | null) => {
    model.set("_selection", box && { time: [...box.time], price: [...box.price] })
    model.save_changes()
    const range = box && box.price.map((price) => formatPrice(price, market().price_decimals)).join(" to ")
    notes.say(range ? `Selected ${range}` : "Selection cleared")
  }
  const setMode = (next: Mode) => {
    mode = next
    plot.setMode(next)
    wrapper.dataset.mode = next
    touch.ruled()
    options.modeChanged(next)
  }
  const readText = (reading: Reading) => {
    if (!pointer || !picture.shown()) return
    readout.exact(reading, reading.price >= market().last_price ? "short" : "long", market())
  }
  const facts = () => {
    if (!model.get("_market")) return
    const { symbol, label, notice, grade, last_price } = market()
    plot.setTexts(label.includes(symbol) ? label : `${symbol} · ${label}`, notice ?? "")
    plot.setHatched(grade.hatched)
    plot.setLastPrice(last_price)
    steer.refresh()
    clusters.draw()
  }
  const newFrames = () => {
    if (!model.get("_market") || model.get("_frames").length === 0) return
    stale = true
    sharp.renew()
    const kept = picture.shown()?.measure === model.get("measure") && !model.get("_offline")
    if (!kept) picture.showStored(plot.viewport())
    steer.refresh()
    changed()
  }
  bag.add(
    messages.patched(plot.patch),
    observe(model, ["_market"], facts),
    observe(model, ["_frames", "measure"], newFrames),
    observe(model, ["_clusters", "_doubt", "whiskers", "_selected", "side", "side_colours", "measure"], clusters.draw),
    observe(model, ["_selection", "_selected", "_clusters"], provenance.draw),
    observe(model, ["_prior", "_priors"], () => pointer ?? readout.idle(hint())),
    observe(model, ["_selection"], () => plot.setSelection(model.get("_selection"))),
    observe(model, ["side", "side_colours", "palette", "smooth", "scale", "threshold"], picture.repaint),
    wheelZoom(host, plot, steer.go),
    keySteering(wrapper, { ...steer, cancel: () => (mode === "select" ? setMode("pan") : select(null)), select: () => model.get("_offline") || select(steer.viewport()) }),
  )
  const first = model.get("_frames").find(({ measure }) => measure === model.get("measure"))
  picture.showStored(first ?? { time: market().time, price: [0, 0] })
  ready = true
  steer.refresh()
  bag.add(
    watchTheme((next) => {
      theme = next
      plot.restyle(colours())
      for (const draw of [picture.repaint, clusters.draw, surroundings.draw, provenance.draw]) draw()
    }),
  )
  facts()
  plot.setSelection(model.get("_selection"))
  readout.idle(hint())
  changed()
  live.show()
  return {
    reset: steer.reset,
    setMode,
    toggle: clusters.toggle,
    point: (id) => (clusters.hover(id, true), readout.idle(clusters.told(id)?.text ?? hint())),
    dispose: bag.dispose,
  }
}
