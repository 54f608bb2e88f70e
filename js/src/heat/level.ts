export const LEVELS = 128

export interface Ladder {
  top: number
  decades: number
  raised?: number
}

/** The value that pixel level n (1 to 127) stands for: the middle of its bin, quote currency per 10 bps cell. */
export function levelValue(n: number, { top, decades }: Ladder): number {
  return n < 1 ? 0 : top * 10 ** (-decades * (1 - (n - 0.5) / 127))
}
