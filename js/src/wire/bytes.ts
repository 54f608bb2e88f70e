import type { Bytes } from "./traits"

/** Copy wire bytes into a buffer of exactly their length: aligned, and safe to hand to Bokeh, which reads buffers whole. */
export function exactBytes(bytes: Bytes): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes)
  return new Uint8Array(view)
}

/** Decompress gzip bytes to text. */
export const unzipText = (gzip: Uint8Array<ArrayBuffer>): Promise<string> => unpacked(gzip, "gzip").text()

/** Decompress what the kernel packs by zlib. */
export const inflated = async (zlib: Bytes): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await unpacked(exactBytes(zlib), "deflate").arrayBuffer())

const unpacked = (bytes: Uint8Array<ArrayBuffer>, format: CompressionFormat) =>
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)))
