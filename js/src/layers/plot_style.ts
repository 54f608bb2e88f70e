import type { BoxAnnotation } from "@bokeh/bokehjs/build/js/lib/models/annotations/box_annotation"
import type { Label } from "@bokeh/bokehjs/build/js/lib/models/annotations/label"
import type { Span } from "@bokeh/bokehjs/build/js/lib/models/annotations/span"
import type { Axis } from "@bokeh/bokehjs/build/js/lib/models/axes/axis"
import type { Grid } from "@bokeh/bokehjs/build/js/lib/models/grids/grid"
import type { Figure } from "@bokeh/bokehjs/build/js/lib/models/plots/figure"
import type { GlyphRenderer } from "@bokeh/bokehjs/build/js/lib/models/renderers/glyph_renderer"
import type { BoxSelectTool } from "@bokeh/bokehjs/build/js/lib/models/tools/gestures/box_select_tool"
import type { Colours } from "../dom/colours"

/** Give the parts of the figure the colours of its theme; the axes lie on the page. */
export function restyle(named: <T>(name: string) => T, colours: Colours, page: Colours): void {
  const figure = named<Figure>("liq-figure")
  const selection = named<BoxAnnotation>("liq-selection")
  const box = named<BoxSelectTool>("liq-box")
  figure.background_fill_color = colours.ground
  for (const axis of [...figure.below, ...figure.right] as Axis[]) axis.major_label_text_color = page.muted
  for (const grid of figure.center as Grid[]) {
    if ("grid_line_color" in grid) grid.setv({ grid_line_color: colours.muted, grid_line_alpha: colours.grid })
  }
  const style = (name: string, property: "line_color" | "background_fill_color", value: string) => {
    const glyph = named<GlyphRenderer>(name).glyph as unknown as Record<string, unknown>
    glyph[property] = { value }
  }
  for (const name of ["liq-candle-halo", "liq-price-halo", "liq-circle-marks"]) style(name, "line_color", colours.halo)
  for (const name of ["liq-bracket-halo", "liq-whisker-halo", "liq-overlay-halo"]) style(name, "line_color", colours.ground)
  for (const name of ["liq-cluster-text", "liq-overlay-text"]) style(name, "background_fill_color", colours.ground)
  style("liq-price-line", "line_color", colours.text)
  named<Span>("liq-last").line_color = colours.accent
  named<Label>("liq-title").setv({ text_color: colours.text, background_fill_color: colours.ground })
  named<Label>("liq-notice").setv({ text_color: colours.muted, background_fill_color: colours.ground })
  named<Label>("liq-provenance-text").setv({ text_color: colours.text, background_fill_color: colours.ground })
  named<BoxAnnotation>("liq-hatch").hatch_color = colours.muted
  selection.setv({ fill_color: colours.accent, line_color: colours.accent })
  box.overlay.setv({ fill_color: colours.accent, fill_alpha: 0.12, line_color: colours.accent })
}
