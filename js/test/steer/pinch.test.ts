// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import { pinch } from "../../src/steer/pinch"

const finger = (type: string, pointerId: number, clientX: number, clientY: number) =>
  Object.assign(new Event(type, { bubbles: true }), { pointerType: "touch", pointerId, clientX, clientY })

describe("pinch", () => {
  const setup = (allowed = true) => {
    const host = document.body.appendChild(document.createElement("div"))
    const inner = host.appendChild(document.createElement("div"))
    const moved = vi.fn()
    const heard: string[] = []
    for (const type of ["pointerdown", "pointermove"]) inner.addEventListener(type, () => heard.push(type))
    const stop = pinch(host, () => allowed, moved)
    const send = (type: string, id: number, x = 0, y = 0) => inner.dispatchEvent(finger(type, id, x, y))
    return { moved, heard, stop, send }
  }

  it("tells how the middle and the distance of two fingers change, and nobody else", () => {
    const { moved, heard, send } = setup()
    send("pointerdown", 1, 100, 50)
    send("pointerdown", 2, 200, 50)
    send("pointermove", 2, 300, 50)
    expect(moved.mock.calls).toEqual([[{ x: 150, y: 50, apart: 100 }, { x: 200, y: 50, apart: 200 }]])
    expect(heard).toEqual(["pointerdown"])
  })

  it("leaves one finger alone, also the one that is left over", () => {
    const { moved, heard, send } = setup()
    send("pointerdown", 1, 100, 50)
    send("pointermove", 1, 120, 50)
    expect(heard).toEqual(["pointerdown", "pointermove"])
    send("pointerdown", 2, 200, 50)
    send("pointerup", 1)
    send("pointermove", 2, 220, 50)
    expect(moved).not.toHaveBeenCalled()
    expect(heard).toHaveLength(2)
  })

  it("does not begin when it may not, nor after it was taken away", () => {
    const { moved, send } = setup(false)
    send("pointerdown", 1, 100, 50)
    send("pointerdown", 2, 200, 50)
    send("pointermove", 2, 300, 50)
    const other = setup()
    other.stop()
    other.send("pointerdown", 1)
    other.send("pointerdown", 2, 100)
    other.send("pointermove", 2, 200)
    expect([...moved.mock.calls, ...other.moved.mock.calls]).toEqual([])
  })
})
