import type { AnyModel } from "@anywidget/types"
import { surroundings } from "./beside/beside"
import { sideColours } from "./dom/colours"
import { type Disposer, disposerBag } from "./dom/dispose"
import { type Theme, watchTheme } from "./dom/theme"
import { axisDecimals, formatPrice } from "./format/price"
import { type Frame, probeFrame } from "./heat/frame"
import { heat } from "./heat/heat"
import { rasterLink } from "./heat/raster"
import type { Tags } from "./layers/axis_tags"
import { clusterLayer } from "./layers/clusters"
import { liveLink } from "./layers/live_column"
import { type Mode, mountPlot, type Plot, type Point } from "./layers/plot"
import { openedLayer } from "./layers/provenance"
import type { BokehJS } from "./load/bokeh"
import { keySteering } from "./steer/keys"
import { navigation } from "./steer/navigation"
import { touchSteering } from "./steer/touch"
import { pointUnder, span } from "./steer/viewport"
import { wheelZoom } from "./steer/wheel"
import { readAnswer } from "./wire/answer"
import { counter } from "./wire/gate"
import { observe, presentMarket } from "./wire/model"
import type { Box, Market, Reading, Traits } from "./wire/protocol"
import { hintOf } from "./words/hint"
import type { Notes } from "./words/notes"
import { readingLink } from "./words/reading_link"
import type { Readout } from "./words/readout"

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
  view: string
  /** The focusable wrapper, and the element inside it that Bokeh draws in. */
  wrapper: HTMLElement
  host: HTMLElement
  /** Where the profile goes, beside the figure, and the panels, under it. */
  profile: HTMLElement
  under: HTMLElement
  notes: Notes
  readout: Readout
  tags: Tags
  hovered: (id: string | null) => void
  legend: (frame: Frame, lut: Uint32Array) => void
  modeChanged: (mode: Mode) => void
  /** The kernel has not answered in time, or answers again. */
  overdue: (yes: boolean) => void
}

const DAY_SHOWN = 20 * 3_600_000

