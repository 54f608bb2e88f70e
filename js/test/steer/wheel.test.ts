// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import type { Plot } from "../../src/layers/plot"
import { engaged, wheelIsOurs } from "../../src/steer/engaged"
import { wheelFactor, wheelZoom } from "../../src/steer/wheel"

const plot = { area: () => ({ left: 0, top: 0, width: 100, height: 100 }), viewport: () => ({ time: [0, 1], price: [0, 1] }) } as unknown as Plot

function turned(more: MouseEventInit = {}, on = false) {
  const wrapper = document.body.appendChild(document.createElement("div"))
  const host = wrapper.appendChild(document.createElement("div"))
  const [go, passed] = [vi.fn(), vi.fn()]
  engaged(wrapper, passed)
  wheelZoom(host, plot, go)
  if (on) host.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))
  const event = Object.assign(new MouseEvent("wheel", { clientX: 50, clientY: 50, cancelable: true, bubbles: true, ...more }), { deltaY: 100, deltaMode: 0 })
  host.dispatchEvent(event)
  return { zooms: go.mock.calls.length > 0, kept: event.defaultPrevented, said: passed.mock.calls.length > 0 }
}

describe("the wheel", () => {
  it("is the page's, which says how to zoom, until the picture is engaged, and with Ctrl or Cmd", () => {
    expect(turned()).toEqual({ zooms: false, kept: false, said: true })
    expect(turned({}, true)).toEqual({ zooms: true, kept: true, said: false })
    expect(turned({ ctrlKey: true })).toEqual({ zooms: true, kept: true, said: false })
    expect(turned({ metaKey: true })).toEqual({ zooms: true, kept: true, said: false })
  })

  it("zooms nothing in the corner that is neither picture nor axis", () => {
    expect(turned({ clientX: 150, clientY: 150 }, true)).toMatchObject({ zooms: false, kept: false })
  })
})

describe("wheelFactor", () => {
  it("takes pixels, lines and pages, and what Shift has turned sideways", () => {
    const factor = (deltaX: number, deltaY: number, deltaMode: number) => Math.log(wheelFactor({ deltaX, deltaY, deltaMode } as WheelEvent))
    expect([factor(0, 100, 0), factor(0, -3, 1), factor(0, 1, 2), factor(100, 0, 0), factor(0, 9000, 0)]).toEqual(
      [0.2, -0.096, 0.4, 0.2, 0.4].map((wanted) => expect.closeTo(wanted, 9)),
    )
  })
})

describe("engaged", () => {
  const press = (on: Element) => on.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, composed: true }))
  const escape = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))

  it("begins with a click into the picture and ends with one elsewhere, or Escape", () => {
    const root = document.body.appendChild(document.createElement("div"))
    const wrapper = root.appendChild(document.createElement("div"))
    const inner = wrapper.attachShadow({ mode: "open" }).appendChild(document.createElement("div"))
    const dispose = engaged(wrapper, () => undefined)
    const ours = () => wheelIsOurs(new WheelEvent("wheel"), wrapper)
    expect(ours()).toBe(false)
    for (const leave of [() => press(root), escape]) {
      press(inner)
      expect(ours()).toBe(true)
      leave()
      expect(ours()).toBe(false)
    }
    root.className = "liq-full"
    expect(ours()).toBe(true)
    root.className = ""
    dispose()
    press(inner)
    expect(ours()).toBe(false)
  })
})
