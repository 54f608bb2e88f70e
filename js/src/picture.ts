import type { AnyModel } from "@anywidget/types"
import { beside } from "./beside/beside"
import { chosenColours, sideColours } from "./dom/colours"
import { type Disposer, disposerBag } from "./dom/dispose"
import { groundOf, type Theme, watchTheme } from "./dom/theme"
import { axisDecimals, formatPrice } from "./format/price"
import { type Frame, frameParts } from "./heat/frame"
import { heat } from "./heat/heat"
import { raster } from "./heat/raster"
import type { Tags } from "./layers/axis_tags"
import { clusterLayer } from "./layers/clusters"
import { liveColumn } from "./layers/live_column"
import { type Mode, mountPlot, type Plot, type Point } from "./layers/plot"
import type { BokehJS } from "./load/bokeh"
import { type OnDemand, partOf } from "./load/on_demand"
import { navigation } from "./steer/navigation"
import { steering } from "./steer/steering"
import { pointUnder } from "./steer/viewport"
import { observe, presentMarket } from "./wire/model"
import type { Messages } from "./wire/messages"
import { laidOver } from "./wire/overlays"
import type { Box, Market, Traits } from "./wire/traits"
import type { Notes } from "./words/notes"
import { hintOf, type Pointed, type Readout } from "./words/readout"
import { titlesOf } from "./words/titles"

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
  demand: OnDemand
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

