"""Standing size as a function of the ledger: any times, any prices, any leverage groups and venues."""

from __future__ import annotations

import bisect
import functools
import math
import operator
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.book_state import Checkpoint, starts
from liqwidget.domain.lattice import CELL, cell_coordinate, cells_in_price_cell
from liqwidget.domain.leverage import NEAR_BOOK
from liqwidget.field.density import LONG_REACH, SHORT_REACH, Density, Prior, venue_density
from liqwidget.field.engine import engine, sealed
from liqwidget.field.measure import volatility
from liqwidget.field.touching import argument_scale, touch_chances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.ledger import Ledger, VenueLedger

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
    wide = cells_in_price_cell()
    base = math.floor(coordinates[0] / wide) * wide
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
    low = min(part.traded[0] for part in ledger)
    high = max(part.traded[1] for part in ledger)
    room = 2 * cells_in_price_cell()
    return math.floor(low - LONG_REACH / CELL) - room, math.floor(high + SHORT_REACH / CELL) + room


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
    spread, wide = venue_density(ledger, prior), cells_in_price_cell()
    shown = spread.shown(measured.groups)
    start = _checkpoint(ledger, int(seen[0]))
    low, high, close = map(sealed, ledger.coordinates)
    reach, origin = np.zeros(len(times)), np.zeros(len(times))
    if measured.days > 0:
        row = np.maximum(columns, 0)
        reach = CELL * argument_scale(measured.days) / (volatility(ledger)[row] * math.sqrt(measured.days))
        origin = close[row]
    engine().evaluate(
        -1 if start is None else start.row, columns, low, high, close, ledger.survivals,
        sealed(ledger.opened), sealed(ledger.passages.passed), sealed(ledger.passages.kept), ledger.passages.length,
        sealed(spread.per_weight), sealed(shown), sealed(spread.table), sealed(spread.span),
        sealed(spread.units), wide, _state(start, spread, shown, cells), int(cells[0]), sealed(ledger.worth(cells)),
        sealed(reach), sealed(origin), touch_chances(), sealed(edges), out,
    )  # fmt: skip


def _checkpoint(ledger: VenueLedger, row: int) -> Checkpoint | None:
    """Return the last checkpoint at or before a row; None if there is none.

    Never the state after the last row: numbers would change in their last digits when candles are appended.
    """
    after = bisect.bisect_right(ledger.checkpoints, row, key=lambda state: state.row)
    return ledger.checkpoints[after - 1] if after else None


def _state(
    start: Checkpoint | None, spread: Density, shown: npt.NDArray[np.bool_], cells: npt.NDArray[np.int64]
) -> Floats:
    """Return the coins in viewed cells after the start row: groups and book at the cap, by side; shape (2, 2, V)."""
    state = np.zeros((2, 2, len(cells)))
    if start is None:
        return state
    first, last = int(cells[0]), int(cells[-1]) + 1
    inner = start.base, start.base + start.cells
    low, high = max(first, inner[0]), min(last, inner[1])
    begins = starts(spread.units, start.cells)
    for book in np.flatnonzero(shown):
        into = state[int(book == NEAR_BOOK)]
        if low < high:
            into[:, low - first : high - first] += start.standing[:, book, low - inner[0] : high - inner[0]]
        unit, entered = int(spread.units[book]), start.entered[:, begins[book] : begins[book + 1]]
        for begin, end in ((first, min(last, inner[0])), (max(first, inner[1]), last)):
            if begin < end:
                units = begin // unit, -(-end // unit)
                outer = engine().spread(
                    sealed(entered), inner[0] // unit, sealed(spread.table[:, book]), sealed(spread.span[:, book]),
                    *units,
                )  # fmt: skip
                even = np.repeat(outer, unit, axis=1) / unit
                cut = begin - units[0] * unit
                into[:, begin - first : end - first] += even[:, cut : cut + end - begin]
    return state
