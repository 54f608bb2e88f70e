// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest"
import type { Market } from "../../src/wire/traits"
import { Replay } from "../../src/controls/replay"
import { boundModel, draw } from "../draw"

const MINUTE = 60_000
const market = (end: number) => ({ time: [0, end], span: [0, 100 * MINUTE], timeframe_ms: MINUTE }) as unknown as Market

describe("Replay", () => {
  beforeEach(() => void vi.useFakeTimers())
  const setup = (asOf: number | null = null) => {
    const fake = boundModel({ _market: market(asOf ?? 100 * MINUTE), as_of: asOf })
    const bar = { node: draw(<Replay bound={fake.bound} say={() => {}} />).host.firstElementChild as HTMLElement }
    const press = (text: string) => [...bar.node.querySelectorAll("button")].find(({ textContent }) => textContent === text)!.click()
    return { ...fake, bar, press, slider: bar.node.querySelector("input")! }
  }

  it("moves as_of by candles and back to now", () => {
    const { model, press } = setup(50 * MINUTE)
    press("+")
    expect(model.get("as_of")).toBe(51 * MINUTE)
    press("−")
    press("−")
    expect(model.get("as_of")).toBe(49 * MINUTE)
    press("Latest")
    expect(model.get("as_of")).toBeNull()
  })

  it("calls only the present now", () => {
    const { bar, model } = setup()
    const time = () => bar.node.querySelector(".liq-replay-time")!.textContent
    expect(time()).toBe("1 Jan 01:40, the last data")
    model.set("_market", { ...market(100 * MINUTE), span: [Date.now() - 10 * MINUTE, Date.now()] } as Market)
    expect(time()).toContain(", now")
    model.set("_market", { ...market(100 * MINUTE), span: [0, 400 * 1440 * MINUTE] } as Market)
    expect(time()).toBe("5 Feb 1971 00:00, the last data")
  })

  it.each([1, 25, 100])("goes by %d candles in a step", (times) => {
    const span = [0, 1_000 * MINUTE] as const
    const { model, press, bar } = setup(200 * MINUTE)
    const at = (minute: number) => ({ ...market(minute * MINUTE), span }) as Market
    model.set("_market", at(200))
    const speed = bar.node.querySelector<HTMLSelectElement>("[name=speed]")!
    speed.value = String(times)
    speed.dispatchEvent(new Event("change"))
    press("Play")
    expect(model.get("as_of")).toBe((200 + times) * MINUTE)
    model.set("_market", at(200 + times))
    vi.advanceTimersByTime(300)
    expect(model.get("as_of")).toBe((200 + 2 * times) * MINUTE)
  })

  it("takes the time of the slider, and follows Python", () => {
    const { model, slider, bar } = setup()
    slider.value = "30"
    slider.dispatchEvent(new Event("input"))
    expect(model.get("as_of")).toBe(30 * MINUTE)
    model.set("as_of", 70 * MINUTE)
    expect(slider.value).toBe("70")
    expect(bar.node.dataset.past).toBe("true")
  })

  it("makes up for steps that were a little late", () => {
    const { model, press } = setup(50 * MINUTE)
    press("Play")
    vi.advanceTimersByTime(260)
    model.set("_market", market(51 * MINUTE))
    vi.advanceTimersByTime(0)
    expect(model.get("as_of")).toBe(52 * MINUTE)
    model.set("_market", market(52 * MINUTE))
    vi.advanceTimersByTime(239)
    expect(model.get("as_of")).toBe(52 * MINUTE)
    vi.advanceTimersByTime(1)
    expect(model.get("as_of")).toBe(53 * MINUTE)
  })

  it("keeps its speed where answers take a while", () => {
    const { model, press } = setup(50 * MINUTE)
    press("Play")
    for (const minute of [51, 52, 53]) {
      expect(model.get("as_of")).toBe(minute * MINUTE)
      vi.advanceTimersByTime(200)
      model.set("_market", market(minute * MINUTE))
      vi.advanceTimersByTime(49)
      expect(model.get("as_of")).toBe(minute * MINUTE)
      vi.advanceTimersByTime(1)
    }
    vi.advanceTimersByTime(700)
    model.set("_market", market(54 * MINUTE))
    vi.advanceTimersByTime(1)
    expect(model.get("as_of")).toBe(55 * MINUTE)
  })

  it("plays on from where Python has gone meanwhile, and stops where it goes back to the present", () => {
    const { model, press, bar } = setup(50 * MINUTE)
    press("Play")
    model.set("as_of", 20 * MINUTE)
    model.set("_market", market(20 * MINUTE))
    vi.advanceTimersByTime(300)
    expect(model.get("as_of")).toBe(21 * MINUTE)
    model.set("as_of", null)
    vi.advanceTimersByTime(300)
    expect([model.get("as_of"), bar.node.querySelector("button")!.textContent]).toEqual([null, "Play"])
  })

  it("waits for the answer of its first step too", () => {
    const { model, press } = setup()
    model.set("window", "12h")
    model.set("_market", { ...market(1000 * MINUTE), span: [0, 1000 * MINUTE] } as Market)
    press("Play")
    const first = model.get("as_of")!
    expect(first).toBe(280 * MINUTE)
    vi.advanceTimersByTime(3000)
    expect(model.get("as_of")).toBe(first)
    model.set("_market", { ...market(280 * MINUTE), span: [0, 1000 * MINUTE] } as Market)
    vi.advanceTimersByTime(300)
    expect(model.get("as_of")).toBe(281 * MINUTE)
  })

  it("plays no faster than the kernel answers, and stops at the end", () => {
    const { model, press } = setup(97 * MINUTE)
    press("Play")
    expect(model.get("as_of")).toBe(98 * MINUTE)
    vi.advanceTimersByTime(5000)
    expect(model.get("as_of")).toBe(98 * MINUTE)
    for (const minute of [98, 99]) {
      model.set("_market", market(minute * MINUTE))
      vi.advanceTimersByTime(300)
    }
    expect(model.get("as_of")).toBeNull()
    model.set("_market", market(100 * MINUTE))
    vi.advanceTimersByTime(1000)
    expect(model.get("as_of")).toBeNull()
  })
})
