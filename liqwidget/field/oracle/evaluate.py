"""What stands on a viewport's rows and columns: the closed form."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.field.oracle.closed_form import ClosedForm
from liqwidget.field.touching import touch_chance_at

if TYPE_CHECKING:
    from liqwidget.field.oracle.placing import Floats, Integers

_WINDOW = 512
"""Rows that `evaluate` takes at a time."""
_HELD = 1 << 21
"""Numbers that it holds before it makes rows of price of them."""


def evaluate(
    row: int,
    columns: Integers,
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    passed: Integers,  # noqa: ARG001
    kept: Floats,  # noqa: ARG001
    length: int,  # noqa: ARG001
    per_weight: Floats,
    slot: Integers,
    layer: Integers,
    table: Floats,
    span: Integers,
    units: Integers,
    wide: int,
    state: Floats,
    base: int,
    worth: Floats,
    reach: Floats,
    origin: Floats,
    chances: Floats,  # noqa: ARG001
    edges: Floats,
    side: int,
    out: Floats,
) -> None:
    """Add what stands of one side on rows of price and columns of time to `out`.

    Parameters
    ----------
    row : int
        The ledger row that `state` stands after; -1 is before the first.
    columns : int64, shape (W,)
        Ledger row shown by each column, not decreasing but for -1 (none), also after the last.
    low, high, close, log_survival, opened :
        The ledger; prices as lattice coordinates; survival of the groups' books and of the one at the cap, shape
        (2, n).
    passed, kept, length :
        What every so many rows leave: not used, rows are taken one by one.
    per_weight : float64, shape (B,)
        1 / weight of each book.
    slot, layer : int64, shape (B,), (S,)
        Where each book stands in `state`, the book at the cap in the last place, and where that is added in `out`; -1
        is nowhere.
    table, units, wide :
        The density, and the lattice cells in a price cell.
    state : float64, shape (S, 2, V)
        Coins, long and short, standing after `row`; the side is updated.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    reach, origin : float64, shape (W,)
        Chance of a touch: argument per cell of distance (0 = certain), and the column's close as a coordinate.
    chances : float64, shape (C + 1,)
        The table of `liqwidget.field.touching`, which is read there.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus `base`, within [0, V].
    side : int
        The side that is taken.
    out : float64, shape (L, H, W)
        Quote currency; added to.
    """
    cells, last = base + np.arange(state.shape[2]), int(columns.max(initial=row))
    before = close[np.maximum(np.arange(row + 1, last + 1) - 1, 0)]
    taken, places = slice(row + 1, last + 1), np.flatnonzero(layer >= 0)
    prices = low[taken], high[taken], close[taken], before
    form = ClosedForm(side, base, len(cells), *prices, table, span, units, wide, slot)
    amounts = opened[taken, side] * (per_weight * (layer[slot] >= 0))
    speeds = (np.arange(len(units)) == len(units) - 1).astype(int)
    slow = (np.arange(len(layer)) == len(layer) - 1).astype(int)
    now, first, reached = state[:, side].copy(), row + 1, row
    together = max(_HELD // (out.shape[0] * len(cells)), 1)
    for block in range(0, len(columns), together):
        values = np.zeros((min(together, len(columns) - block), out.shape[0], len(cells)))
        for number, target in enumerate(columns[block : block + together].tolist()):
            column = block + number
            if target < 0:
                continue
            while reached < target:
                end = min(reached + _WINDOW, target)
                gone = log_survival[:, reached] if reached >= 0 else 0.0
                now *= np.exp(log_survival[:, end] - gone)[slow, np.newaxis]
                alive = np.exp(log_survival[:, end] - log_survival[:, reached + 1 : end + 1].T)
                begin, stop = reached + 1 - first, end + 1 - first
                form.bring(now, begin, stop, amounts[begin:stop] * alive[:, speeds])
                reached = end
            for place in places:
                values[number, layer[place]] += now[place] * worth
            if reach[column] > 0:
                values[number] *= touch_chance_at(np.abs(cells + 0.5 - origin[column]) * reach[column])
        rows(values.transpose(1, 2, 0), edges, out[..., block : block + len(values)])
    state[:, side] = now


def rows(values: Floats, edges: Floats, out: Floats) -> None:
    """Add what stands in cells to the rows of price that they lie in.

    Parameters
    ----------
    values : float64, shape (L, V, W)
        Quote currency by cell.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus the first cell, within [0, V].
    out : float64, shape (L, H, W)
        Quote currency; added to.
    """
    cuts = np.union1d(edges, np.arange(math.ceil(edges[0]), math.floor(edges[-1]) + 1))
    cell, row = cuts[:-1].astype(np.int64), np.searchsorted(edges, cuts[:-1], side="right") - 1
    begins = np.flatnonzero(np.diff(row, prepend=-1))
    if len(begins):
        out[:, row[begins]] += np.add.reduceat(values[:, cell] * np.diff(cuts)[:, None], begins, axis=1)
