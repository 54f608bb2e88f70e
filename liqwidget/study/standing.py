"""What stands around the last price at one time, cell by cell and taken apart: clusters and the profile stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import price_cell_edge, price_cell_of
from liqwidget.field.parts import by_group

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]

REACH_DOWN, REACH_UP = 3000, 1300
"""Price cells below and above the last price that are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What stands in the price cells around the last price.

    Parameters
    ----------
    ledger : Ledger
        Of the venues that count.
    time : int
        ns UTC.
    groups : tuple of int
        Leverage groups that count, by index.
    price : float
        The last close [quote/base].
    cells : ndarray of int64, shape (V,)
        Price cells, the lowest first.
    edges : ndarray of float64, shape (V + 1,)
        Their borders [quote/base].
    parts : ndarray of float64, shape (N, G, 2, V)
        Quote currency by venue, leverage group and side; long, then short.
    """

    ledger: Ledger
    time: int
    groups: tuple[int, ...]
    price: float
    cells: npt.NDArray[np.int64]
    edges: Floats
    parts: Floats


def around(ledger: Ledger, time: int, groups: tuple[int, ...]) -> Around | None:
    """Return what stands around the last price at a time [ns]; None before the first close or without groups."""
    price = ledger.last_price(time)
    if not price > 0 or not groups:
        return None
    middle = int(price_cell_of(price))
    cells = np.arange(middle - REACH_DOWN, middle + REACH_UP + 1)
    edges = price_cell_edge(np.append(cells, cells[-1] + 1))
    return Around(ledger, time, groups, price, cells, edges, by_group(ledger, time, edges, groups))
