/** Decompress gzip bytes to text. */
export async function unzipText(gzip: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Response(stream).text()
}
