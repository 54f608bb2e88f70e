import { exactBytes } from "./bytes"
import { evaluateBokeh, type BokehJS } from "./evaluate"
import type { Bytes } from "./protocol"
import { unzipText } from "./unzip"

export interface BokehFile {
  version: string
  gzip: Bytes
}

/** A place that may hold BokehJS; null when it does not. */
export type BokehSource = () => Promise<BokehFile | null>

export interface LoadOptions {
  version: string
  sources: readonly BokehSource[]
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
  const loading = firstFile(sources).then(async ({ gzip }) => evaluate(await unzipText(exactBytes(gzip))))
  cache.set(version, loading)
  loading.catch(() => cache.delete(version))
  return loading
}

async function firstFile(sources: readonly BokehSource[]): Promise<BokehFile> {
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
  throw new Error(`BokehJS did not reach this page${why}. Run the cell again.`)
}

function pageCache(): Map<string, Promise<BokehJS>> {
  const page = globalThis as { __liqwidget_bokeh__?: Map<string, Promise<BokehJS>> }
  page.__liqwidget_bokeh__ ??= new Map()
  return page.__liqwidget_bokeh__
}
