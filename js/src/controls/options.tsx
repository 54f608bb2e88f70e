import type { Signal } from "@preact/signals"
import { useMemo } from "preact/hooks"
import { candle_colours } from "../../../liqwidget/look.json"
import { LEVERAGE_GROUPS } from "../format/shares"
import type { Bound } from "../wire/bound"
import type { PanelName, PriceStyle, ProfileStack, Scale, ThemeChoice, Traits } from "../wire/traits"
import { Drawer, DrawerGroup } from "./drawer"
import { CheckBox, CheckList, List, Slider } from "./fields"
import { Share, sharing, type SharingOptions } from "./sharing"

const HORIZONS = ["4h", "8h", "24h", "3d", "7d"].map((value) => ({ value, text: value, title: `Chance that price gets there within ${value}` }))
const SCALES = [
  { value: "log", text: "Logarithmic", title: "Each power of ten has its share of the colours" },
  { value: "linear", text: "Linear", title: "Colour in proportion to the value" },
  { value: "rank", text: "Rank", title: "Each colour covers as much of the picture" },
]
const THEMES = [
  { value: "auto", text: "As the page", title: "Dark or light, as the notebook" },
  { value: "dark", text: "Dark" },
  { value: "light", text: "Light" },
]
const ZONES = [
  { value: "UTC", text: "UTC" },
  { value: "local", text: "Local", title: "The clocks of this computer" },
]
const CANDLES = candle_colours.map(({ name, label, title }) => ({ value: name, text: label, title }))
const PRICES = [
  { value: "candles", text: "Candles" },
  { value: "line", text: "Line" },
  { value: "off", text: "Off" },
]
const PROFILES = [
  { value: "leverage", text: "By leverage", title: "What stands at each price at the end shown, stacked by leverage group" },
  { value: "venue", text: "By venue", title: "What stands at each price at the end shown, stacked by venue" },
  { value: "off", text: "Off" },
]
const PANELS = [
  { value: "volume", text: "Volume" },
  { value: "open_interest", text: "Open interest" },
  { value: "funding", text: "Funding" },
  { value: "liquidations", text: "Liquidations" },
]
const GROUPS = LEVERAGE_GROUPS.map((value) => ({ value, text: value, title: `Effective leverage ${value}` }))

export interface SettingsProps {
  bound: Bound
  say(sentence: string): void
  /** Why what the kernel computes cannot be changed, or null when it can. */
  held: string | null
}

export interface OptionsProps extends SettingsProps {
  id: string
  open: Signal<boolean>
  share: SharingOptions
}

const THIS_FILE = "This is that file already"

/** The drawer with all that is seldom moved, and the ways to take the view elsewhere. */
export function Options({ id, open, share, bound, say, held }: OptionsProps) {
  const ways = useMemo(() => sharing(share), [share])
  return (
    <Drawer id={id} open={open}>
      <DrawerGroup id={`${id}-2`} title="Share">
        <Share ways={ways} held={bound.traits._offline.value ? THIS_FILE : null} say={say} />
      </DrawerGroup>
      <DrawerGroup id={`${id}-0`} title="What counts">
        <WhatCounts bound={bound} say={say} held={held} />
      </DrawerGroup>
      <DrawerGroup id={`${id}-1`} title="Look">
        <Look bound={bound} say={say} held={null} />
      </DrawerGroup>
    </Drawer>
  )
}

const useSetting = ({ bound, say }: SettingsProps) =>
  useMemo(() => {
    return (values: Partial<Traits>, said: string) => {
      bound.set(values)
      say(said)
    }
  }, [bound, say])

const named = (names: readonly string[]) => names.join(", ") || "none"

