import { expect, test, vi } from "vitest"
import { calmStyles } from "../src/calm_styles"
import type { BokehJS } from "../src/evaluate"

test("an answer of the page's styles holds for a second, for each part of the figure by itself", () => {
  let now = 0
  vi.spyOn(performance, "now").mockImplementation(() => now)
  const asked: string[] = []
  class VisualProperties {
    constructor(readonly own: string) {}
    _get_css_value(name: string) {
      asked.push(this.own + name)
      return asked.length > 3 ? "red" : ""
    }
  }
  calmStyles({ require: () => ({ VisualProperties }) } as unknown as BokehJS)
  const [axis, label] = [new VisualProperties("axis:"), new VisualProperties("label:")]
  for (let paint = 0; paint < 5; paint++) for (const name of ["color", "font"]) axis._get_css_value(name)
  expect(label._get_css_value("color")).toBe("")
  expect(asked).toEqual(["axis:color", "axis:font", "label:color"])
  now = 1001
  expect(axis._get_css_value("color")).toBe("red")
  vi.restoreAllMocks()
})
