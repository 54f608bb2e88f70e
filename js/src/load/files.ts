import type { AnyModel, Host } from "@anywidget/types"
import { exactBytes, unzipText } from "../wire/bytes"
import type { Messages } from "../wire/messages"
import type { Bytes, Traits } from "../wire/traits"

const PATIENCE = 20_000

/** What is loaded: BokehJS, the front end, and what of it is loaded on demand. */
type Part = "bokeh" | "code" | "on_demand"

export type Asset = { version: string } & Record<Part, Bytes>

/** Where a part of the kernel's asset model may be, best first: in that model, by either way, or in the kernel itself. */
export function assetSources(
  model: AnyModel<Traits>,
  host: Host | undefined,
  messages: Messages,
  part: Part,
): FileSource[] {
  const ref = model.get("_assets")
  let found: AnyModel<Asset> | null = null
  const read = (asset: AnyModel<Asset>) => {
    found = asset
    const gzip = asset.get(part)
    return gzip?.byteLength ? { version: asset.get("version"), gzip } : null
  }
  const byHost: FileSource = async () => (ref && host ? read(await host.getModel<Asset>(ref)) : null)
  const byManager: FileSource = async () => {
    const id = ref?.replace(/^(anywidget:|IPY_MODEL_)/, "")
    return id && model.widget_manager ? read(await model.widget_manager.get_model<Asset>(id)) : null
  }
  // What is loaded on demand comes to that model a moment after the rest.
  const coming = () =>
    new Promise<PackedFile | null>((resolve) => {
      const look = () => {
        const file = found && read(found)
        if (file) resolve(file)
      }
      found?.on(`change:${part}`, look)
      look()
    })
  return [byHost, byManager, () => Promise.race([coming(), askKernel(messages, part)])]
}

async function askKernel(messages: Messages, part: Part): ReturnType<FileSource> {
  const { answer, buffers } = await messages.fetch({ type: part }, PATIENCE)
  const [gzip] = buffers
  return answer.type === part && gzip ? { version: answer.version, gzip } : null
}

export interface PackedFile {
  version: string
  gzip: Bytes
}

/** A place that may hold a file; null when it does not. */
export type FileSource = () => Promise<PackedFile | null>

/** Return the file of the first source that has it. */
async function firstFile(what: string, sources: readonly FileSource[]): Promise<PackedFile> {
  const reasons: string[] = []
  for (const source of sources) {
    try {
      const file = await source()
      if (file && file.gzip.byteLength > 0) return file
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error))
    }
  }
  const why = reasons.length > 0 ? ` (${reasons.join("; ")})` : ""
  throw new Error(`${what} did not reach this page${why}. Run the cell again.`)
}

/** Where a part may be, best first: in the offline file, in the kernel's asset model, in the kernel itself. */
export function partSources(model: AnyModel<Traits>, host: Host | undefined, messages: Messages, part: "bokeh" | "on_demand"): FileSource[] {
  const inFile: FileSource = async () => {
    const file = model.get("_files")?.[part]
    return file ? { version: file.version, gzip: file.gz } : null
  }
  return model.get("_offline") ? [inFile] : [inFile, ...assetSources(model, host, messages, part)]
}

export interface OnceOptions<T> {
  /** What is loaded, in words. */
  what: string
  /** Its version: each is loaded for itself. */
  key: string
  sources: readonly FileSource[]
  evaluate: (code: string) => Promise<T>
  cache: Map<string, Promise<T>>
  /** What has failed for somebody else is tried by the own sources. */
  again?: boolean
}

/** Load code once a page: from the page, else from the first source that has it; what failed is tried again. */
export function loadOnce<T>({ what, key, sources, evaluate, cache, again = false }: OnceOptions<T>): Promise<T> {
  const fresh = () => {
    const loading = firstFile(what, sources).then(async ({ gzip }) => evaluate(await unzipText(exactBytes(gzip))))
    cache.set(key, loading)
    loading.catch(() => cache.delete(key))
    return loading
  }
  const cached = cache.get(key)
  return !cached ? fresh() : again ? cached.catch(fresh) : cached
}

/** What all heatmaps of a page share under a name, whichever of them loaded it. */
export function pageCache<T>(name: string): Map<string, Promise<T>> {
  const page = globalThis as unknown as Record<string, Map<string, Promise<T>> | undefined>
  return (page[name] ??= new Map())
}

/** Evaluate the text of a module. */
export async function importText<T>(...parts: string[]): Promise<T> {
  const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }))
  try {
    return (await import(/* @vite-ignore */ url)) as T
  } finally {
    URL.revokeObjectURL(url)
  }
}
