// @vitest-environment happy-dom
import { expect, test, vi } from "vitest"
import { ageText, COLUMNS, type MarketRow, nearest, nearText, sorted, type WatchlistTraits } from "../../src/watchlist/columns"
import { showWatchlist } from "../../src/watchlist/table"

const NOW = Date.UTC(2026, 0, 31, 12)
const near = (distance: number, size: number, change: number | null = null) => ({ price: 90_000, distance, size, change, heat: 50 })
const row = (symbol: string, more: Partial<MarketRow> = {}): MarketRow => ({
  symbol, state: "live", reason: "", alerts: 0, alert: "", price: 91_234.5, decimals: 1, quote: "USD", unit: "USD",
  change: 1.234, below: near(-1.4, 28_500_000, 28_500_000), above: near(2.2, 1.5e6, -1e6), time: NOW - 5000, venues: ["okx"], ...more,
})
const waiting: MarketRow = { symbol: "SOL", state: "reading", reason: "", alerts: 0, alert: "", price: null }
const column = (name: string) => COLUMNS.find((one) => one.name === name)!

test("what is not known comes last, whichever way is sorted", () => {
  const rows = [waiting, row("BTC", { change: -3 }), row("ETH", { change: 4 })]
  const order = (descending: boolean) => sorted(rows, column("change"), descending, NOW).map(({ symbol }) => symbol)
  expect(order(true)).toEqual(["ETH", "BTC", "SOL"])
  expect(order(false)).toEqual(["BTC", "ETH", "SOL"])
  expect(sorted(rows, undefined, false, NOW)).toEqual(rows)
  expect(sorted(rows, column("symbol"), false, NOW).map(({ symbol }) => symbol)).toEqual(["BTC", "ETH", "SOL"])
})

test("the nearer of both sides counts", () => {
  expect(nearest(row("BTC"))).toBe(1.4)
  expect(nearest(row("BTC", { below: null }))).toBe(2.2)
  expect(nearest(waiting)).toBeNull()
})

test("amounts are estimates of two digits, and their change has a sign", () => {
  expect(nearText(near(-1.4, 28_512_000, 1_234_000), row("BTC"))).toEqual({ price: "90,000.0", distance: "−1.40 %", size: "est. $29M", change: "+$1.2M" })
  expect(nearText(near(2, 5e6, -1e6), row("X", { unit: "EUR" })).change).toBe("−1M EUR")
  expect(nearText(near(2, 5e6, 100), row("X")).change).toBe("±0")
  expect(nearText(near(2, 5e6), row("X")).change).toBe("")
})

test("ages run while a market is live, and stand still otherwise", () => {
  expect(ageText(row("BTC"), NOW)).toBe("5 s")
  expect(ageText(row("BTC", { state: "stopped" }), NOW)).toBe("stopped, to 2026-01-31 11:59")
  expect(ageText(row("BTC", { state: "own frames" }), NOW)).toBe("to 2026-01-31 11:59")
  expect(ageText(waiting, NOW)).toBe("reading")
})

test("a row is opened by its button or a click, and the table follows the model", async () => {
  const state: WatchlistTraits = { rows: [row("BTC"), waiting], opened: "", note: "", theme: "dark" }
  const listeners = new Map<string, () => void>()
  const send = vi.fn()
  const model = { get: (name: keyof WatchlistTraits) => state[name], on: (name: string, call: () => void) => listeners.set(name, call), off: (name: string) => listeners.delete(name), send }
  const el = document.createElement("div")
  document.body.append(el)
  const controller = new AbortController()
  showWatchlist({ model: model as never, el, signal: controller.signal })
  const root = el.querySelector<HTMLElement>(".liq-watchlist")!
  expect(root.dataset.theme).toBe("dark")
  expect([...root.querySelectorAll("tbody tr")].map((tr) => tr.getAttribute("data-symbol"))).toEqual(["BTC", "SOL"])
  expect(root.textContent).toContain("est. $29M")
  root.querySelector<HTMLElement>(".liq-watch-open")!.click()
  expect(send.mock.calls).toEqual([[{ open: "BTC" }]])
  const line = root.querySelectorAll("tbody tr")[1]!
  line.dispatchEvent(new PointerEvent("pointerdown", { clientX: 10, clientY: 5 }))
  line.dispatchEvent(new MouseEvent("click", { clientX: 90, clientY: 5, detail: 1 }))
  expect(send).toHaveBeenCalledTimes(1)
  state.rows = [row("BTC", { alerts: 2 }), row("SOL", { price: 5 })]
  state.opened = "BTC"
  for (const name of ["change:rows", "change:opened"]) listeners.get(name)!()
  await vi.waitFor(() => expect(root.querySelector('[data-symbol="BTC"] button')!.getAttribute("aria-expanded")).toBe("true"))
  expect(root.querySelectorAll("tbody tr")[1]!.textContent).toContain("5.0")
  controller.abort()
  expect(el.childElementCount).toBe(0)
  expect(listeners.size).toBe(0)
})
