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
    entered_units,
    landed,
    padded,
    sources_of,
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
    scale: Floats,
    base: int,
    wide: int,
    table: Floats,
    span: Integers,  # noqa: ARG001
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
    for index in range(row, stop):
        if not _inside(low[index], high[index], close[index], base, base + len(cells) - 1, 2 * wide):
            return index
        scale *= survival[:, index]
        alive = survival[:, index] > 0
        previous[1:] += np.where(alive, np.log(np.where(alive, survival[:, index], 1.0)), ALL_CLOSED)
        log_survival[:, index] = previous[1:]
        factor, scale[~alive] = alive.astype(float), 1.0
        touched = touched_cells(low[index], high[index], previous[0], cells)
        previous[0] = close[index]
        for book, (unit, line, speed) in enumerate(zip(units, lines, speeds, strict=True)):
            for array, part in ((accumulated, line), (entered, line), (swept, book)):
                array[:, part] *= factor[speed]
            sums = np.repeat(accumulated[:, line], unit, axis=1)
            gone = np.sum(sums - swept[:, book], axis=1, where=touched) / unit * scale[speed]
            swept[:, book] = np.where(touched, sums, swept[:, book])
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
                places = base // unit + np.arange(len(cells) // unit)
                for side, sign in enumerate(SIGNS):
                    sources = sources_of(entries, shares, math.floor(close[index] / unit), sign)
                    accumulated[side, line] += part[side] * landed(sources, sign, padded(table[side, book]), places)
        small = np.where(scale < _SMALLEST_SCALE, scale, 1.0)
        for book, (line, speed) in enumerate(zip(lines, speeds, strict=True)):
            if small[speed] < 1:
                for array, part in ((accumulated, line), (entered, line), (swept, book)):
                    array[:, part] *= small[speed]
        scale[small < 1] = 1.0
    return stop


def _inside(low: float, high: float, close: float, first: int, last: int, room: int) -> bool:
    """Return whether a row's entries, and what is placed back from the close, stay in the cells [first, last]."""
    bottom, top, closed = math.floor(low) - room, math.floor(high) + room, math.floor(close)
    return min(bottom, 2 * closed - top) >= first and max(top, 2 * closed - bottom) <= last
