"""Prices that charts have lines at: swing points, days and weeks before, round numbers, mean prices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.decide.candles import source_of
from liqwidget.decide.reference import ReferenceLevel
from liqwidget.domain.time import DAY, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.decide.reference_rules import ReferenceRules
    from liqwidget.domain.frames import MarketData

Floats = npt.NDArray[np.float64]

_WEEK = 7 * DAY
_MONDAY = 4 * DAY
"""The first Monday after 1970-01-01 [ns]."""

ROUND_REACH = 0.25
"""Round numbers are named within this share of the last price: beyond where clusters are looked for."""

_LARGEST_STEP = 0.1
"""Round numbers lie a tenth of the price or less apart."""


def swings(market: MarketData, since: int, rules: ReferenceRules) -> Iterator[ReferenceLevel]:
    """Yield the swing points of candles that closed after a time [ns]: a high above that of its neighbours, or a low.

    It is known once the last of those has closed. A point that price has gone beyond since is a broken one: support
    that is resistance now, or the other way round.
    """
    reach, price = rules.swing, float(market.close[-1])
    if len(market.time) < 2 * reach + 1:
        return
    for label, values, sign in (("high", market.high, 1.0), ("low", market.low, -1.0)):
        ranked = sign * values
        windows = np.lib.stride_tricks.sliding_window_view(ranked, reach)
        middle = ranked[reach:-reach]
        # Of equal highs side by side the first is the point.
        top = (middle > windows[: len(middle)].max(axis=1)) & (middle >= windows[reach + 1 :].max(axis=1))
        beyond = np.maximum.accumulate(ranked[::-1])[::-1]
        for at in np.flatnonzero(top) + reach:
            if market.close_time[at] <= since:
                continue
            broken = bool(beyond[at + 1] > ranked[at])
            role = "support" if values[at] <= price else "resistance"
            yield ReferenceLevel.single(
                "broken swing" if broken else "swing",
                f"{role} ({'broken ' if broken else ''}swing {label})",
                float(values[at]),
                int(market.close_time[at + reach]),
                source=source_of(market),
                formula=f"{label} that no {label} of the {reach} candles before and after goes beyond (fractal of "
                f"{2 * reach + 1}); broken once price has been beyond it",
            )


def sessions(market: MarketData, time: int) -> Iterator[ReferenceLevel]:
    """Yield open, high, low and close of the UTC day and week before, and the opens of those that run."""
    for unit, length, offset in (("day", DAY, 0), ("week", _WEEK, _MONDAY)):
        if market.timeframe > length:
            continue
        begin = (time - offset) // length * length + offset
        first, stop = np.searchsorted(market.time, [begin - length, begin]).tolist()
        starts = "at 00:00 UTC" if unit == "day" else "on Monday at 00:00 UTC"
        if first < stop and market.time[0] <= begin - length:
            prices = {
                "open": market.open[first],
                "high": market.high[first:stop].max(),
                "low": market.low[first:stop].min(),
                "close": market.close[stop - 1],
            }
            for name, price in prices.items():
                yield ReferenceLevel.single(
                    f"previous {unit}",
                    f"previous {unit} {name}",
                    float(price),
                    begin,
                    source=source_of(market),
                    formula=f"{name} of the candles that opened in the {unit} before, which begins {starts}",
                )
        if stop < len(market.time) and market.time[stop] - begin < market.timeframe:
            formula = f"open of the first candle of the {unit}, which begins {starts}"
            price, known = float(market.open[stop]), int(market.close_time[stop])
            name = f"{unit} open"
            yield ReferenceLevel.single("open", name, price, known, source=source_of(market), formula=formula)


def round_step(price: float) -> tuple[int, int]:
    """Return how far round numbers are apart at a price, as (digit, exponent): 1 or 5 times a power of ten.

    The largest that is a tenth of the price or less: 5,000 at 95,000, 0.000001 at 0.000012.
    """
    exponent = math.floor(math.log10(price * _LARGEST_STEP) + 1e-12)
    return (5 if float(f"5e{exponent}") <= price * _LARGEST_STEP * (1 + 1e-12) else 1), exponent


def round_numbers(price: float) -> Iterator[ReferenceLevel]:
    """Yield the round numbers within 25 % of a price; multiples of the next larger step are major ones."""
    digit, exponent = round_step(price)
    step, larger = float(f"{digit}e{exponent}"), 2 if digit == 5 else 5  # noqa: PLR2004 - 1, 5, 10, 50, ...
    first, last = math.ceil(price * (1 - ROUND_REACH) / step), math.floor(price * (1 + ROUND_REACH) / step)
    for number in range(max(first, 1), last + 1):
        major = number % larger == 0
        found = float(f"{number * digit}e{exponent}")
        yield ReferenceLevel.single(
            "major round number" if major else "round number",
            f"round {found:,.8g}",
            found,
            0,
            source="numbers",
            formula=f"multiple of {step * (larger if major else 1):,.8g}: steps of 1 or 5 times a power of ten, the "
            "largest of a tenth of the price or less; major: of the next larger step",
        )


def mean_price(market: MarketData, first: int) -> float:
    """Return the volume-weighted average price of the candles from a row on [quote/base]; NaN without volume."""
    volume = np.nan_to_num(market.volume[first:])
    typical = (market.high[first:] + market.low[first:] + market.close[first:]) / 3
    total = float(volume.sum())
    return float((typical * volume).sum()) / total if total > 0 else math.nan


def mean_prices(market: MarketData, time: int, since: int, anchors: Iterable[int]) -> Iterator[ReferenceLevel]:
    """Yield the VWAP of the UTC day, and those anchored at the week, the extremes since a time and given times [ns]."""
    begin = int(np.searchsorted(market.time, since))
    week = (time - _MONDAY) // _WEEK * _WEEK + _MONDAY
    starts = [("vwap", "VWAP of the day", time // DAY * DAY), ("anchored vwap", "VWAP of the week", week)]
    if begin < len(market.time):
        highest, lowest = begin + int(market.high[begin:].argmax()), begin + int(market.low[begin:].argmin())
        starts += [
            ("anchored vwap", "VWAP from the highest high", int(market.time[highest])),
            ("anchored vwap", "VWAP from the lowest low", int(market.time[lowest])),
        ]
    starts += [("anchored vwap", f"VWAP from {timestamp(one):%Y-%m-%d %H:%M}", one) for one in anchors]
    for kind, name, start in starts:
        first = int(np.searchsorted(market.time, start))
        if first == len(market.time) or market.time[first] - start >= max(market.timeframe, DAY):
            continue
        price = mean_price(market, first)
        if math.isfinite(price):
            formula = f"sum of (high + low + close) / 3 x volume over sum of volume since {timestamp(start)}"
            known = int(market.close_time[-1])
            yield ReferenceLevel.single(kind, name, price, known, source=source_of(market), formula=formula)


def moving_averages(market: MarketData, rules: ReferenceRules) -> Iterator[ReferenceLevel]:
    """Yield the simple and exponential moving averages of closes, where there are candles enough."""
    closes = pd.Series(market.close)
    for label, lengths in (("SMA", rules.simple), ("EMA", rules.exponential)):
        for count in lengths:
            if len(closes) < count:
                continue
            if label == "SMA":
                price, formula = float(closes.iloc[-count:].mean()), f"mean of the last {count} closes"
            else:
                price = float(closes.ewm(span=count, adjust=False).mean().iloc[-1])
                formula = f"exponential mean of closes, each new one with weight 2 / ({count} + 1), from the first on"
            name, known = f"{label} {count}", int(market.close_time[-1])
            yield ReferenceLevel.single("moving average", name, price, known, source=source_of(market), formula=formula)
