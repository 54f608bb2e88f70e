import type { ReadonlySignal } from "@preact/signals"
import { formatMoney } from "../format/money"
import { thresholdScale, type Ladder } from "../heat/bins"
import { hiddenClusters } from "../layers/shown_clusters"
import type { Bound } from "../wire/bound"

/** The range of values on the picture, and its colours. */
export interface Ramp {
  ladder: Ladder
  lut: Uint32Array
  /** Length of the candles [ms]. */
  candle: number
}

const STEPS = 127

/** The slider of the least value that is drawn. */
export function Threshold({ bound, ramp }: { bound: Bound; ramp: ReadonlySignal<Ramp | null> }) {
  const { threshold, _market } = bound.traits
  const ladder = ramp.value?.ladder
  const quote = _market.value?.unit ?? "USD"
  const least = threshold.value
  const heat = ladder?.decades === 0
  const text = least > 0 ? (heat ? `≥ heat ${least.toFixed(0)}` : `≥ est. ${formatMoney(least, quote)}`) : "no minimum"
  return (
    <label class="liq-field liq-threshold" title={`Hide price cells below this ${heat ? "heat" : "estimated value per 0.1 % of price"}`}>
      <output class="liq-threshold-value">{text}</output>
      <input
        class="liq-range"
        type="range"
        min="0"
        max={STEPS}
        step="1"
        aria-label="Threshold"
        aria-valuetext={text}
        name="threshold"
        disabled={!ladder}
        value={ladder ? thresholdScale(ladder).step(least) : undefined}
        onInput={({ currentTarget }) => ladder && bound.preview({ threshold: thresholdScale(ladder).value(Number(currentTarget.value)) })}
        onChange={() => bound.save()}
      />
      <span class="liq-caption">{ladder && (heat ? ladder.top : formatMoney(ladder.top, quote))}</span>
      <Hides bound={bound} />
    </label>
  )
}

/** The colours of the picture as two ramps, of longs and of shorts, for styles. */
export const rampStyle = (lut: Uint32Array | undefined): Record<string, string> =>
  lut ? { "--liq-ramp-long": gradient(lut, 0), "--liq-ramp-short": gradient(lut, 128) } : {}

/** What a threshold takes from the picture and from the list. */
function Hides({ bound }: { bound: Bound }) {
  const { hidden, of } = hiddenClusters((name) => bound.traits[name].value as never)
  return hidden > 0 ? <span class="liq-hides">{`hides ${hidden} of ${of} cluster${of === 1 ? "" : "s"}`}</span> : null
}

function gradient(lut: Uint32Array, side: number): string {
  const stops = Array.from({ length: 43 }, (_, i) => {
    const n = Math.min(STEPS, 1 + 3 * i)
    const word = lut[side + n]!
    const [red, green, blue, alpha] = [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24]
    return `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)}) ${((100 * n) / STEPS).toFixed(1)}%`
  })
  return `linear-gradient(90deg, ${stops.join(", ")})`
}
