"""The profile: standing size between price edges at chosen times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import PRICE_CELL, price_cell_coordinate, price_cell_edge
from liqwidget.domain.leverage import group_indices
from liqwidget.domain.time import time_ns
from liqwidget.errors import DataError
from liqwidget.field.evaluate import Measured, standing
from liqwidget.field.measure import measured_in, parse_measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.ledger import Ledger


_FEWEST_EDGES = 2
_FARTHEST = 3.0
"""The widest reach in ln(price): 20 times the price."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Standing size by price.

    Parameters
    ----------
    long, short : ndarray of float64, shape (K,) or (A, K)
        Quote currency between the edges; with an array of times the first axis is time.
    edges : ndarray of float64, shape (K + 1,)
        Prices [quote/base].

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> found = liqwidget.profile(ledger, [80_000, 85_000, 90_000])
    >>> found.to_frame().shape, bool((found.total == found.long + found.short).all())
    ((2, 4), True)
    """

    long: npt.NDArray[np.float64] = field(repr=False)
    short: npt.NDArray[np.float64] = field(repr=False)
    edges: npt.NDArray[np.float64] = field(repr=False)

    @property
    def total(self) -> npt.NDArray[np.float64]:
        """Both sides."""
        return self.long + self.short

    def to_frame(self) -> pd.DataFrame:
        """Return price_low, price_high [quote/base], long, short [quote]; one time only."""
        if self.long.ndim > 1:
            message = f"Expected the profile of one time, was {self.long.shape[0]} times"
            raise DataError(message)
        return pd.DataFrame(
            {"price_low": self.edges[:-1], "price_high": self.edges[1:], "long": self.long, "short": self.short}
        )


def checked_edges(edges: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return price edges as float64, shape (K + 1,).

    Raises
    ------
    DataError
        If there are fewer than two or they are not finite, above 0 and strictly ascending.
    """
    try:
        array = np.asarray(edges, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = f"Expected edges as two or more ascending prices above 0, was {edges!r:.60}"
        raise DataError(message) from error
    if (
        array.ndim != 1
        or len(array) < _FEWEST_EDGES
        or not np.isfinite(array).all()
        or array[0] <= 0
        or (np.diff(array) <= 0).any()
    ):
        message = f"Expected edges as two or more ascending prices above 0, was an array of shape {array.shape}"
        raise DataError(message)
    return array


def edges_around(price: float, reach: object, step: object) -> npt.NDArray[np.float64]:
    """Return edges on borders of price cells, the middle one nearest to a price [quote/base], shape (2n + 1,).

    Parameters
    ----------
    price : float
        [quote/base].
    reach, step : float
        How far from the price, and how wide a range, in ln(price); `step` is rounded to whole price cells.

    Raises
    ------
    DataError
        If step is under one price cell, or reach under a step or over 3 (20 times the price).
    """
    if isinstance(reach, int | float) and isinstance(step, int | float) and PRICE_CELL <= step <= reach <= _FARTHEST:
        width = round(step / PRICE_CELL)
        count = round(reach / PRICE_CELL / width)
        return price_cell_edge(np.round(price_cell_coordinate(price)) + np.arange(-count, count + 1) * width)
    message = (
        f"Expected step of {PRICE_CELL} or more and reach from step to {_FARTHEST} in ln(price), "
        f"was step={step!r:.60}, reach={reach!r:.60}"
    )
    raise DataError(message)


def profile(
    ledger: Ledger,
    edges: npt.ArrayLike,
    at: Any = None,
    *,
    measure: str = "size",
    horizon: str = "24h",
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> Profile:
    """Return what stands between price edges.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    edges : array_like, shape (K + 1,)
        Ascending prices [quote/base].
    at : None, time, or array of times
        None means the last close. An array (integers are ns UTC) adds a leading axis; any order.
    measure, horizon, leverage, venues
        As in `rasterise`.

    Raises
    ------
    DataError
        If edges do not ascend, or a time, measure, group or venue cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> liqwidget.profile(ledger, [85_000, 90_000, 95_000]).to_frame().columns.tolist()
    ['price_low', 'price_high', 'long', 'short']
    """
    prices = checked_edges(edges)
    many = isinstance(at, np.ndarray | list | tuple | pd.Index | pd.Series)
    times = np.array([time_ns(one, "at") for one in at] if many else [ledger.instant(at)], dtype=np.int64)
    order = np.argsort(times, kind="stable")
    measured = Measured(parse_measure(measure, horizon, heat=True), group_indices(leverage))
    values = standing(measured_in(ledger.only(venues), measure), times[order], prices, measured)
    result = np.empty((2, len(times), len(prices) - 1))
    result[:, order] = values.transpose(0, 2, 1)
    long, short = result if many else result[:, 0]
    return Profile(long, short, prices)
