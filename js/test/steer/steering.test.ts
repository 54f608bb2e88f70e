// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { describe, expect, it, vi } from "vitest"
import type { Plot } from "../../src/layers/plot"
import type { OnDemand, Parts } from "../../src/load/on_demand"
import { steering } from "../../src/steer/steering"

describe("steering", () => {
  it("hears wheel and keys before the rest is loaded, and asks for that again at each press until it comes", async () => {
    const wrapper = document.body.appendChild(document.createElement("div"))
    const host = wrapper.appendChild(document.createElement("div"))
    const plot = { area: () => ({ left: 0, top: 0, width: 100, height: 100 }), viewport: () => ({ time: [0, 1], price: [0, 1] }) } as unknown as Plot
    const parts = signal<Parts | null>(null)
    const load = vi.fn(async () => null)
    const [go, cancel] = [vi.fn(), vi.fn()]
    const actions = { viewport: plot.viewport, go, reset: vi.fn(), cancel, select: vi.fn() }
    const steer = steering({ demand: { parts, load } as OnDemand, wrapper, host, plot, actions })
    expect(load).not.toHaveBeenCalled()
    steer.begin()
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(1))
    const press = () => host.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))
    const turn = () => {
      const event = new WheelEvent("wheel", { deltaY: 100, clientX: 50, clientY: 50, bubbles: true, cancelable: true })
      host.dispatchEvent(event)
      return event.defaultPrevented
    }
    expect([turn(), go.mock.calls.length]).toEqual([false, 0])
    press()
    expect([turn(), go.mock.calls.length]).toEqual([true, 1])
    wrapper.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }))
    wrapper.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))
    expect([go.mock.calls.length, cancel.mock.calls.length]).toEqual([2, 1])
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2))
    const made = { ruled: vi.fn(), passed: vi.fn(), dispose: vi.fn() }
    parts.value = { hands: () => made } as unknown as Parts
    steer.ruled()
    expect(made.ruled).toHaveBeenCalledTimes(1)
    press()
    expect(load).toHaveBeenCalledTimes(2)
    steer.dispose()
    expect(made.dispose).toHaveBeenCalledTimes(1)
    expect(turn()).toBe(false)
  })
})