/** The plot with all that moves it, once there is data and BokehJS. */
export async function mountPicture(options: PictureOptions): Promise<Picture> {
  const { model, view, wrapper, host, notes, readout, tags } = options
  const bag = disposerBag()
  const market = (): Market => presentMarket(model)
  let theme: Theme = "dark"
  let pointer: Point | null = null
  let mode: Mode = "pan"
  const colours = () => sideColours(model, theme)
  // Bokeh calls back while it mounts, before the parts below exist.
  let ready = false
  const whenReady = <A extends unknown[]>(callback: (...args: A) => void) => (...args: A) => void (ready && model.get("_market") && callback(...args))
  const plot: Plot = await mountPlot(options.bokeh, model.get("_document"), host, {
    view: whenReady(() => steer.moved()),
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
  const next = counter()
  // Whether the model has newer frames than the sharp one on the picture.
  let stale = false
  const raster = rasterLink(model, view, market, next, (overdue) => {
    options.overdue(overdue)
    if (overdue && stale) picture.showStored(plot.viewport())
  })
  const exact = readingLink(model, view, next)
  const clusters = clusterLayer(model, plot, market, colours)
  const picture = heat({ model, plot, market, look: () => ({ theme, colours: colours() }), painted: (lut, frame) => options.legend(frame, lut) })
  const steer = navigation({ model, plot, market, candles: picture.candles, changed: () => changed() })
  const live = liveLink({ model, market, view, wrapper, plot, heat: picture, tags, steer, next, closed: () => changed() })
  const opened = openedLayer({ model, view, next, plot, market, colours, shown: (yes) => wrapper.classList.toggle("liq-opened", yes) })
  const touch = touchSteering(wrapper, host, plot, steer.go)
  bag.add(raster.dispose, exact.dispose, steer.dispose, opened.dispose, touch.dispose, live.dispose)
  const around = surroundings({
    model,
    plot,
    market,
    candles: () => picture.shown()?.candles ?? null,
    ladder: picture.shown,
    look: () => ({ theme, colours: colours() }),
    hosts: { profile: options.profile, under: options.under, over: wrapper },
    say: (text) => readout.idle(text ?? hint()),
    speak: notes.say,
  })
  bag.add(around.dispose)
  const hint = () => hintOf(model)
  const decimals = () => Math.max(market().price_decimals, axisDecimals(plot.viewport().price))
  const changed = () => {
    const current = plot.viewport()
    plot.setPriceDecimals(axisDecimals(current.price))
    plot.setDayShown(span(current.time) < DAY_SHOWN)
    raster.want(current, plot.frame())
    tags.last(market().last_price, plot, market().price_decimals)
    clusters.draw()
    if (model.get("_offline")) picture.showStored(current)
    around.draw()
    opened.draw()
    live.refresh()
    if (pointer) move(pointUnder(plot, pointer))
  }
  const move = (point: Point | null) => {
    pointer = point
    around.point(point && point.time)
    tags.show(point, plot, decimals())
    const over = point && clusters.at(point)
    wrapper.classList.toggle("liq-over-cluster", over !== null)
    clusters.hover(over, false)
    options.hovered(over)
    exact.rest(point && { time: Math.min(point.time, market().now ?? market().time[1]), price: point.price })
    const frame = picture.shown()
    if (!point || !frame) return readout.idle(hint())
    const probe = probeFrame(frame, Math.min(point.time, frame.time[1] - 1), point.price)
    readout.about(point, decimals(), probe, market())
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
  const readText = (reading: Reading | null) => {
    const frame = picture.shown()
    if (!reading || !pointer || !frame) return
    readout.exact(reading, reading.price >= market().last_price ? "short" : "long", market())
  }
  const hear = (message: unknown, buffers: readonly DataView[]) => {
    const answer = readAnswer(message, view)
    if (!answer) return
    if (answer.type === "patch") return plot.patch(answer.content)
    if (answer.type === "reading") return readText(exact.answered(answer))
    if (answer.type === "error") {
      raster.answered(answer.id)
      raster.renew()
      live.answered(answer.id)
      exact.failed(answer.id)
      return notes.chip(answer.message)
    }
    if (answer.type !== "frame") return
    const [pixels, candles, events] = buffers
    if (!pixels || !candles || !events) return
    if (live.answered(answer.id, { ...answer.frame, pixels, candles, events }) || !raster.answered(answer.id)) return
    notes.chip("")
    stale = false
    picture.showSent(answer.frame, { pixels, candles, events })
    live.refresh()
    around.draw()
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
    raster.renew()
    const kept = picture.shown()?.measure === model.get("measure") && !model.get("_offline")
    if (!kept) picture.showStored(plot.viewport())
    steer.refresh()
    changed()
  }
  model.on("msg:custom", hear)
  bag.add(
    () => model.off("msg:custom", hear),
    observe(model, ["_market"], facts),
    observe(model, ["_frames", "measure"], newFrames),
    observe(model, ["_clusters", "_doubt", "whiskers", "_selected", "side", "side_colours", "measure"], clusters.draw),
    observe(model, ["_selection", "_selected", "_clusters"], opened.draw),
    observe(model, ["_prior", "_priors"], () => pointer ?? readout.idle(hint())),
    observe(model, ["_selection"], () => plot.setSelection(model.get("_selection"))),
    observe(model, ["side", "side_colours", "palette", "smooth", "scale", "threshold"], picture.repaint),
    wheelZoom(host, plot, steer.go),
    keySteering(wrapper, { ...steer, cancel: () => (mode === "select" ? setMode("pan") : select(null)), select: () => model.get("_offline") || select(steer.view()) }),
  )
  const first = model.get("_frames").find(({ measure }) => measure === model.get("measure"))
  picture.showStored(first ?? { time: market().time, price: [0, 0] })
  ready = true
  steer.refresh()
  bag.add(
    watchTheme((next) => {
      theme = next
      plot.restyle(colours())
      for (const draw of [picture.repaint, clusters.draw, around.draw, opened.draw]) draw()
    }),
  )
  facts()
  plot.setSelection(model.get("_selection"))
  readout.idle(hint())
  changed()
  return {
    reset: steer.reset,
    setMode,
    toggle: clusters.toggle,
    point: (id) => (clusters.hover(id, true), readout.idle(clusters.told(id)?.text ?? hint())),
    dispose: bag.dispose,
  }
}
