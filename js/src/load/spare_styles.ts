import type { BokehJS } from "./bokeh"

const HOLDS = 1000

/**
 * Spare the page's styles: at every paint Bokeh 3.9 writes the style sheet of each part anew, and asks for every colour,
 * width and font, which makes the browser compute all styles again and again: two thirds of the time that a paint takes.
 * Here an answer holds for a second, a style sheet is written when its text changes, and glyphs, which are drawn on a
 * canvas, have no box of their own that follows them.
 */
export function spareStyles(bokeh: BokehJS): void {
  const { prototype: visual } = bokeh.require("core/visuals/visual").VisualProperties
  const ask = visual._get_css_value
  const answers = new WeakMap<object, { since: number; values: Map<string, string> }>()
  visual._get_css_value = function (name) {
    const { values } = fresh(answers, this, () => ({ values: new Map<string, string>() }))
    let value = values.get(name)
    if (value === undefined) values.set(name, (value = ask.call(this, name)))
    return value
  }

  const { prototype: plot } = bokeh.require("models/plots/plot_canvas").PlotView
  const measure = Object.getOwnPropertyDescriptor(plot, "base_font_size")!.get!
  const sizes = new WeakMap<object, { since: number; size: unknown }>()
  Object.defineProperty(plot, "base_font_size", {
    configurable: true,
    get(this: object) {
      return fresh(sizes, this, () => ({ size: measure.call(this) as unknown })).size
    },
  })

  const { prototype: sheet } = bokeh.require("core/dom").InlineStyleSheet
  const write = sheet._update
  sheet._update = function (css) {
    if (this.el.textContent !== css) write.call(this, css)
  }

  bokeh.require("models/renderers/glyph_renderer").GlyphRendererView.prototype.update_position = function () {
    this.position.replace(":host { display: none; }")
  }
}

/** What is known of an object, made anew once it is a second old. */
function fresh<T extends object>(known: WeakMap<object, T & { since: number }>, of: object, make: () => T): T {
  const now = performance.now()
  const kept = known.get(of)
  if (kept && now - kept.since <= HOLDS) return kept
  const made = { ...make(), since: now }
  known.set(of, made)
  return made
}
