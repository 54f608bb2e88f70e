// @vitest-environment happy-dom
import { signal } from "@preact/signals"
import { describe, expect, it } from "vitest"
import { type Reasons, Toolbar } from "../../src/controls/toolbar"
import type { Traits } from "../../src/wire/traits"
import { boundModel, draw } from "../draw"

const palette = { name: "ember", label: "Ember", dark: new Uint8Array(1024), light: new Uint8Array(1024) }

describe("Toolbar", () => {
  const setup = (state: Partial<Traits> = {}) => {
    const fake = boundModel({ _palettes: [palette], time_range: [1, 2], price_range: [3, 4], ...state })
    const reasons = signal<Reasons | null>(null)
    const nothing = () => {}
    const { host } = draw(
      <Toolbar bound={fake.bound} ramp={signal(null)} mode={signal("pan")} reasons={reasons} setMode={nothing} reset={nothing} say={nothing}>
        <button type="button">?</button>
      </Toolbar>,
    )
    const bar = { node: host, disable: (given: Reasons) => void (reasons.value = given) }
    const pressed = () => [...bar.node.querySelectorAll('[aria-pressed="true"], label:has(:checked)')].map(({ textContent }) => textContent)
    const press = (text: string) =>
      [...bar.node.querySelectorAll<HTMLElement>("button, label:has(input[type=radio])")].find(({ textContent }) => textContent === text)!.click()
    return { ...fake, bar, pressed, press }
  }

  it("moves the trait when the control is used", () => {
    const { model, press, saves } = setup()
    press("Short")
    press("24h")
    press("Size")
    expect([model.get("side"), model.get("window"), model.get("measure")]).toEqual(["short", "24h", "size"])
    expect([model.get("time_range"), model.get("price_range")]).toEqual([null, null])
    expect(saves()).toBe(3)
  })

  it("moves the control when the trait is set", () => {
    const { model, pressed } = setup()
    expect(pressed()).toEqual(["Both", "7d", "Expected", "Follow", "Pan"])
    model.set("side", "long")
    model.set("follow", false)
    expect(pressed()).toEqual(["Long", "7d", "Expected", "Pan"])
  })

  it("disables with a reason", () => {
    const { bar } = setup()
    bar.disable({ window: (window) => (window === "all" ? "no kernel" : null), measure: () => null, mode: (mode) => (mode === "select" ? "no kernel" : null) })
    const off = [...bar.node.querySelectorAll("input")].filter(({ type, disabled }) => type === "radio" && disabled)
    expect(off.map(({ parentElement, title }) => [parentElement?.textContent, title])).toEqual([["All", "no kernel"], ["Select", "no kernel"]])
  })
})
