import { smoothest } from "../../../liqwidget/look.json"

/** How many pixels each way are blended where a cell is that many pixels long: half a cell, at least one. */
export function reach(cell: number): number {
  return Math.max(1, Math.min(smoothest, Math.floor(cell / 2 + 0.5)))
}

/**
 * Blend each pixel of an image (little-endian RGBA words, row by row) with those around it, as raster/smooth.py does:
 * the mean of a rectangle, where a colour counts as much as it is opaque. For the eye only: nothing reads it back.
 */
export function smooth(image: Uint32Array, width: number, height: number, across: number, down: number): Uint32Array<ArrayBuffer> {
  // Sums along columns, then along rows, of red, green and blue, each times alpha, and of alpha; whole numbers under 2^31.
  const columns = new Int32Array(4 * width)
  const blended = new Uint32Array(image.length)
  const add = (y: number, sign: number) => {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const word = image[i]!
      const alpha = sign * (word >>> 24)
      const at = 4 * x
      columns[at]! += alpha * (word & 255)
      columns[at + 1]! += alpha * ((word >> 8) & 255)
      columns[at + 2]! += alpha * ((word >> 16) & 255)
      columns[at + 3]! += alpha
    }
  }
  for (let y = -down; y < height; y++) {
    if (y + down < height) add(y + down, 1)
    if (y > down) add(y - down - 1, -1)
    if (y < 0) continue
    const high = Math.min(height - 1, y + down) - Math.max(0, y - down) + 1
    let [red, green, blue, alpha] = [0, 0, 0, 0]
    for (let x = -across; x < width; x++) {
      if (x + across < width) {
        const next = 4 * (x + across)
        red += columns[next]!
        green += columns[next + 1]!
        blue += columns[next + 2]!
        alpha += columns[next + 3]!
      }
      if (x > across) {
        const past = 4 * (x - across - 1)
        red -= columns[past]!
        green -= columns[past + 1]!
        blue -= columns[past + 2]!
        alpha -= columns[past + 3]!
      }
      if (x < 0 || alpha === 0) continue
      const wide = Math.min(width - 1, x + across) - Math.max(0, x - across) + 1
      const opaque = (alpha / (wide * high) + 0.5) | 0
      blended[y * width + x] = ((red / alpha + 0.5) | 0) | (((green / alpha + 0.5) | 0) << 8) | (((blue / alpha + 0.5) | 0) << 16) | (opaque << 24)
    }
  }
  return blended
}
