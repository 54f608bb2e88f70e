// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest"
import type { BokehJS } from "../../src/load/bokeh"
import { spareStyles } from "../../src/load/spare_styles"

let now = 0
let asked: string[] = []
beforeEach(() => {
  now = 0
  asked = []
  vi.spyOn(performance, "now").mockImplementation(() => now)
})

/** Bokeh's own, as far as it is spared. */
function spared() {
  class VisualProperties {
    constructor(readonly own: string) {}
    _get_css_value(name: string) {
      asked.push(this.own + name)
      return asked.length > 3 ? "red" : ""
    }
  }
  class PlotView {
    get base_font_size() {
      asked.push("size")
      return 10 + asked.length
    }
  }
  class InlineStyleSheet {
    el = document.createElement("style")
    _update(css: string) {
      asked.push(css)
      this.el.textContent = css
    }
    replace(css: string) {
      this._update(css)
    }
  }
  class GlyphRendererView {
    position = new InlineStyleSheet()
    update_position() {
      this.position.replace(`left: ${now}px`)
    }
  }
  const all = { VisualProperties, PlotView, InlineStyleSheet, GlyphRendererView }
  spareStyles({ require: () => all } as unknown as BokehJS)
  return all
}

test("an answer of the page's styles holds for a second, for each part of the figure by itself", () => {
  const { VisualProperties } = spared()
  const [axis, label] = [new VisualProperties("axis:"), new VisualProperties("label:")]
  for (let paint = 0; paint < 5; paint++) for (const name of ["color", "font"]) axis._get_css_value(name)
  expect(label._get_css_value("color")).toBe("")
  expect(asked).toEqual(["axis:color", "axis:font", "label:color"])
  now = 1001
  expect(axis._get_css_value("color")).toBe("red")
})

test("so does the size of a figure's font", () => {
  const { PlotView } = spared()
  const [one, other] = [new PlotView(), new PlotView()]
  expect([one.base_font_size, one.base_font_size, other.base_font_size]).toEqual([11, 11, 12])
  now = 1001
  expect(one.base_font_size).toBe(13)
})

test("a style sheet is written when its text changes, and a glyph's box follows nothing", () => {
  const { InlineStyleSheet, GlyphRendererView } = spared()
  const sheet = new InlineStyleSheet()
  for (const css of ["a", "a", "b", "b", "a"]) sheet.replace(css)
  expect(asked).toEqual(["a", "b", "a"])
  const glyph = new GlyphRendererView()
  for (now of [0, 1, 2]) glyph.update_position()
  expect(asked.length).toBe(4)
  expect(glyph.position.el.textContent).toContain("display: none")
})
