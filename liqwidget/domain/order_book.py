"""What lies on a venue's books at one moment, and what walking it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.time import time_ns, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class OrderBook:
    """What lay on a venue's books at one moment; an impact is what walking it costs.

    Parameters
    ----------
    bids, asks : array_like, shape (N, 2)
        Price [quote/base] and size [base] of each price, in any order.
    time : time
        When it was so.
    venue : str
        Where.

    Raises
    ------
    DataError
        If a side is empty, a price or size is none, or the best bid is not under the best ask.

    Examples
    --------
    >>> import liqwidget
    >>> import numpy as np
    >>> import pandas as pd
    >>> bids, asks = np.array([[100.0, 5.0], [99.0, 20.0]]), np.array([[101.0, 4.0], [102.0, 30.0]])
    >>> book = liqwidget.OrderBook(bids, asks, pd.Timestamp("2026-01-31", tz="UTC"), "okx")
    >>> book.name
    'order book of okx, 2026-01-31 00:00:00 UTC'
    """

    bids: Floats = field(repr=False)
    asks: Floats = field(repr=False)
    time: pd.Timestamp
    venue: str = ""

    def __post_init__(self) -> None:
        """Sort both sides, the best first, and refuse what is no order book."""
        object.__setattr__(self, "bids", _ladder("bids", self.bids, descending=True))
        object.__setattr__(self, "asks", _ladder("asks", self.asks, descending=False))
        object.__setattr__(self, "time", timestamp(time_ns(self.time)))
        if self.bids[0, 0] >= self.asks[0, 0]:
            message = f"Expected the best bid under the best ask, was {self.bids[0, 0]:g} and {self.asks[0, 0]:g}"
            raise DataError(message)

    @property
    def name(self) -> str:
        """What it is, in few words."""
        return f"order book of {self.venue or 'a venue'}, {self.time:%Y-%m-%d %H:%M:%S} UTC"

    def depth(self, side: int) -> float:
        """Return what lies on the books for buys (+1) or sells (-1) [quote]; beyond it nothing is known."""
        taken = self.asks if side > 0 else self.bids
        return float((taken[:, 0] * taken[:, 1]).sum())

    def move(self, amount: npt.ArrayLike, side: int) -> Floats:
        """Return how far amounts [quote] move the best price, in ln(price).

        Beyond what lies there the book goes on as thin as it was between its ends: `depth` says from where on.
        """
        taken = self.asks if side > 0 else self.bids
        distance = np.abs(np.log(taken[:, 0] / taken[0, 0]))
        total = np.concatenate([[0.0], np.cumsum(taken[:, 0] * taken[:, 1])])
        wanted = np.maximum(np.asarray(amount, dtype=np.float64), 0.0)
        level = np.minimum(np.searchsorted(total, wanted, side="left"), len(taken)) - 1
        inside = distance[np.maximum(level, 0)]
        thin = distance[-1] / total[-1] if distance[-1] > 0 else 0.0
        return np.asarray(inside + thin * np.maximum(wanted - total[-1], 0.0))


def _ladder(name: str, given: npt.ArrayLike, *, descending: bool) -> Floats:
    """Return one side of a book, the best price first, read-only."""
    try:
        rows = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = f"Expected {name} as rows of price and size, was {given!r:.60}"
        raise DataError(message) from error
    if rows.ndim != 2 or rows.shape[1] != 2 or not len(rows):  # noqa: PLR2004 - price and size
        message = f"Expected {name} as rows of price and size, at least one, was an array of shape {rows.shape}"
        raise DataError(message)
    if not (np.isfinite(rows).all() and (rows[:, 0] > 0).all() and (rows[:, 1] >= 0).all()):
        bad = rows[~(np.isfinite(rows).all(axis=1) & (rows[:, 0] > 0) & (rows[:, 1] >= 0))][0]
        message = f"Expected prices above 0 and sizes of at least 0 in {name}, was {bad.tolist()}"
        raise DataError(message)
    rows = rows[np.argsort(-rows[:, 0] if descending else rows[:, 0], kind="stable")]
    rows.flags.writeable = False
    return rows
