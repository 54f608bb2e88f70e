// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest"
import { containKeys } from "../../src/steer/keys"

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
