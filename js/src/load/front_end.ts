import { type FileSource, importText, loadOnce, pageCache } from "./files"

export type FrontEnd = Pick<typeof import("../widget"), "default">

export interface FrontEndOptions {
  digest: string
  sources: readonly FileSource[]
  evaluate?: (code: string) => Promise<FrontEnd>
  cache?: Map<string, Promise<FrontEnd>>
}

/** Load the front end of one digest once a page, however many heatmaps are on it or were. */
export function loadFrontEnd({ digest, sources, evaluate = importText, cache = pageCache("__liqwidget_code__") }: FrontEndOptions): Promise<FrontEnd> {
  return loadOnce({ what: "The heatmap's code", key: digest, sources, evaluate, cache })
}
