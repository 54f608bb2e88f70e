// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import { endDrags } from "../../src/steer/held"
import { keySteering } from "../../src/steer/keys"

const setup = () => {
  const wrapper = document.body.appendChild(document.createElement("div"))
  const host = wrapper.appendChild(document.createElement("div"))
  const surface = host.attachShadow({ mode: "open" }).appendChild(document.createElement("div"))
  const cancel = vi.fn()
  const dispose = endDrags(wrapper, host, surface)
  keySteering(wrapper, host, { cancel } as never)
  const [taken, outside] = [[] as number[], [] as number[]]
  surface.addEventListener("pointercancel", (event) => void taken.push(event.pointerId))
  host.addEventListener("pointercancel", (event) => void outside.push(event.pointerId))
  const send = (type: string, more: PointerEventInit = {}) =>
    surface.dispatchEvent(new PointerEvent(type, { pointerId: 1, pointerType: "mouse", isPrimary: true, bubbles: true, composed: true, ...more }))
  const escape = () => wrapper.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }))
  return { taken, outside, send, escape, cancel, dispose }
}

describe("endDrags", () => {
  it("takes the pointer away whose button came up where nobody heard of it, from all who drag, once", () => {
    const { taken, outside, send } = setup()
    send("pointerdown", { button: 0, buttons: 1 })
    send("pointermove", { buttons: 1 })
    expect(taken).toEqual([])
    // The left one came up while the right one was down.
    for (const buttons of [2, 0, 0]) send("pointermove", { buttons })
    expect([taken, outside]).toEqual([[1], [1]])
  })

  it("hears of it where the button came up elsewhere on the page", () => {
    const { taken, send } = setup()
    const pointer = { pointerId: 1, pointerType: "mouse", isPrimary: true, bubbles: true, composed: true }
    send("pointerdown", { button: 0, buttons: 1 })
    document.body.dispatchEvent(new PointerEvent("pointerup", { ...pointer, pointerId: 2 }))
    expect(taken).toEqual([])
    document.body.dispatchEvent(new PointerEvent("pointerup", pointer))
    expect(taken).toEqual([1])
    send("pointerdown", { button: 0, buttons: 1 })
    document.body.dispatchEvent(new PointerEvent("pointermove", { ...pointer, buttons: 0 }))
    expect(taken).toEqual([1, 1])
  })

  it("leaves alone what ends as it should, other buttons, and fingers, which have none", () => {
    const { taken, send } = setup()
    send("pointerdown", { button: 0, buttons: 1 })
    send("pointerup")
    send("pointermove", { buttons: 0 })
    send("pointerdown", { button: 2, buttons: 2 })
    send("pointermove", { buttons: 0 })
    send("pointerdown", { pointerId: 5, pointerType: "touch", button: 0 })
    send("pointermove", { pointerId: 5, pointerType: "touch", buttons: 0 })
    send("pointerdown", { pointerId: 6, pointerType: "touch", isPrimary: false, button: 0 })
    expect(taken).toEqual([])
  })

  it("lets go of a finger that comes down anew, and of the mouse when a finger comes", () => {
    const { taken, send } = setup()
    send("pointerdown", { pointerId: 5, pointerType: "touch", button: 0 })
    send("pointerdown", { pointerId: 7, pointerType: "touch", button: 0 })
    expect(taken).toEqual([5])
    send("pointerup", { pointerId: 7, pointerType: "touch" })
    send("pointerdown", { button: 0, buttons: 1 })
    send("pointerdown", { pointerId: 8, pointerType: "touch", button: 0 })
    expect(taken).toEqual([5, 1])
  })

  it("breaks a drag off at Escape, which clears nothing then", () => {
    const { taken, send, escape, cancel, dispose } = setup()
    send("pointerdown", { button: 0, buttons: 1 })
    escape()
    expect([taken, cancel.mock.calls.length]).toEqual([[1], 0])
    escape()
    expect([taken, cancel.mock.calls.length]).toEqual([[1], 1])
    dispose()
    send("pointerdown", { button: 0, buttons: 1 })
    send("pointermove", { buttons: 0 })
    expect(taken).toEqual([1])
  })
})
