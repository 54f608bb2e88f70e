// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import type { Plot } from "../../src/layers/plot"
import { isCut, wheelZoom } from "../../src/steer/wheel"

function placed(style: string, tall: number) {
  const place = document.body.appendChild(document.createElement("div"))
  place.setAttribute("style", style)
  Object.defineProperties(place, { scrollHeight: { value: tall }, clientHeight: { value: 610 } })
  const outer = place.appendChild(document.createElement("div")).attachShadow({ mode: "open" })
  return outer.appendChild(document.createElement("div"))
}

describe("a place that cuts the picture", () => {
  it("is one of a height of its own that scrolls and is too low, through shadow roots", () => {
    expect(isCut(placed("max-height: 610px; overflow-y: auto", 900))).toBe(true)
    expect(isCut(placed("max-height: 610px; overflow-y: auto", 610))).toBe(false)
    expect(isCut(placed("overflow-y: auto", 900))).toBe(false)
    expect(isCut(placed("max-height: 610px; overflow-y: visible", 900))).toBe(false)
  })

  it("is scrolled by the wheel, which zooms with Ctrl there, and by itself elsewhere", () => {
    const plot = { area: () => ({ left: 0, top: 0, width: 100, height: 100 }), viewport: () => ({ time: [0, 1], price: [0, 1] }) } as unknown as Plot
    for (const [tall, ctrlKey, zooms] of [[900, false, false], [900, true, true], [610, false, true]] as const) {
      const host = placed("max-height: 610px; overflow-y: auto", tall)
      const go = vi.fn()
      wheelZoom(host, plot, go)
      const event = Object.assign(new MouseEvent("wheel", { clientX: 50, clientY: 50, ctrlKey, cancelable: true }), { deltaY: 100, deltaMode: 0 })
      host.dispatchEvent(event)
      expect([go.mock.calls.length > 0, event.defaultPrevented]).toEqual([zooms, zooms])
    }
  })
})
