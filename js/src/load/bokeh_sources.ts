import type { AnyModel, Host } from "@anywidget/types"
import { assetSources } from "./asset_sources"
import type { FileSource } from "./first_file"
import type { Traits } from "../wire/protocol"

/** Where BokehJS may be, best first: in the offline file, in the kernel's asset model, in the kernel itself. */
export function bokehSources(model: AnyModel<Traits>, host: Host | undefined, view: string): FileSource[] {
  const inFile: FileSource = async () => {
    const file = model.get("_bokeh")
    return file ? { version: file.version, gzip: file.gz } : null
  }
  return model.get("_offline") ? [inFile] : [inFile, ...assetSources(model, host, view, "bokeh")]
}
