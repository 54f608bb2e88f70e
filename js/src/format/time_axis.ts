import { time_axis } from "../../../liqwidget/look.json"
import type { Interval } from "../wire/traits"
import { MONTHS } from "./time"
import { type Timezone, clockOffset, clockText } from "./clocks"

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const MONTH = 30.436875 * DAY
/** Days before 1970 began that a week did, so that steps of weeks begin on Mondays. */
const MONDAY = 3 * DAY

interface Step {
  /** About so long [ms]. */
  length: number
  /** So many whole months, 0 for a length of its own. */
  months: number
}

const STEPS: readonly Step[] = [
  ...time_axis.minutes.map((minutes) => ({ length: minutes * MINUTE, months: 0 })),
  ...time_axis.days.map((days) => ({ length: days * DAY, months: 0 })),
  ...time_axis.months.map((months) => ({ length: months * MONTH, months })),
]

export interface TimeAxis {
  /** Times [ms] and what is written there, '' for none. */
  at: number[]
  text: string[]
  /** Whose clocks: "UTC", with the year where no label has one. */
  clocks: string
}

/** Round times on the clocks of a zone, a label every 80 to 140 pixels where the steps allow; the first names its day and year. */
export function timeAxis([start, end]: Interval, width: number, zone: Timezone): TimeAxis {
  const empty = { at: [], text: [], clocks: clockText(end, zone) }
  if (!(end > start) || !(width > 0)) return empty
  const pixel = (end - start) / width
  const step = stepOf(pixel)
  const at = ticksOf(start, end, step, zone)
  let [named, year] = [false, NaN]
  const text = at.map((ms) => {
    const date = new Date(ms + clockOffset(ms, zone))
    const midnight = date.getUTCHours() === 0 && date.getUTCMinutes() === 0
    const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
    const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
    const another = date.getUTCFullYear() !== year
    const own = step.months >= 12 ? "" : step.months > 0 ? MONTHS[date.getUTCMonth()]! : midnight ? day : named ? clock : `${day} ${clock}`
    const dated = step.months > 0 || midnight
    const said = dated && another ? `${own} ${date.getUTCFullYear()}`.trim() : own || String(date.getUTCFullYear())
    // A label that the edge would cut is not written; the next one says what it would have.
    if (Math.min(ms - start, end - ms) / pixel < (said.length * time_axis.letter) / 2) return ""
    named = true
    if (dated) year = date.getUTCFullYear()
    return said
  })
  const last = new Date(end + clockOffset(end, zone)).getUTCFullYear()
  return { at, text, clocks: Number.isNaN(year) ? `${last} ${empty.clocks}` : empty.clocks }
}

function stepOf(pixel: number): Step {
  const index = STEPS.findIndex(({ length }) => length / pixel >= time_axis.least)
  if (index < 0) {
    const years = 10 ** Math.ceil(Math.log10((time_axis.least * pixel) / (12 * MONTH)))
    return { length: years * 12 * MONTH, months: years * 12 }
  }
  const before = STEPS[index - 1]
  return before && STEPS[index]!.length / pixel > time_axis.most && before.length / pixel >= time_axis.nearest ? before : STEPS[index]!
}

function ticksOf(start: number, end: number, { length, months }: Step, zone: Timezone): number[] {
  const utc = (clock: number) => clock - clockOffset(clock - clockOffset(clock, zone), zone)
  const [from, to] = [start + clockOffset(start, zone), end + clockOffset(end, zone)]
  const found: number[] = []
  if (months > 0) {
    const month = (ms: number) => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth()
    for (let n = Math.ceil(month(from) / months) * months; n <= month(to); n += months) found.push(Date.UTC(Math.floor(n / 12), n % 12, 1))
  } else {
    const shift = length > DAY && length % (7 * DAY) === 0 ? MONDAY : 0
    for (let n = Math.ceil((from + shift) / length); n * length - shift <= to; n++) found.push(n * length - shift)
  }
  return found.map(utc).filter((ms) => ms >= start && ms <= end)
}

const two = (value: number) => String(value).padStart(2, "0")
