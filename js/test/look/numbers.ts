import { ticks } from "../../src/beside/map"
import { formatMoney } from "../../src/format/money"
import { formatPercent } from "../../src/format/percent"
import { axisDecimals, formatPrice, priceDecimals } from "../../src/format/price"
import { formatAge, formatTime } from "../../src/format/time"
import { timeAxis } from "../../src/format/time_axis"
import { fitPrice } from "../../src/steer/navigation"
import { HOUR, windowRange } from "../../src/steer/window"
import type { Window } from "../../src/wire/traits"
import { candlesOf } from "../candles"
import { each } from "./case"

const UNKNOWN = Number.NaN

export const numbers = () => ({
  money: each(
    formatMoney,
    ...[0, 0.004, 0.01, 0.0149, 0.125, 1.5, 2.5, 9.994, 9.995, 9.9951, 99.94, 99.96, 123.5, 124.5, 999.4, 999.5, 999.6, 1234, 1235, 99_960, 999_500, 999_600, 1.005e6, 12_345_678, 1.125e8, 4.2e9, 7e12, 7.6e15, -2500, -0.001, UNKNOWN, Infinity].map((amount): [number] => [amount]),
    [1500, "EUR"],
    [1500, "USDT"],
    [0.001, "BTC"],
    [-12, "EUR"],
  ),
  price: each(formatPrice, [89_428.6, 1], [89_428.65, 1], [0.125, 2], [0.5, 0], [1.5, 0], [2.5, 0], [1234567.891, 2], [0.00001234, 8], [90_000, 0], [-1234.5, 1], [1, 15], [1.234e-10, 14], [3e-18, 30], [UNKNOWN, 2]),
  percent: each(formatPercent, [-1.234], [12.34], [0.001], [-0.001], [0.125], [9.994], [9.996], [99.95], [-250], [UNKNOWN]),
  age: each(formatAge, ...[0, 29_000, 45 * 6e4, 89.4 * 6e4, 90 * 6e4, 7.5 * 36e5, 35.96 * 36e5, 36 * 36e5, 3.2 * 864e5, 400 * 864e5, -1, UNKNOWN].map((ms): [number] => [ms])),
  time: each(formatTime, [Date.UTC(2026, 0, 4, 9, 5), "UTC"], [Date.UTC(2025, 11, 31, 23, 59, 59, 999), "UTC"], [Date.UTC(2025, 11, 31, 23, 59), "Europe/Berlin"], [UNKNOWN, "UTC"]),
  price_decimals: each(priceDecimals, [90_000, 1], [100_000, 2], [99_999.9, 2], [3_000, 2], [0.5, 6], [0.00001234, 8], [1.234e-10, 14], [1e-10, 20], [0, 4]),
})

const at = (year: number, month: number, day: number, hour = 0, minute = 0) => Date.UTC(year, month - 1, day, hour, minute)
const axisOf = (start: number, end: number, width: number, zone: string) => timeAxis([start, end], width, zone)
const SPANS = [0.1, 0.5, 1, 2.2, 5, 12, 24, 33, 50, 72, 168, 300, 720, 1500, 4000, 9000, 30_000, 200_000, 900_000]

export const axes = () => ({
  times: each(
    axisOf,
    ...SPANS.flatMap((hours, i): [number, number, number, string][] => [[at(2026, 1, 29, 6, 35) - hours * HOUR, at(2026, 1, 29, 6, 35), [550, 850, 1350, 1620][i % 4]!, "UTC"]]),
    [at(2025, 12, 29, 3), at(2026, 1, 4, 19), 900, "Europe/Berlin"],
    [at(2026, 3, 28, 12), at(2026, 3, 30, 12), 850, "Europe/Berlin"],
    [at(2026, 10, 31, 12), at(2026, 11, 2, 12), 850, "America/New_York"],
    [at(2026, 1, 29, 1), at(2026, 1, 29, 5), 850, "Asia/Kolkata"],
    [at(2025, 12, 31, 20), at(2026, 1, 1, 1), 400, "Asia/Kolkata"],
    [at(2020, 1, 1), at(2025, 6, 1), 850, "America/New_York"],
    [5, 5, 850, "UTC"],
  ),
  decimals: each((low: number, high: number) => axisDecimals([low, high]), [80_000, 100_000], [89_414, 89_423], [89_414, 89_424], [0.4, 0.5], [1, 1.5], [0.00001, 0.00002], [0.1, 0.1000000001], [1e-10, 1.2e-10], [1e-18, 2e-18], [5, 5], [7, 3]),
  ticks: each(ticks, [0, 73, 4], [94_630, 120_438, 5], [1, 1, 4], [0, 1e9, 4], [0, 2.2e6, 4], [77_691, 98_880, 9], [0.1, 0.37, 3], [-3, 8, 4], [0, 50, 0]),
})

export const views = () => {
  const DAY = 86_400_000
  const window = (name: Window, first: number, last: number, width: number, followed: boolean, whiskers: boolean) => windowRange(name, { time: [first, last] }, width, followed, whiskers)
  const fit = (low: number, high: number, hours: number) => {
    const of = (value: number) => Float64Array.of(value)
    return fitPrice(candlesOf({ length: 1, start: of(0), end: of(hours * HOUR), open: of(low), high: of(high), low: of(low), close: of(high) }), [0, 1])
  }
  return {
    windows: each(window, ["7d", 0, 30 * DAY, 1000, false, false], ["7d", 0, 30 * DAY, 5000, false, false], ["24h", 0, 30 * DAY, 300, false, false], ["all", 0, 30 * DAY, 700, false, false], ["7d", 0, 3 * DAY, 700, false, false], ["7d", 0, 30 * DAY, 700, true, false], ["7d", 0, 30 * DAY, 700, false, true], ["7d", 0, 30 * DAY, 400, false, true]),
    fits: each(fit, [90, 110, 1], [100, 100.1, 0.1], [100, 100.1, 9], [100, 100.1, 36], [100, 101, 500], [90, 150, 500], [0.01, 5, 168]),
  }
}
