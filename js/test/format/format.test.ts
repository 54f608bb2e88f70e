import { describe, expect, it } from "vitest"
import { formatMoney } from "../../src/format/money"
import { formatPercent } from "../../src/format/percent"
import { axisDecimals, formatPrice, priceDecimals } from "../../src/format/price"
import { endsNow, formatAge, formatLength, formatTime } from "../../src/format/time"

describe("formatMoney", () => {
  it.each([
    [0, "$0"],
    [0.004, "<$0.01"],
    [1.5, "$1.5"],
    [999.6, "$1K"],
    [1234, "$1.23K"],
    [99_960, "$100K"],
    [999_600, "$1M"],
    [12_345_678, "$12.3M"],
    [4.2e9, "$4.2B"],
    [7e12, "$7T"],
    [-2500, "−$2.5K"],
    [NaN, "–"],
  ])("%d is %s", (amount, text) => expect(formatMoney(amount)).toBe(text))

  it("names a quote that is not a dollar", () => {
    expect(formatMoney(1500, "EUR")).toBe("1.5K EUR")
    expect(formatMoney(1500, "USDT")).toBe("$1.5K")
  })
})

describe("other formats", () => {
  it("writes prices, percentages, times and ages", () => {
    expect(formatPrice(89_428.6, 1)).toBe("89,428.6")
    expect(formatPrice(0.00001234, 8)).toBe("0.00001234")
    expect(formatPercent(-1.234)).toBe("−1.23 %")
    expect(formatPercent(12.34)).toBe("+12.3 %")
    expect(formatPercent(0.001)).toBe("0.00 %")
    expect(formatTime(Date.UTC(2026, 0, 4, 9, 5))).toBe("4 Jan 09:05")
    expect([45 * 6e4, 119.4 * 6e4, 119.6 * 6e4, 7.4 * 36e5, 47 * 36e5, 3.2 * 864e5, 400 * 864e5].map(formatAge)).toEqual(["45 min", "119 min", "2 h", "7 h", "47 h", "3 d", "400 d"])
    for (const format of [formatPercent, formatTime, formatAge]) expect(format(NaN)).toBe("–")
  })

  it("gives prices as many decimals as tell them apart", () => {
    expect([priceDecimals(90_000, 1), priceDecimals(3_000, 2), priceDecimals(0.5, 6)]).toEqual([0, 1, 5])
    expect([axisDecimals([80_000, 100_000]), axisDecimals([89_414, 89_423]), axisDecimals([0.4, 0.5])]).toEqual([0, 1, 2])
  })
})

describe("the end of what is shown", () => {
  const minute = 60_000
  const end = Date.UTC(2026, 0, 29, 6, 35)
  it.each([
    [5 * minute, 4 * minute, true],
    [5 * minute, 11 * minute, false],
    [60 * minute, 90 * minute, true],
    [60 * minute, 121 * minute, false],
  ])("of candles of %d ms is now %d ms after it: %s", (timeframe_ms, later, wanted) => {
    expect(endsNow({ time: [0, end], timeframe_ms }, end + later)).toBe(wanted)
    expect(endsNow({ time: [0, 0], now: end, timeframe_ms }, end + later)).toBe(wanted)
  })

  it("has candles whose length Python takes", () => {
    expect([30 * minute, 90 * minute, 240 * minute, 1440 * minute, 14 * 1440 * minute, 15_000].map(formatLength)).toEqual(["30m", "90m", "4h", "1d", "2w", "15s"])
  })
})
