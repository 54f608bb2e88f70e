import type { AnyModel } from "@anywidget/types"
import type { Disposer } from "../dom/dispose"
import { observe } from "../wire/model"
import type { PanelName, PriceStyle, ProfileStack, Scale, Traits, ViewKind } from "../wire/protocol"
import { checkBox } from "./check_box"
import { checkList } from "./check_list"
import type { DrawerGroup } from "./drawer"
import { LEVERAGE_GROUPS } from "./leverage_groups"
import { selectBox } from "./select_box"
import { slider } from "./slider"

export interface DrawerControls {
  counts: DrawerGroup
  look: DrawerGroup
  /** Why what the kernel computes cannot be changed, or null when it can. */
  disable(reason: string | null): void
  dispose: Disposer
}

const HORIZONS = ["4h", "8h", "24h", "3d", "7d"].map((value) => ({ value, text: value, title: `Chance that price gets there within ${value}` }))
const SCALES = [
  { value: "log", text: "Logarithmic", title: "Each power of ten has its share of the colours" },
  { value: "linear", text: "Linear", title: "Colour in proportion to the value" },
  { value: "rank", text: "Rank", title: "Each colour covers as much of the picture" },
]
const VIEWS = [
  { value: "heatmap", text: "Heatmap", title: "Time across, price up" },
  { value: "map", text: "Liquidation map", title: "Price across, size up: what stands now" },
]
const PRICES = [
  { value: "candles", text: "Candles" },
  { value: "line", text: "Line" },
  { value: "off", text: "Off" },
]
const PROFILES = [
  { value: "leverage", text: "By leverage", title: "What stands now at each price, stacked by leverage group" },
  { value: "venue", text: "By venue", title: "What stands now at each price, stacked by venue" },
  { value: "off", text: "Off" },
]
const PANELS = [
  { value: "volume", text: "Volume" },
  { value: "open_interest", text: "Open interest" },
  { value: "funding", text: "Funding" },
  { value: "liquidations", text: "Liquidations" },
]
const GROUPS = LEVERAGE_GROUPS.map((value) => ({ value, text: value, title: `Effective leverage ${value}` }))
const WATCHED = [
  "leverage", "venues", "_prior", "_priors", "horizon", "timeframe", "sensitivity", "view", "palette", "side_colours", "smooth", "scale", "price_style", "circles", "whiskers", "profile", "panels", "_market",
] as const satisfies readonly (keyof Traits)[]

/** The controls in the drawer; each is a trait of the model, both ways. */
export function drawerControls(model: AnyModel<Traits>, say: (sentence: string) => void): DrawerControls {
  const set = <K extends keyof Traits>(name: K, value: Traits[K], said: string) => {
    model.set(name, value)
    model.save_changes()
    say(said)
  }
  const list = (names: readonly string[]) => names.join(", ") || "none"
  const leverage = checkList({ label: "Leverage", choose: (names) => set("leverage", names, `Leverage: ${list(names)}`), keepOne: say }, GROUPS)
  const venues = checkList({ label: "Venues", choose: (names) => set("venues", names, `Venues: ${list(names)}`), keepOne: say })
  const prior = selectBox("Prior", [], (value) => set("_prior", value, `Prior: ${value}`))
  const horizon = selectBox("Horizon", HORIZONS, (value) => set("horizon", value, `Horizon: ${value}`))
  const timeframe = selectBox("Timeframe", [], (value) => set("timeframe", value, `Timeframe: ${value}`))
  const sensitivity = slider({
    label: "Sensitivity",
    title: "More sensitive finds smaller clusters",
    text: (value) => value.toFixed(2),
    settled: (value) => set("sensitivity", value, `Sensitivity: ${value}`),
  })
  const view = selectBox("View", VIEWS, (value) => set("view", value as ViewKind, `View: ${value}`))
  const palettes = model.get("_palettes").map(({ name, label }) => ({ value: name, text: label }))
  const palette = selectBox("Palette", palettes, (value) => set("palette", value, `Palette: ${value}`))
  const pairs = (model.get("_sides") ?? []).map(({ name, label, title }) => ({ value: name, text: label, title }))
  const sides = selectBox("Side colours", pairs, (value) => set("side_colours", value, `Side colours: ${value}`))
  const scale = selectBox("Scale", SCALES, (value) => set("scale", value as Scale, `Scale: ${value}`))
  const price = selectBox("Price style", PRICES, (value) => set("price_style", value as PriceStyle, `Price: ${value}`))
  const profile = selectBox("Profile", PROFILES, (value) => set("profile", value as ProfileStack, `Profile: ${value}`))
  const panels = checkList({ label: "Lower panels", choose: (names) => set("panels", names as PanelName[], `Panels: ${list(names)}`) }, PANELS)
  const circles = checkBox("Liquidation circles", "Circles where positions were liquidated, as wide as they were large", (on) =>
    set("circles", on, on ? "Realised liquidations shown" : "Realised liquidations hidden"),
  )
  const whiskers = checkBox("Whiskers", "Each cluster under the alternative priors", (on) =>
    set("whiskers", on, on ? "Whiskers shown" : "Whiskers hidden"),
  )
  const smooth = checkBox("Smooth cells", "Blends the colours of neighbouring cells, for the eye only: sizes, read-outs and tables stay as they are", (on) =>
    set("smooth", on, on ? "Cells smoothed" : "Cells as they are"),
  )
  const sync = () => {
    leverage.show(model.get("leverage") ?? LEVERAGE_GROUPS)
    const traded = model.get("_market")?.venues ?? []
    venues.offer(traded.map((value) => ({ value, text: value })))
    venues.show(model.get("venues") ?? traded)
    venues.node.hidden = traded.length === 0
    prior.offer(model.get("_priors").map(({ name, label, title }) => ({ value: name, text: label, title })))
    prior.show(model.get("_prior"))
    horizon.show(model.get("horizon"))
    timeframe.offer((model.get("_market")?.timeframes ?? []).map((value) => ({ value, text: value, title: `Candles of ${value}` })))
    timeframe.show(model.get("timeframe") ?? "")
    sensitivity.show(model.get("sensitivity") ?? 0.5)
    view.show(model.get("view") ?? "heatmap")
    palette.show(model.get("palette"))
    sides.show(model.get("side_colours") ?? "red-green")
    scale.show(model.get("scale"))
    price.show(model.get("price_style") ?? "candles")
    profile.show(model.get("profile") ?? "leverage")
    panels.show(model.get("panels") ?? [])
    circles.show(model.get("circles") ?? true)
    smooth.show(model.get("smooth") ?? false)
    whiskers.show(model.get("whiskers") ?? true)
  }
  sync()
  return {
    counts: { title: "What counts", fields: [leverage.node, venues.node, prior.node, horizon.node, timeframe.node, sensitivity.node] },
    look: { title: "Look", fields: [view.node, palette.node, sides.node, scale.node, smooth.node, price.node, profile.node, circles.node, whiskers.node, panels.node] },
    disable(reason) {
      for (const control of [leverage, venues, prior, horizon, timeframe, sensitivity]) control.disable(reason)
    },
    dispose: observe(model, WATCHED, sync),
  }
}
