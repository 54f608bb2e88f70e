import type { AnyModel, Host } from "@anywidget/types"
import { drawer } from "./controls/drawer"
import { drawerControls } from "./controls/drawer_controls"
import { sharing } from "./controls/sharing"
import { toolbar } from "./controls/toolbar"
import { disposerBag } from "./dom/dispose"
import { element } from "./dom/element"
import { tintSides } from "./dom/theme"
import { chooseFrame } from "./heat/frame"
import { axisTags } from "./layers/axis_tags"
import { untab } from "./layers/untab"
import { bokehSources } from "./load/assets"
import { loadBokeh } from "./load/bokeh"
import { mountPicture, type Picture } from "./picture"
import { containKeys } from "./steer/keys"
import { windowRange } from "./steer/window"
import { clusterList } from "./table/cluster_list"
import { kernelWatch } from "./wire/kernel_watch"
import { calmModel, observe } from "./wire/model"
import type { Traits } from "./wire/protocol"
import { randomId } from "./wire/random_id"
import { feedLine } from "./words/feed_line"
import { help } from "./words/help"
import { notes } from "./words/notes"
import { readout } from "./words/readout"
import { whiskerLegend } from "./words/whisker_legend"

export interface RenderOptions {
  model: AnyModel<Traits>
  el: HTMLElement
  signal: AbortSignal
  host?: Host
}

const OFFLINE = "Needs a running kernel: this file holds a finished picture"

/** Draw one view of the model into an element; returns what takes it away again. */
export function render({ model: given, el, signal, host }: RenderOptions): () => void {
  let gone = false
  const model = calmModel(given, { gone: () => gone, lost: () => kernel.lost() })
  const view = randomId()
  const bag = disposerBag()
  let picture: Picture | null = null
  let mounting = false

  const legend = whiskerLegend(model)
  const words = notes(legend.node)
  const line = readout()
  const tags = axisTags()
  const list = clusterList(model, {
    toggle: (id) => picture?.toggle(id),
    point: (id) => picture?.point(id),
    widen: (wide) => root.classList.toggle("liq-wide-table", wide),
  })
  const fresh = feedLine(model)
  const canvas = element("div", "liq-canvas")
  const figure = element(
    "div",
    "liq-figure",
    { tabindex: "0", role: "application", "data-mode": "pan" },
    [canvas, ...tags.nodes, ...words.over, fresh.node],
  )
  const profile = element("div", "liq-host liq-profile-host")
  const under = element("div", "liq-host liq-panels-host")
  const plots = element("div", "liq-plots", {}, [figure, profile])
  const main = element("div", "liq-main", {}, [plots, under])
  const root = element("div", "liq-root", { "data-view": view })
  const controls = drawerControls(model, words.say)
  const ways = sharing({ model, root, figure: main, tags: tags.nodes, say: words.say })
  const side = drawer([controls.counts, controls.look, ways.group], (open) => root.classList.toggle("liq-drawer-open", open))
  const keys = help(root, ways.full)
  const bar = toolbar(model, {
    mode: (mode) => picture?.setMode(mode),
    reset: () => picture?.reset(),
    say: words.say,
    more: [side.button, keys.button],
  })
  const kernel = kernelWatch(model, (state) => {
    const back = gone && state !== "gone"
    gone = state === "gone"
    words.kernel(state)
    fresh.running(!gone)
    // What was set in between is sent now.
    if (back) model.save_changes()
  })
  const body = element("div", "liq-body", {}, [side.node, main, list.node])
  root.append(bar.node, keys.node, words.top, line.node, body, words.foot)
  el.append(root)
  el.classList.add("liq-place")
  bag.add(
    () => root.remove(),
    containKeys(root),
    bar.dispose,
    controls.dispose,
    ways.dispose,
    side.dispose,
    keys.dispose,
    list.dispose,
    legend.dispose,
    kernel.dispose,
    fresh.dispose,
    tintSides(model, root),
  )

  const describe = () => {
    const symbol = model.get("_market")?.label ?? model.get("symbol")
    const steer = "Arrow keys move, plus and minus zoom, zero resets, Escape clears the selection, question mark lists all keys."
    figure.setAttribute("aria-label", `Estimated liquidation heatmap of ${symbol}. ${steer}`)
  }
  const state = () => {
    describe()
    const error = model.get("_error")
    const drawable = model.get("_market") !== null && model.get("_frames").length > 0
    words.banner(drawable ? error : "")
    words.market(model.get("_market"))
    root.classList.toggle("liq-without-data", !drawable)
    if (!drawable) return words.panel(error ? "No heatmap" : "No market data yet", error || "The kernel has not sent any. Run the cell again if this stays.")
    if (picture) return words.clearPanel()
    void start()
  }
  const start = async () => {
    if (mounting) return
    mounting = true
    words.loading(1, 2, "preparing BokehJS, once for this page")
    try {
      const version = String((JSON.parse(model.get("_document")) as { version?: unknown }).version ?? "")
      const bokeh = await loadBokeh({ version, sources: bokehSources(model, host, view) })
      if (signal.aborted) return
      words.loading(2, 2, "building the figure")
      const made = await mountPicture({
        model,
        bokeh,
        view,
        wrapper: figure,
        host: canvas,
        profile,
        under,
        notes: words,
        readout: line,
        tags,
        hovered: list.hover,
        legend: bar.showLegend,
        modeChanged: bar.showMode,
        overdue: kernel.overdue,
      })
      bag.add(made.dispose)
      untab(canvas)
      if (signal.aborted) return bag.dispose()
      picture = made
      words.clearPanel()
      offlineControls()
      state()
    } catch (error) {
      if (!signal.aborted) words.panel("The heatmap could not be drawn", error instanceof Error ? error.message : String(error))
    } finally {
      mounting = false
    }
  }
  const offlineControls = () => {
    const market = model.get("_market")
    if (!model.get("_offline") || !market) return
    const frames = model.get("_frames")
    bar.disable({
      measure: (measure) => (frames.some((frame) => frame.measure === measure) ? null : OFFLINE),
      window: (window) => {
        const time = windowRange(window, market)
        const frame = chooseFrame(frames, model.get("measure"), { time, price: [market.last_price, market.last_price] }, market)
        return frame && frame.time[0] <= time[0] + 1 ? null : OFFLINE
      },
      select: OFFLINE,
    })
    controls.disable(OFFLINE)
  }
  const showSide = () => (root.dataset.side = model.get("side"))
  showSide()
  bag.add(observe(model, ["side"], showSide), observe(model, ["_market", "_frames", "_error"], state))
  signal.addEventListener("abort", bag.dispose, { once: true })
  state()
  return bag.dispose
}
