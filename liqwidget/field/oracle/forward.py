"""The forward pass over candles: survive, sweep, open."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import numpy as np

from liqwidget.field.oracle.placing import ALL_CLOSED, ROUNDING, SIGNS, Flags, Floats, Integers, add_spread
from liqwidget.field.oracle.shelf import Rows, Shelf, shelves_of

_SMALLEST_SCALE = 1e-60
_TOGETHER = 2048
"""Rows whose entries are made at once."""


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

    What follows from prices alone is made of many rows at once; from row to row go the masses. What opened is entered
    for several rows together, and lands when price comes near to where it may stand.

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
        What `accumulated` lacks, by entry unit as `entered`; updated.
    between : int64, shape (B, 2)
        First and last unit of what waits in a book, or of one beside it; updated.
    scale : float64, shape (2,)
        Factor of the groups' books and of the one at the cap; updated.
    wide : int
        Lattice cells in a price cell.

    Returns
    -------
    int
        The row reached: before `stop` when the cells must grow first.
    """
    stop = row + _rows_inside(low[row:stop], high[row:stop], close[row:stop], base, swept.shape[2], 2 * wide)
    speeds = (np.arange(len(units)) == len(units) - 1).astype(int)
    shelves = list(shelves_of(accumulated, swept, entered, waiting, between, base, table, span, weights, units, speeds))
    while row < stop:
        rows = slice(row, min(row + _TOGETHER, stop))
        before = np.append(previous[0], close[row : rows.stop - 1])
        alive = survival[:, rows] > 0
        steps = np.where(alive, np.log(np.where(alive, survival[:, rows], 1.0)), ALL_CLOSED)
        log_survival[:, rows] = np.cumsum(np.column_stack([previous[1:], steps]), axis=1)[:, 1:]
        previous[:] = close[rows.stop - 1], *log_survival[:, rows.stop - 1]
        wanted = np.where(weights > 0, weights, 0.0) * interest[rows, np.newaxis]
        given = Rows(
            low[rows], high[rows], close[rows], wide, survival[:, rows].T, frozen[rows], wanted,
            np.where(weights > 0, wanted * ROUNDING, np.inf), opened[rows], np.ones((rows.stop - row, 2)),
        )  # fmt: skip
        _go_through(given, before, shelves, speeds, mass, scale)
        row = rows.stop
    for shelf in shelves:
        between[shelf.books] = shelf.lowest, shelf.highest
    return stop


def settle(
    accumulated: Floats,
    waiting: Floats,
    between: Integers,
    base: int,  # noqa: ARG001
    cells: int,
    table: Floats,
    span: Integers,
    units: Integers,
) -> None:
    """Put what waits where it landed; arguments as those of `forward`, of so many cells from `base` on."""
    begin = 0
    for book, unit in enumerate(units):
        line = slice(begin, begin := begin + cells // unit)
        for side, sign in enumerate(SIGNS):
            add_spread(accumulated[side, line], waiting[side, line], 0, sign, table[side, book], span[side, book])
    waiting[:] = 0.0
    between[:] = 0, -1


def _go_through(
    rows: Rows, before: Floats, shelves: list[Shelf], speeds: Integers, mass: Floats, scale: Floats
) -> None:
    """Bring the books over some rows; `before`, shape (n,), is the close before each."""
    bottoms = np.floor(np.minimum(rows.low, before)).astype(int).tolist()
    tops = np.floor(np.maximum(rows.high, before)).astype(int).tolist()
    middles, frozen, kept = np.floor(before).astype(int).tolist(), rows.frozen.tolist(), rows.survival[:, speeds]
    for shelf in shelves:
        shelf.begin(rows)
    for index, (bottom, top, middle) in enumerate(zip(bottoms, tops, middles, strict=True)):
        scale *= rows.survival[index]
        _renew(scale, 0.0, index, shelves)
        rows.scales[index] = scale
        mass *= kept[index]
        for shelf in shelves:
            if shelf.waits_near(bottom, top):
                shelf.enter(index)
                shelf.land()
            for side, begin, end in shelf.stands(bottom, middle, top):
                gone = shelf.sweep(side, begin, end) * scale[shelf.speed]
                mass[side, shelf.books] = np.maximum(mass[side, shelf.books] - gone, 0.0)
        if not frozen[index]:
            missing = rows.wanted[index] - mass
            new = missing > rows.least[index]
            np.copyto(rows.opened[index], missing, where=new)
            np.copyto(mass, rows.wanted[index], where=new)
            for shelf in shelves:
                shelf.open(index)
        _renew(scale, _SMALLEST_SCALE, index + 1, shelves)
    for shelf in shelves:
        shelf.enter(len(rows.low))


def _renew(scale: Floats, least: float, index: int, shelves: list[Shelf]) -> None:
    """Work scales that are at most `least` into what the books hold before a row, and begin again at 1."""
    for speed, factor in enumerate(scale.tolist()):
        if factor <= least:
            for shelf in shelves:
                if shelf.speed == speed:
                    shelf.enter(index)
                    shelf.forget(factor)
            scale[speed] = 1.0


def _rows_inside(low: Floats, high: Floats, close: Floats, base: int, cells: int, room: int) -> int:
    """Return how many rows' entries, and what is placed back from the close, stay in so many cells from `base` on."""
    bottom, top, closed = np.floor(low) - room, np.floor(high) + room, np.floor(close)
    out = (np.minimum(bottom, 2 * closed - top) < base) | (np.maximum(top, 2 * closed - bottom) >= base + cells)
    return int(np.argmax(out)) if out.any() else len(out)