/** What the estimate is made of. */
export function WhatCounts(props: SettingsProps) {
  const { bound, say, held } = props
  const { leverage, venues, horizon, sensitivity, _market } = bound.traits
  const set = useSetting(props)
  const traded = _market.value?.venues ?? []
  return (
    <>
      <CheckList label="Leverage" options={GROUPS} chosen={leverage.value ?? LEVERAGE_GROUPS} held={held} keepOne={say} choose={(names) => set({ leverage: names }, `Leverage: ${named(names)}`)} />
      <CheckList
        label="Venues"
        options={traded.map((value) => ({ value, text: value }))}
        chosen={venues.value ?? traded}
        held={held}
        keepOne={say}
        choose={(names) => set({ venues: names }, `Venues: ${named(names)}`)}
      />
      <List label="Horizon" options={HORIZONS} value={horizon.value} held={held} choose={(value) => set({ horizon: value }, `Horizon: ${value}`)} />
      <Slider
        label="Sensitivity"
        title="More sensitive finds smaller clusters"
        value={sensitivity.value ?? 0.5}
        text={(value) => value.toFixed(2)}
        held={held}
        settled={(value) => set({ sensitivity: value }, `Sensitivity: ${value}`)}
      />
    </>
  )
}

/** How the picture looks. */
export function Look(props: SettingsProps) {
  const { traits } = props.bound
  const set = useSetting(props)
  const palettes = traits._palettes.value.map(({ name, label }) => ({ value: name, text: label }))
  const zone = traits.timezone.value ?? "UTC"
  const zones = ZONES.some(({ value }) => value === zone) ? ZONES : [...ZONES, { value: zone, text: zone }]
  const pairs = (traits._sides.value ?? []).map(({ name, label, title }) => ({ value: name, text: label, title }))
  return (
    <>
      <List label="Palette" options={palettes} value={traits.palette.value} choose={(value) => set({ palette: value }, `Palette: ${value}`)} />
      <List label="Map ground" options={THEMES} value={traits.map_theme.value ?? "dark"} choose={(value) => set({ map_theme: value as ThemeChoice }, `Map ground: ${value}`)} />
      <List label="Theme" options={THEMES} value={traits.theme.value ?? "auto"} choose={(value) => set({ theme: value as ThemeChoice }, `Theme: ${value}`)} />
      <List label="Time zone" options={zones} value={zone} choose={(value) => set({ timezone: value }, `Time zone: ${value}`)} />
      <List label="Candle colours" options={CANDLES} value={traits.candle_colours.value ?? "plain"} choose={(value) => set({ candle_colours: value }, `Candles: ${value}`)} />
      <List label="Side colours" options={pairs} value={traits.side_colours.value ?? "red-green"} choose={(value) => set({ side_colours: value }, `Side colours: ${value}`)} />
      <List label="Scale" options={SCALES} value={traits.scale.value} held={traits.measure.value === "heat" ? "Relative heat is always linear" : null} choose={(value) => set({ scale: value as Scale }, `Scale: ${value}`)} />
      <CheckBox
        label="Smooth cells"
        title="Blends the colours of neighbouring cells, for the eye only: sizes, read-outs and tables stay as they are"
        on={traits.smooth.value ?? false}
        turn={(on) => set({ smooth: on }, on ? "Cells smoothed" : "Cells as they are")}
      />
      <List label="Price style" options={PRICES} value={traits.price_style.value ?? "candles"} choose={(value) => set({ price_style: value as PriceStyle }, `Price: ${value}`)} />
      <List label="Profile" options={PROFILES} value={traits.profile.value ?? "leverage"} choose={(value) => set({ profile: value as ProfileStack }, `Profile: ${value}`)} />
      <CheckBox
        label="Liquidation circles"
        title="Circles where positions were liquidated, as wide as they were large"
        on={traits.circles.value ?? true}
        turn={(on) => set({ circles: on }, on ? "Realised liquidations shown" : "Realised liquidations hidden")}
      />
      <CheckBox
        label="Whiskers"
        title="How far the size of each cluster moves under other assumptions"
        on={traits.whiskers.value ?? true}
        turn={(on) => set({ whiskers: on }, on ? "Whiskers shown" : "Whiskers hidden")}
      />
      <CheckList label="Lower panels" options={PANELS} chosen={traits.panels.value ?? []} choose={(names) => set({ panels: names as PanelName[] }, `Panels: ${named(names)}`)} />
    </>
  )
}
