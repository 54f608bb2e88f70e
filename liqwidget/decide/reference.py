"""References: what else a trader knows of a market beside its clusters, prices and states, each with its formula.

Nothing here says that a price holds or draws another: a reference is where people look (EVIDENCE.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liqwidget.domain.side import Side

KINDS = (
    "swing", "broken swing", "volume at price", "previous day", "previous week", "open", "round number",
    "major round number", "vwap", "anchored vwap", "moving average", "funding", "open interest", "momentum",
    "rejection", "engulfing", "breakout", "own level",
)  # fmt: skip
"""What a reference may be."""

WEIGHTS: Mapping[str, float] = MappingProxyType(dict.fromkeys(KINDS, 1.0))
"""What a reference of each kind counts unless told otherwise: all the same, since no record says that one of them tells
more than another."""


@dataclass(frozen=True, slots=True)
class ReferenceLevel:
    """A price, or a range of prices, that a trader knows.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    name : str
        Such as 'previous day high'.
    price_low, price_high : float
        [quote/base]; the same for a single price.
    time : int
        From when it is known [ns].
    source : str
        What it is read from: venue and candles, or 'own'.
    formula : str
        How it is reckoned.
    side : Side, optional
        Whose clusters alone it is counted at: what came from above, as a bullish pattern, at those of longs, which
        stand below the price. None: at both.
    """

    kind: str
    name: str
    price_low: float
    price_high: float
    time: int
    source: str = field(repr=False)
    formula: str = field(repr=False)
    side: Side | None = None

    @classmethod
    def single(cls, kind: str, name: str, price: float, time: int, *, source: str, formula: str) -> ReferenceLevel:
        """Return the level of a single price [quote/base]."""
        return cls(kind, name, price, price, time, source, formula)

    @property
    def price(self) -> float:
        """The price; of a range its geometric middle [quote/base]."""
        if self.price_low == self.price_high:
            return self.price_low
        return math.sqrt(self.price_low) * math.sqrt(self.price_high)


@dataclass(frozen=True, slots=True)
class MarketState:
    """Something that a trader knows of the whole market at a time, without a price of its own.

    Parameters
    ----------
    kind : str
        One of `KINDS`, or 'trend', 'own series', 'own event', which are told and never counted.
    name : str
        Such as 'RSI 14'.
    value : float
        In `unit`; NaN of an event.
    unit : str
        '%', or '' for a plain number.
    time : int
        Since when it holds [ns].
    source, formula : str
        What it is read from, and how it is reckoned.
    extreme : bool
        Whether the value is beyond the bounds that the formula names; only then it is counted.
    side : Side, optional
        Whose clusters alone it is counted at; None: at both.
    """

    kind: str
    name: str
    value: float
    unit: str
    time: int
    source: str = field(repr=False)
    formula: str = field(repr=False)
    extreme: bool = False
    side: Side | None = None


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
            if not (_number(value) and low <= value <= high):
                raise DataError(f"Expected {name} of the rules from {low:g} to {high:g}, was {value!r:.40}")
        for name in ("swing", "nodes", "rsi", "before"):
            if not isinstance(getattr(self, name), int):
                raise DataError(f"Expected {name} of the rules as a whole number, was {getattr(self, name)!r:.40}")
        for name in ("simple", "exponential"):
            given = getattr(self, name)
            if not (isinstance(given, tuple) and all(_whole(one) for one in given)):
                raise DataError(f"Expected {name} of the rules as a tuple of candles such as (50, 200), was {given!r}")
        if self.oversold >= self.overbought:
            raise DataError(f"Expected oversold below overbought, was {self.oversold:g} and {self.overbought:g}")


_BOUNDS = {
    "days": (1, 3650), "swing": (1, 1000), "value_area": (0.01, 0.99), "nodes": (0, 50), "rsi": (2, 1000),
    "overbought": (50, 100), "oversold": (0, 50), "extreme_share": (0.001, 0.5), "deviations": (0, 100),
    "pattern_days": (0, 3650), "wick_body": (0, 100), "wick_range": (0, 1), "before": (2, 1000),
    "long_range": (0, 1000),
    "breakout_volume": (0, 1000),
}  # fmt: skip


def weights_of(given: Mapping[str, float] | None) -> dict[str, float]:
    """Return what each kind counts: `WEIGHTS`, with what is given in their place.

    Raises
    ------
    DataError
        If a kind is unknown, or a weight is no finite number of at least 0.
    """
    if given is None:
        return dict(WEIGHTS)
    if not hasattr(given, "items"):
        raise DataError(f"Expected weights as a mapping such as {{'vwap': 2}}, was {given!r:.60}")
    for kind, weight in given.items():
        if kind not in KINDS:
            raise DataError(f"Expected weights of {', '.join(KINDS)}, was one of {kind!r:.40}")
        if not (_number(weight) and 0 <= weight < math.inf):
            raise DataError(f"Expected the weight of {kind!r} as a number of at least 0, was {weight!r:.40}")
    return {kind: float(given.get(kind, 1.0)) for kind in KINDS}


def attributes(one: Any) -> dict[str, Any]:
    """Return the attributes of a value by name."""
    return {part.name: getattr(one, part.name) for part in fields(one)}


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 2  # noqa: PLR2004 - a mean of one is none
