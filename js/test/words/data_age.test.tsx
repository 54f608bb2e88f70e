// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { DataAge, feedText, feedTitle } from "../../src/words/data_age"
import type { Theme } from "../../src/dom/theme"
import type { Feed, FeedState, Live } from "../../src/wire/traits"
import type { Market } from "../../src/wire/traits"
import { boundModel, draw } from "../draw"

const NOON = Date.UTC(2026, 0, 5, 12)
const feed = (venue: string, state: FeedState, time: number | null = null, reason = ""): Feed => ({ venue, state, time, reason })
const said = (state: FeedState, time: number | null, now: number | null = NOON) => {
  const { text, freshness, ages } = feedText(feed("okx", state, time), now)
  return [text, freshness, ages]
}

describe("feedText", () => {
  it("counts seconds, then minutes, and calls late what has not come for a minute", () => {
    expect(said("connected", NOON - 2400)).toEqual(["2 s", "fresh", true])
    expect(said("connected", NOON + 900)).toEqual(["0 s", "fresh", true])
    expect(said("connected", NOON - 60_001)).toEqual(["1 min", "late", true])
    expect(said("stale", NOON - 190_000)).toEqual(["3 min", "late", true])
    expect(said("reconnecting", NOON - 5000)).toEqual(["5 s, reconnecting", "late", true])
  })

  it("says what is missing", () => {
    expect(said("refused", null)).toEqual(["refused", "missing", false])
    expect(said("no network", null)).toEqual(["no network", "missing", false])
    expect(said("off", NOON)).toEqual(["off, to 2026-01-05 12:00", "missing", false])
  })

  it("tells the time instead of an age where none runs", () => {
    expect(said("history", NOON)).toEqual(["to 2026-01-05 12:00", "still", false])
    expect(said("own frames", NOON)).toEqual(["to 2026-01-05 12:00", "still", false])
    expect(said("connected", NOON, null)).toEqual(["to 2026-01-05 12:00", "still", false])
    expect(said("simulated", NOON)).toEqual(["simulated", "still", false])
  })

  it("tells all of it in the title", () => {
    expect(feedTitle(feed("okx", "stale", NOON, "no message"))).toBe("okx: stale, last data 2026-01-05 12:00:00 UTC, no message")
    expect(feedTitle(feed("htx", "refused", null, "HTTP 403"))).toBe("htx: refused, no data, HTTP 403")
  })
})

describe("DataAge", () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOON }))

  const line = (feeds: readonly Feed[], state: Record<string, unknown> = {}) => {
    const fake = boundModel({ _market: { feeds } as unknown as Market, ...state })
    const [running, theme] = [signal(true), signal<Theme>("light")]
    const { host, away } = draw(<DataAge bound={fake.bound} theme={theme} running={running} />)
    const node = host.firstElementChild as HTMLElement
    const chips = () => [...node.querySelectorAll(".liq-feed")].map((chip) => chip.textContent)
    return { ...fake, node, dispose: away, running: (yes: boolean) => void (running.value = yes), chips, short: () => node.querySelector(".liq-feed-short")!.textContent }
  }

  it("counts on with the browser's clock, in the same elements", () => {
    const { node, chips, short, dispose } = line([feed("binance", "connected", NOON - 2000), feed("okx", "connected", NOON - 57_000)])
    expect(chips()).toEqual(["binance 2 s", "okx 57 s"])
    const first = node.querySelector(".liq-feed")
    vi.advanceTimersByTime(1000)
    expect(chips()).toEqual(["binance 3 s", "okx 58 s"])
    expect(node.querySelector(".liq-feed")).toBe(first)
    vi.advanceTimersByTime(5000)
    expect([...node.querySelectorAll<HTMLElement>(".liq-feed")].map(({ dataset }) => dataset.level)).toEqual(["fresh", "late"])
    expect(short()).toBe("2 venues, oldest okx 1 min")
    dispose()
    expect(vi.getTimerCount()).toBe(0)
  })

  it("has the colours of what it lies on", () => {
    const { node, bound } = line([feed("binance", "history", NOON)], { map_theme: "dark", view: "heatmap" })
    expect(node.dataset.theme).toBe("dark")
    bound.set({ view: "map" })
    expect(node.dataset.theme).toBe("light")
    bound.set({ view: "heatmap", map_theme: "auto" })
    expect(node.dataset.theme).toBe("light")
  })

  it("has no timer where nothing ages, and says the same of several once", () => {
    const feeds = [feed("binance", "history", NOON), feed("okx", "history", NOON), feed("bybit", "refused"), feed("gate", "refused")]
    const { chips, short } = line(feeds)
    expect(chips()).toEqual(["binance, okx to 2026-01-05 12:00", "bybit, gate refused"])
    expect(short()).toBe("2 venues, to 2026-01-05 12:00, bybit, gate missing")
    expect(vi.getTimerCount()).toBe(0)
  })

  it("takes what is live, by the kernel's clock", () => {
    const { model, chips } = line([feed("binance", "connected", NOON)])
    const live = { number: 1, now: NOON + 3_600_000, feeds: [feed("binance", "connected", NOON + 3_597_000)] } satisfies Live
    model.set("_live", live)
    expect(chips()).toEqual(["binance 3 s"])
  })

  it("stops when the kernel is gone, and never runs in a file", () => {
    const { running, chips } = line([feed("binance", "connected", NOON - 2000)])
    running(false)
    expect(chips()).toEqual(["binance to 2026-01-05 11:59"])
    expect(vi.getTimerCount()).toBe(0)
    running(true)
    expect(vi.getTimerCount()).toBe(1)
    expect(line([feed("binance", "connected", NOON - 2000)], { _offline: true }).chips()).toEqual(["binance to 2026-01-05 11:59"])
  })

  it("makes no element out of a venue's name", () => {
    const { node, chips } = line([feed("<img src=x>", "refused", null, "<b>")])
    expect(chips()).toEqual(["<img src=x> refused"])
    expect(node.querySelector("img")).toBeNull()
  })
})
