"""Standing size as a function of the ledger: any times, any prices, any leverage groups and venues."""

from __future__ import annotations

import bisect
import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.book_state import Checkpoint, starts
from liqwidget.domain.lattice import CELL, cell_coordinate, cells_in_price_cell
from liqwidget.domain.leverage import NEAR_BOOK
from liqwidget.field.density import LONG_REACH, SHORT_REACH, Density, Prior, venue_density
from liqwidget.field.engine import engine, numba, sealed
from liqwidget.field.measure import volatility
from liqwidget.field.touching import argument_scale, touch_chances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.ledger import Ledger, VenueLedger

Floats = npt.NDArray[np.float64]

_BORDER = 1e-6
"""Cells by which a price may miss a cell's border and still mean it."""

_WORTH_ROWS, _WORTH_CELLS = 50_000, 100_000
"""Ledger rows to go through, or cells of the picture, from which both sides are evaluated at once, a thread each.

The kernels leave Python's lock, and sides know nothing of each other, so numbers are the same to the byte. Threads end
with the call: none is left for a fork to lose.
"""


class Measured(NamedTuple):
    """What is evaluated: horizon in days (0 = size as it stands) and the leverage groups that count, by index."""

    days: float
    groups: tuple[int, ...]


class Asked(NamedTuple):
    """What is evaluated in one go: horizon in days, and of each layer the leverage groups that it adds, by index."""

    days: float
    layers: tuple[tuple[int, ...], ...]


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
    return _stood(ledger, times, edges, Asked(measured.days, (measured.groups,)))[:, 0]


def standing_by_group(ledger: Ledger, times: npt.NDArray[np.int64], edges: Floats, groups: Sequence[int]) -> Floats:
    """Return what stands between price edges at given times, apart by leverage group; shape (2, G, H, W).

    Otherwise as `standing`; the ledger is gone through once.
    """
    return _stood(ledger, times, edges, Asked(0.0, tuple((group,) for group in groups)))


def _stood(ledger: Ledger, times: npt.NDArray[np.int64], edges: Floats, asked: Asked) -> Floats:
    if not ledger.venues:
        return np.zeros((2, len(asked.layers), len(edges) - 1, len(times)))
    wanted = _snapped(cell_coordinate(np.maximum(edges, 1e-300)))
    coordinates = np.clip(wanted, *_reach(ledger))
    wide = cells_in_price_cell()
    base = math.floor(coordinates[0] / wide) * wide
    cells = np.arange(base, max(math.ceil(coordinates[-1]), base + 1))
    rows = coordinates - base
    if wanted[-1] - wanted[0] >= len(edges) - 1:
        return _evaluated(ledger, times, cells, rows, asked)
    # Where rows are finer than cells, venues add cell by cell, and rows are made of the sum.
    values = _evaluated(ledger, times, cells, np.arange(len(cells) + 1.0), asked)
    out = np.zeros((2, len(asked.layers), len(edges) - 1, len(times)))
    for side in range(2):
        engine().rows(values[side], rows, out[side])
    return out


def _evaluated(
    ledger: Ledger, times: npt.NDArray[np.int64], cells: npt.NDArray[np.int64], edges: Floats, asked: Asked
) -> Floats:
    """Return what stands between edges, which count from the first cell; shape (2, L, len(edges) - 1, W)."""
    out = np.zeros((2, len(asked.layers), len(edges) - 1, len(times)))
    calls = [call for part in ledger if (call := _calls(part, ledger.prior, times, cells, edges, asked))]

    def add(side: int) -> None:
        for call in calls:
            engine().evaluate(*call[side], side, out[side])

    passed = sum(int(np.ptp(part.row_at(times[[0, -1]]))) for part in ledger) if len(times) else 0
    worth = passed >= _WORTH_ROWS or len(times) * len(cells) >= _WORTH_CELLS
    if worth and numba() is not None and (os.cpu_count() or 1) > 1:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(add, range(2)))
    else:
        add(0)
        add(1)
    return out


def _snapped(coordinates: Floats) -> Floats:
    """Return coordinates; those on a border but for rounding are put on it, so that no sliver of a neighbour counts."""
    borders = np.rint(coordinates)
    return np.where(np.abs(coordinates - borders) < _BORDER, borders, coordinates)