/** The plot with all that moves it, once there is data and BokehJS. */
export async function mountPicture(options: PictureOptions): Promise<Picture> {
  const { model, messages, demand, wrapper, host, notes, readout, tags } = options
  const bag = disposerBag()
  const market = (): Market => presentMarket(model)
  let theme: Theme = "dark"
  const zone = () => model.get("timezone") ?? "UTC"
  let pointer: Point | null = null
  let mode: Mode = "pan"
  const page = () => ({ theme, colours: sideColours(model, theme) })
  const look = () => {
    const ground = groundOf(model.get("map_theme"), theme)
    return { theme: ground, colours: chosenColours(model, ground) }
  }
  const colours = () => look().colours
  // Bokeh calls back while it mounts, before the parts below exist.
  let ready = false
  const whenReady = <A extends unknown[]>(callback: (...args: A) => void) => (...args: A) => void (ready && model.get("_market") && callback(...args))
  const plot: Plot = bag.keep(await mountPlot(options.bokeh, model.get("_figure_document"), host, {
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
  }, zone))
  // Whether the model has newer frames than the sharp one on the picture.
  let [stale, gone] = [false, false]
  bag.add(() => void (gone = true))
  const failed = (sentence: string) => {
    sharp.renew()
    notes.chip(sentence)
  }
  const sharp = bag.keep(raster({
    model,
    messages,
    market,
    failed,
    overdue(yes) {
      options.overdue(yes)
      if (yes && stale) showStored()
    },
    heard(answer, buffers) {
      const parts = answer.type === "frame" ? frameParts(buffers, answer.standing) : null
      if (answer.type !== "frame" || !parts) return
      notes.chip("")
      stale = false
      picture.showSent(answer.frame, parts)
      // Its candles are newer than those that the prices were fitted to.
      if (market().step) steer.refresh()
      live.refresh()
      surroundings.draw()
    },
  }))
  const candles = () => picture.candles(plot.viewport().time)
  const feeds = () => wrapper.querySelector(".liq-feeds:not([hidden]) .liq-feed-list")?.textContent ?? ""
  let [opened, seen]: [string, Pointed | null] = ["", null]
  const titles = () => titlesOf(market())
  const overlays = partOf(demand, () => laidOver(model), ({ overlayLayer }) => overlayLayer({ model, plot, market, look, candles, titles, feeds, opened: () => opened }), () => clusters.draw())
  const clusters = clusterLayer({ model, plot, market, colours, wrapper, candles, drawn: (placed) => overlays()?.draw(placed), named: (prices) => tags.clusters(prices, market().last_price, plot) })
  const picture = bag.keep(heat({ model, plot, market, demand, look, painted: (lut, frame) => options.legend(frame, lut) }))
  const steer = bag.keep(navigation({ model, plot, market, candles: picture.candles, changed: () => changed() }))
  const live = bag.keep(liveColumn({ model, messages, market, wrapper, plot, heat: picture, tags, steer, failed, closed: () => changed() }))
  const shown = (text: string) => (wrapper.classList.toggle("liq-with-provenance", text !== ""), (opened = text), clusters.draw())
  const provenance = partOf(demand, () => chosen() && !model.get("_offline"), ({ provenanceLayer }) => bag.keep(provenanceLayer({ model, messages, plot, market, colours, failed, shown })), () => drawProvenance())
  const drawProvenance = () => provenance()?.draw()
  const actions = { ...steer, cancel: () => (mode === "select" && !chosen() ? setMode("pan") : select(null)), select: () => model.get("_offline") || select(steer.viewport()) }
  const hands = bag.keep(steering({ demand, wrapper, host, plot, actions }))
  const surroundings = bag.keep(beside({
    model,
    plot,
    market,
    demand,
    candles: () => picture.shown()?.candles ?? null,
    standing: () => picture.standing(),
    look: page,
    hosts: { profile: options.profile, panels: options.panels, over: wrapper },
    say: (text) => readout.idle(text ?? hint()),
    over: (at) => pointAt(at),
    summed: options.summed,
  }))
  const hint = () => hintOf(model)
  const decimals = () => Math.max(market().price_decimals, axisDecimals(plot.viewport().price))
  const pointed = partOf(demand, () => seen !== null, ({ pointing }) => bag.keep(pointing({ model, messages, market, picture, readout, hint, decimals, failed })), () => (pointer ? move(pointer) : pointAt(seen)))
  const changed = () => {
    const current = plot.viewport()
    plot.setPriceDecimals(axisDecimals(current.price), decimals())
    sharp.want(current, plot.area())
    tags.last(market().last_price, plot, market().price_decimals)
    tags.zone(plot)
    clusters.draw()
    if (model.get("_offline")) void picture.showStored(current)
    surroundings.draw()
    drawProvenance()
    live.refresh()
    if (pointer) move(pointUnder(plot, pointer))
  }
  const move = (point: Point | null) => {
    pointer = point
    tags.show(point, plot, decimals(), zone())
    const over = point && clusters.at(point)
    wrapper.classList.toggle("liq-over-cluster", over !== null)
    clusters.hover(over, false)
    options.hovered(over)
    pointAt(point)
    readout.cluster(clusters.told(over))
    readout.laid((point && overlays()?.told(point)) ?? "")
  }
  const pointAt = (at: Pointed | null) => {
    surroundings.point((seen = at))
    pointed()?.at(at)
  }
  const chosen = () => model.get("_selection") !== null || model.get("_selected").length > 0
  const select = (box: Box | null) => {
    model.set("_selection", box && { time: [...box.time], price: [...box.price] })
    if (!box) model.set("_selected", [])
    model.save_changes()
    const range = box && box.price.map((price) => formatPrice(price, market().price_decimals)).join(" to ")
    notes.say(range ? `Selected ${range}` : "Selection cleared")
  }
  const setMode = (next: Mode) => {
    mode = next
    plot.setMode(next)
    wrapper.dataset.mode = next
    hands.ruled()
    options.modeChanged(next)
  }
  const facts = () => {
    if (!model.get("_market")) return
    const { grade, last_price } = market()
    plot.setTexts(...titlesOf(market()))
    plot.setHatched(grade.hatched)
    plot.setLastPrice(last_price)
    steer.refresh()
    clusters.draw()
  }
  const dress = () => {
    plot.restyle(colours(), page().colours)
    for (const draw of [picture.repaint, clusters.draw, surroundings.draw, drawProvenance]) draw()
  }
  const showStored = () => void picture.showStored(plot.viewport()).then(() => gone || surroundings.draw(), (error) => failed(String(error)))
  const renewed = () => ((stale = true), sharp.renew(), changed())
  const newFrames = () => {
    if (!model.get("_market") || model.get("_frames").length === 0) return
    const kept = picture.shown()?.measure === model.get("measure") && !model.get("_offline")
    if (!kept) showStored()
    steer.refresh()
    renewed()
  }
  bag.add(
    messages.patched(plot.patch),
    observe(model, ["_market"], () => (facts(), model.get("_market")?.step && renewed())),
    observe(model, ["_frames", "measure"], newFrames),
    observe(model, ["_clusters", "_cluster_ranges", "whiskers", "_selected", "side", "side_colours", "measure", "price_style", "threshold", "_overlays", "_lives"], clusters.draw),
    observe(model, ["_selection", "_selected", "_clusters"], drawProvenance),
    observe(model, ["_prior", "_priors"], () => pointer ?? readout.idle(hint())),
    observe(model, ["timezone"], () => (plot.refresh(), changed())),
    observe(model, ["_selection"], () => plot.setSelection(model.get("_selection"))),
    observe(model, ["side", "side_colours", "palette", "smooth", "scale", "threshold"], picture.repaint),
  )
  const first = model.get("_frames").find(({ measure }) => measure === model.get("measure"))
  await picture.showStored(first ?? { time: market().time, price: [0, 0] })
  ready = true
  steer.refresh()
  bag.add(
    observe(model, ["map_theme", "candle_colours"], dress),
    watchTheme(model, (next) => {
      theme = next
      dress()
    }),
  )
  facts()
  plot.setSelection(model.get("_selection"))
  readout.idle(hint())
  changed()
  live.show()
  hands.begin()
  return {
    reset: steer.reset,
    setMode,
    toggle: clusters.toggle,
    point: (id) => (clusters.hover(id, true), readout.idle(clusters.told(id)?.text ?? hint())),
    dispose: bag.dispose,
  }
}
