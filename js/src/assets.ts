import type { AnyModel } from "@anywidget/types"
import type { Asset } from "./load/files"
import { loadFrontEnd } from "./load/front_end"

/** Digest of widget.js, put in by build.mjs. */
declare const WIDGET_DIGEST: string

/** What anywidget loads for the kernel's asset model: it unpacks what that holds while the kernel still reads the market. */
export default {
  initialize({ model }: { model: unknown }) {
    const asset = model as AnyModel<Asset>
    const version = asset.get("version")
    const file = (part: "code" | "bokeh") => async () => ({ version, gzip: asset.get(part) })
    loadFrontEnd({ digest: WIDGET_DIGEST, sources: [file("code")] })
      .then(({ default: { warm } }) => warm({ version, sources: [file("bokeh")] }))
      // Whoever needs it tries again, and says why it fails.
      .catch(() => {})
  },
  render() {},
}
