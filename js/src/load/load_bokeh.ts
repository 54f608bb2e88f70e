import { exactBytes } from "../wire/bytes"
import { evaluateBokeh, type BokehJS } from "./evaluate"
import { firstFile, type FileSource } from "./first_file"
import { unzipText } from "./unzip"

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
