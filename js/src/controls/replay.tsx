import { useSignal } from "@preact/signals"
import { useLayoutEffect, useRef } from "preact/hooks"
import { endsNow, formatLength, formatTime } from "../format/time"
import { windowRange } from "../steer/window"
import type { Bound } from "../wire/bound"

const STEP_MS = 250
/** How many candles go by in a step. */
const SPEEDS = [1, 2, 5, 10, 25, 50, 100]
/** Steps of the slider: whole candles, or as many as it has room for. */
const MOST_STEPS = 2000
/** Data of so long name the year [ms]. */
const YEAR = 300 * 86_400_000

export interface ReplayProps {
  bound: Bound
  say(sentence: string): void
}

/** Show the map exactly as it stood at a past time: a slider, a play button, single steps, and back to now. */
export function Replay({ bound, say }: ReplayProps) {
  const { as_of, future, window, timezone, _market } = bound.traits
  const playing = useSignal(false)
  const speed = useSignal(1)
  const asked = useRef<{ at: number | null; end: number }>({ at: null, end: 0 })
  const since = useRef(0)
  const market = _market.value
  const [start, end] = market?.span ?? [0, 0]
  const candle = market?.timeframe_ms ?? 0
  const step = market ? Math.max(candle, Math.ceil((end - start) / MOST_STEPS / candle) * candle) : 1
  const shown = as_of.value ?? end

  const go = (time: number) => {
    if (!market) return
    const at = Math.max(start + candle, Math.min(time, end))
    asked.current = { at: at >= end ? null : at, end: market.time[1] }
    // A step that was a little late does not put off those behind it: the speed is held.
    since.current += STEP_MS
    if (Date.now() > since.current + STEP_MS) since.current = Date.now()
    bound.set({ as_of: asked.current.at })
    if (at >= end) playing.value = false
  }
  const play = () => {
    if (!market || playing.value) return void (playing.value = false)
    say("Replay started")
    go(as_of.value === null ? windowRange(window.value, market)[0] : shown + speed.value * candle)
    playing.value = asked.current.at !== null
  }
  const now = () => {
    playing.value = false
    go(Infinity)
  }
  // Python, or another view, may have gone elsewhere: it is played on from there.
  if (market && playing.value && as_of.value !== asked.current.at) asked.current = { at: as_of.value, end: market.time[1] }
  // The next candle is asked for when its time has come and the kernel has answered for this one: it is never overrun.
  const { at, end: before } = asked.current
  const answered = at !== null && market !== null && market.time[1] >= at && (at >= before || market.time[1] < before)
  useLayoutEffect(() => {
    if (as_of.value === null) playing.value = false
    if (!playing.value || !answered) return
    const timer = setTimeout(() => go(shown + speed.value * candle), Math.max(0, since.current + STEP_MS - Date.now()))
    return () => clearTimeout(timer)
  }, [playing.value, answered, shown, market, speed.value])
  const past = as_of.value !== null
  const zone = timezone.value ?? "UTC"
  const present = market !== null && endsNow({ ...market, time: [start, end] })
  const long = end - start > YEAR
  return (
    <div class="liq-replay" role="group" aria-label="Replay" data-past={past}>
      <button class="liq-button" type="button" aria-pressed={playing.value} onClick={play}>
        {playing.value ? "Pause" : "Play"}
      </button>
      <select
        class="liq-select liq-speed"
        name="speed"
        aria-label="Replay speed"
        title={`Candles a step, four steps a second: ${formatLength(speed.value * candle)} of the market`}
        value={speed.value}
        onChange={({ currentTarget }) => void (speed.value = Number(currentTarget.value))}
      >
        {SPEEDS.map((times) => (
          <option key={times} value={times}>
            {`${times}x`}
          </option>
        ))}
      </select>
      <button class="liq-button" type="button" title="One candle back" aria-label="One candle back" onClick={() => go(shown - candle)}>
        −
      </button>
      <button class="liq-button" type="button" title="One candle on" aria-label="One candle on" onClick={() => go(shown + candle)}>
        +
      </button>
      <input
        class="liq-range liq-replay-range"
        type="range"
        min="0"
        max={Math.round((end - start) / step)}
        aria-label="As of"
        aria-valuetext={formatTime(shown, zone, long)}
        value={Math.round((shown - start) / step)}
        onInput={({ currentTarget }) => {
          playing.value = false
          go(start + Number(currentTarget.value) * step)
        }}
      />
      <span class="liq-replay-time">{past ? `as of ${formatTime(shown, zone, long)}` : `${formatTime(end, zone, long)}, ${present ? "now" : "the last data"}`}</span>
      <button class="liq-button" type="button" title="Show the price that followed, faded" aria-pressed={future.value} onClick={() => bound.set({ future: !future.value })}>
        What followed
      </button>
      <button class="liq-button" type="button" title="Back to the last close" onClick={now}>
        {present ? "Now" : "Latest"}
      </button>
    </div>
  )
}