def _reach(ledger: Ledger) -> tuple[float, float]:
    """Return the lattice coordinates between which anything can stand."""
    low = min(part.ranged[0] for part in ledger)
    high = max(part.ranged[1] for part in ledger)
    room = 2 * cells_in_price_cell()
    return math.floor(low - LONG_REACH / CELL) - room, math.floor(high + SHORT_REACH / CELL) + room


def _calls(
    ledger: VenueLedger,
    prior: Prior,
    times: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    edges: Floats,
    asked: Asked,
) -> tuple[Any, ...]:
    """Return with what each side of a venue is evaluated, but for side and sum; empty where it shows nothing."""
    columns = ledger.row_at(times)
    seen = columns[columns >= 0]
    if not len(seen):
        return ()
    spread = venue_density(ledger, prior)
    slot, layer = _places(spread, asked.layers)
    start = _checkpoint(ledger, int(seen[0]))
    length, opened = ledger.passages.length, sealed(ledger.opened)
    first = 0 if start is None else (start.row + 1) // length * length - length
    inside = slice(max(first, 0), int(seen.max()) + 1)
    low, high, close = map(sealed, ledger.path(inside))
    survivals = np.stack([ledger.log_survival[inside], ledger.near_log_survival[inside]])
    columns = np.where(columns < 0, -1, columns - inside.start)
    reach, origin = np.zeros(len(times)), np.zeros(len(times))
    if asked.days > 0:
        row = np.maximum(columns, 0)
        reach = CELL * argument_scale(asked.days) / (volatility(ledger)[inside][row] * math.sqrt(asked.days))
        origin = close[row]
    state = _state(start, spread, slot, layer, cells)
    rows = columns, low, high, close, sealed(survivals), sealed(opened[inside])
    passages = sealed(ledger.passages.passed[inside.start // length :]), sealed(ledger.passages.kept), length
    books = spread.per_weight, slot, layer, spread.table, spread.span, spread.units
    seen_with = ledger.worth(cells), reach, origin, touch_chances(), edges
    return tuple(
        (
            -1 if start is None else start.row - inside.start, *rows, *passages, *map(sealed, books),
            cells_in_price_cell(), coins, int(cells[0]), *map(sealed, seen_with),
        )
        for coins in (state, state.copy())
    )  # fmt: skip


def _places(
    spread: Density, layers: tuple[tuple[int, ...], ...]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return where each book stands in what is evaluated, shape (B,), and the layer that each place adds to.

    Books of a layer stand together, but for the book at the cap, which has a survival of its own; what is not shown
    stands in a place without a layer, -1.
    """
    books = len(spread.weights)
    slot, layer = np.zeros(books, np.int64), [-1]
    for number, groups in enumerate(layers):
        slot[list(groups)] = len(layer)
        layer.append(number)
    slot[NEAR_BOOK] = len(layer)
    layer.append(next((number for number, groups in enumerate(layers) if spread.nearest in groups), -1))
    return slot, np.array(layer)


def _checkpoint(ledger: VenueLedger, row: int) -> Checkpoint | None:
    """Return the last checkpoint at or before a row; None if there is none.

    Never the state after the last row: numbers would change in their last digits when candles are appended.
    """
    after = bisect.bisect_right(ledger.checkpoints, row, key=lambda state: state.row)
    return ledger.checkpoints[after - 1] if after else None


def _state(
    start: Checkpoint | None,
    spread: Density,
    slot: npt.NDArray[np.int64],
    layer: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
) -> Floats:
    """Return the coins in viewed cells after the start row by place and side; shape (S, 2, V)."""
    state = np.zeros((len(layer), 2, len(cells)))
    if start is None:
        return state
    first, last = int(cells[0]), int(cells[-1]) + 1
    inner = start.base, start.base + start.cells
    low, high = max(first, inner[0]), min(last, inner[1])
    begins = starts(spread.units, start.cells)
    for book in np.flatnonzero(layer[slot] >= 0):
        into = state[slot[book]]
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
