"""What stands on a viewport's rows and columns."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import MAXIMUM_NODES, Flags, Floats, Integers, mirrored
from liqwidget.field.kernels.walk import fill, touched, walk
from liqwidget.field.touching import FREEDOM, PER_ROOT

BLOCK = 16
"""Columns evaluated together, so that rows of the picture are written in one go."""

_FAR = 1 << 40
"""A cell beyond all others."""

_NOTHING = 1e-280
"""Coins that are none: smaller numbers are slow to reckon with."""


@nb.njit(cache=True, nogil=True)
def _survive(state: Floats, base: int, reach: tuple[int, int], log_survival: Floats, row: int, target: int) -> None:
    """Take from `state` what was touched up to `reach`, and what did not survive from `row` to `target`."""
    viewed = state.shape[2]
    stop = min(max(reach[0] - base, 0), viewed)
    start = min(max(reach[1] + 1 - base, 0), viewed)
    for speed in range(2):
        kept = math.exp(log_survival[speed, target] - (log_survival[speed, row] if row >= 0 else 0.0))
        _multiply(state[speed, 0, :stop], kept)
        _multiply(state[speed, 1, start:], kept)
        state[speed, 0, stop:] = 0.0
        state[speed, 1, :start] = 0.0


@nb.njit(cache=True, nogil=True, inline="never")
def _multiply(coins: Floats, factor: float) -> None:
    for cell in range(coins.shape[0]):
        left = coins[cell] * factor
        coins[cell] = left if abs(left) > _NOTHING else 0.0


@nb.njit(cache=True, nogil=True)
def _value(
    groups: Floats, near: Floats, worth: Floats, reach: float, distance: float, chances: Floats, values: Floats
) -> None:
    """Write what neighbouring cells are worth, times the chance of a touch if `reach` is above 0 [quote].

    `groups` and `near` are coins, those of the book at the cap apart; `distance` is that of the first cell.
    """
    for cell in range(values.shape[0]):
        values[cell] = (groups[cell] + near[cell]) * worth[cell]
    if reach > 0.0:
        last = chances.shape[0] - 1
        for cell in range(values.shape[0]):
            place = math.sqrt(abs(distance + cell) * reach) * PER_ROOT
            index = min(int(place), last - 1)
            chance = chances[index] + (place - index) * (chances[index + 1] - chances[index])
            if place >= last:
                chance = chances[last] * (last / place) ** (2.0 * FREEDOM)
            values[cell] *= chance


@nb.njit(cache=True, nogil=True)
def rows(values: Floats, edges: Floats, out: Floats) -> None:
    """Add what stands in cells to the rows of price that they lie in.

    Parameters
    ----------
    values : float64, shape (2, V, W)
        Quote currency by cell.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus the first cell, within [0, V].
    out : float64, shape (2, H, W)
        Quote currency; added to.
    """
    count, viewed = values.shape[2], values.shape[1]
    for side in range(2):
        for line in range(edges.shape[0] - 1):
            start, stop = edges[line], edges[line + 1]
            first, last = int(start), int(stop)
            if first >= viewed:
                break
            share = (stop if first == last else first + 1.0) - start
            for column in range(count):
                out[side, line, column] += values[side, first, column] * share
            for cell in range(first + 1, last):
                for column in range(count):
                    out[side, line, column] += values[side, cell, column]
            if first < last < viewed and stop > last:
                for column in range(count):
                    out[side, line, column] += values[side, last, column] * (stop - last)


@nb.njit(cache=True, nogil=True)
def _parts(edges: Floats, viewed: int, begins: Integers, ends: Integers, shares: Floats) -> None:
    """Write of each row of price the first and last cell that it has a part of, and the shares of these, (H, 2)."""
    for line in range(begins.shape[0]):
        bottom, top = edges[line], edges[line + 1]
        begin, end = int(bottom), int(top)
        begins[line], ends[line] = min(begin, viewed - 1), min(max(begin, end), viewed - 1)
        shares[line, 0] = min(top, begin + 1.0) - bottom if begin < viewed else 0.0
        shares[line, 1] = top - end if begin < end < viewed else 0.0
        if begin < end == viewed:
            shares[line, 1] = 1.0 if begin < viewed - 1 else 0.0


@nb.njit(cache=True, nogil=True)
def _lines(
    values: Floats, begins: Integers, ends: Integers, shares: Floats, first: int, stop: int, out: Floats
) -> None:
    """Write what the rows of price [first, stop) hold."""
    for line in range(first, stop):
        begin, end = begins[line], ends[line]
        total = values[begin] * shares[line, 0] + values[end] * shares[line, 1]
        if end - begin > 8:
            second, third, fourth = 0.0, 0.0, 0.0
            cell = begin + 1
            while cell + 3 < end:
                total += values[cell]
                second += values[cell + 1]
                third += values[cell + 2]
                fourth += values[cell + 3]
                cell += 4
            while cell < end:
                total += values[cell]
                cell += 1
            total += second + third + fourth
        else:
            for cell in range(begin + 1, end):
                total += values[cell]
        out[line] = total


@nb.njit(cache=True, nogil=True)
def evaluate(
    row: int,
    columns: Integers,
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    passed: Integers,
    kept: Floats,
    length: int,
    per_weight: Floats,
    shown: Flags,
    table: Floats,
    span: Integers,
    units: Integers,
    wide: int,
    state: Floats,
    base: int,
    worth: Floats,
    reach: Floats,
    origin: Floats,
    chances: Floats,
    edges: Floats,
    out: Floats,
) -> None:
    """Add what stands on rows of price and columns of time to `out`.

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
        What every so many rows leave, see `passages`; `length` 0 is without.
    per_weight, shown : float64, bool, shape (B,)
        1 / weight of each book; books that count.
    table, span, units, wide :
        The density, and the lattice cells in a price cell.
    state : float64, shape (2, 2, V)
        Coins of the groups and of the book at the cap, long and short, standing after `row` in the viewed cells, the
        first of which is `base`, which begins a price cell; updated.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    reach, origin : float64, shape (W,)
        Chance of a touch: argument per cell of distance (0 = certain), and the column's close as a lattice coordinate.
    chances : float64, shape (C + 1,)
        The table of `liqwidget.field.touching`.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus `base`, within [0, V].
    out : float64, shape (2, H, W)
        Quote currency; added to.
    """
    books, viewed = table.shape[1], state.shape[2]
    places, shares = np.empty(2 * MAXIMUM_NODES, np.int64), np.empty(2 * MAXIMUM_NODES)
    flags = np.where(shown, 1.0, 0.0)
    counted, even = per_weight * flags, np.zeros(viewed // wide + 2)
    slot = np.zeros(books, np.int64)
    slot[books - 1] = 1
    facing = mirrored(table, span)
    last = columns.max() if columns.shape[0] > 0 else -1
    lowest, highest = touched(row, last, low, high, close) if last > row else (0.0, 0.0)
    entered = np.zeros((2, books, int(highest - lowest) + 7 * wide))
    count_lines = edges.shape[0] - 1
    begins, ends, parts = np.empty(count_lines, np.int64), np.empty(count_lines, np.int64), np.empty((count_lines, 2))
    _parts(edges, viewed, begins, ends, parts)
    lines, values = np.zeros((BLOCK, 2, count_lines)), np.empty(viewed)
    edge = np.zeros(2, np.int64)
    for block in range(0, columns.shape[0], BLOCK):
        count = min(BLOCK, columns.shape[0] - block)
        for number in range(count):
            column = block + number
            target = columns[column]
            if target < 0:
                lines[number] = 0.0
                continue
            if target > row:
                lowest, highest = touched(row, target, low, high, close)
                entry_base = int(math.floor(lowest / wide)) * wide - 2 * wide
                _survive(state, base, (int(math.floor(lowest)), int(math.floor(highest))), log_survival, row, target)
                walk(
                    row, target, low, high, close, log_survival, opened, passed, kept, length, counted, flags, slot,
                    state, base, wide, table, facing, span, units, entry_base, entered, even, places, shares, edge,
                )  # fmt: skip
                for side in range(2):
                    first_cell = -_FAR if side == 0 else edge[1] + 1
                    last_cell = edge[0] - 1 if side == 0 else _FAR
                    fill(
                        state, slot, base, wide, table, facing, span, units, entered, entry_base, side, first_cell,
                        last_cell, even, edge[0], edge[1],
                    )  # fmt: skip
                entered[:, :, : edge[1] - entry_base + 3 * wide] = 0.0
                row = target
            elif number > 0 and columns[column - 1] == target:
                lines[number] = lines[number - 1]
                continue
            lines[number] = 0.0
            closed = min(max(int(math.floor(close[target])) - base, 0), viewed)
            middle = min(int(np.searchsorted(ends, closed)), count_lines - 1)
            for side in range(2):
                first, stop = (0, closed) if side == 0 else (closed, viewed)
                _value(
                    state[0, side, first:stop], state[1, side, first:stop], worth[first:stop], reach[column],
                    base + first + 0.5 - origin[column], chances, values[first:stop],
                )  # fmt: skip
                if side == 0:
                    values[closed : ends[middle] + 1] = 0.0
                    _lines(values, begins, ends, parts, 0, middle + 1, lines[number, 0])
                else:
                    values[begins[middle] : closed] = 0.0
                    _lines(values, begins, ends, parts, middle, count_lines, lines[number, 1])
        for side in range(2):
            for line in range(count_lines):
                for number in range(count):
                    out[side, line, block + number] += lines[number, side, line]
