import { exactBytes, unzipText } from "../wire/bytes"
import { type FileSource, firstFile } from "./assets"

export type FrontEnd = Pick<typeof import("../widget"), "default">

export interface FrontEndOptions {
  digest: string
  sources: () => readonly FileSource[]
  evaluate?: (code: string) => Promise<FrontEnd>
  cache?: Map<string, Promise<FrontEnd>>
}

/** Load the front end of one digest once a page, however many heatmaps are on it or were. */
export function loadFrontEnd({
  digest,
  sources,
  evaluate = imported,
  cache = pageCache(),
}: FrontEndOptions): Promise<FrontEnd> {
  const cached = cache.get(digest)
  if (cached) return cached
  const loading = firstFile("The heatmap's code", sources()).then(async ({ gzip }) =>
    evaluate(await unzipText(exactBytes(gzip))),
  )
  cache.set(digest, loading)
  loading.catch(() => cache.delete(digest))
  return loading
}

async function imported(code: string): Promise<FrontEnd> {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }))
  try {
    return (await import(/* @vite-ignore */ url)) as FrontEnd
  } finally {
    URL.revokeObjectURL(url)
  }
}

function pageCache(): Map<string, Promise<FrontEnd>> {
  const page = globalThis as { __liqwidget_code__?: Map<string, Promise<FrontEnd>> }
  page.__liqwidget_code__ ??= new Map()
  return page.__liqwidget_code__
}
