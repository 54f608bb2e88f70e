import type { Bytes } from "./protocol"

/** Copy wire bytes into a buffer of exactly their length: aligned, and safe to hand to Bokeh, which reads buffers whole. */
export function exactBytes(bytes: Bytes): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes)
  return new Uint8Array(view)
}
