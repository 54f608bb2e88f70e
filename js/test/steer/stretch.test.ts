// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import type { Plot } from "../../src/layers/plot"
import { axisAt, axisStretch, stretched } from "../../src/steer/stretch"
import { span } from "../../src/steer/viewport"

const area = { left: 0, top: 10, width: 1000, height: 400 }
const view = { time: [0, 1000], price: [90, 110] } as const

describe("axisAt", () => {
  it("is right of the picture and under it, and neither on it nor in the corner", () => {
    expect([axisAt(area, 1020, 200), axisAt(area, 500, 420), axisAt(area, 500, 200), axisAt(area, 1020, 420)]).toEqual(["price", "time", null, null])
  })
})

describe("stretched", () => {
  it("shows less of price upwards, more downwards, about the middle", () => {
    const drag = (by: number) => stretched(view, "price", { x: 1020, y: 200 }, { x: 1020, y: 200 + by }, area)
    expect(span(drag(-100).price)).toBeLessThan(20)
    expect(span(drag(100).price)).toBeGreaterThan(20)
    expect((drag(100).price[0] + drag(100).price[1]) / 2).toBeCloseTo(100, 9)
    expect(drag(100).time).toBe(view.time)
  })

  it("has the time that is pulled follow the pointer, the right edge stays", () => {
    const { time, price } = stretched(view, "time", { x: 600, y: 420 }, { x: 200, y: 420 }, area)
    expect(time[1]).toBe(1000)
    expect(time[0] + 0.2 * span(time)).toBeCloseTo(600, 9)
    expect(price).toBe(view.price)
    expect(span(stretched(view, "time", { x: 600, y: 420 }, { x: 5000, y: 420 }, area).time)).toBeLessThan(20_000)
  })
})

describe("axisStretch", () => {
  const setup = () => {
    const wrapper = document.body.appendChild(document.createElement("div"))
    const host = wrapper.appendChild(document.createElement("div"))
    host.setPointerCapture = () => {}
    const [go, reset] = [vi.fn(), vi.fn()]
    const dispose = axisStretch(wrapper, host, { area: () => area, viewport: () => view } as unknown as Plot, go, reset)
    const send = (type: string, clientX: number, clientY: number, pointerId = 1) =>
      host.dispatchEvent(new PointerEvent(type, { clientX, clientY, pointerId, pointerType: "mouse", button: 0 }))
    return { wrapper, go, send, dispose }
  }

  it("says which axis is under the pointer, and nothing once it has left", () => {
    const { wrapper, send, dispose } = setup()
    send("pointermove", 1020, 200)
    expect(wrapper.dataset.over).toBe("price")
    send("pointerleave", 1100, 200)
    expect(wrapper.dataset.over).toBeUndefined()
    send("pointermove", 500, 420)
    expect(wrapper.dataset.over).toBe("time")
    dispose()
    expect(wrapper.dataset.over).toBeUndefined()
  })

  it("hears one pointer alone, until that one is up or taken away", () => {
    const { wrapper, go, send } = setup()
    send("pointerdown", 1020, 200)
    send("pointermove", 1020, 300, 2)
    send("pointerup", 1020, 300, 2)
    expect(go).not.toHaveBeenCalled()
    send("pointermove", 1020, 300)
    send("pointerleave", 1200, 300)
    expect([go.mock.calls.length, wrapper.dataset.over]).toEqual([1, "price"])
    send("pointercancel", 1020, 200)
    send("pointermove", 1020, 320)
    expect(go).toHaveBeenCalledTimes(1)
    send("pointerleave", 1200, 320)
    expect(wrapper.dataset.over).toBeUndefined()
  })
})
