// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { Market } from "../../src/wire/traits"
import { Replay } from "../../src/controls/replay"
import { boundModel, draw } from "../draw"

const MINUTE = 60_000
const market = (end: number) => ({ time: [0, end], span: [0, 100 * MINUTE], timeframe_ms: MINUTE }) as unknown as Market

describe("Replay", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
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
    press("Now")
    expect(model.get("as_of")).toBeNull()
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
