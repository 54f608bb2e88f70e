"""Compiled kernels (Numba): the forward pass over candles, and the standing size on a viewport's rows and columns.

Plain loops over arrays; `oracle` holds the same functions in NumPy, which the tests compare with. Conventions:
side 0 is long, 1 is short; lattice cells are absolute; ``low``, ``high``, ``close`` come as lattice coordinates
ln(price) / CELL. Amounts are in base units.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

MAXIMUM_NODES = 7


@nb.njit(cache=True, inline="never")
def _entries(low, high, cells, shares):
    """Split one candle's openings over entry nodes, one per cell of range, each shared by two cell centres.

    Returns how many of `cells` (int64, lattice cells, ascending) and `shares` (they sum to 1) are used.
    """
    spread = high - low
    nodes = min(MAXIMUM_NODES, max(1, int(math.ceil(spread))))
    used = 0
    for node in range(nodes):
        position = low + spread * ((node + 0.5) / nodes) - 0.5
        cell = int(math.floor(position))
        fraction = position - cell
        for step in range(2):
            share = (fraction if step == 1 else 1.0 - fraction) / nodes
            if used > 0 and cells[used - 1] >= cell + step:
                shares[used - 1 - (cells[used - 1] - cell - step)] += share
            else:
                cells[used] = cell + step
                shares[used] = share
                used += 1
    return used


@nb.njit(cache=True, inline="never")
def _place(target, base, amount, table, first, last, side, entry, close, low_cell, high_cell):
    """Add `amount` x density of an entry to the cells [low_cell, high_cell]; what lies beyond the close starts from it.

    `target` holds cell `base` at index 0. Cells that the redirect reaches are written wherever `target` has them.
    """
    sign = -1 if side == 0 else 1
    beyond = -sign * (entry - close)
    for offset in range(first, min(last, beyond + 1)):
        cell = close + sign * offset - base
        if 0 <= cell < target.shape[0]:
            target[cell] += amount * table[offset]
    start = max(first, beyond + 1)
    if side == 0:
        bottom = max(low_cell, entry - last + 1, base)
        top = min(high_cell, entry - start, base + target.shape[0] - 1)
        for cell in range(bottom, top + 1):
            target[cell - base] += amount * table[entry - cell]
    else:
        bottom = max(low_cell, entry + start, base)
        top = min(high_cell, entry + last - 1, base + target.shape[0] - 1)
        for cell in range(bottom, top + 1):
            target[cell - base] += amount * table[cell - entry]


@nb.njit(cache=True)
def spread(entered, base, table, span, shown, start, stop):
    """Spread entry histograms over cells [start, stop) that price has never touched; shape (2, G, stop - start).

    Parameters
    ----------
    entered : float64, shape (2, G, B)
        What was opened by entry cell, divided by the book's weight; index 0 is lattice cell `base`.
    shown : bool, shape (G,)
        Groups that count; the others stay 0.
    """
    out = np.zeros((2, table.shape[1], stop - start))
    for side in range(2):
        for group in range(table.shape[1]):
            if not shown[group]:
                continue
            first, last = span[side, group, 0], span[side, group, 1]
            target, density = out[side, group], table[side, group]
            for index in range(entered.shape[2]):
                amount, entry = entered[side, group, index], base + index
                if amount == 0.0:
                    continue
                if side == 0:
                    for cell in range(max(start, entry - last + 1), min(stop, entry - first + 1)):
                        target[cell - start] += amount * density[entry - cell]
                else:
                    for cell in range(max(start, entry + first), min(stop, entry + last)):
                        target[cell - start] += amount * density[cell - entry]
    return out


@nb.njit(cache=True)
def forward(row, stop, low, high, close, survival, interest, frozen, previous, mass, standing, entered, scale, base, table, span, weights, log_survival, opened):  # noqa: E501
    """Run the books over rows [row, stop): survive, sweep, open.

    Parameters
    ----------
    low, high, close : float64, shape (n,)
        Lattice coordinates of what was traded in each row.
    survival, interest : float64, shape (n,)
        Share that survives the row; accepted open interest [base].
    frozen : bool, shape (n,)
        Rows that sweep but neither unwind nor open.
    previous : float64, shape (2,)
        Lattice coordinate of the last close, ln of the last survival; updated.
    mass : float64, shape (2, G)
        Coins of each book; updated.
    standing, entered : float64, shape (2, G, B)
        Standing by cell and openings by entry cell over `scale`; updated.

    Returns
    -------
    row, scale : int, float
        The row reached (before `stop` when the cells must grow first) and the new scale.
    """
    groups = weights.shape[0]
    top_cell = base + standing.shape[2] - 1
    cells = np.empty(2 * MAXIMUM_NODES, np.int64)
    shares = np.empty(2 * MAXIMUM_NODES)
    while row < stop:
        closed = int(math.floor(close[row]))
        lowest, highest = int(math.floor(low[row])) - 1, int(math.floor(high[row])) + 1
        if min(lowest, 2 * closed - highest) < base or max(highest, 2 * closed - lowest) > top_cell:
            return row, scale
        before = int(math.floor(previous[0]))
        kept = survival[row]
        scale *= kept
        previous[1] += math.log(kept)
        log_survival[row] = previous[1]
        bottom = int(math.floor(min(low[row], previous[0])))
        top = int(math.floor(max(high[row], previous[0])))
        for group in range(groups):
            for side in range(2):
                gone = 0.0
                for cell in range(bottom if side == 0 else before, (before if side == 0 else top) + 1):
                    gone += standing[side, group, cell - base]
                    standing[side, group, cell - base] = 0.0
                mass[side, group] = max(0.0, mass[side, group] * kept - gone * scale)
        previous[0] = close[row]
        if not frozen[row]:
            used = _entries(low[row], high[row], cells, shares)
            for side in range(2):
                for group in range(groups):
                    amount = weights[group] * interest[row] - mass[side, group]
                    if amount <= 0.0 or weights[group] == 0.0:
                        continue
                    opened[row, side, group] = amount
                    mass[side, group] = weights[group] * interest[row]
                    for index in range(used):
                        part = amount / weights[group] * shares[index] / scale
                        entered[side, group, cells[index] - base] += part
                        _place(standing[side, group], base, part, table[side, group], span[side, group, 0], span[side, group, 1], side, cells[index], closed, base, top_cell)  # noqa: E501
        if scale < 1e-60:
            standing *= scale
            entered *= scale
            scale = 1.0
        row += 1
    return row, scale


@nb.njit(cache=True)
def evaluate(row, columns, low, high, close, log_survival, opened, per_weight, shown, table, span, state, base, worth, reach, origin, chances, edges, out):  # noqa: E501
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
        Chance of a touch: argument scale per cell of distance (0 = certain), and the column's close as a lattice coordinate.
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
                used = _entries(low[index], high[index], cells, shares)
                inflation = math.exp(reference - log_survival[index])
                for side in range(2):
                    for group in range(groups):
                        amount = opened[index, side, group] * per_weight[group] * inflation
                        if amount == 0.0 or not shown[group]:
                            continue
                        for entry in range(used):
                            pending[side, group, cells[entry] - left] += amount * shares[entry]
                            _place(state[side], base, amount * shares[entry], table[side, group], span[side, group, 0], span[side, group, 1], side, cells[entry], closed, zone_low, zone_high)  # noqa: E501
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
                            for cell in range(max(entry - last + 1, base), min(entry - first, zone_low - 1, base + viewed - 1) + 1):
                                state[0, cell - base] += amount * table[0, group, entry - cell]
                        else:
                            for cell in range(max(entry + first, zone_high + 1, base), min(entry + last - 1, base + viewed - 1) + 1):
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


@nb.njit(cache=True)
def _appended(table, used, side, group, cell, opened, closed, coins, peak):
    """Write one life into `table`, shape (m, 7), which grows when full."""
    if used == table.shape[0]:
        wider = np.empty((2 * used, 7))
        wider[:used] = table
        table = wider
    table[used, 0], table[used, 1], table[used, 2] = side, group, cell
    table[used, 3], table[used, 4], table[used, 5], table[used, 6] = opened, closed, coins, peak
    return table


@nb.njit(cache=True)
def lives(low, high, close, log_survival, opened, per_weight, table, span, base, count):
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
        if log_survival[row] - reference < -200.0:
            standing *= math.exp(log_survival[row] - reference)
            reference = log_survival[row]
        scale = math.exp(log_survival[row] - reference)
        for side in range(2):
            for group in range(groups):
                for cell in range(bottom if side == 0 else before, (before if side == 0 else top) + 1):
                    index = cell - base
                    if standing[side, group, index] > 0.0:
                        coins = standing[side, group, index] * scale
                        out = _appended(out, used, side, group, cell, since[side, group, index], row, coins, peak[side, group, index])
                        used += 1
                    standing[side, group, index] = 0.0
                    peak[side, group, index] = 0.0
                    since[side, group, index] = -1
        nodes = _entries(low[row], high[row], cells, shares)
        for side in range(2):
            for group in range(groups):
                amount = opened[row, side, group] * per_weight[group] / scale
                if amount == 0.0:
                    continue
                for entry in range(nodes):
                    _place(standing[side, group], base, amount * shares[entry], table[side, group], span[side, group, 0], span[side, group, 1], side, cells[entry], closed, base, base + count - 1)  # noqa: E501
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
                    out = _appended(out, used, side, group, base + index, since[side, group, index], -1, coins, peak[side, group, index])
                    used += 1
    return out[:used]
