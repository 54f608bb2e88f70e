"""What stands on a viewport's rows and columns."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import MAXIMUM_NODES, Flags, Floats, Integers, entries
from liqwidget.field.touching import FREEDOM, PER_ROOT

BLOCK = 8
"""Columns evaluated together, so that rows of the picture are written in one go."""


@nb.njit(cache=True, nogil=True)
def _advance(
    row: int,
    target: int,
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    counted: Floats,
    state: Floats,
    base: int,
    wide: int,
    table: Floats,
    span: Integers,
    units: Integers,
    entered: Floats,
    even: Floats,
    places: Integers,
    shares: Floats,
) -> None:
    """Bring `state` from after `row` to after `target`.

    Rows are taken from the last one back. Of what a row opened, the rows after it left what lies beyond the farthest
    price that they touched. So cells are filled once: where a row touches farther than those after it, with what it and
    they entered; beyond every touch at the end. `entered`, shape (2, B, U), and `even` are zeros and are left so.
    """
    books = units.shape[0]
    lowest, highest = _touched(row, target, low, high, close)
    zone = int(math.floor(lowest / wide)) * wide - 2 * wide
    reach = (int(math.floor(lowest)), int(math.floor(highest)))
    _survive(state, base, reach, log_survival, row, target)
    closed = int(math.floor(close[target]))
    edge = [closed, closed]
    for index in range(target, row, -1):
        for kind in range(2):
            unit, used = 1 if kind == 0 else wide, 0
            left, ended = zone // unit, int(math.floor(close[index] / unit))
            for book in range(books):
                if int(units[book] > 1) != kind or counted[book] == 0.0:
                    continue
                speed = int(book == books - 1)
                alive = math.exp(log_survival[speed, target] - log_survival[speed, index]) * counted[book]
                if used == 0:
                    used = entries(low[index], high[index], wide, unit, places, shares)
                for side in range(2):
                    amount = opened[index, side, book] * alive
                    if amount == 0.0:
                        continue
                    first, last = span[side, book, 0], span[side, book, 1]
                    for number in range(used):
                        entry, part = places[number], amount * shares[number]
                        entered[side, book, entry - left] += part
                        beyond = ended - entry if side == 1 else entry - ended
                        if beyond >= first:
                            _from_close(
                                state[speed, side], base, part, table[side, book], first, last, side, beyond, ended,
                                unit, edge[side],
                            )  # fmt: skip
        before = close[max(index - 1, 0)]
        bottom, top = int(math.floor(min(low[index], before))), int(math.floor(max(high[index], before)))
        if bottom < edge[0]:
            _fill(state, base, wide, table, span, units, entered, zone, 0, bottom, edge[0] - 1, even)
            edge[0] = bottom
        if top > edge[1]:
            _fill(state, base, wide, table, span, units, entered, zone, 1, edge[1] + 1, top, even)
            edge[1] = top
    last_cell = base + state.shape[2] - 1
    _fill(state, base, wide, table, span, units, entered, zone, 0, base, edge[0] - 1, even)
    _fill(state, base, wide, table, span, units, entered, zone, 1, edge[1] + 1, last_cell, even)
    entered[:, :, : reach[1] - zone + 3 * wide] = 0.0


@nb.njit(cache=True, nogil=True)
def _survive(state: Floats, base: int, reach: tuple[int, int], log_survival: Floats, row: int, target: int) -> None:
    """Take from `state` what was touched up to `reach`, and what did not survive from `row` to `target`."""
    viewed = state.shape[2]
    for speed in range(2):
        kept = math.exp(log_survival[speed, target] - (log_survival[speed, row] if row >= 0 else 0.0))
        stop = min(max(reach[0] - base, 0), viewed)
        for cell in range(stop):
            state[speed, 0, cell] *= kept
        state[speed, 0, stop:] = 0.0
        start = min(max(reach[1] + 1 - base, 0), viewed)
        state[speed, 1, :start] = 0.0
        for cell in range(start, viewed):
            state[speed, 1, cell] *= kept


@nb.njit(cache=True, nogil=True)
def _from_close(
    target: Floats, base: int, amount: float, table: Floats, first: int, last: int, side: int, beyond: int, ended: int,
    unit: int, edge: int,
) -> None:  # fmt: skip
    """Add what an entry puts beyond the close, `beyond` units from it, to the cells beyond `edge`, from the close on.

    In the close's own unit nothing of the entry stays: taken away here, since `_fill` will put it there.
    """
    sign = -1 if side == 0 else 1
    for offset in range(first, min(last, beyond + 1)):
        _even(target, base, ended + sign * offset, unit, amount * table[offset], side, edge)
    if beyond < last:
        _even(target, base, ended, unit, -amount * table[beyond], side, edge)


@nb.njit(cache=True, nogil=True)
def _even(target: Floats, base: int, place: int, unit: int, amount: float, side: int, edge: int) -> None:
    """Add an amount to the lattice cells of a unit, evenly, as far as they lie beyond `edge`."""
    first, stop = place * unit, (place + 1) * unit
    if side == 0:
        stop = min(stop, edge)
    else:
        first = max(first, edge + 1)
    for cell in range(max(first, base), min(stop, base + target.shape[0])):
        target[cell - base] += amount / unit


@nb.njit(cache=True, nogil=True)
def _fill(
    state: Floats, base: int, wide: int, table: Floats, span: Integers, units: Integers, entered: Floats, zone: int,
    side: int, first_cell: int, last_cell: int, even: Floats,
) -> None:  # fmt: skip
    """Add what was entered so far to the cells [first_cell, last_cell] of a side."""
    first_cell, last_cell = max(first_cell, base), min(last_cell, base + state.shape[2] - 1)
    if first_cell > last_cell:
        return
    books, spread_evenly = units.shape[0], False
    first_place, last_place = first_cell // wide, last_cell // wide
    for book in range(books):
        if book == books - 1 and spread_evenly:
            _flatten(even, base, wide, state[0, side], first_cell, last_cell)
            spread_evenly = False
        unit, density = units[book], table[side, book]
        nearest, farthest = span[side, book, 0], span[side, book, 1] - 1
        if farthest < nearest:
            continue
        bottom, top = (first_cell, last_cell) if unit == 1 else (first_place, last_place)
        target = state[int(book == books - 1), side] if unit == 1 else even
        start, left = base if unit == 1 else base // wide, zone // unit
        if side == 0:
            begin, end = bottom + nearest - left, top + farthest - left
        else:
            begin, end = bottom - farthest - left, top - nearest - left
        for index in range(max(begin, 0), min(end, entered.shape[2] - 1) + 1):
            amount = entered[side, book, index]
            if amount == 0.0:
                continue
            entry = left + index
            if unit > 1:
                spread_evenly = True
            if side == 0:
                for place in range(max(entry - farthest, bottom), min(entry - nearest, top) + 1):
                    target[place - start] += amount * density[entry - place]
            else:
                for place in range(max(entry + nearest, bottom), min(entry + farthest, top) + 1):
                    target[place - start] += amount * density[place - entry]
    if spread_evenly:
        _flatten(even, base, wide, state[1, side], first_cell, last_cell)


@nb.njit(cache=True, nogil=True)
def _flatten(even: Floats, base: int, wide: int, target: Floats, first_cell: int, last_cell: int) -> None:
    """Move what lies on price cells to their lattice cells within [first_cell, last_cell], evenly."""
    origin = base // wide
    for place in range(first_cell // wide, last_cell // wide + 1):
        amount = even[place - origin] / wide
        even[place - origin] = 0.0
        if amount != 0.0:
            for cell in range(max(place * wide, first_cell), min(place * wide + wide - 1, last_cell) + 1):
                target[cell - base] += amount


@nb.njit(cache=True, nogil=True)
def _value(
    coins: Floats, base: int, worth: Floats, reach: float, origin: float, chances: Floats, first: int, stop: int,
    values: Floats,
) -> None:  # fmt: skip
    """Write one column's quote currency in cells [first, stop), times the chance of a touch where `reach` > 0.

    `coins`, shape (2, V), are those of the groups and of the book at the cap.
    """
    last = chances.shape[0] - 1
    for cell in range(first, stop):
        values[cell] = (coins[0, cell] + coins[1, cell]) * worth[cell]
    if reach > 0.0:
        for cell in range(first, stop):
            place = math.sqrt(abs(base + cell + 0.5 - origin) * reach) * PER_ROOT
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
    for side in range(2):
        _rows(values[side], edges, values.shape[2], 0, values.shape[1], out[side])


@nb.njit(cache=True, nogil=True)
def _rows(values: Floats, edges: Floats, count: int, bottom: int, top: int, out: Floats) -> None:
    """Add the parts of the cells [bottom, top) in each row: `values` (V, count or more) into `out` (H, count)."""
    viewed = values.shape[0]
    begin = max(int(np.searchsorted(edges, bottom, side="right")) - 1, 0)
    for line in range(begin, edges.shape[0] - 1):
        start, stop = edges[line], edges[line + 1]
        first, last = int(start), int(stop)
        if first >= min(top, viewed):
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
    counted, even = np.where(shown, per_weight, 0.0), np.zeros(viewed // wide + 2)
    entered = np.zeros((2, books, _widest(row, columns, low, high, close, wide)))
    values = np.zeros((2, viewed, BLOCK))
    column_values = np.empty(viewed)
    for block in range(0, columns.shape[0], BLOCK):
        count = min(BLOCK, columns.shape[0] - block)
        values[:] = 0.0
        lowest, highest = viewed, 0
        for number in range(count):
            column = block + number
            target = columns[column]
            if target < 0:
                continue
            if target > row:
                _advance(
                    row, target, low, high, close, log_survival, opened, counted, state, base, wide, table, span,
                    units, entered, even, places, shares,
                )  # fmt: skip
                row = target
            closed = min(max(int(math.floor(close[target])) - base, 0), viewed)
            lowest, highest = min(lowest, closed), max(highest, closed)
            if number > 0 and columns[column - 1] == target:
                values[:, :, number] = values[:, :, number - 1]
                continue
            for side in range(2):
                first, stop = (0, closed) if side == 0 else (closed, viewed)
                _value(state[:, side], base, worth, reach[column], origin[column], chances, first, stop, column_values)
                for cell in range(first, stop):
                    values[side, cell, number] = column_values[cell]
        _rows(values[0], edges, count, 0, highest, out[0, :, block : block + count])
        _rows(values[1], edges, count, lowest, viewed, out[1, :, block : block + count])


@nb.njit(cache=True, nogil=True)
def _touched(row: int, target: int, low: Floats, high: Floats, close: Floats) -> tuple[float, float]:
    """Return the lowest and highest lattice coordinate touched in the rows (row, target], the last close included."""
    lowest, highest = close[max(row, 0)], close[max(row, 0)]
    for index in range(row + 1, target + 1):
        lowest, highest = min(lowest, low[index]), max(highest, high[index])
    return lowest, highest


@nb.njit(cache=True, nogil=True)
def _widest(row: int, columns: Integers, low: Floats, high: Floats, close: Floats, wide: int) -> int:
    """Return how many entry units the rows to come can have, with room for the nodes' neighbours."""
    last = columns.max() if columns.shape[0] > 0 else -1
    if last <= row:
        return 0
    lowest, highest = _touched(row, last, low, high, close)
    return int(highest - lowest) + 7 * wide
