"""What every so many rows leave: in the cells that they touch, and by where they entered."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import math

import numpy as np

from liqwidget.field.oracle.closed_form import ClosedForm
from liqwidget.field.oracle.placing import Floats, Integers, entered_units, spread


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
    *_: object,
) -> tuple[Integers, Floats]:
    """Return what is left of rows by rows themselves, `length` at a time.

    Parameters
    ----------
    row, stop : int
        The rows [row, stop) are taken; both are multiples of `length` apart.
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
    passed, kept = np.empty(((stop - row) // length, 7), np.int64), [np.empty(0)]
    nearest = np.min(span[..., 0] * units, where=span[..., 1] > span[..., 0], initial=1 << 40)
    before = close[np.maximum(np.arange(len(close)) - 1, 0)]
    for number, begin in enumerate(range(row, stop, length)):
        rows = slice(begin, begin + length)
        lows, highs = np.minimum(low[rows], before[rows]), np.maximum(high[rows], before[rows])
        bottom, top = math.floor(lows.min()), math.floor(highs.max())
        entry_base, end = bottom // wide * wide - wide, top // wide * wide + 2 * wide
        far, closed = high[rows] - low[rows] + 2 * wide >= nearest, np.floor(close[rows]).astype(int)
        down = np.min(2 * closed - np.floor(high[rows]).astype(int) - 2 * wide, where=far, initial=bottom)
        up = np.max(2 * closed - np.floor(low[rows]).astype(int) + 2 * wide, where=far, initial=top)
        cells = np.arange(down // wide * wide, (up // wide + 1) * wide)
        passed[number] = bottom, top, cells[0], cells[-1] + 1, entry_base, end, sum(map(len, kept))
        alive = np.exp(log_survival[:, [begin + length - 1]] - log_survival[:, rows])
        amounts = opened[rows] * per_weight
        amounts[..., :-1] *= alive[0, :, None, None]
        amounts[..., -1] *= alive[1, :, None]
        state = np.zeros((len(units), 2, len(cells)))
        prices = low[rows], high[rows], close[rows], before[rows]
        for side in range(2):
            form = ClosedForm(side, cells[0], len(cells), *prices, table, span, units, wide, np.arange(len(units)))
            form.bring(state[:, side], 0, length, amounts[:, side])
        entered = [
            _entered(*prices[:2], amounts[..., book], entry_base, end, wide, unit) for book, unit in enumerate(units)
        ]
        for book, unit in enumerate(units):
            missed = cells[0] // unit, (cells[-1] + 1) // unit
            everywhere = np.repeat(
                spread(entered[book], entry_base // unit, table[:, book], span[:, book], *missed), unit, 1
            )
            untouched = np.stack([cells < bottom, cells > top])
            state[book] -= untouched * everywhere / unit
            kept.append(np.where(cells < closed[-1], state[book, 0], state[book, 1] * (cells > closed[-1])))
        kept += [entered[book][side] for side, book in np.ndindex(2, len(units))]
    return passed, np.concatenate(kept)


def _entered(low: Floats, high: Floats, amounts: Floats, entry_base: int, end: int, wide: int, unit: int) -> Floats:
    """Return by entry unit from `entry_base` on what rows opened, shape (2, U); `amounts`, shape (n, 2)."""
    out = np.zeros((2, (end - entry_base) // unit))
    for bottom, top, amount in zip(low, high, amounts, strict=True):
        entries, shares = entered_units(float(bottom), float(top), wide, unit)
        out[:, entries - entry_base // unit] += amount[:, None] * shares
    return out
