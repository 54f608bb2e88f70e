"""Lives of price cells between two touches."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import ALL_CLOSED, MAXIMUM_NODES, Floats, Integers, entries, place


@nb.njit(cache=True, nogil=True)
def _appended(
    table: Floats,
    used: int,
    side: int,
    group: int,
    cell: int,
    opened: int,
    closed: int,
    coins: float,
    peak: float,
) -> Floats:
    """Write one life into `table`, shape (m, 7), which grows when full."""
    if used == table.shape[0]:
        wider = np.empty((2 * used, 7))
        wider[:used] = table
        table = wider
    table[used, 0], table[used, 1], table[used, 2] = side, group, cell
    table[used, 3], table[used, 4], table[used, 5], table[used, 6] = opened, closed, coins, peak
    return table


@nb.njit(cache=True, nogil=True)
def lives(
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    per_weight: Floats,
    table: Floats,
    span: Integers,
    base: int,
    count: int,
) -> Floats:
    """Return the lives of the cells [base, base + count) between touches.

    Returns
    -------
    float64, shape (m, 7)
        Side, group, cell, row from which it stands, row that ended it (-1: none), coins at its end, most coins.
    """
    groups = table.shape[1]
    standing = np.zeros((2, groups, count))
    peak = np.zeros((2, groups, count))
    since = np.full((2, groups, count), -1, np.int64)
    out, used = np.empty((4096, 7)), 0
    cells, shares = np.empty(2 * MAXIMUM_NODES, np.int64), np.empty(2 * MAXIMUM_NODES)
    reference = 0.0
    for row in range(close.shape[0]):
        ended = close[max(row - 1, 0)]
        before, closed = int(math.floor(ended)), int(math.floor(close[row]))
        bottom, top = int(math.floor(min(low[row], ended))), int(math.floor(max(high[row], ended)))
        settled = row > 0 and log_survival[row] - log_survival[row - 1] < 0.5 * ALL_CLOSED
        survival = log_survival[row - 1] if settled else log_survival[row]
        if settled:
            bottom, top = base, base + count - 1
        if survival - reference < -200.0:
            standing *= math.exp(survival - reference)
            reference = survival
        scale = math.exp(survival - reference)
        for side in range(2):
            for group in range(groups):
                for cell in range(bottom if side == 0 else before, (before if side == 0 else top) + 1):
                    index = cell - base
                    if standing[side, group, index] > 0.0:
                        coins = standing[side, group, index] * scale
                        out = _appended(
                            out,
                            used,
                            side,
                            group,
                            cell,
                            since[side, group, index],
                            row,
                            coins,
                            peak[side, group, index],
                        )
                        used += 1
                    standing[side, group, index] = 0.0
                    peak[side, group, index] = 0.0
                    since[side, group, index] = -1
        if settled:
            reference, scale = log_survival[row], 1.0
        nodes = entries(low[row], high[row], cells, shares)
        for side in range(2):
            for group in range(groups):
                amount = opened[row, side, group] * per_weight[group] / scale
                if amount == 0.0:
                    continue
                for entry in range(nodes):
                    place(
                        standing[side, group],
                        base,
                        amount * shares[entry],
                        table[side, group],
                        span[side, group, 0],
                        span[side, group, 1],
                        side,
                        cells[entry],
                        closed,
                        base,
                        base + count - 1,
                    )
                first, last = span[side, group, 0], span[side, group, 1]
                start = min(cells[0], closed) - last if side == 0 else min(cells[0], closed) + first
                stop = max(cells[nodes - 1], closed) - first + 1 if side == 0 else max(cells[nodes - 1], closed) + last
                for index in range(max(start - base, 0), min(stop - base, count)):
                    if standing[side, group, index] > 0.0:
                        if since[side, group, index] < 0:
                            since[side, group, index] = row
                        peak[side, group, index] = max(peak[side, group, index], standing[side, group, index] * scale)
    scale = math.exp(log_survival[-1] - reference)
    for side in range(2):
        for group in range(groups):
            for index in range(count):
                if standing[side, group, index] > 0.0:
                    coins = standing[side, group, index] * scale
                    out = _appended(
                        out,
                        used,
                        side,
                        group,
                        base + index,
                        since[side, group, index],
                        -1,
                        coins,
                        peak[side, group, index],
                    )
                    used += 1
    return out[:used]
