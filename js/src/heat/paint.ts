/** Look every pixel byte up. */
export function paint(pixels: Uint8Array, lut: Uint32Array): Uint32Array<ArrayBuffer> {
  const image = new Uint32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) image[i] = lut[pixels[i]!]!
  return image
}
