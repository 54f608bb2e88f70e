"""Candle patterns, each with the price it stands at: rejection, engulfing, breakout with volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.decide.candles import source_of
from liqwidget.decide.reference import ReferenceLevel
from liqwidget.domain.side import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from liqwidget.decide.reference_rules import ReferenceRules
    from liqwidget.domain.frames import MarketData

Floats = npt.NDArray[np.float64]

_NAMES = {Side.LONG: "bullish", Side.SHORT: "bearish"}


def candle_patterns(market: MarketData, since: int, rules: ReferenceRules) -> Iterator[ReferenceLevel]:
    """Yield the patterns of candles that closed after a time [ns].

    A bullish one is counted at clusters of longs, which lie below the price, a bearish one at those of shorts.
    """
    for side in Side:
        # Turned round, what is bearish is bullish: highs are lows then.
        opened, close = int(side) * market.open, int(side) * market.close
        ends = np.stack([int(side) * market.low, int(side) * market.high])
        low, high = ends.min(axis=0), ends.max(axis=0)
        beyond = _before(high, rules.before, np.max)
        long = high - low >= rules.long_range * _before(high - low, rules.before, np.mean)
        found = (
            ("rejection", long & _rejections(opened, high, low, close, rules), low, _rejection_words(rules)),
            (
                "engulfing",
                long & _engulfing(opened, close),
                np.minimum(low, np.append(low[:1], low[:-1])),
                f"body that holds and outgrows the opposite body before (Nison), {_long_words(rules)}; its end",
            ),
            ("breakout", _breakouts(close, beyond, market.volume, rules), beyond, _breakout_words(rules)),
        )
        for kind, there, prices, formula in found:
            for row in np.flatnonzero(there & (market.close_time > since)):
                price, known = float(abs(prices[row])), int(market.close_time[row])
                name = f"{_NAMES[side]} {kind}"
                yield ReferenceLevel(kind, name, price, price, known, source_of(market), formula, side)


def _rejections(
    opened: Floats, high: Floats, low: Floats, close: Floats, rules: ReferenceRules
) -> npt.NDArray[np.bool_]:
    wick, length = np.minimum(opened, close) - low, high - low
    return (length > 0) & (wick >= rules.wick_body * np.abs(close - opened)) & (wick >= rules.wick_range * length)


def _engulfing(opened: Floats, close: Floats) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(close), dtype=bool)
    falls = close[:-1] < opened[:-1]
    holds = (opened[1:] <= close[:-1]) & (close[1:] >= opened[:-1])
    larger = close[1:] - opened[1:] > opened[:-1] - close[:-1]
    found[1:] = falls & holds & larger
    return found


def _breakouts(close: Floats, beyond: Floats, volume: Floats, rules: ReferenceRules) -> npt.NDArray[np.bool_]:
    traded = np.nan_to_num(volume)
    mean = _before(traded, rules.before, np.mean)
    return (close > beyond) & (traded >= rules.breakout_volume * mean) & (mean > 0)


def _before(values: Floats, count: int, what: Callable[..., Any]) -> Floats:
    """Return the mean or highest of so many candles before each; NaN where there are fewer."""
    found = np.full(len(values), np.nan)
    if len(values) > count:
        found[count:] = what(np.lib.stride_tricks.sliding_window_view(values, count)[:-1], axis=1)
    return found


def _long_words(rules: ReferenceRules) -> str:
    return f"of a candle of at least {rules.long_range:g} times the mean range of the {rules.before} before"


def _rejection_words(rules: ReferenceRules) -> str:
    least = f"at least {rules.wick_body:g} bodies and {rules.wick_range:.0%} of the candle"
    return f"end of a wick of {least} (hammer, shooting star), {_long_words(rules)}"


def _breakout_words(rules: ReferenceRules) -> str:
    return (
        f"extreme of the {rules.before} candles before, which a candle of at least {rules.breakout_volume:g} times "
        "their mean volume closes beyond"
    )
