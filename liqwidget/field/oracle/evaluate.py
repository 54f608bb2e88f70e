"""What stands on a viewport's rows and columns: the closed form."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import math

import numpy as np

from liqwidget.field.oracle.placing import (
    SIGNS,
    Floats,
    Integers,
    entered_units,
    landed_on_cells,
    sources_of,
    touched_cells,
)
from liqwidget.field.touching import touch_chance_at

_WINDOW = 64
"""Rows that `evaluate` takes at a time, so that its arrays of rows by cells stay small."""


def evaluate(
    row: int,
    columns: Integers,
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    passed: Integers,  # noqa: ARG001
    kept: Floats,
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
    cells = base + np.arange(state.shape[2])
    last_close, amounts = close[np.maximum(np.arange(len(close)) - 1, 0)], opened * (per_weight * (layer[slot] >= 0))
    speeds = (np.arange(len(units)) == len(units) - 1).astype(int)
    slow = (np.arange(len(layer)) == len(layer) - 1).astype(int)
    amounts[:, 1 - side] = 0.0
    now = np.zeros_like(state)
    now[:, side] = state[:, side]
    for column, target in enumerate(columns):
        while row < target:
            end = min(row + _WINDOW, int(target))
            taken = slice(row + 1, end + 1)
            before = log_survival[:, row] if row >= 0 else np.zeros(2)
            now *= np.exp(log_survival[:, end] - before)[slow, None, None]
            alive = np.exp(log_survival[:, [end]] - log_survival[:, taken])
            kept = amounts[taken] * alive[speeds].T[:, None]
            fold(
                now,
                slot,
                cells,
                low[taken],
                high[taken],
                close[taken],
                last_close[taken],
                kept,
                table,
                span,
                units,
                wide,
            )
            row = end
        if target < 0:
            continue
        chance = touch_chance_at(np.abs(cells + 0.5 - origin[column]) * reach[column]) if reach[column] > 0 else 1.0
        for one, place in enumerate(layer):
            if place >= 0:
                value = now[one, side] * worth * chance
                rows(value[None, :, None], edges, out[place : place + 1, :, column : column + 1])
    state[:, side] = now[:, side]


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
    parts = values[:, cell] * np.diff(cuts)[:, None]
    np.add.at(np.swapaxes(out, 0, 1), row, np.swapaxes(parts, 0, 1))


def fold(
    state: Floats,
    slot: Integers,
    cells: Integers,
    low: Floats,
    high: Floats,
    close: Floats,
    last_close: Floats,
    amounts: Floats,
    table: Floats,
    span: Integers,
    units: Integers,
    wide: int,
) -> None:
    """Bring `state`, shape (S, 2, V), over n rows by the closed form; `amounts`, shape (n, 2, B), survive them.

    `slot`, shape (B,), is where in `state` a book stands.
    """
    touched = np.stack([touched_cells(*prices, cells) for prices in zip(low, high, last_close, strict=True)])
    since = np.where(touched.any(axis=0), len(low) - 1 - np.argmax(touched[::-1], axis=0), -1)
    state *= since < 0
    for index, book in np.ndindex(len(low), len(units)):
        if not amounts[index, :, book].any():
            continue
        unit = int(units[book])
        entries, shares = entered_units(float(low[index]), float(high[index]), wide, unit)
        for side, sign in enumerate(SIGNS):
            sources = sources_of(entries, shares, math.floor(close[index] / unit), sign)
            part, landed = landed_on_cells(sources, sign, table[side, book], span[side, book], unit, cells)
            left = amounts[index, side, book] * landed * (since[side, part] <= index)
            state[slot[book], side, part] += left
