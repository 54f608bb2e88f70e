"""What stands on a viewport's rows and columns."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import MAXIMUM_NODES, Flags, Floats, Integers, entries, place

CHANCE_STEPS = 256.0
"""Entries of the table of chances per unit of its argument."""


BLOCK = 8
"""Columns evaluated together, so that rows of the picture are written in one go."""


@nb.njit(cache=True, nogil=True)
def _step(
    index: int,
    low: Floats,
    high: Floats,
    close: Floats,
    state: Floats,
    base: int,
    amounts: Floats,
    table: Floats,
    span: Integers,
    pending: Floats,
    left: int,
    zone_low: int,
    zone_high: int,
    cells: Integers,
    shares: Floats,
) -> None:
    """Sweep and open one ledger row: at once inside the zone that price touches, in `pending` for the cells outside.

    `amounts`, shape (2, G), are the row's openings over weight and survival; `left` is the cell of ``pending[..., 0]``.
    """
    last_cell = base + state.shape[1] - 1
    ended = close[max(index - 1, 0)]
    before, closed = int(math.floor(ended)), int(math.floor(close[index]))
    bottom = int(math.floor(min(low[index], ended)))
    top = int(math.floor(max(high[index], ended)))
    for cell in range(max(bottom, base), min(before, last_cell) + 1):
        state[0, cell - base] = 0.0
    for cell in range(max(before, base), min(top, last_cell) + 1):
        state[1, cell - base] = 0.0
    used = entries(low[index], high[index], cells, shares)
    for side in range(2):
        for group in range(amounts.shape[1]):
            amount = amounts[side, group]
            if amount == 0.0:
                continue
            first, last = span[side, group, 0], span[side, group, 1]
            for number in range(used):
                entry, part = cells[number], amount * shares[number]
                pending[side, group, entry - left] += part
                beyond = closed - entry if side == 1 else entry - closed
                room = zone_high - entry if side == 1 else entry - zone_low
                if first <= max(room, beyond):
                    place(
                        state[side],
                        base,
                        part,
                        table[side, group],
                        first,
                        last,
                        side,
                        entry,
                        closed,
                        zone_low,
                        zone_high,
                    )


@nb.njit(cache=True, nogil=True)
def _release(
    state: Floats,
    base: int,
    table: Floats,
    span: Integers,
    pending: Floats,
    left: int,
    zone_low: int,
    zone_high: int,
) -> None:
    """Spread what is pending over the cells outside the zone, and empty it."""
    last_cell = base + state.shape[1] - 1
    for side in range(2):
        for group in range(table.shape[1]):
            first, last = span[side, group, 0], span[side, group, 1]
            density, target = table[side, group], state[side]
            for index in range(zone_high - zone_low + 5):
                amount = pending[side, group, index]
                if amount == 0.0:
                    continue
                pending[side, group, index] = 0.0
                entry = left + index
                if side == 0:
                    for cell in range(max(entry - last + 1, base), min(entry - first, zone_low - 1, last_cell) + 1):
                        target[cell - base] += amount * density[entry - cell]
                else:
                    for cell in range(max(entry + first, zone_high + 1, base), min(entry + last - 1, last_cell) + 1):
                        target[cell - base] += amount * density[cell - entry]


@nb.njit(cache=True, nogil=True)
def _value(
    coins: Floats, base: int, worth: Floats, reach: float, origin: float, chances: Floats, values: Floats
) -> None:
    """Write one column's quote currency per cell, times the chance of a touch where `reach` > 0."""
    steps = chances.shape[0] - 1
    for cell in range(coins.shape[0]):
        value = coins[cell] * worth[cell]
        if reach > 0.0 and value > 0.0:
            argument = abs(base + cell + 0.5 - origin) * reach * CHANCE_STEPS
            index = int(argument)
            if index >= steps:
                value = 0.0
            else:
                value *= chances[index] + (argument - index) * (chances[index + 1] - chances[index])
        values[cell] = value


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
    for side in range(2):
        _rows(values[side], edges, values.shape[2], out[side])


