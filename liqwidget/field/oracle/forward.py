"""The forward pass over candles: survive, sweep, open."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from liqwidget.field.oracle.placing import (
    ALL_CLOSED,
    ROUNDING,
    SIGNS,
    Flags,
    Floats,
    Integers,
    entered_units,
    spread,
    touched_cells,
)

_SMALLEST_SCALE = 1e-60


def forward(
    row: int,
    stop: int,
    low: Floats,
    high: Floats,
    close: Floats,
    survival: Floats,
    interest: Floats,
    frozen: Flags,
    previous: Floats,
    mass: Floats,
    accumulated: Floats,
    swept: Floats,
    entered: Floats,
    waiting: Floats,
    between: Integers,
    scale: Floats,
    base: int,
    wide: int,
    table: Floats,
    span: Integers,
    weights: Floats,
    units: Integers,
    log_survival: Floats,
    opened: Floats,
) -> int:
    """Run the books over rows [row, stop): survive, sweep, open.

    Parameters
    ----------
    low, high, close : float64, shape (n,)
        Lattice coordinates of what was traded in each row.
    survival : float64, shape (2, n)
        Share that survives the row, in the groups' books and in the one at the cap.
    interest : float64, shape (n,)
        Accepted open interest [base].
    frozen : bool, shape (n,)
        Rows that sweep but neither unwind nor open.
    previous : float64, shape (3,)
        Lattice coordinate of the last close, ln of the two last survivals; updated.
    mass : float64, shape (2, B)
        Coins of each book; updated.
    accumulated, entered : float64, shape (2, L)
        Openings by unit on which they landed, and by entry unit over the weight, all over `scale`; updated.
    swept : float64, shape (2, B, V)
        What `accumulated` was when price last touched the cell; updated.
    waiting : float64, shape (2, L)
        What `accumulated` lacks, by entry unit as `entered`: put there at once, and nothing waits after.
    between : int64, shape (B, 2)
        First and last unit of what waits in a book.
    scale : float64, shape (2,)
        Factor of the groups' books and of the one at the cap; updated.
    wide : int
        Lattice cells in a price cell.

    Returns
    -------
    int
        The row reached: before `stop` when the cells must grow first.
    """
    cells = base + np.arange(swept.shape[2])
    begins = np.concatenate([[0], np.cumsum(len(cells) // units)])
    speeds = (np.arange(len(units)) == len(units) - 1).astype(int)
    lines = [slice(*ends) for ends in itertools.pairwise(begins)]
    settle(accumulated, waiting, between, base, len(cells), table, span, units)
    shelves = _shelves(units, begins, table, span)
    for index in range(row, stop):
        if not _inside(low[index], high[index], close[index], base, base + len(cells) - 1, 2 * wide):
            return index
        scale *= survival[:, index]
        alive = survival[:, index] > 0
        previous[1:] += np.where(alive, np.log(np.where(alive, survival[:, index], 1.0)), ALL_CLOSED)
        log_survival[:, index] = previous[1:]
        scale[~alive] = 1.0
        _forget(accumulated, entered, swept, lines, alive[speeds].astype(float))
        near = _window(low[index], high[index], previous[0], base, wide)
        touched = touched_cells(low[index], high[index], previous[0], cells[near])[:, np.newaxis]
        previous[0] = close[index]
        for unit, books, line, density in shelves:
            speed, first = speeds[books], base // unit
            held = accumulated[:, line].reshape(2, len(speed), -1)
            sums = np.repeat(held[..., near.start // unit : near.stop // unit], unit, axis=2)
            gone = np.sum(sums - swept[:, books, near], axis=2, where=touched) / unit * scale[speed]
            swept[:, books, near] = np.where(touched, sums, swept[:, books, near])
            mass[:, books] = np.maximum(mass[:, books] * survival[speed, index] - gone, 0.0)
            if frozen[index]:
                continue
            wanted, used = weights[books] * interest[index], weights[books] > 0
            missing = wanted - mass[:, books]
            amount = np.where(used & (missing > wanted * ROUNDING), missing, 0.0)
            opened[index, :, books] = amount
            mass[:, books] = np.where(amount > 0, wanted, mass[:, books])
            part = amount / np.where(used, weights[books], 1.0) / scale[speed]
            entries, shares = entered_units(float(low[index]), float(high[index]), wide, unit)
            entered[:, line].reshape(held.shape)[..., entries - first] += part[..., np.newaxis] * shares
            _land(held, first, part, entries, shares, math.floor(close[index] / unit), density)
        small = np.where(scale < _SMALLEST_SCALE, scale, 1.0)
        _forget(accumulated, entered, swept, lines, small[speeds])
        scale[small < 1] = 1.0
    return stop


class _Shelf(NamedTuple):
    """Neighbouring books of one unit, which go through a row together."""

    unit: int
    books: slice
    line: slice
    density: Floats
    """Shape (2, B, K)."""


def _shelves(units: Integers, begins: Integers, table: Floats, span: Integers) -> list[_Shelf]:
    """Return the books by their unit."""
    inside = np.arange(table.shape[2]) < span[..., 1:]
    shelves, first = [], 0
    for unit, same in itertools.groupby(units.tolist()):
        books = slice(first, first := first + len(list(same)))
        farthest = int(span[:, books, 1].max())
        density = np.where(inside, table, 0.0)[:, books, :farthest]
        shelves.append(_Shelf(unit, books, slice(begins[books.start], begins[books.stop]), density))
    return shelves


def settle(
    accumulated: Floats,
    waiting: Floats,
    between: Integers,
    base: int,
    cells: int,
    table: Floats,
    span: Integers,
    units: Integers,
) -> None:
    """Put what waits where it landed; arguments as those of `forward`, of so many cells from `base` on."""
    begin = 0
    for book, unit in enumerate(units):
        line, first, count = slice(begin, begin + cells // unit), base // unit, cells // unit
        accumulated[:, line] += spread(waiting[:, line], first, table[:, book], span[:, book], first, first + count)
        begin = line.stop
    waiting[:] = 0.0
    between[:] = 0, -1


def _forget(accumulated: Floats, entered: Floats, swept: Floats, lines: list[slice], factors: Floats) -> None:
    """Multiply what the books hold by their factors."""
    for book, line in enumerate(lines):
        if factors[book] < 1:
            for array, part in ((accumulated, line), (entered, line), (swept, book)):
                array[:, part] *= factors[book]


def _land(
    target: Floats, first: int, amounts: Floats, entries: Integers, shares: Floats, closed: int, density: Floats
) -> None:
    """Add what a row opened, by side and book, to the units it lands on; `target`: shape (2, B, U), from `first` on.

    The part of an entry that lies beyond the close starts from the close's unit.
    """
    for side, sign in enumerate(SIGNS):
        if not amounts[side].any():
            continue
        for entry, share in zip(entries.tolist(), shares.tolist(), strict=True):
            beyond = sign * (closed - entry)
            for begin, offsets in ((entry, slice(max(beyond + 1, 0), None)), (closed, slice(0, max(beyond + 1, 0)))):
                _spread(target[side], begin - first, sign, offsets, density[side], share * amounts[side])


def _spread(target: Floats, begin: int, sign: int, offsets: slice, density: Floats, amounts: Floats) -> None:
    """Add amounts, shape (B,), by a density's offsets to the units that are there, each from unit `begin` on."""
    room = target.shape[1] - 1 - begin if sign > 0 else begin
    start = max(offsets.start, -begin if sign > 0 else begin - target.shape[1] + 1)
    stop = min(density.shape[1] if offsets.stop is None else offsets.stop, density.shape[1], room + 1)
    if start < stop:
        ends = (begin + sign * start, begin + sign * (stop - 1))
        units = target[:, min(ends) : max(ends) + 1]
        units[:, ::sign] += amounts[:, np.newaxis] * density[:, start:stop]


def _window(low: float, high: float, last_close: float, base: int, wide: int) -> slice:
    """Return the whole price cells that a row touches: beyond them nothing stands that it could take."""
    first, last = math.floor(min(low, last_close)) // wide, math.floor(max(high, last_close)) // wide
    return slice(first * wide - base, (last + 1) * wide - base)


def _inside(low: float, high: float, close: float, first: int, last: int, room: int) -> bool:
    """Return whether a row's entries, and what is placed back from the close, stay in the cells [first, last]."""
    bottom, top, closed = math.floor(low) - room, math.floor(high) + room, math.floor(close)
    return min(bottom, 2 * closed - top) >= first and max(top, 2 * closed - bottom) <= last
