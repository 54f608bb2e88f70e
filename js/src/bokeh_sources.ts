import type { AnyModel, Host } from "@anywidget/types"
import { readAnswer } from "./answer"
import type { BokehSource } from "./load_bokeh"
import type { Bytes, Traits } from "./protocol"

const PATIENCE = 20_000

/** Where BokehJS may be, best first: in the offline file, in the kernel's asset model, in the kernel itself. */
export function bokehSources(model: AnyModel<Traits>, host: Host | undefined, view: string): BokehSource[] {
  const inFile: BokehSource = async () => {
    const file = model.get("_bokeh")
    return file ? { version: file.version, gzip: file.gz } : null
  }
  if (model.get("_offline")) return [inFile]
  const ref = model.get("_assets")
  const inAsset: BokehSource = async () => (ref && host ? readAsset(await host.getModel<Asset>(ref)) : null)
  const byManager: BokehSource = async () => {
    const id = ref?.replace(/^(anywidget:|IPY_MODEL_)/, "")
    return id && model.widget_manager ? readAsset(await model.widget_manager.get_model<Asset>(id)) : null
  }
  return [inFile, inAsset, byManager, () => askKernel(model, view)]
}

interface Asset {
  version: string
  bokeh: Bytes
}

function readAsset(asset: AnyModel<Asset>) {
  const gzip = asset.get("bokeh")
  return gzip ? { version: asset.get("version"), gzip } : null
}

function askKernel(model: AnyModel<Traits>, view: string): ReturnType<BokehSource> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      model.off("msg:custom", hear)
      settle()
    }
    const hear = (message: unknown, buffers: readonly DataView[]) => {
      const answer = readAnswer(message, view)
      const gzip = buffers[0]
      if (answer?.type === "bokeh" && gzip) finish(() => resolve({ version: answer.version, gzip }))
    }
    const timer = setTimeout(() => finish(() => reject(new Error("the kernel did not answer"))), PATIENCE)
    model.on("msg:custom", hear)
    model.send({ type: "bokeh", view, id: 0 })
  })
}
