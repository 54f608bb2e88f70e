import type { ViewManager } from "@bokeh/bokehjs/build/js/lib/core/view_manager"
import type { Document } from "@bokeh/bokehjs/build/js/lib/document/document"
import { type FileSource, importText, loadOnce, pageCache } from "./files"
import { spareStyles } from "./spare_styles"

/** What we use of BokehJS; `require` reaches the modules inside bokeh.min.js by name. */
export interface BokehJS {
  version: string
  documents: Document[]
  embed: { add_document_standalone(document: Document, element: HTMLElement): Promise<ViewManager> }
  require(name: "document/document"): typeof import("@bokeh/bokehjs/build/js/lib/document/document")
  require(name: "core/visuals/visual"): { VisualProperties: { prototype: { _get_css_value(name: string): string } } }
  require(name: "core/dom"): { InlineStyleSheet: { prototype: { el: HTMLElement; _update(css: string): void } } }
  require(name: "models/plots/plot_canvas"): { PlotView: { prototype: object } }
  require(name: "models/renderers/glyph_renderer"): {
    GlyphRendererView: { prototype: { position: { replace(css: string): void }; update_position(): void } }
  }
  require(name: "core/util/ndarray"): typeof import("@bokeh/bokehjs/build/js/lib/core/util/ndarray")
}

/** Evaluate bokeh.min.js on a private object, so that no other Bokeh on the page sees it or is seen by it. */
export async function evaluateBokeh(code: string): Promise<BokehJS> {
  // The file is UMD: it attaches itself to `this`, here an object of ours. Bokeh 3.9 never takes its listeners off the
  // visual viewport, so that no figure would ever be freed: it sees none, and plot.ts watches the screen for it.
  const head = "export default (function (visualViewport) {\n"
  const tail = "\n; return this.Bokeh }).call({}, null)"
  const { default: bokeh } = await importText<{ default?: BokehJS }>(head, code, tail)
  if (!bokeh) throw new Error("Expected bokeh.min.js to define Bokeh, was without it")
  spareStyles(bokeh)
  return bokeh
}

export interface LoadOptions {
  version: string
  sources: readonly FileSource[]
  evaluate?: (code: string) => Promise<BokehJS>
  cache?: Map<string, Promise<BokehJS>>
}

/** Load BokehJS of one version once a page. */
export function loadBokeh({ version, sources, evaluate = evaluateBokeh, cache = pageCache("__liqwidget_bokeh__") }: LoadOptions): Promise<BokehJS> {
  return loadOnce({ what: "BokehJS", key: version, sources, evaluate, cache })
}
