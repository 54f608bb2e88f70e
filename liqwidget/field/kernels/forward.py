"""The forward pass over candles: survive, sweep, open."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import ALL_CLOSED, MAXIMUM_NODES, ROUNDING, Flags, Floats, Integers, entries, place


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
    survival of its own.

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
    starts = np.zeros(books + 1, np.int64)
    for book in range(books):
        starts[book + 1] = starts[book] + cells // units[book]
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
                _forget(accumulated, swept, entered, starts, speed, 0.0)
                scale[speed] = 1.0
        bottom = int(math.floor(min(low[row], previous[0])))
        top = int(math.floor(max(high[row], previous[0])))
        for book in range(books):
            speed, unit = int(book == books - 1), units[book]
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
                used[kind] = entries(low[row], high[row], wide, unit, places[kind], shares[kind])
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
                    target = accumulated[side, starts[book] : starts[book + 1]]
                    for index in range(used[kind]):
                        entry = places[kind, index]
                        entered[side, starts[book] + entry - origin] += part * shares[kind, index]
                        place(
                            target,
                            origin,
                            part * shares[kind, index],
                            table[side, book],
                            span[side, book, 0],
                            span[side, book, 1],
                            side,
                            entry,
                            int(math.floor(close[row] / unit)),
                        )
        for speed in range(2):
            if scale[speed] < 1e-60:
                _forget(accumulated, swept, entered, starts, speed, scale[speed])
                scale[speed] = 1.0
        row += 1
    return row


@nb.njit(cache=True, nogil=True)
def _forget(accumulated: Floats, swept: Floats, entered: Floats, starts: Integers, speed: int, factor: float) -> None:
    """Multiply what the books of one survival hold: the groups' (0), or the one at the cap (1)."""
    last = starts.shape[0] - 2
    first, end = (starts[0], starts[last]) if speed == 0 else (starts[last], starts[last + 1])
    accumulated[:, first:end] *= factor
    entered[:, first:end] *= factor
    if speed == 0:
        swept[:, :last] *= factor
    else:
        swept[:, last] *= factor
