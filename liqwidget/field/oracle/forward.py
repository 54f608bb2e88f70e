"""The forward pass over candles: survive, sweep, open."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import itertools
import math

import numpy as np

from liqwidget.field.oracle.placing import (
    ALL_CLOSED,
    ROUNDING,
    SIGNS,
    Flags,
    Floats,
    Integers,
    Sources,
    entered_units,
    landed,
    padded,
    sources_of,
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
        touched = touched_cells(low[index], high[index], previous[0], cells[near])
        previous[0] = close[index]
        for book, (unit, line, speed) in enumerate(zip(units, lines, speeds, strict=True)):
            units_near = slice(near.start // unit, near.stop // unit)
            sums = np.repeat(accumulated[:, line][:, units_near], unit, axis=1)
            gone = np.sum(sums - swept[:, book, near], axis=1, where=touched) / unit * scale[speed]
            swept[:, book, near] = np.where(touched, sums, swept[:, book, near])
            mass[:, book] = np.maximum(mass[:, book] * survival[speed, index] - gone, 0.0)
            wanted = weights[book] * interest[index]
            if not frozen[index] and weights[book] > 0:
                missing = wanted - mass[:, book]
                amount = np.where(missing > wanted * ROUNDING, missing, 0.0)
                opened[index, :, book] = amount
                mass[:, book] = np.where(amount > 0, wanted, mass[:, book])
                part = amount / weights[book] / scale[speed]
                entries, shares = entered_units(float(low[index]), float(high[index]), wide, unit)
                entered[:, line][:, entries - base // unit] += part[:, None] * shares
                closed, density = math.floor(close[index] / unit), (table[:, book], span[:, book])
                _land(accumulated[:, line], base // unit, part, entries, shares, closed, *density)
        small = np.where(scale < _SMALLEST_SCALE, scale, 1.0)
        _forget(accumulated, entered, swept, lines, small[speeds])
        scale[small < 1] = 1.0
    return stop


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
    target: Floats,
    first: int,
    amounts: Floats,
    entries: Integers,
    shares: Floats,
    closed: int,
    table: Floats,
    span: Integers,
) -> None:
    """Add what a row opened in a book, by side, to the units it lands on; `target`, shape (2, U), begins at `first`."""
    for side, sign in enumerate(SIGNS):
        if amounts[side] > 0:
            sources = sources_of(entries, shares, closed, sign)
            reached = _reached(sources, sign, span[side], first, target.shape[1])
            places = first + np.arange(reached.start, reached.stop)
            target[side, reached] += amounts[side] * landed(sources, sign, padded(table[side, : span[side, 1]]), places)


def _window(low: float, high: float, last_close: float, base: int, wide: int) -> slice:
    """Return the whole price cells that a row touches: beyond them nothing stands that it could take."""
    first, last = math.floor(min(low, last_close)) // wide, math.floor(max(high, last_close)) // wide
    return slice(first * wide - base, (last + 1) * wide - base)


def _reached(sources: Sources, sign: int, span: Integers, first: int, count: int) -> slice:
    """Return which of `count` units from `first` on an opening can land on."""
    ends = np.add.outer(sources.cell, sign * np.array([0, *span])) - first
    return slice(max(int(ends.min()), 0), max(min(int(ends.max()) + 1, count), 0))


def _inside(low: float, high: float, close: float, first: int, last: int, room: int) -> bool:
    """Return whether a row's entries, and what is placed back from the close, stay in the cells [first, last]."""
    bottom, top, closed = math.floor(low) - room, math.floor(high) + room, math.floor(close)
    return min(bottom, 2 * closed - top) >= first and max(top, 2 * closed - bottom) <= last
