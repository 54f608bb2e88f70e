"""What every so many rows leave: in the cells that they touch, and by where they entered."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import MAXIMUM_NODES, Floats, Integers, mirrored
from liqwidget.field.kernels.walk import BEGIN, BOTTOM, END, ENTRIES, FIRST, STOP, TOP, touched, walk


@nb.njit(cache=True, nogil=True)
def passages(
    row: int,
    stop: int,
    length: int,
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    per_weight: Floats,
    table: Floats,
    span: Integers,
    units: Integers,
    wide: int,
) -> tuple[Integers, Floats]:
    """Return what is left of rows by rows themselves, `length` at a time.

    Parameters
    ----------
    row, stop : int
        The rows [row, stop) are taken; both are multiples of `length`.
    low, high, close, log_survival, opened :
        The ledger; prices as lattice coordinates.
    per_weight : float64, shape (B,)
        1 / weight of each book.
    table, span, units, wide :
        The density, and the lattice cells in a price cell.

    Returns
    -------
    int64, shape (m, 7)
        Per passage the lowest and highest cell touched, the cells kept and the cells entered, first and one past the
        last, and where its amounts begin.
    float64, shape (n,)
        Per passage, in coins of its last row: by book what is left in each cell kept, longs below its close and shorts
        above; then by side, book and entry unit what was opened over the book's weight. Cells that are kept but were
        not touched hold what those amounts spread by the density miss.
    """
    books, count = units.shape[0], (stop - row) // length
    passed, kept, used = np.empty((count, 7), np.int64), np.empty(4096), 0
    places, shares = np.empty((2, 2 * MAXIMUM_NODES), np.int64), np.empty((2, 2 * MAXIMUM_NODES))
    counted, slot = per_weight * 1.0, np.arange(books)
    facing, edge, scale = mirrored(table, span), np.zeros(2, np.int64), np.ones(2)
    none = np.empty((0, 7), np.int64), np.empty(0)
    nearest = _nearest(span, units)
    for number in range(count):
        begin = row + number * length - 1
        target = begin + length
        lowest, highest = touched(begin, target, low, high, close, none[0], 0)
        entry_base = lowest // wide * wide - 2 * wide
        end = highest // wide * wide + 3 * wide
        first, last = _kept(begin, target, low, high, close, wide, nearest, lowest, highest)
        state, even = np.zeros((books, 2, last - first)), np.zeros((last - first) // wide + 2)
        entered = np.zeros((2, books, end - entry_base))
        walk(
            begin, target, low, high, close, log_survival, opened, none[0], none[1], 0, counted, counted, slot, state,
            first, wide, table, facing, span, units, entry_base, entered, even, places, shares, edge, (0, 2), scale,
        )  # fmt: skip
        size = books * (last - first)
        for book in range(books):
            size += 2 * ((end - entry_base - 2 * wide) // units[book])
        while used + size > kept.shape[0]:
            more = np.empty(2 * kept.shape[0])
            _copied(kept, 0, more, 0, used)
            kept = more
        one = passed[number]
        one[BOTTOM], one[TOP], one[FIRST], one[STOP] = edge[0], edge[1], first, last
        one[ENTRIES], one[END], one[BEGIN] = entry_base + wide, end - wide, used
        middle = min(max(int(math.floor(close[target])) - first, 0), last - first)
        for book in range(books):
            _copied(state[book, 0], 0, kept, used, middle)
            _copied(state[book, 1], middle, kept, used + middle, last - first - middle)
            used += last - first
        for side in range(2):
            for book in range(books):
                first_unit, cells = wide // units[book], (end - entry_base - 2 * wide) // units[book]
                _copied(entered[side, book], first_unit, kept, used, cells)
                used += cells
    return passed, kept[:used]


@nb.njit(cache=True, nogil=True)
def _copied(given: Floats, first: int, out: Floats, start: int, count: int) -> None:
    """Copy so many numbers from `first` to `start`: to assign to a part of an array takes Numba seconds to compile."""
    for number in range(count):
        out[start + number] = given[first + number]


@nb.njit(cache=True, nogil=True)
def _nearest(span: Integers, units: Integers) -> int:
    """Return the fewest cells from an entry to where anything of it stands."""
    nearest = 1 << 40
    for side in range(2):
        for book in range(units.shape[0]):
            if span[side, book, 1] > span[side, book, 0]:
                nearest = min(nearest, span[side, book, 0] * units[book])
    return nearest


@nb.njit(cache=True, nogil=True)
def _kept(
    row: int, target: int, low: Floats, high: Floats, close: Floats, wide: int, nearest: int, bottom: int,
    top: int,
) -> tuple[int, int]:  # fmt: skip
    """Return the whole price cells that hold what was touched and what starts from the closes; the end is not in."""
    for index in range(row + 1, target + 1):
        if high[index] - low[index] + 2 * wide < nearest:
            continue
        closed = int(math.floor(close[index]))
        bottom = min(bottom, 2 * closed - int(math.floor(high[index])) - 2 * wide)
        top = max(top, 2 * closed - int(math.floor(low[index])) + 2 * wide)
    return bottom // wide * wide, (top // wide + 1) * wide
