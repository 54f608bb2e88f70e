"""What stands around the last price at one time, cell by cell and taken apart: clusters and the profile stand on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import PRICE_CELL, price_cell_edge, price_cell_of
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

    def within(self, reach: float) -> Around:
        """Return the part of it that lies within a share of the last price."""
        down, up = cells_to(reach)
        middle = int(price_cell_of(self.price))
        first = max(middle - down - int(self.cells[0]), 0)
        stop = middle + up + 1 - int(self.cells[0])
        inside = slice(first, stop)
        return replace(
            self, cells=self.cells[inside], edges=self.edges[first : stop + 1], parts=self.parts[..., inside]
        )


def cells_to(reach: float) -> tuple[int, int]:
    """Return how many price cells a share of the price reaches down and up."""
    return round(-math.log1p(-reach) / PRICE_CELL), round(math.log1p(reach) / PRICE_CELL)


def around(ledger: Ledger, time: int, groups: tuple[int, ...], reach: float | None = None) -> Around | None:
    """Return what stands around the last price at a time [ns]; None before the first close or without groups.

    `reach` is a share of the price; None looks as far as there can be positions.
    """
    price = ledger.last_price(time)
    if not price > 0 or not groups:
        return None
    middle = int(price_cell_of(price))
    down, up = (REACH_DOWN, REACH_UP) if reach is None else cells_to(reach)
    cells = np.arange(middle - down, middle + up + 1)
    edges = price_cell_edge(np.append(cells, cells[-1] + 1))
    return Around(ledger, time, groups, price, cells, edges, by_group(ledger, time, edges, groups))
