// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import { containKeys, keySteering } from "../../src/steer/keys"

describe("containKeys", () => {
  it("keeps keys inside and tells JupyterLab to leave them", () => {
    const root = document.body.appendChild(document.createElement("div"))
    const inner = root.appendChild(document.createElement("button"))
    const heard = vi.fn()
    document.addEventListener("keydown", heard)
    const release = containKeys(root)
    inner.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }))
    expect(heard).not.toHaveBeenCalled()
    expect(root.hasAttribute("data-lm-suppress-shortcuts")).toBe(true)
    inner.focus()
    expect(inner.hasAttribute("data-lm-suppress-shortcuts")).toBe(true)
    release()
    inner.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }))
    expect(heard).toHaveBeenCalledTimes(1)
  })
})

describe("keySteering", () => {
  it("hears keys of the figure and of what a click in it focuses, and of no button over it", () => {
    const figure = document.body.appendChild(document.createElement("div"))
    const host = figure.appendChild(document.createElement("div"))
    const drawn = host.appendChild(document.createElement("div"))
    const button = figure.appendChild(document.createElement("button"))
    const cancel = vi.fn()
    const nothing = () => {}
    const actions = { viewport: () => ({ time: [0, 1], price: [0, 1] }) as const, go: nothing, reset: nothing, select: nothing, cancel }
    const release = keySteering(figure, host, actions as never)
    for (const target of [figure, drawn, button]) target.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))
    expect(cancel).toHaveBeenCalledTimes(2)
    release()
  })
})
