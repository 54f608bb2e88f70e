"""References: what else a trader knows of a market beside its clusters, prices and states, each with its formula.

Nothing here says that a price holds or draws another: a reference is where people look (notebooks/evidence.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

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

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> sorted({level.kind for level in liqwidget.reference_levels(markets).levels})[:5]
    ['anchored vwap', 'breakout', 'engulfing', 'major round number', 'moving average']
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

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> state = liqwidget.reference_levels(markets).states[0]
    >>> state.kind, state.unit
    ('momentum', '')
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
        if not (is_number(weight) and 0 <= weight < math.inf):
            raise DataError(f"Expected the weight of {kind!r} as a number of at least 0, was {weight!r:.40}")
    return {kind: float(given.get(kind, 1.0)) for kind in KINDS}


def attributes(one: Any) -> dict[str, Any]:
    """Return the attributes of a value by name."""
    return {part.name: getattr(one, part.name) for part in fields(one)}


def is_number(value: object) -> bool:
    """Return whether a value is a number, and no truth."""
    return isinstance(value, int | float) and not isinstance(value, bool)
