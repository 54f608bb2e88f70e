import type { AnyModel, Host } from "@anywidget/types"
import { computed, effect, signal } from "@preact/signals"
import { createRef, render as draw } from "preact"
import { Drawer, DrawerButton, DrawerGroup } from "./controls/drawer"
import { Look, WhatCounts } from "./controls/options"
import { PictureLine } from "./controls/picture_line"
import { Replay } from "./controls/replay"
import { fullScreen, FullScreenButton, Share, sharing } from "./controls/sharing"
import type { Ramp } from "./controls/threshold"
import { type Reasons, Toolbar } from "./controls/toolbar"
import { disposerBag } from "./dom/dispose"
import { element } from "./dom/element"
import { type Theme, tint, watchTheme } from "./dom/theme"
import { chooseFrame } from "./heat/frame"
import { axisTags } from "./layers/axis_tags"
import type { Mode } from "./layers/plot"
import { bokehSources } from "./load/files"
import { loadBokeh } from "./load/bokeh"
import { mountPicture, type Picture } from "./picture"
import { containKeys } from "./steer/keys"
import { windowRange } from "./steer/window"
import { ClusterTable } from "./table/table"
import { type Bound, bind } from "./wire/bound"
import { kernelWatch } from "./wire/kernel_watch"
import { messages, randomId } from "./wire/messages"
import { guardedModel, observe } from "./wire/model"
import type { Traits } from "./wire/traits"
import { AlertList, AlertsButton, Toasts } from "./words/alerts"
import { DataAge } from "./words/data_age"
import { Help, HelpButton, helpKeys } from "./words/help"
import { Legend, WhiskerLegend } from "./words/legend"
import { Banners, Foot, notes, OverPicture } from "./words/notes"
import { readout, ReadoutLine } from "./words/readout"
import { SelectionLine } from "./words/selection"
import { Simulated, Watermark } from "./words/simulated"

export interface RenderOptions {
  model: AnyModel<Traits>
  el: HTMLElement
  signal: AbortSignal
  host?: Host
}

/** Below which height that is given all has no room: with the table under the map, and beside it from a width on [px]. */
const [SHORT, SHORT_WIDE, WIDE] = [960, 720, 2000]
const OFFLINE = "Needs a running kernel: this file holds a finished picture"
const THIS_FILE = "This is that file already"
const STEER = "Arrow keys move, plus and minus zoom, zero resets, Escape clears the selection, question mark lists all keys."

