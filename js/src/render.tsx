import type { AnyModel, Host } from "@anywidget/types"
import { computed, effect, type Signal, signal } from "@preact/signals"
import { createRef, render as draw } from "preact"
import { DrawerButton } from "./controls/drawer"
import { PictureLine } from "./controls/picture_line"
import { fullScreen, FullScreenButton } from "./controls/sharing"
import type { Ramp } from "./controls/threshold"
import { type Reasons, Toolbar } from "./controls/toolbar"
import { disposerBag } from "./dom/dispose"
import { element } from "./dom/element"
import { type Theme, tint, watchTheme } from "./dom/theme"
import { axisTags } from "./layers/axis_tags"
import type { Mode } from "./layers/plot"
import { loadBokeh } from "./load/bokeh"
import { partSources } from "./load/files"
import { onDemand, wantedAtOnce } from "./load/on_demand"
import { mountPicture, type Picture } from "./picture"
import { containKeys } from "./steer/keys"
import { ClusterTable } from "./table/table"
import { type Bound, bind } from "./wire/bound"
import { kernelWatch } from "./wire/kernel_watch"
import { messages, randomId } from "./wire/messages"
import { guardedModel, observe } from "./wire/model"
import { unpackFrame } from "./wire/packing"
import type { Traits } from "./wire/traits"
import { DataAge } from "./words/data_age"
import { HelpButton, helpKeys } from "./words/help"
import { Legend, WhiskerLegend } from "./words/legend"
import { Banners, Foot, notes, OverPicture } from "./words/notes"
import { readout, ReadoutLine } from "./words/readout"
import { Simulated, Watermark } from "./words/simulated"

export interface RenderOptions {
  model: AnyModel<Traits>
  el: HTMLElement
  signal: AbortSignal
  host?: Host
  /** What a page without a kernel does not have, with the reason. */
  missing?(traits: Bound["traits"]): Reasons | null
}

/** Below which height that is given all has no room: with the table under the map, and beside it from a width on [px]. */
const [SHORT, SHORT_WIDE, WIDE] = [960, 720, 2000]
const STEER = "Arrow keys move, plus and minus zoom, zero resets, Escape clears the selection, question mark lists all keys."

/** Draw one view of the model into an element; returns what takes it away again. */
export function render({ model: given, el, signal: aborted, host, missing = () => null }: RenderOptions): () => void {
  const model = guardedModel(given, { gone: () => !running.peek(), lost: () => kernel.lost() })
  const view = randomId()
  const bag = disposerBag()
  const bound = bind(model)
  const asked = messages(model, view, unpackFrame)
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
  const reasons = computed(() => (picture.value && missing(bound.traits)))
  const label = computed(() => `Estimated liquidation heatmap of ${traits._market.value?.label ?? traits.symbol.value}. ${STEER}`)

  const words = notes()
  const line = readout()
  const tags = axisTags()
  const [figure, canvas, profile, panels, main] = [createRef<HTMLDivElement>(), createRef<HTMLDivElement>(), createRef<HTMLDivElement>(), createRef<HTMLDivElement>(), createRef<HTMLDivElement>()]
  const root = element("div", "liq-root", { "data-view": view })
  const full = fullScreen(root)
  const share = { model, messages: asked, figure: () => main.current! }
  const demand = onDemand({ sources: partSources(model, host, asked, "on_demand"), failed: words.chip, signal: aborted })
  const load = async () => (await demand.load()) !== null
  const turn = async (open: Signal<boolean>) => void (open.value = !open.peek() && (await load()))
  const told = traits._fired.peek()?.at(-1)?.number ?? 0
  const turnFull = () => (full.reason ? words.say(full.reason) : void full.turn().catch((error: unknown) => words.say(String(error))))
  const kernel = kernelWatch(model, (state) => {
    const back = !running.peek() && state !== "gone"
    running.value = state !== "gone"
    words.kernel(state)
    // What was set in between is sent now.
    if (back) model.save_changes()
  })
  const [drawerId, helpId, alertsId] = [`liq-drawer-${view}`, `liq-help-${view}`, `liq-alerts-${view}`]
  const toggle = (id: string) => picture.peek()?.toggle(id)
  const point = (id: string | null) => void (root.isConnected && picture.peek()?.point(id))
  const setMode = (next: Mode) => picture.peek()?.setMode(next)
  const reset = () => picture.peek()?.reset()
  const widen = (wide: boolean) => void root.classList.toggle("liq-wide-table", wide)

  const Widget = () => {
    const Parts = demand.parts.value
    return (
      <>
        <Toolbar bound={bound} reasons={reasons} say={words.say} editor={Parts?.Rungs} load={load}>
          <FullScreenButton full={full} say={words.say} />
          <DrawerButton id={drawerId} open={options} turn={turn} />
          <HelpButton id={helpId} open={helping} turn={turn} />
        </Toolbar>
        {Parts && <Parts.Help id={helpId} open={helping} />}
        <Banners notes={words} />
        <div class="liq-told">
          <ReadoutLine readout={line} />
          {Parts && <Parts.SelectionLine bound={bound} say={words.say} />}
        </div>
        <div class="liq-body">
          {Parts && <Parts.Options id={drawerId} open={options} share={share} bound={bound} say={words.say} held={reasons.value?.kernel ?? null} />}
          <div ref={main} class="liq-main">
            <Simulated bound={bound} />
            <div class="liq-plots">
              <div ref={figure} class="liq-figure" tabIndex={0} role="application" data-mode={mode} aria-label={label}>
                <div ref={canvas} class="liq-canvas" />
                <Watermark bound={bound} />
                <OverPicture notes={words} />
                <div class="liq-toasts" role="status" aria-live="polite">
                  {Parts && <Parts.Toasts bound={bound} since={told} />}
                </div>
                <DataAge bound={bound} theme={theme} running={running} />
              </div>
              <div ref={profile} class="liq-host liq-profile-host" />
            </div>
            <div class="liq-host liq-panels-host">
              <div class="liq-under">
                {picture.value && traits.view.value !== "map" && <PictureLine bound={bound} ramp={ramp} mode={mode} reasons={reasons} setMode={setMode} reset={reset} say={words.say} />}
                {picture.value && !traits._offline.value && (Parts ? <Parts.Replay bound={bound} say={words.say} /> : <div class="liq-replay" />)}
              </div>
              {picture.value && <Legend bound={bound} theme={theme} ramp={ramp} sum={sum} candle={candle} />}
              <div ref={panels} class="liq-panels" />
            </div>
          </div>
          <ClusterTable bound={bound} hovered={hovered} toggle={toggle} point={point} widen={widen} />
        </div>
        {Parts && <Parts.AlertList id={alertsId} open={listing} bound={bound} />}
        <Foot notes={words}>
          {Parts && <Parts.AlertsButton id={alertsId} open={listing} bound={bound} />}
          {traits.view.value !== "map" && <WhiskerLegend bound={bound} />}
        </Foot>
      </>
    )
  }
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
      const [bokeh] = await Promise.all([loadBokeh({ version, sources: partSources(model, host, asked, "bokeh") }), wantedAtOnce(model) && demand.load()])
      if (aborted.aborted) return
      words.loading(2, 2, "building the figure")
      const made = await mountPicture({
        model,
        bokeh,
        messages: asked,
        demand,
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
    helpKeys(root, { open: helping, turn }, turnFull),
    effect(() => void ((traits._fired.value?.length || traits._selection.value || traits._selected.value.length) && load())),
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
