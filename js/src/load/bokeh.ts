import type { ViewManager } from "@bokeh/bokehjs/build/js/lib/core/view_manager"
import type { Document } from "@bokeh/bokehjs/build/js/lib/document/document"
import { exactBytes, unzipText } from "../wire/bytes"
import { type FileSource, firstFile } from "./assets"
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
  const url = URL.createObjectURL(new Blob([head, code, tail], { type: "text/javascript" }))
  try {
    const module = (await import(/* @vite-ignore */ url)) as { default?: BokehJS }
    if (!module.default) throw new Error("Expected bokeh.min.js to define Bokeh, was without it")
    spareStyles(module.default)
    return module.default
  } finally {
    URL.revokeObjectURL(url)
  }
}

export interface LoadOptions {
  version: string
  sources: readonly FileSource[]
  evaluate?: (code: string) => Promise<BokehJS>
  cache?: Map<string, Promise<BokehJS>>
}

/** Load BokehJS of one version once a page: from the page, else from the first source that has it. */
export function loadBokeh({
  version,
  sources,
  evaluate = evaluateBokeh,
  cache = pageCache(),
}: LoadOptions): Promise<BokehJS> {
  const cached = cache.get(version)
  if (cached) return cached
  const loading = firstFile("BokehJS", sources).then(async ({ gzip }) => evaluate(await unzipText(exactBytes(gzip))))
  cache.set(version, loading)
  loading.catch(() => cache.delete(version))
  return loading
}

function pageCache(): Map<string, Promise<BokehJS>> {
  const page = globalThis as { __liqwidget_bokeh__?: Map<string, Promise<BokehJS>> }
  page.__liqwidget_bokeh__ ??= new Map()
  return page.__liqwidget_bokeh__
}
