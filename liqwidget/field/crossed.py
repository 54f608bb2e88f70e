"""What price crosses: the size that stood at a time and was reached before the next one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import cell_edge
from liqwidget.domain.ledger import Ledger, VenueLedger
from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.errors import DataError
from liqwidget.field.evaluate import Measured, standing

Floats = npt.NDArray[np.float64]

_COLUMNS = 512
_ALL = Measured(0.0, tuple(range(len(LEVERAGE_GROUPS))))


def crossed(ledger: Ledger, times: npt.NDArray[np.int64]) -> Floats:
    """Return what stood at each time and was swept by the candles that closed up to the next.

    It is what the map of a time says will be liquidated, given only how far price then went: positions opened in
    between do not count.

    Parameters
    ----------
    ledger : Ledger
        Each venue's levels are crossed by its own candles; venues add.
    times : ndarray of int64, shape (T + 1,)
        ns UTC, increasing.

    Returns
    -------
    ndarray of float64, shape (2, T)
        Long then short [quote], at liquidation prices; 0 before a venue's first close.

    Raises
    ------
    DataError
        If the times do not increase.
    """
    if len(times) < 2 or not (np.diff(times) > 0).all():  # noqa: PLR2004 - a span has two ends
        message = f"Expected two or more increasing times, was {len(times)}{' that do not' if len(times) > 1 else ''}"
        raise DataError(message)
    total = np.zeros((2, len(times) - 1))
    for part in ledger:
        total += _crossed_on(part, ledger, times)
    return total


def _crossed_on(venue: VenueLedger, ledger: Ledger, times: npt.NDArray[np.int64]) -> Floats:
    alone = Ledger(ledger.symbol, ledger.prior, (venue,))
    rows = venue.row_at(times)
    low, high, _ = venue.coordinates
    out = np.zeros((2, len(times) - 1))
    moved = np.flatnonzero((rows[:-1] >= 0) & (rows[1:] > rows[:-1]))
    for start in range(0, len(moved), _COLUMNS):
        columns = moved[start : start + _COLUMNS]
        # From each begin to its end, and, left out, from there to the next begin.
        borders = np.stack([rows[columns], rows[columns + 1]], axis=1).ravel() + 1
        lowest, highest = (
            np.floor(reach.reduceat(prices[: borders[-1]], borders[:-1])[::2]).astype(np.int64)
            for reach, prices in ((np.minimum, low), (np.maximum, high))
        )
        closes = np.floor(venue.coordinates[2][rows[columns]]).astype(np.int64)
        cells = np.arange(min(lowest.min(), closes.min()), max(highest.max(), closes.max()) + 1)
        sizes = standing(alone, times[columns], cell_edge(np.append(cells, cells[-1] + 1)), _ALL)
        out[0, columns] = _added(sizes[0] * (cells[:, None] >= lowest))
        out[1, columns] = _added(sizes[1] * (cells[:, None] <= highest))
    return out


def _added(sizes: Floats) -> Floats:
    """Return sums over cells, from the lowest up: the same to the last digit however many columns and empty cells."""
    # Rows of many columns are added one after the other, as cumsum does a fiftieth as fast; one column would be halved.
    one_by_one = sizes.cumsum(axis=0)[-1] if sizes.shape[1] == 1 else np.add.reduce(np.ascontiguousarray(sizes), axis=0)
    return np.asarray(one_by_one)
