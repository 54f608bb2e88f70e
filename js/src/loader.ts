import type { AnyModel, RenderProps } from "@anywidget/types"
import { element } from "./dom/element"
import { assetSources } from "./load/files"
import { loadFrontEnd } from "./load/front_end"
import { emptyWhenClosed } from "./wire/model"
import type { Traits } from "./wire/traits"
import { messages } from "./wire/messages"

/** Digest of widget.js, put in by build.mjs. */
declare const WIDGET_DIGEST: string

/**
 * What anywidget loads for every heatmap anew. A page never forgets a module, so this one is small and
 * the front end itself, 40 times as large, is loaded once a page from the kernel's asset model.
 */
export default {
  initialize({ model }: { model: unknown }) {
    emptyWhenClosed(model as AnyModel<Traits>)
  },
  async render(props: RenderProps) {
    const { signal, host, el } = props
    const model = props.model as AnyModel<Traits>
    const note = element("p", "liq-loading", { role: "status" }, ["Loading the heatmap …"])
    el.append(note)
    const kernel = messages(model)
    try {
      const sources = assetSources(model, host, kernel, "code")
      const { default: frontEnd } = await loadFrontEnd({ digest: WIDGET_DIGEST, sources })
      note.remove()
      return signal.aborted ? undefined : frontEnd.render({ ...props, model })
    } catch (error) {
      note.textContent = `The heatmap could not be drawn: ${error instanceof Error ? error.message : String(error)}`
      return undefined
    } finally {
      kernel.dispose()
    }
  },
}
