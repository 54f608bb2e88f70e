"""Lives of levels between two touches."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from liqwidget.field.oracle.placing import (
    ALL_CLOSED,
    SIGNS,
    Flags,
    Floats,
    Integers,
    entered_units,
    landed_on_cells,
    sources_of,
    touched_cells,
)


def lives(
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    per_weight: Floats,
    group_of: Integers,
    table: Floats,
    span: Integers,
    units: Integers,
    wide: int,
    base: int,
    width: int,
    worth: Floats,
    block: int,
) -> Floats:
    """Return the lives of levels of `width` cells between touches, from cell `base` on, which begins a level.

    Parameters
    ----------
    low, high, close, log_survival, opened :
        The ledger; prices as lattice coordinates.
    per_weight, group_of : float64, int64, shape (B,)
        1 / weight of each book, and the leverage group that it counts to.
    table, units, wide :
        The density, and the lattice cells in a price cell.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    block : int
        The most that a level held is looked at after every so many rows, and at its end.

    Returns
    -------
    float64, shape (m, 7)
        Side, group, level (cell // width), row from which it stands, row that ended it (-1: none), what it held at its
        end, most that it held [quote].
    """
    cells, groups = base + np.arange(len(worth)), int(group_of.max()) + 1
    standing = np.zeros((2, groups, 2, len(cells)))
    peak, since = np.zeros((2, groups, len(cells) // width)), np.full((2, groups, len(cells) // width), -1)
    found: list[list[float]] = []

    def sizes() -> Floats:
        return _by_level(np.add, standing.sum(axis=2) * worth, width)

    def holds() -> Flags:
        return _by_level(np.logical_or, (standing[:, :, 0] != 0.0) | (standing[:, :, 1] != 0.0), width)

    for row in range(len(close)):
        settled = _settles(log_survival, row)
        before = log_survival[:, row - 1] if row else np.zeros(2)
        standing *= 1.0 if settled else np.exp(log_survival[:, row] - before)[:, None]
        ends = touched_cells(low[row], high[row], close[max(row - 1, 0)], cells) | settled
        taken = np.asarray(np.where(ends[:, np.newaxis, np.newaxis], standing, 0.0).any(axis=2))
        hit = _by_level(np.logical_or, taken, width)
        ended: list[list[float]] = []
        if hit.any():
            size = sizes()
            standing *= ~ends[:, np.newaxis, np.newaxis]
            for side, group in np.ndindex(2, groups):
                which = np.flatnonzero(hit[side, group])
                ended += _lives(
                    side, group, which, base // width, since[side, group], row, size[side, group], peak[side, group]
                )
            peak = np.where(hit, 0.0, peak)
            since = np.where(hit, -1, since)
        found += sorted(ended, key=lambda life: (life[0], life[2], life[1]))
        for side, book in np.argwhere(opened[row] * per_weight > 0):
            unit, sign, group = int(units[book]), SIGNS[side], group_of[book]
            entries, shares = entered_units(low[row], high[row], wide, unit)
            sources = sources_of(entries, shares, math.floor(close[row] / unit), sign)
            part, landed = landed_on_cells(sources, sign, table[side, book], span[side, book], unit, cells)
            amount = opened[row, side, book] * per_weight[book]
            standing[side, group, int(book == len(units) - 1), part] += amount * landed
        since = np.where((since < 0) & holds(), row, since)
        if (row + 1) % block == 0 or row == len(close) - 1 or _settles(log_survival, row + 1):
            peak = np.maximum(peak, sizes())
    size, still = sizes(), holds()
    for side, group in np.ndindex(2, groups):
        which = np.flatnonzero(still[side, group])
        found += _lives(side, group, which, base // width, since[side, group], -1, size[side, group], peak[side, group])
    return np.array(found, dtype=np.float64).reshape(-1, 7)


def _by_level(joined: np.ufunc, values: npt.NDArray[Any], width: int) -> npt.NDArray[Any]:
    """Return the cells of each level joined by a function of two; shape (..., V) becomes (..., V / width)."""
    return functools.reduce(joined, (values[..., cell::width] for cell in range(width)))


def _settles(log_survival: Floats, row: int) -> bool:
    """Say whether open interest became 0 at a row: nothing survives it, and levels end there."""
    return bool(row > 0 and log_survival[0, row] - log_survival[0, row - 1] < 0.5 * ALL_CLOSED)


def _lives(
    side: int, group: int, which: Integers, first: int, since: Integers, row: int, size: Floats, most: Floats
) -> list[list[float]]:
    """Return the lives of some levels when `row` ends them; levels count from `first`."""
    peak = np.maximum(most, size)
    return [
        [side, group, first + int(level), float(since[level]), row, float(size[level]), float(peak[level])]
        for level in which
    ]
