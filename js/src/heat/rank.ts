import { LEVELS } from "./level"

/** For each pixel byte the share (0 to 1) of the drawn cells at or below its level; only bytes that `drawn` accepts count. */
export function rankOf(pixels: Uint8Array, drawn: (byte: number) => boolean): Float64Array {
  const bytes = new Float64Array(2 * LEVELS)
  for (let i = 0; i < pixels.length; i++) bytes[pixels[i]!]!++
  const levels = new Float64Array(LEVELS)
  let total = 0
  for (let byte = 0; byte < bytes.length; byte++) {
    if (!drawn(byte)) continue
    levels[byte & 127]! += bytes[byte]!
    total += bytes[byte]!
  }
  const share = new Float64Array(2 * LEVELS)
  let below = 0
  for (let n = 1; n < LEVELS; n++) {
    below += levels[n]!
    share[n] = share[n + LEVELS] = total > 0 ? below / total : n / 127
  }
  return share
}
