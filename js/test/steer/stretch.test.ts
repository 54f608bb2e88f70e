import { describe, expect, it } from "vitest"
import { axisAt, stretched } from "../../src/steer/stretch"
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
