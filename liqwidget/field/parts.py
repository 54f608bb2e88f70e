"""What stands, taken apart: by venue, leverage group and side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.ledger import Ledger
from liqwidget.field.evaluate import Measured, standing, standing_by_group

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]


def by_group(ledger: Ledger, time: int, edges: Floats, groups: Sequence[int]) -> Floats:
    """Return what stands between price edges at a time [ns], apart by venue, leverage group (by index) and side.

    Returns
    -------
    ndarray of float64, shape (N, G, 2, V)
        Quote currency; long, then short.
    """
    times = np.array([time])
    alone = [Ledger(ledger.symbol, ledger.prior, (venue,)) for venue in ledger]
    return np.stack([standing_by_group(venue, times, edges, groups)[..., 0].swapaxes(0, 1) for venue in alone])


def by_venue(ledger: Ledger, time: int, edges: Floats, measured: Measured) -> Floats:
    """Return what stands between price edges at a time [ns], apart by venue and side.

    Returns
    -------
    ndarray of float64, shape (N, 2, V)
        Quote currency; long, then short.
    """
    return by_venue_over(ledger, np.array([time]), edges, measured)[..., 0]


def by_venue_over(ledger: Ledger, times: npt.NDArray[np.int64], edges: Floats, measured: Measured) -> Floats:
    """Return what `by_venue` does at many times [ns], shape (N, 2, V, W)."""
    alone = [Ledger(ledger.symbol, ledger.prior, (venue,)) for venue in ledger]
    return np.stack([standing(venue, times, edges, measured) for venue in alone])


def shares(names: Sequence[str], sums: Floats) -> dict[str, float]:
    """Return the share of each name, which sum to 1, or all 0 where nothing stands."""
    total = float(sums.sum())
    return {name: float(part) / total if total > 0 else 0.0 for name, part in zip(names, sums, strict=True)}