/** Draw one view of the model into an element; returns what takes it away again. */
export function render({ model: given, el, signal: aborted, host }: RenderOptions): () => void {
  const model = guardedModel(given, { gone: () => !running.peek(), lost: () => kernel.lost() })
  const view = randomId()
  const bag = disposerBag()
  const bound = bind(model)
  const asked = messages(model, view)
  const { traits } = bound

  const picture = signal<Picture | null>(null)
  const mode = signal<Mode>("pan")
  const ramp = signal<Ramp | null>(null)
  const sum = signal(0)
  const theme = signal<Theme>("light")
  const hovered = signal<string | null>(null)
  const running = signal(true)
  const options = signal(false)
  const helping = signal(false)
  const listing = signal(false)
  const candle = computed(() => ramp.value?.candle ?? 0)
  const drawable = computed(() => traits._market.value !== null && traits._frames.value.length > 0)
  const offline = computed(() => (traits._offline.value && picture.value ? OFFLINE : null))
  const reasons = computed(() => (offline.value ? missing(bound.traits) : null))
  const label = computed(() => `Estimated liquidation heatmap of ${traits._market.value?.label ?? traits.symbol.value}. ${STEER}`)

  const words = notes()
  const line = readout()
  const tags = axisTags()
  const [figure, canvas, profile, panels, main] = [createRef<HTMLDivElement>(), createRef<HTMLDivElement>(), createRef<HTMLDivElement>(), createRef<HTMLDivElement>(), createRef<HTMLDivElement>()]
  const root = element("div", "liq-root", { "data-view": view })
  const full = fullScreen(root)
  const ways = sharing({ model, messages: asked, figure: () => main.current! })
  const turnFull = () => (full.reason ? words.say(full.reason) : void full.turn())
  const kernel = kernelWatch(model, (state) => {
    const back = !running.peek() && state !== "gone"
    running.value = state !== "gone"
    words.kernel(state)
    // What was set in between is sent now.
    if (back) model.save_changes()
  })
  const [drawerId, helpId, alertsId] = [`liq-drawer-${view}`, `liq-help-${view}`, `liq-alerts-${view}`]
  const toggle = (id: string) => picture.peek()?.toggle(id)
  const point = (id: string | null) => picture.peek()?.point(id)
  const setMode = (next: Mode) => picture.peek()?.setMode(next)
  const reset = () => picture.peek()?.reset()
  const widen = (wide: boolean) => void root.classList.toggle("liq-wide-table", wide)

  const Widget = () => (
    <>
      <Toolbar bound={bound} reasons={reasons} say={words.say}>
        <FullScreenButton full={full} say={words.say} />
        <DrawerButton id={drawerId} open={options} />
        <HelpButton id={helpId} open={helping} />
      </Toolbar>
      <Help id={helpId} open={helping} />
      <Banners notes={words} />
      <div class="liq-told">
        <ReadoutLine readout={line} />
        <SelectionLine bound={bound} say={words.say} />
      </div>
      <div class="liq-body">
        <Drawer id={drawerId} open={options}>
          <DrawerGroup id={`${drawerId}-2`} title="Share">
            <Share ways={ways} held={traits._offline.value ? THIS_FILE : null} say={words.say} />
          </DrawerGroup>
          <DrawerGroup id={`${drawerId}-0`} title="What counts">
            <WhatCounts bound={bound} say={words.say} held={offline.value} />
          </DrawerGroup>
          <DrawerGroup id={`${drawerId}-1`} title="Look">
            <Look bound={bound} say={words.say} held={null} />
          </DrawerGroup>
        </Drawer>
        <div ref={main} class="liq-main">
          <Simulated bound={bound} />
          <div class="liq-plots">
            <div ref={figure} class="liq-figure" tabIndex={0} role="application" data-mode={mode} aria-label={label}>
              <div ref={canvas} class="liq-canvas" />
              <Watermark bound={bound} />
              <OverPicture notes={words} />
              <Toasts bound={bound} />
              <DataAge bound={bound} theme={theme} running={running} />
            </div>
            <div ref={profile} class="liq-host liq-profile-host" />
          </div>
          <div class="liq-host liq-panels-host">
            <div class="liq-under">
              {picture.value && traits.view.value !== "map" && <PictureLine bound={bound} ramp={ramp} mode={mode} reasons={reasons} setMode={setMode} reset={reset} say={words.say} />}
              {picture.value && !traits._offline.value && <Replay bound={bound} say={words.say} />}
            </div>
            {picture.value && <Legend bound={bound} theme={theme} ramp={ramp} sum={sum} candle={candle} />}
            <div ref={panels} class="liq-panels" />
          </div>
        </div>
        <ClusterTable bound={bound} hovered={hovered} toggle={toggle} point={point} widen={widen} />
      </div>
      <AlertList id={alertsId} open={listing} bound={bound} />
      <Foot notes={words}>
        <AlertsButton id={alertsId} open={listing} bound={bound} />
        <WhiskerLegend bound={bound} />
      </Foot>
    </>
  )
  draw(<Widget />, root)
  figure.current!.append(...tags.nodes)
  el.append(root)
  el.classList.add("liq-place")

  let mounting = false
  const start = async () => {
    if (mounting) return
    mounting = true
    words.loading(1, 2, "preparing BokehJS, once for this page")
    try {
      const version = String((JSON.parse(model.get("_figure_document")) as { version?: unknown }).version ?? "")
      const bokeh = await loadBokeh({ version, sources: bokehSources(model, host, asked) })
      if (aborted.aborted) return
      words.loading(2, 2, "building the figure")
      const made = await mountPicture({
        model,
        bokeh,
        messages: asked,
        wrapper: figure.current!,
        host: canvas.current!,
        profile: profile.current!,
        panels: panels.current!,
        notes: words,
        readout: line,
        tags,
        hovered: (id) => void (hovered.value = id),
        legend: (frame, lut) => void (ramp.value = { ladder: frame, lut, candle: frame.candle_ms }),
        modeChanged: (next) => void (mode.value = next),
        summed: (size) => void (sum.value = size),
        overdue: kernel.overdue,
      })
      bag.add(made.dispose)
      if (aborted.aborted) return bag.dispose()
      picture.value = made
      state()
    } catch (error) {
      if (!aborted.aborted) words.panel("The heatmap could not be drawn", error instanceof Error ? error.message : String(error))
    } finally {
      mounting = false
    }
  }
  const measure = () => {
    const given = root.style.height !== "" || el.style.height !== ""
    root.classList.toggle("liq-short", given && drawable.peek() && root.clientHeight < (root.clientWidth < WIDE ? SHORT : SHORT_WIDE))
  }
  const sizes = new ResizeObserver(measure)
  sizes.observe(root)
  bag.add(() => sizes.disconnect())
  const state = () => {
    const error = model.get("_error")
    words.banner(drawable.peek() ? error : "")
    words.market(model.get("_market"))
    root.classList.toggle("liq-without-data", !drawable.peek())
    measure()
    if (!drawable.peek()) return words.panel(error ? "No heatmap" : "No market data yet", error || "The kernel has not sent any. Run the cell again if this stays.")
    if (picture.peek()) return words.clearPanel()
    void start()
  }
  bag.add(
    () => draw(null, root),
    () => root.remove(),
    bound.dispose,
    asked.dispose,
    containKeys(root),
    full.dispose,
    kernel.dispose,
    helpKeys(root, helping, turnFull),
    watchTheme(model, (next) => void (theme.value = root.dataset.theme = next)),
    effect(() => void root.classList.toggle("liq-drawer-open", options.value)),
    effect(() => void (root.style.height = traits.height.value ? `${traits.height.value}px` : "")),
    effect(() => void (root.dataset.side = traits.side.value)),
    tint(root, traits, theme),
    observe(model, ["_market", "_frames", "_error"], state),
  )
  aborted.addEventListener("abort", bag.dispose, { once: true })
  state()
  return bag.dispose
}

/** What a file without a kernel does not have. */
function missing({ _market, _frames, measure }: Bound["traits"]): Reasons | null {
  const market = _market.value
  if (!market) return null
  const frames = _frames.value
  return {
    kernel: OFFLINE,
    measure: (other) => (frames.some((frame) => frame.measure === other) ? null : OFFLINE),
    window(window) {
      const time = windowRange(window, market)
      const frame = chooseFrame(frames, measure.value, { time, price: [market.last_price, market.last_price] }, market)
      return frame && frame.time[0] <= time[0] + 1 ? null : OFFLINE
    },
    mode: (mode) => (mode === "select" ? OFFLINE : null),
  }
}