@nb.njit(cache=True, nogil=True)
def _rows(values: Floats, edges: Floats, count: int, out: Floats) -> None:
    """Add the parts of cells that lie in each row: `values` (V, count or more) into `out` (H, count)."""
    viewed = values.shape[0]
    for line in range(edges.shape[0] - 1):
        start, stop = edges[line], edges[line + 1]
        first, last = int(start), int(stop)
        if first >= viewed:
            break
        share = (stop if first == last else first + 1.0) - start
        for column in range(count):
            out[line, column] += values[first, column] * share
        for cell in range(first + 1, min(last, viewed)):
            for column in range(count):
                out[line, column] += values[cell, column]
        if first < last < viewed and stop > last:
            for column in range(count):
                out[line, column] += values[last, column] * (stop - last)


@nb.njit(cache=True, nogil=True)
def evaluate(
    row: int,
    columns: Integers,
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    per_weight: Floats,
    shown: Flags,
    table: Floats,
    span: Integers,
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
        The ledger; prices as lattice coordinates.
    per_weight, shown : float64, bool, shape (G,)
        1 / weight of each group's book; groups that count.
    state : float64, shape (2, V)
        Coins standing after `row` in the viewed cells, the first of which is `base`; updated.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    reach, origin : float64, shape (W,)
        Chance of a touch: argument scale per cell of distance (0 = certain), and the column's close as a lattice
        coordinate.
    chances : float64, shape (C + 1,)
        2 Phi(-x) for x = 0, 1/256, 2/256 ...; the last is 0.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus `base`, within [0, V].
    out : float64, shape (2, H, W)
        Quote currency; added to.
    """
    groups, viewed = table.shape[1], state.shape[1]
    reference = log_survival[row] if row >= 0 else 0.0
    cells, shares = np.empty(2 * MAXIMUM_NODES, np.int64), np.empty(2 * MAXIMUM_NODES)
    amounts = np.empty((2, groups))
    pending = np.zeros((2, groups, _widest(row, columns, low, high, close)))
    values = np.zeros((2, viewed, BLOCK))
    column_values = np.empty(viewed)
    for block in range(0, columns.shape[0], BLOCK):
        count = min(BLOCK, columns.shape[0] - block)
        for number in range(count):
            column = block + number
            target = columns[column]
            if target < 0:
                values[:, :, number] = 0.0
                continue
            if target > row:
                zone_low, zone_high = _zone(row, target, low, high, close)
                for index in range(row + 1, target + 1):
                    if abs(log_survival[index] - reference) > 200.0:
                        factor = math.exp(log_survival[index] - reference)
                        state *= factor
                        pending *= factor
                        reference = log_survival[index]
                    inflation = math.exp(reference - log_survival[index])
                    for side in range(2):
                        for group in range(groups):
                            counted = per_weight[group] if shown[group] else 0.0
                            amounts[side, group] = opened[index, side, group] * counted * inflation
                    _step(
                        index, low, high, close, state, base, amounts, table, span, pending, zone_low - 2, zone_low,
                        zone_high, cells, shares,
                    )  # fmt: skip
                _release(state, base, table, span, pending, zone_low - 2, zone_low, zone_high)
                state *= math.exp(log_survival[target] - reference)
                reference = log_survival[target]
                row = target
            elif number > 0 and columns[column - 1] == target:
                values[:, :, number] = values[:, :, number - 1]
                continue
            for side in range(2):
                _value(state[side], base, worth, reach[column], origin[column], chances, column_values)
                values[side, :, number] = column_values
        for side in range(2):
            _rows(values[side], edges, count, out[side, :, block : block + count])


@nb.njit(cache=True, nogil=True)
def _zone(row: int, target: int, low: Floats, high: Floats, close: Floats) -> tuple[int, int]:
    """Return the first and last lattice cell that price touched in the rows (row, target], the last close included."""
    lowest, highest = close[max(row, 0)], close[max(row, 0)]
    for index in range(row + 1, target + 1):
        lowest, highest = min(lowest, low[index]), max(highest, high[index])
    return int(math.floor(lowest)), int(math.floor(highest))


@nb.njit(cache=True, nogil=True)
def _widest(row: int, columns: Integers, low: Floats, high: Floats, close: Floats) -> int:
    """Return how many entry cells the rows to come can have, with room for the nodes' neighbours."""
    last = columns.max() if columns.shape[0] > 0 else -1
    if last <= row:
        return 0
    lowest, highest = _zone(row, last, low, high, close)
    return highest - lowest + 8
