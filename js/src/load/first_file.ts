import type { Bytes } from "../wire/protocol"

export interface PackedFile {
  version: string
  gzip: Bytes
}

/** A place that may hold a file; null when it does not. */
export type FileSource = () => Promise<PackedFile | null>

/** Return the file of the first source that has it. */
export async function firstFile(what: string, sources: readonly FileSource[]): Promise<PackedFile> {
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
