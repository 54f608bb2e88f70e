import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag } from "../dom/dispose"
import { element } from "../dom/element"
import { formatTime } from "../format/time"
import { windowRange } from "../steer/window"
import { observe } from "../wire/model"
import type { Market, Traits } from "../wire/protocol"

const STEP_MS = 250
/** Steps of the slider: whole candles, or as many as it has room for. */
const MOST_STEPS = 2000

export interface Replay {
  node: HTMLElement
  dispose: Disposer
}

/** Show the map exactly as it stood at a past time: a slider, a play button, single steps, and back to now. */
export function replay(model: AnyModel<Traits>, say: (sentence: string) => void): Replay {
  const play = element("button", "liq-button", { type: "button", "aria-pressed": "false" }, ["Play"])
  const back = element("button", "liq-button", { type: "button", title: "One candle back", "aria-label": "One candle back" }, ["−"])
  const on = element("button", "liq-button", { type: "button", title: "One candle on", "aria-label": "One candle on" }, ["+"])
  const now = element("button", "liq-button", { type: "button", title: "Back to the last close" }, ["Now"])
  const future = element("button", "liq-button", { type: "button", title: "Show the price that followed, faded" }, ["What followed"])
  const slider = element("input", "liq-range liq-replay-range", { type: "range", min: "0", "aria-label": "As of" })
  const label = element("span", "liq-replay-time")
  const node = element("div", "liq-replay", { role: "group", "aria-label": "Replay" }, [play, back, on, slider, label, future, now])
  let timer: ReturnType<typeof setTimeout> | undefined
  let playing = false
  let asked: number | null = null

  const market = (): Market | null => model.get("_market")
  const shown = () => model.get("as_of") ?? market()?.span[1] ?? 0
  const step = () => {
    const known = market()
    if (!known) return 1
    const [start, end] = known.span
    return Math.max(known.timeframe_ms, Math.ceil((end - start) / MOST_STEPS / known.timeframe_ms) * known.timeframe_ms)
  }
  const go = (time: number) => {
    const known = market()
    if (!known) return
    const [start, end] = known.span
    const at = Math.max(start + known.timeframe_ms, Math.min(time, end))
    asked = at >= end ? null : at
    model.set("as_of", asked)
    model.save_changes()
    if (at >= end) stop()
  }
  const stop = () => {
    playing = false
    clearTimeout(timer)
    play.textContent = "Play"
    play.setAttribute("aria-pressed", "false")
  }
  /** The next candle is asked for when the kernel has answered for this one: it is never overrun. */
  const next = () => {
    clearTimeout(timer)
    if (playing) timer = setTimeout(() => go(shown() + (market()?.timeframe_ms ?? 0)), STEP_MS)
  }
  const sync = () => {
    const known = market()
    if (!known) return
    const [start, end] = known.span
    slider.max = String(Math.round((end - start) / step()))
    slider.value = String(Math.round((shown() - start) / step()))
    slider.setAttribute("aria-valuetext", formatTime(shown()))
    label.textContent = model.get("as_of") === null ? `${formatTime(end)}, now` : `as of ${formatTime(shown())}`
    future.setAttribute("aria-pressed", String(model.get("future")))
    node.dataset.past = String(model.get("as_of") !== null)
    if (asked !== null && known.time[1] >= asked) next()
  }
  play.addEventListener("click", () => {
    if (playing) return stop()
    const known = market()
    if (!known) return
    playing = true
    play.textContent = "Pause"
    play.setAttribute("aria-pressed", "true")
    say("Replay started")
    go(model.get("as_of") === null ? windowRange(model.get("window"), known)[0] : shown() + known.timeframe_ms)
  })
  back.addEventListener("click", () => go(shown() - (market()?.timeframe_ms ?? 0)))
  on.addEventListener("click", () => go(shown() + (market()?.timeframe_ms ?? 0)))
  now.addEventListener("click", () => {
    stop()
    go(Number.POSITIVE_INFINITY)
  })
  future.addEventListener("click", () => {
    model.set("future", !model.get("future"))
    model.save_changes()
  })
  slider.addEventListener("input", () => {
    stop()
    go((market()?.span[0] ?? 0) + Number(slider.value) * step())
  })
  sync()
  const bag = disposerBag()
  bag.add(observe(model, ["as_of", "_market", "future"], sync), stop)
  return { node, dispose: bag.dispose }
}
