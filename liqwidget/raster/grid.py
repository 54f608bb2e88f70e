"""Rasterise: evaluate the ledger on a viewport's rows and columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.leverage import group_indices
from liqwidget.field.evaluate import Measured, standing
from liqwidget.field.measure import measured_in, parse_measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.viewport import Viewport


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Quote currency, or relative heat, standing on rows of price and columns of time.

    Parameters
    ----------
    long, short : ndarray of float32, shape (H, W)
        Quote currency in the row's price span at the column's end; row 0 is the lowest price.
    price_edges : ndarray of float64, shape (H + 1,)
        [quote/base]
    time_edges : ndarray of int64, shape (W + 1,)
        ns UTC.
    measure, horizon : str
        What is shown.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> view = liqwidget.Viewport(time=("2026-01-30", "2026-01-31"), price=(80_000, 95_000), width=4, height=3)
    >>> grid = liqwidget.rasterise(ledger, view)
    >>> grid.long.shape, str(grid.long.dtype), grid.measure
    ((3, 4), 'float32', 'size')
    """

    long: npt.NDArray[np.float32] = field(repr=False)
    short: npt.NDArray[np.float32] = field(repr=False)
    price_edges: npt.NDArray[np.float64] = field(repr=False)
    time_edges: npt.NDArray[np.int64] = field(repr=False)
    measure: str
    horizon: str

    @property
    def total(self) -> npt.NDArray[np.float32]:
        """Both sides, shape (H, W)."""
        return self.long + self.short


def rasterise(
    ledger: Ledger,
    viewport: Viewport,
    measure: str = "size",
    horizon: str = "24h",
    *,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    at: Any = None,
) -> Grid:
    """Return the map on a viewport.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    viewport : Viewport
        Range and size in pixels.
    measure : {'size', 'expected', 'heat'}
        What stands, what stands times the chance that price gets there within the horizon, or relative heat: what
        stands under the prior of `Ledger.heat`, which ranks as well, reads at a glance, and is no amount.
    horizon : str
        Such as ``'24h'``; used by 'expected'.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count; None means all.
    at : time, optional
        Columns that end later show what stood then; None means the last close.

    Returns
    -------
    Grid
        Sums over rows are exact at any resolution: finer rows add up to coarser ones.

    Raises
    ------
    DataError
        If a measure, horizon, group or venue is unknown.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> view = liqwidget.Viewport(time=("2026-01-30", "2026-01-31"), price=(80_000, 95_000), width=4, height=3)
    >>> liqwidget.rasterise(ledger, view, leverage=[">50x", "25-50x"]).total.shape
    (3, 4)
    """
    measured = Measured(parse_measure(measure, horizon, heat=True), group_indices(leverage))
    edges = viewport.price_edges
    times = viewport.time_edges[1:]
    times = times if at is None else np.minimum(times, ledger.instant(at))
    values = standing(measured_in(ledger.only(venues), measure), times, edges, measured).astype(np.float32)
    return Grid(values[0], values[1], edges, viewport.time_edges, measure, horizon)
