"""What stands on a viewport's rows and columns."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import MAXIMUM_NODES, Flags, Floats, Integers, entries, place


@nb.njit(cache=True)
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
        Ledger row shown by each column, not decreasing, -1 for none.
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
    cells = np.empty(2 * MAXIMUM_NODES, np.int64)
    shares = np.empty(2 * MAXIMUM_NODES)
    width = 0
    if columns.shape[0] and columns[-1] > row:
        lowest, highest = close[max(row, 0)], close[max(row, 0)]
        for index in range(row + 1, columns[-1] + 1):
            lowest, highest = min(lowest, low[index]), max(highest, high[index])
        width = int(highest) - int(lowest) + 8
    pending = np.zeros((2, groups, width))
    value = np.empty(viewed)
    for column in range(columns.shape[0]):
        target = columns[column]
        if target < 0:
            continue
        if target > row:
            lowest, highest = close[max(row, 0)], close[max(row, 0)]
            for index in range(row + 1, target + 1):
                lowest, highest = min(lowest, low[index]), max(highest, high[index])
            zone_low, zone_high = int(math.floor(lowest)), int(math.floor(highest))
            left = zone_low - 2
            for index in range(row + 1, target + 1):
                if abs(log_survival[index] - reference) > 200.0:
                    factor = math.exp(log_survival[index] - reference)
                    state *= factor
                    pending *= factor
                    reference = log_survival[index]
                ended = close[max(index - 1, 0)]
                before, closed = int(math.floor(ended)), int(math.floor(close[index]))
                bottom = int(math.floor(min(low[index], ended)))
                top = int(math.floor(max(high[index], ended)))
                for cell in range(max(bottom, base), min(before, base + viewed - 1) + 1):
                    state[0, cell - base] = 0.0
                for cell in range(max(before, base), min(top, base + viewed - 1) + 1):
                    state[1, cell - base] = 0.0
                used = entries(low[index], high[index], cells, shares)
                inflation = math.exp(reference - log_survival[index])
                for side in range(2):
                    for group in range(groups):
                        amount = opened[index, side, group] * per_weight[group] * inflation
                        if amount == 0.0 or not shown[group]:
                            continue
                        for entry in range(used):
                            pending[side, group, cells[entry] - left] += amount * shares[entry]
                            place(
                                state[side],
                                base,
                                amount * shares[entry],
                                table[side, group],
                                span[side, group, 0],
                                span[side, group, 1],
                                side,
                                cells[entry],
                                closed,
                                zone_low,
                                zone_high,
                            )
            for side in range(2):
                for group in range(groups):
                    if not shown[group]:
                        continue
                    first, last = span[side, group, 0], span[side, group, 1]
                    for index in range(zone_high - zone_low + 5):
                        amount = pending[side, group, index]
                        if amount == 0.0:
                            continue
                        pending[side, group, index] = 0.0
                        entry = left + index
                        if side == 0:
                            for cell in range(
                                max(entry - last + 1, base), min(entry - first, zone_low - 1, base + viewed - 1) + 1
                            ):
                                state[0, cell - base] += amount * table[0, group, entry - cell]
                        else:
                            for cell in range(
                                max(entry + first, zone_high + 1, base), min(entry + last - 1, base + viewed - 1) + 1
                            ):
                                state[1, cell - base] += amount * table[1, group, cell - entry]
            factor = math.exp(log_survival[target] - reference)
            state *= factor
            reference = log_survival[target]
            row = target
        for side in range(2):
            for cell in range(viewed):
                value[cell] = state[side, cell] * worth[cell]
            if reach[column] > 0.0:
                for cell in range(viewed):
                    if value[cell] > 0.0:
                        argument = abs(base + cell + 0.5 - origin[column]) * reach[column] * 256.0
                        index = int(argument)
                        if index >= chances.shape[0] - 1:
                            value[cell] = 0.0
                        else:
                            value[cell] *= chances[index] + (argument - index) * (chances[index + 1] - chances[index])
            for line in range(edges.shape[0] - 1):
                start, stop = edges[line], edges[line + 1]
                first, last = int(start), int(stop)
                if first >= viewed:
                    break
                if first == last:
                    total = value[first] * (stop - start)
                else:
                    total = value[first] * (first + 1 - start)
                    for cell in range(first + 1, last):
                        total += value[cell]
                    if last < viewed:
                        total += value[last] * (stop - last)
                out[side, line, column] += total
