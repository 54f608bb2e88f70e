"""Standing size as a function of the ledger: any times, any prices, any leverage groups and venues."""

from __future__ import annotations

import functools
import math
import operator
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL, cell_coordinate
from liqwidget.domain.ledger import BookState, Ledger, VenueLedger
from liqwidget.field.density import LONG_CELLS, SHORT_CELLS, Density, Prior, venue_density
from liqwidget.field.engine import engine, sealed
from liqwidget.field.measure import touch_chances, volatility

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]

_BORDER = 1e-6
"""Cells by which a price may miss a cell's border and still mean it."""

_WORTH_THREADS = 50_000
"""Ledger rows to go through from which venues are evaluated side by side: the kernels leave Python's lock."""


class Measured(NamedTuple):
    """What is evaluated: horizon in days (0 = size as it stands) and the leverage groups that count, by index."""

    days: float
    groups: tuple[int, ...]


def standing(ledger: Ledger, times: npt.NDArray[np.int64], edges: Floats, measured: Measured) -> Floats:
    """Return what stands between price edges at given times.

    Parameters
    ----------
    ledger : Ledger
        Venues add.
    times : ndarray of int64, shape (W,)
        ns UTC, not decreasing. Each shows the last candle that had closed; before the first close 0.
    edges : ndarray of float64, shape (H + 1,)
        Prices, ascending [quote/base].
    measured : Measured
        Measure and groups.

    Returns
    -------
    ndarray of float64, shape (2, H, W)
        Quote currency, long then short, first row the lowest price. Coins are valued at their lattice cell's centre; a
        part of a cell holds its share of the cell's width in ln(price).
    """
    if not ledger.venues:
        return np.zeros((2, len(edges) - 1, len(times)))
    wanted = _snapped(cell_coordinate(np.maximum(edges, 1e-300)))
    coordinates = np.clip(wanted, *_reach(ledger))
    base = math.floor(coordinates[0])
    cells = np.arange(base, max(math.ceil(coordinates[-1]), base + 1))
    rows = coordinates - base
    if wanted[-1] - wanted[0] >= len(edges) - 1:
        return _evaluated(ledger, times, cells, rows, measured)
    # Where rows are finer than cells, venues add cell by cell, and rows are made of the sum.
    values = _evaluated(ledger, times, cells, np.arange(len(cells) + 1.0), measured)
    out = np.zeros((2, len(edges) - 1, len(times)))
    engine().rows(values, rows, out)
    return out


def _evaluated(
    ledger: Ledger, times: npt.NDArray[np.int64], cells: npt.NDArray[np.int64], edges: Floats, measured: Measured
) -> Floats:
    """Return what stands between edges, which count from the first cell; shape (2, len(edges) - 1, W)."""

    def summed(parts: Sequence[VenueLedger]) -> Floats:
        out = np.zeros((2, len(edges) - 1, len(times)))
        for part in parts:
            _add_venue(part, ledger.prior, times, cells, edges, measured, out)
        return out

    passed = sum(int(np.ptp(part.row_at(times[[0, -1]]))) for part in ledger) if len(times) else 0
    threads = min(len(ledger.venues), os.cpu_count() or 1) if passed >= _WORTH_THREADS else 1
    if threads == 1:
        return summed(ledger.venues)
    with ThreadPoolExecutor(threads) as pool:
        shares = [ledger.venues[first::threads] for first in range(threads)]
        return functools.reduce(operator.iadd, pool.map(summed, shares))


def _snapped(coordinates: Floats) -> Floats:
    """Return coordinates; those on a border but for rounding are put on it, so that no sliver of a neighbour counts."""
    borders = np.rint(coordinates)
    return np.where(np.abs(coordinates - borders) < _BORDER, borders, coordinates)


def _reach(ledger: Ledger) -> tuple[float, float]:
    """Return the lattice coordinates between which anything can stand."""
    low = min(float(part.coordinates[0].min()) for part in ledger)
    high = max(float(part.coordinates[1].max()) for part in ledger)
    return math.floor(low) - LONG_CELLS - 2, math.floor(high) + SHORT_CELLS + 2


def _add_venue(
    ledger: VenueLedger,
    prior: Prior,
    times: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    edges: Floats,
    measured: Measured,
    out: Floats,
) -> None:
    columns = ledger.row_at(times)
    seen = columns[columns >= 0]
    if not len(seen):
        return
    spread = venue_density(ledger, prior)
    shown = np.zeros(len(spread.weights), dtype=np.bool_)
    shown[list(measured.groups)] = True
    start = _checkpoint(ledger, int(seen[0]))
    low, high, close = map(sealed, ledger.coordinates)
    log_survival, opened = sealed(ledger.log_survival), sealed(ledger.opened)
    reach, origin = np.zeros(len(times)), np.zeros(len(times))
    if measured.days > 0:
        row = np.maximum(columns, 0)
        reach = CELL / (volatility(ledger)[row] * math.sqrt(measured.days))
        origin = close[row]
    engine().evaluate(
        start.row, columns, low, high, close, log_survival, opened, sealed(spread.per_weight), shown,
        sealed(spread.table), sealed(spread.span), _state(start, spread, shown, cells), int(cells[0]),
        ledger.worth(cells), reach, origin, touch_chances(), edges, out,
    )  # fmt: skip


def _checkpoint(ledger: VenueLedger, row: int) -> BookState:
    """Return the last checkpoint at or before a row; an empty one before the first row if there is none.

    Never the state after the last row: numbers would change in their last digits when candles are appended.
    """
    best = None
    for state in ledger.checkpoints:
        if state.row <= row and (best is None or state.row > best.row):
            best = state
    return BookState(-1, np.zeros(0), 0, np.zeros((2, 6, 0)), np.zeros((2, 6, 0)), 1.0, 0.0) if best is None else best


def _state(start: BookState, spread: Density, shown: npt.NDArray[np.bool_], cells: npt.NDArray[np.int64]) -> Floats:
    """Return the coins standing in viewed cells after the start row, summed over the groups shown; shape (2, V)."""
    state = np.zeros((2, len(cells)))
    first, last = int(cells[0]), int(cells[-1]) + 1
    inner = start.base, start.base + start.standing.shape[2]
    low, high = max(first, inner[0]), min(last, inner[1])
    if low < high:
        known = start.standing[:, shown, low - inner[0] : high - inner[0]]
        state[:, low - first : high - first] = known.sum(axis=1)
    if inner[1] > inner[0]:
        for begin, end in ((first, min(last, inner[0])), (max(first, inner[1]), last)):
            if begin < end:
                table, span = sealed(spread.table), sealed(spread.span)
                outer = engine().spread(start.entered, start.base, table, span, shown, begin, end)
                state[:, begin - first : end - first] = outer.sum(axis=1)
    return state * start.scale
