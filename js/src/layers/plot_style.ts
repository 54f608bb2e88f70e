import type { BoxAnnotation } from "@bokeh/bokehjs/build/js/lib/models/annotations/box_annotation"
import type { Label } from "@bokeh/bokehjs/build/js/lib/models/annotations/label"
import type { Span } from "@bokeh/bokehjs/build/js/lib/models/annotations/span"
import type { Axis } from "@bokeh/bokehjs/build/js/lib/models/axes/axis"
import type { Grid } from "@bokeh/bokehjs/build/js/lib/models/grids/grid"
import type { Figure } from "@bokeh/bokehjs/build/js/lib/models/plots/figure"
import type { GlyphRenderer } from "@bokeh/bokehjs/build/js/lib/models/renderers/glyph_renderer"
import type { BoxSelectTool } from "@bokeh/bokehjs/build/js/lib/models/tools/gestures/box_select_tool"
import type { Colours } from "../dom/colours"

/** Give the parts of the figure the colours of a theme. */
export function restyle(named: <T>(name: string) => T, colours: Colours): void {
  const figure = named<Figure>("liq-figure")
  const selection = named<BoxAnnotation>("liq-selection")
  const box = named<BoxSelectTool>("liq-box")
  figure.background_fill_color = colours.ground
  for (const axis of [...figure.below, ...figure.right] as Axis[]) axis.major_label_text_color = colours.muted
  for (const grid of figure.center as Grid[]) {
    if ("grid_line_color" in grid) grid.setv({ grid_line_color: colours.muted, grid_line_alpha: colours.grid })
  }
  const halo = named<GlyphRenderer>("liq-candle-halo").glyph as unknown as { line_color: unknown }
  halo.line_color = { value: colours.halo }
  const ground = named<GlyphRenderer>("liq-price-halo").glyph as unknown as { line_color: unknown }
  ground.line_color = { value: colours.halo }
  const line = named<GlyphRenderer>("liq-price-line").glyph as unknown as { line_color: unknown }
  line.line_color = { value: colours.text }
  const marks = named<GlyphRenderer>("liq-circle-marks").glyph as unknown as { line_color: unknown }
  marks.line_color = { value: colours.halo }
  const text = named<GlyphRenderer>("liq-cluster-text").glyph as unknown as { background_fill_color: unknown }
  text.background_fill_color = { value: colours.ground }
  named<Span>("liq-last").line_color = colours.accent
  named<Label>("liq-title").setv({ text_color: colours.text, background_fill_color: colours.ground })
  named<Label>("liq-notice").setv({ text_color: colours.muted, background_fill_color: colours.ground })
  named<Label>("liq-opened-text").setv({ text_color: colours.text, background_fill_color: colours.ground })
  const ring = named<GlyphRenderer>("liq-whisker-halo").glyph as unknown as { line_color: unknown }
  ring.line_color = { value: colours.ground }
  named<BoxAnnotation>("liq-hatch").hatch_color = colours.muted
  selection.setv({ fill_color: colours.accent, line_color: colours.accent })
  box.overlay.setv({ fill_color: colours.accent, fill_alpha: 0.12, line_color: colours.accent })
}
