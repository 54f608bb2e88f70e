"""Looks made by hand: one venue, clusters spread evenly over their price cells."""

from __future__ import annotations

import numpy as np

from liqwidget.decide.looks import Look, Seen
from liqwidget.domain.lattice import price_cell_edge
from liqwidget.domain.side import Side
from liqwidget.domain.time import HOUR
from liqwidget.study.clustering import Rule

CELLS = np.arange(4300, 4900)


def seen(low: int, stop: int, size: float, *, side: Side = Side.LONG, peak: int | None = None) -> Seen:
    return Seen(side, low, stop, (low + stop) // 2 if peak is None else peak, size, 100.0)


def look(number: int, *found: Seen, price: float, reached: float | None = None, left: float = 0.0) -> Look:
    """Return a look of one venue in which clusters stand spread evenly, and `left` in each other cell."""
    size = np.full((1, 2, len(CELLS)), left)
    for one in found:
        size[0, one.side.row, one.low - CELLS[0] : one.stop - CELLS[0]] = one.size / (one.stop - one.low)
    path = np.array([price if reached is None else reached])
    low, high = np.minimum(path, price), np.maximum(path, price)
    return Look(number * HOUR, price, found, ("okx",), (number * HOUR,), CELLS, size, size, low, high, Rule.of(0.5), 10)


def at(cell: float) -> float:
    return float(price_cell_edge(cell))
