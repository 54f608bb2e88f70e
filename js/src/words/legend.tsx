import type { ReadonlySignal } from "@preact/signals"
import { coloursOf, leverageShade, venueColour } from "../dom/colours"
import type { Theme } from "../dom/theme"
import { formatMoney } from "../format/money"
import { type Ramp, rampStyle } from "../controls/threshold"
import { formatLength } from "../format/time"
import type { Bound } from "../wire/bound"
import { Fact } from "./notes"

export interface LegendProps {
  bound: Bound
  theme: ReadonlySignal<Theme>
  /** The values on the picture and their colours, or none. */
  ramp: ReadonlySignal<Ramp | null>
  /** Where the curves of the profile end. */
  sum: ReadonlySignal<number>
  /** Length of the candles that are drawn [ms], 0 for none. */
  candle: ReadonlySignal<number>
}

/** A line under the picture that names its colours: of the heat, of the stacked sizes, and of the curves. */
export function Legend(props: LegendProps) {
  const { bound, theme, sum, ramp, candle } = props
  const { view, profile, price_style, side, side_colours, _sides, _standing, _market } = bound.traits
  const map = view.value === "map"
  const stack = map && profile.value === "off" ? "leverage" : profile.value
  const names = (stack === "off" ? null : _standing.value?.[`${stack}_names`]) ?? []
  const colours = coloursOf(_sides.value, side_colours.value, theme.value)
  const [left, right] = side.value === "both" ? (["long", "short"] as const) : [side.value, side.value]
  const pair = (shade: (colour: string) => string) => `linear-gradient(90deg, ${shade(colours[left])} 50%, ${shade(colours[right])} 0)`
  const heat = heatText(props)
  const ends = rampEnds(props)
  const quote = _market.value?.unit
  return (
    <div class="liq-legend" role="group" aria-label="Legend" hidden={heat === "" && names.length === 0}>
      {heat && (
        <span class="liq-heat-key">
          <span>{ends[0]}</span>
          <span class="liq-ramp" data-ticks={ramp.value?.ladder.decades === 0} style={rampStyle(ramp.value?.lut)} aria-hidden="true" />
          <span>{ends[1]}</span>
          <span class="liq-heat-text">{narrowed(heat)}</span>
        </span>
      )}
      {!map && price_style.value !== "off" && candle.value > 0 && <span class="liq-candle-length">{narrowed(candleText(candle.value, _market.value?.timeframe_ms ?? candle.value))}</span>}
      {names.length > 0 && (
        <span class="liq-stack-keys">
          <span>{`By ${stack}:`}</span>
          {names.map((name, i) => (
            <Key key={name} kind="bar" background={stack === "venue" ? venueColour(i, theme.value) : pair((colour) => leverageShade(colour, i, names.length))}>
              {name}
            </Key>
          ))}
          <Key kind="line" background={pair((colour) => colour)}>{`sum| from the last price|, ${map ? "right axis" : `to ${formatMoney(sum.value, quote)}`}`}</Key>
        </span>
      )}
    </div>
  )
}

/** Name the length of the candles drawn; small ones are drawn together. */
const candleText = (drawn: number, own: number): string => `${formatLength(drawn)} candles${drawn > own ? `|, each of several ${formatLength(own)}` : ""}`

/** Words of which those between bars are left out where a line is short. */
const narrowed = (words: string) => words.split("|").map((part, i) => (i % 2 ? <span class="liq-spare">{part}</span> : part))

const Key = ({ kind, background, children }: { kind: string; background: string; children: string }) => (
  <span class="liq-stack-key">
    <span class="liq-swatch" data-kind={kind} aria-hidden="true" style={{ background }} />
    {kind === "line" ? <span>{narrowed(children)}</span> : children}
  </span>
)

function heatText({ bound, ramp }: LegendProps): string {
  const { view, measure, horizon, threshold, _market } = bound.traits
  const known = ramp.value?.ladder
  if (view.value === "map" || !known || !(known.top > 0)) return ""
  if (known.decades === 0) {
    const clear = threshold.value > 0 ? `, clear: below ${Number(threshold.value.toPrecision(6))}` : ""
    return `Relative heat|: 100 is the top of the window|; no amount${clear}`
  }
  const quote = _market.value?.unit ?? "USD"
  const what = measure.value === "expected" ? `expected in ${horizon.value}` : "standing"
  const least = Math.max(known.top * 10 ** -known.decades, threshold.value)
  const note = measure.value === "expected" ? "; brightness follows volatility" : ""
  return `Est. ${quote} ${what} per 0.1 % of price, clear: ${formatMoney(0, quote)} to ${formatMoney(least, quote)}${note}`
}

/** What the ends of the ramp stand for, whatever the threshold: it hides and stretches nothing. */
function rampEnds({ bound, ramp }: LegendProps): readonly [string, string] {
  const known = ramp.value?.ladder
  if (!known) return ["", ""]
  if (known.decades === 0) return ["0", String(known.top)]
  const quote = bound.traits._market.value?.unit ?? "USD"
  return [formatMoney(known.top * 10 ** -known.decades, quote), formatMoney(known.top, quote)]
}

/** What the whiskers say, under the picture; or why there are none. */
export function WhiskerLegend({ bound }: { bound: Bound }) {
  const { whiskers, _cluster_ranges } = bound.traits
  const ranges = _cluster_ranges.value
  if (!whiskers.value || !ranges) return null
  const { error, over } = ranges
  const text = error ? `No whiskers: ${error}` : "Whiskers: lowest to highest est. under other assumptions, ÷100 to ×100 at most"
  const title = error ? "" : `${over.join(", ")}; one at a time. Logarithmic, no cap: farther out. No confidence interval.`
  return <Fact kind={error ? "no-whiskers" : "whiskers"} icon="whisker" text={text} title={title} />
}
