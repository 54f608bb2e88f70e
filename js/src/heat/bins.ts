import { contrast } from "../../../liqwidget/look.json"

export const BINS = 128

/** Palettes spread their colours over the bins with this exponent; `linear` takes it back. */
export const CONTRAST = contrast

export interface Ladder {
  top: number
  /** Powers of ten that the bins span; 0: relative heat, whose bins are linear. */
  decades: number
  raised?: number
}

/** The value that bin n (1 to 127) of a pixel stands for: its middle, quote currency per 10 bps cell, or heat. */
export function binValue(n: number, { top, decades }: Ladder): number {
  if (decades === 0) return n < 1 ? 0 : (top * (n - 0.5)) / 127
  return n < 1 ? 0 : top * 10 ** (-decades * (1 - (n - 0.5) / 127))
}

export interface ThresholdScale {
  /** The value of slider step 0 to 127: 0, then the lower edge of the bin with that number. */
  value(step: number): number
  /** The step at which a value sits. */
  step(value: number): number
}

/** Map the steps of the threshold slider to values: a true zero, then one step a bin. */
export function thresholdScale({ top, decades }: Ladder): ThresholdScale {
  const edge = (n: number) => (decades === 0 ? (top * (n - 1)) / 127 : top * 10 ** (-decades * (1 - (n - 1) / 127)))
  return {
    value: (step) => (step <= 0 || top <= 0 ? 0 : Number(edge(Math.min(step, 127)).toPrecision(3))),
    step: (value) => {
      if (value <= 0 || top <= 0) return 0
      const n = 1 + 127 * (decades === 0 ? value / top : 1 + Math.log10(value / top) / decades)
      return Math.max(1, Math.min(127, Math.round(n)))
    },
  }
}
