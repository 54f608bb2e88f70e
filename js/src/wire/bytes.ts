import type { Bytes } from "./traits"

/** Copy wire bytes into a buffer of exactly their length: aligned, and safe to hand to Bokeh, which reads buffers whole. */
export function exactBytes(bytes: Bytes): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes)
  return new Uint8Array(view)
}

/** Decompress gzip bytes to text. */
export async function unzipText(gzip: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Response(stream).text()
}
