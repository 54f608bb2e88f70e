import type { Scale, SideChoice } from "../wire/traits"
import { CONTRAST, type Ladder, BINS, binValue } from "./bins"

export interface LutOptions {
  /** 256 RGBA colours, index = pixel byte. */
  palette: Uint8Array
  side: SideChoice
  threshold: number
  scale: Scale
  ladder: Ladder
  /** The visible cells: `rank` needs their histogram. */
  pixels: Uint8Array
}

/** Build the colour of every pixel byte as a little-endian RGBA word; 0 is fully transparent. */
export function buildLut(options: LutOptions): Uint32Array<ArrayBuffer> {
  const { palette, side, threshold, scale, ladder, pixels } = options
  const shown = (byte: number) => (byte & 127) > 0 && (side === "both" || (byte >= BINS ? "short" : "long") === side)
  const drawn = (byte: number) => shown(byte) && binValue(byte & 127, ladder) >= threshold
  const { raised = 0 } = ladder
  const bright = ladder.top * 10 ** ((-ladder.decades * raised) / 127)
  // Relative heat is linear in its bins, whatever the scale.
  const how = ladder.decades === 0 ? "log" : scale
  const rank = how === "rank" ? rankOf(pixels, shown) : null
  const colours = new Uint32Array(palette.slice().buffer)
  const lut = new Uint32Array(2 * BINS)
  for (let byte = 0; byte < lut.length; byte++) {
    if (!drawn(byte)) continue
    const n = byte & 127
    const share = rank ? rank[byte]! : how === "linear" ? (binValue(n, ladder) / bright) ** (1 / CONTRAST) : (n + raised) / 127
    const entry = Math.max(1, Math.min(127, Math.round(127 * share)))
    lut[byte] = colours[(byte & BINS) | entry]!
  }
  return lut
}

/**
 * For each pixel byte the share (0 to 1) of the cells at or below its bin; only bytes that `shown` accepts count. A
 * threshold does not: what stays keeps its colour.
 */
export function rankOf(pixels: Uint8Array, shown: (byte: number) => boolean): Float64Array {
  const bytes = new Float64Array(2 * BINS)
  for (let i = 0; i < pixels.length; i++) bytes[pixels[i]!]!++
  const cells = new Float64Array(BINS)
  let total = 0
  for (let byte = 0; byte < bytes.length; byte++) {
    if (!shown(byte)) continue
    cells[byte & 127]! += bytes[byte]!
    total += bytes[byte]!
  }
  const share = new Float64Array(2 * BINS)
  let below = 0
  for (let n = 1; n < BINS; n++) {
    below += cells[n]!
    share[n] = share[n + BINS] = total > 0 ? below / total : n / 127
  }
  return share
}

/** Look every pixel byte up. */
export function paint(pixels: Uint8Array, lut: Uint32Array): Uint32Array<ArrayBuffer> {
  const image = new Uint32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) image[i] = lut[pixels[i]!]!
  return image
}
