"""Every period and bound that references are reckoned by: swings, averages, RSI, funding, candle patterns."""

from __future__ import annotations

from dataclasses import dataclass

from liqwidget.decide.reference import is_number
from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError


@dataclass(frozen=True, slots=True)
class ReferenceRules:
    """The numbers that references are reckoned by.

    Parameters
    ----------
    candle : str
        Length of the candles that swings, momentum and patterns are read from; a market's own where those are longer,
        or do not fill it.
    days : float
        How many days before count for swings, volume at price, funding and open interest.
    swing : int
        Candles on each side of a swing point that do not reach beyond it.
    value_area : float
        Share of the volume that the value area holds.
    nodes : int
        High-volume nodes beside the point of control, at most.
    simple, exponential : tuple of int
        Candles of moving averages.
    rsi : int
        Candles of the RSI.
    overbought, oversold : float
        RSI from and to which momentum is extreme.
    extreme_share : float
        Share of the funding rates of those days, at each end, that are extreme.
    deviations : float
        Standard deviations from which a change of open interest in 24 hours is extreme.
    pattern_days : float
        How many days a candle pattern counts.
    wick_body, wick_range : float
        How many bodies, and which share of the candle, the wick of a rejection has at least.
    before : int
        Candles before it that a pattern is held against; those that a breakout leaves behind.
    long_range : float
        How many times their mean range a rejection or an engulfing candle has at least.
    breakout_volume : float
        How many times their mean volume a breakout has at least.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> rules = liqwidget.ReferenceRules(rsi=7, exponential=(20, 100))
    >>> [state.name for state in liqwidget.reference_levels(markets, rules=rules).states if "RSI" in state.name]
    ['RSI 7']
    """

    candle: str = "1h"
    days: float = 30.0
    swing: int = 12
    value_area: float = 0.7
    nodes: int = 3
    simple: tuple[int, ...] = (50, 200)
    exponential: tuple[int, ...] = (20,)
    rsi: int = 14
    overbought: float = 70.0
    oversold: float = 30.0
    extreme_share: float = 0.05
    deviations: float = 2.0
    pattern_days: float = 7.0
    wick_body: float = 2.0
    wick_range: float = 0.6
    before: int = 20
    long_range: float = 1.0
    breakout_volume: float = 2.0

    def __post_init__(self) -> None:
        """Refuse numbers that nothing can be reckoned by."""
        duration_ns(self.candle)
        for name, (low, high) in _BOUNDS.items():
            value = getattr(self, name)
            if not (is_number(value) and low <= value <= high):
                raise DataError(f"Expected {name} of the rules from {low:g} to {high:g}, was {value!r:.40}")
        for name in ("swing", "nodes", "rsi", "before"):
            if not isinstance(getattr(self, name), int):
                raise DataError(f"Expected {name} of the rules as a whole number, was {getattr(self, name)!r:.40}")
        for name in ("simple", "exponential"):
            given = getattr(self, name)
            if not (isinstance(given, tuple) and all(_whole(one) for one in given)):
                message = f"Expected {name} of the rules as a tuple of candles such as (50, 200), was {given!r:.60}"
                raise DataError(message)
        if self.oversold >= self.overbought:
            raise DataError(f"Expected oversold below overbought, was {self.oversold:g} and {self.overbought:g}")


_BOUNDS = {
    "days": (1, 3650), "swing": (1, 1000), "value_area": (0.01, 0.99), "nodes": (0, 50), "rsi": (2, 1000),
    "overbought": (50, 100), "oversold": (0, 50), "extreme_share": (0.001, 0.5), "deviations": (0, 100),
    "pattern_days": (0, 3650), "wick_body": (0, 100), "wick_range": (0, 1), "before": (2, 1000),
    "long_range": (0, 1000),
    "breakout_volume": (0, 1000),
}  # fmt: skip


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 2  # noqa: PLR2004 - a mean of one is none
