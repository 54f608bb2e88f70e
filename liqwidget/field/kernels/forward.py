"""The forward pass over candles: survive, sweep, open."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import (
    ALL_CLOSED,
    MAXIMUM_NODES,
    ROUNDING,
    Flags,
    Floats,
    Integers,
    entries,
    land,
    place,
)


@nb.njit(cache=True, nogil=True)
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

    A book's openings add up on its units. A lattice cell keeps the sum of its unit from when price last touched it:
    what stands in it is what was added since, its even share of the unit. The last book is the one at the cap, with a
    survival of its own. Openings wait by entry until price comes near to where they may have landed: a density is
    spread once for all that entered a unit meanwhile.

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
        Openings by unit on which they landed, and by entry unit over the weight, all over `scale`; book after book,
        each with as many units as lie in the V cells; updated.
    swept : float64, shape (2, B, V)
        What `accumulated` was when price last touched the cell; the first cell is `base`; updated.
    waiting : float64, shape (2, L)
        What `accumulated` lacks, by entry unit as `entered`: `settle` puts it there; updated.
    between : int64, shape (B, 2)
        First and last unit of what waits in a book, the first above the last where nothing does; updated.
    scale : float64, shape (2,)
        Factor of the groups' books and of the one at the cap; updated.
    wide : int
        Lattice cells in a price cell.

    Returns
    -------
    int
        The row reached: before `stop` when the cells must grow first.
    """
    books, cells = weights.shape[0], swept.shape[2]
    places, shares = np.empty((2, 2 * MAXIMUM_NODES), np.int64), np.empty((2, 2 * MAXIMUM_NODES))
    used = np.zeros(2, np.int64)
    starts = _starts(units, cells)
    while row < stop:
        closed = int(math.floor(close[row]))
        lowest, highest = int(math.floor(low[row])) - 2 * wide, int(math.floor(high[row])) + 2 * wide
        if min(lowest, 2 * closed - highest) < base or max(highest, 2 * closed - lowest) >= base + cells:
            return row
        before = int(math.floor(previous[0]))
        for speed in range(2):
            kept = survival[speed, row]
            scale[speed] *= kept
            previous[1 + speed] += math.log(kept) if kept > 0.0 else ALL_CLOSED
            log_survival[speed, row] = previous[1 + speed]
            if kept == 0.0:
                _forget(accumulated, swept, entered, waiting, starts, speed, 0.0)
                scale[speed] = 1.0
        bottom = int(math.floor(min(low[row], previous[0])))
        top = int(math.floor(max(high[row], previous[0])))
        for book in range(books):
            speed, unit = int(book == books - 1), units[book]
            first, last = between[book, 0], between[book, 1]
            if first <= last and (bottom // unit <= last - span[0, book, 0] or top // unit >= first + span[1, book, 0]):
                _settled(accumulated, waiting, between, book, starts, base // unit, table, span)
            for side in range(2):
                gone = 0.0
                for cell in range(bottom if side == 0 else before, (before if side == 0 else top) + 1):
                    now = accumulated[side, starts[book] + (cell - base) // unit]
                    gone += now - swept[side, book, cell - base]
                    swept[side, book, cell - base] = now
                left = mass[side, book] * survival[speed, row] - gone / unit * scale[speed]
                mass[side, book] = max(0.0, left)
        previous[0] = close[row]
        if not frozen[row]:
            for kind in range(2):
                unit = 1 if kind == 0 else wide
                used[kind] = entries(low[row], high[row], wide, unit, places, shares, kind)
            for side in range(2):
                for book in range(books):
                    wanted = weights[book] * interest[row]
                    amount = wanted - mass[side, book]
                    if amount <= wanted * ROUNDING:
                        continue
                    opened[row, side, book] = amount
                    mass[side, book] = wanted
                    unit, part = units[book], amount / weights[book] / scale[int(book == books - 1)]
                    kind, origin = int(unit > 1), base // unit
                    closed, nearest = int(math.floor(close[row] / unit)), span[side, book, 0]
                    for index in range(used[kind]):
                        entry, share = places[kind, index], part * shares[kind, index]
                        entered[side, starts[book] + entry - origin] += share
                        if (entry - closed if side == 0 else closed - entry) < nearest:
                            waiting[side, starts[book] + entry - origin] += share
                            nothing = between[book, 0] > between[book, 1]
                            between[book, 0] = entry if nothing else min(between[book, 0], entry)
                            between[book, 1] = entry if nothing else max(between[book, 1], entry)
                        else:
                            target = accumulated[side, starts[book] : starts[book + 1]]
                            place(
                                target, origin, share, table[side, book], nearest, span[side, book, 1], side, entry,
                                closed,
                            )  # fmt: skip
        for speed in range(2):
            if scale[speed] < 1e-60:
                _forget(accumulated, swept, entered, waiting, starts, speed, scale[speed])
                scale[speed] = 1.0
        row += 1
    return row


@nb.njit(cache=True, nogil=True)
def settle(
    accumulated: Floats, waiting: Floats, between: Integers, base: int, cells: int, table: Floats, span: Integers,
    units: Integers,
) -> None:  # fmt: skip
    """Put what waits where it landed; arguments as those of `forward`, of so many cells from `base` on."""
    starts = _starts(units, cells)
    for book in range(units.shape[0]):
        _settled(accumulated, waiting, between, book, starts, base // units[book], table, span)


@nb.njit(cache=True, nogil=True)
def _settled(
    accumulated: Floats, waiting: Floats, between: Integers, book: int, starts: Integers, origin: int, table: Floats,
    span: Integers,
) -> None:  # fmt: skip
    """Put what waits in a book, the first unit of which is `origin`, where it landed."""
    for side in range(2):
        target, held = accumulated[side, starts[book] : starts[book + 1]], waiting[side, starts[book] :]
        first, last = span[side, book, 0], span[side, book, 1]
        for entry in range(between[book, 0], between[book, 1] + 1):
            amount = held[entry - origin]
            if amount != 0.0:
                held[entry - origin] = 0.0
                land(target, origin, amount, table[side, book], first, last, side, entry)
    between[book, 0], between[book, 1] = 0, -1


@nb.njit(cache=True, nogil=True)
def _starts(units: Integers, cells: int) -> Integers:
    """Return where each book's units begin in one line of all of them, and the end; shape (B + 1,)."""
    starts = np.zeros(units.shape[0] + 1, np.int64)
    for book in range(units.shape[0]):
        starts[book + 1] = starts[book] + cells // units[book]
    return starts


@nb.njit(cache=True, nogil=True)
def _forget(
    accumulated: Floats, swept: Floats, entered: Floats, waiting: Floats, starts: Integers, speed: int, factor: float
) -> None:
    """Multiply what the books of one survival hold: the groups' (0), or the one at the cap (1)."""
    last = starts.shape[0] - 2
    first, end = (starts[0], starts[last]) if speed == 0 else (starts[last], starts[last + 1])
    # A name for each part: to assign to a part of an array takes Numba seconds to compile.
    for line in (accumulated, entered, waiting):
        part = line[:, first:end]
        part *= factor
    books = swept[:, :last] if speed == 0 else swept[:, last:]
    books *= factor
