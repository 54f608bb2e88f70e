"""What is laid over the picture beside the heat: prices, ranges, moments, lines."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.time import time_ns, timestamp
from liqwidget.errors import DataError, plain

if TYPE_CHECKING:
    import numpy.typing as npt

KINDS = ("own", "entry", "stop", "target", "liquidation", "cluster", "cascade", "evidence")
"""What an overlay stands for: each has its colour in `look.json`."""

_LONGEST = 60
"""Letters of a text of the analyst's that is written on the picture."""


def written(value: object) -> str:
    """Return a text of the analyst's as it is written on the picture: in one line, plain, not too long."""
    text = plain(" ".join(str(value).split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price, from a time to a time.

    Parameters
    ----------
    price : float
        [quote/base].
    label : str
        What is written beside it, before the price.
    start, end : int or None
        When it begins and ends [ns UTC], given as any time; None is the edge of the picture.
    kind : str
        One of `KINDS`.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.PriceLine(110_500.0, "week high").price
    110500.0
    """

    price: float
    label: str = ""
    start: int | None = None
    end: int | None = None
    kind: str = "own"

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        _check(self, self.price)
        _known_times(self)


@dataclass(frozen=True, slots=True)
class PriceBand:
    """A range of prices, from a time to a time.

    Parameters
    ----------
    low, high : float
        [quote/base].
    label : str
        What is written beside it.
    start, end : int or None
        When it begins and ends [ns UTC], given as any time; None is the edge of the picture.
    kind : str
        One of `KINDS`.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.PriceBand(104_000.0, 105_000.0, "order block").label
    'order block'
    """

    low: float
    high: float
    label: str = ""
    start: int | None = None
    end: int | None = None
    kind: str = "own"

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        _check(self, self.low, self.high)
        _known_times(self)
        if self.low > self.high:
            raise DataError(f"Expected a range of prices from low to high, was {self.low:g} to {self.high:g}")


@dataclass(frozen=True, slots=True)
class TimeMark:
    """One moment.

    Parameters
    ----------
    time : int
        [ns UTC], given as any time.
    label : str
        What is written beside it.
    kind : str
        One of `KINDS`.

    Examples
    --------
    >>> import liqwidget
    >>> import pandas as pd
    >>> liqwidget.TimeMark(pd.Timestamp("2026-01-30", tz="UTC").value, "rate decision").label
    'rate decision'
    """

    time: int
    label: str = ""
    kind: str = "own"

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        _check(self)
        object.__setattr__(self, "time", time_ns(self.time, "time", any_year=True))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A series of values.

    Parameters
    ----------
    name : str
        What it is called.
    time : ndarray of int64, shape (n,)
        [ns UTC], ascending.
    value : ndarray of float64, shape (n,)
        In `unit`; NaN where it is not known.
    unit : str
        Of the values; '' where they have none.
    on_price : bool
        Whether the values are prices, and drawn on the map; else they have a panel of their own.

    Examples
    --------
    >>> import liqwidget
    >>> import numpy as np
    >>> hours = np.array(["2026-01-30", "2026-01-31"], "datetime64[ns]").astype(np.int64)
    >>> liqwidget.Line("addresses", hours, np.array([910.0, 930.0]), unit="thousand").name
    'addresses'
    """

    name: str
    time: npt.NDArray[np.int64] = field(repr=False)
    value: npt.NDArray[np.float64] = field(repr=False)
    unit: str = ""
    on_price: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        _write(self, "name", "unit")
        time, value = np.asarray(self.time), np.asarray(self.value)
        if time.dtype.kind not in "iu" or value.dtype.kind not in "iuf" or time.ndim != 1 or time.shape != value.shape:
            message = (
                f"Expected time and value of line {self.name!r:.60} as one int64 [ns UTC] and one number a point, "
                f"was {time.dtype} of shape {time.shape} and {value.dtype} of shape {value.shape}"
            )
            raise DataError(message)
        if (np.diff(time) <= 0).any():
            row = int(np.argmax(np.diff(time) <= 0)) + 1
            raise DataError(
                f"Expected ascending times of line {self.name!r:.60}, was {time[row]} after {time[row - 1]}"
            )
        known = value[~np.isnan(value)] if value.dtype.kind == "f" else value
        if not len(known) or not np.isfinite(known).all() or (self.on_price and (known <= 0).any()):
            least = "prices above 0" if self.on_price else "finite values"
            was = "none" if not len(known) else f"{known.min():g} to {known.max():g}"
            raise DataError(f"Expected {least} in line {self.name!r:.60} (NaN where one is not known), was {was}")
        object.__setattr__(self, "time", time.astype(np.int64))
        object.__setattr__(self, "value", value.astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class PriceCurve:
    """Amounts over prices, drawn on the liquidation map.

    Parameters
    ----------
    name : str
        What it is called.
    price : ndarray of float64, shape (n,)
        [quote/base].
    amount : ndarray of float64, shape (n,)
        [quote].
    kind : str
        One of `KINDS`.

    Examples
    --------
    >>> import liqwidget
    >>> import numpy as np
    >>> liqwidget.PriceCurve("what if", np.array([100_000.0, 99_000.0]), np.array([0.0, 2e6])).kind
    'cascade'
    """

    name: str
    price: npt.NDArray[np.float64] = field(repr=False)
    amount: npt.NDArray[np.float64] = field(repr=False)
    kind: str = "cascade"

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        _write(self, "name")
        if self.kind not in KINDS:
            raise DataError(f"Expected a kind of {', '.join(KINDS)}, was {self.kind!r:.60}")
        price, amount = (np.asarray(values, dtype=np.float64) for values in (self.price, self.amount))
        if price.ndim != 1 or price.shape != amount.shape or not len(price):
            raise DataError(f"Expected a price and an amount a point, was shapes {price.shape} and {amount.shape}")
        if not (np.isfinite(price).all() and (price > 0).all() and np.isfinite(amount).all()):
            row = int(np.argmin(np.isfinite(price) & (price > 0) & np.isfinite(amount)))
            was = f"{price[row]:g} and {amount[row]:g} in point {row}"
            raise DataError(f"Expected prices above 0 and finite amounts in curve {self.name!r:.60}, was {was}")
        object.__setattr__(self, "price", price)
        object.__setattr__(self, "amount", amount)


Overlay = PriceLine | PriceBand | TimeMark | Line | PriceCurve


def _check(one: PriceLine | PriceBand | TimeMark, *prices: float) -> None:
    """Refuse a kind that has no colour, a label that is no text, and prices that no market has."""
    if one.kind not in KINDS:
        raise DataError(f"Expected a kind of {', '.join(KINDS)}, was {one.kind!r:.60}")
    _write(one, "label")
    for price in prices:
        if not _is_price(price):
            raise DataError(f"Expected a price above 0, was {price!r:.60}")


def _is_price(value: object) -> bool:
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        return False
    return math.isfinite(value) and bool(value > 0)


def _known_times(one: PriceLine | PriceBand) -> None:
    """Read when a level begins and ends, and refuse one that ends before."""
    for name in ("start", "end"):
        value = getattr(one, name)
        if value is not None:
            object.__setattr__(one, name, time_ns(value, name, any_year=True))
    if one.start is not None and one.end is not None and one.start > one.end:
        message = f"Expected a level that begins before it ends, was {timestamp(one.start)} to {timestamp(one.end)}"
        raise DataError(message)


def _write(one: Overlay, *names: str) -> None:
    """Keep texts as they are written; refuse what is none."""
    for name in names:
        value = getattr(one, name)
        if not isinstance(value, str):
            raise DataError(f"Expected {name} as text, was {value!r:.60}")
        object.__setattr__(one, name, written(value))
