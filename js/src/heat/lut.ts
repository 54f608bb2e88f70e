import { contrast as CONTRAST } from "../../../liqwidget/look.json"
import { LEVELS, levelValue, type Ladder } from "./level"
import type { Scale, SideChoice } from "../wire/protocol"
import { rankOf } from "./rank"

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
  const drawn = (byte: number) => {
    const n = byte & 127
    if (n === 0 || (side !== "both" && (byte >= LEVELS ? "short" : "long") !== side)) return false
    return levelValue(n, ladder) >= threshold
  }
  const { raised = 0 } = ladder
  const bright = ladder.top * 10 ** ((-ladder.decades * raised) / 127)
  const rank = scale === "rank" ? rankOf(pixels, drawn) : null
  const colours = new Uint32Array(palette.slice().buffer)
  const lut = new Uint32Array(2 * LEVELS)
  for (let byte = 0; byte < lut.length; byte++) {
    if (!drawn(byte)) continue
    const n = byte & 127
    const share = rank ? rank[byte]! : scale === "linear" ? (levelValue(n, ladder) / bright) ** (1 / CONTRAST) : (n + raised) / 127
    const entry = Math.max(1, Math.min(127, Math.round(127 * share)))
    lut[byte] = colours[(byte & LEVELS) | entry]!
  }
  return lut
}
