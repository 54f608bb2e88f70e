import { type Ladder } from "./level"

export interface ThresholdScale {
  /** The value of slider step 0 to 127: 0, then the lower edge of the level with that number. */
  value(step: number): number
  /** The step at which a value sits. */
  step(value: number): number
}

/** Map the steps of the threshold slider to values: a true zero, then one step a pixel level. */
export function thresholdScale({ top, decades }: Ladder): ThresholdScale {
  const edge = (n: number) => top * 10 ** (-decades * (1 - (n - 1) / 127))
  return {
    value: (step) => (step <= 0 || top <= 0 ? 0 : Number(edge(Math.min(step, 127)).toPrecision(3))),
    step: (value) => {
      if (value <= 0 || top <= 0) return 0
      const n = 1 + 127 * (1 + Math.log10(value / top) / decades)
      return Math.max(1, Math.min(127, Math.round(n)))
    },
  }
}
