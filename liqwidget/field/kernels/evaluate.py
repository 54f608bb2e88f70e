"""What stands on a viewport's rows and columns."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import MAXIMUM_NODES, Flags, Floats, Integers, mirrored
from liqwidget.field.kernels.walk import fill, touched, walk
from liqwidget.field.touching import FREEDOM, PER_ROOT

BLOCK, HELD = 64, 65_536
"""Columns evaluated together, so that rows of the picture are written in one go, and the cells that they may have."""

_FAR = 1 << 40
"""A cell beyond all others."""

_SMALL = 1e-60
"""A scale under which it is worked into what it scales."""


@nb.njit(cache=True, nogil=True)
def _survive(
    state: Floats, scale: Floats, layer: Integers, base: int, reach: tuple[int, int], log_survival: Floats, row: int,
    target: int, side: int,
) -> None:  # fmt: skip
    """Take from one side of `state` what was touched up to `reach`, from `scale` what closed from `row` to `target`.

    A scale that has become small is worked into the state, so that no number is too small to reckon with.
    """
    slots, viewed = state.shape[0], state.shape[2]
    first, stop = 0, min(max(reach[0] - base, 0), viewed)
    if side == 1:
        first, stop = min(max(reach[1] + 1 - base, 0), viewed), viewed
    for speed in range(2):
        scale[speed] *= math.exp(log_survival[speed, target] - (log_survival[speed, row] if row >= 0 else 0.0))
    for slot in range(slots):
        if layer[slot] < 0:
            continue
        kept = scale[int(slot == slots - 1)]
        coins = state[slot, side]
        coins[:first] = 0.0
        coins[stop:] = 0.0
        if kept < _SMALL:
            for cell in range(np.uint64(first), np.uint64(stop)):
                coins[cell] *= kept
    for speed in range(2):
        if scale[speed] < _SMALL:
            scale[speed] = 1.0


@nb.njit(cache=True, nogil=True)
def _value(
    state: Floats, scale: Floats, layer: Integers, again: Flags, side: int, first: int, stop: int, worth: Floats,
    values: Floats,
) -> None:  # fmt: skip
    """Write what the cells [first, stop) of one side are worth by layer; values, shape (L, V) [quote].

    `again`, shape (S,), says of which places the layer has been written by one before.
    """
    start, end = np.uint64(first), np.uint64(stop)
    for slot in range(state.shape[0]):
        if layer[slot] < 0:
            continue
        coins, target, kept = state[slot, side], values[layer[slot]], scale[int(slot == state.shape[0] - 1)]
        if again[slot]:
            for cell in range(start, end):
                target[cell] += coins[cell] * kept * worth[cell]
        else:
            for cell in range(start, end):
                target[cell] = coins[cell] * kept * worth[cell]


@nb.njit(cache=True, nogil=True)
def _by_chance(values: Floats, first: int, stop: int, reach: float, distance: float, chances: Floats) -> None:
    """Multiply the cells [first, stop) by the chance of a touch; `distance` is that of cell 0.

    Most lie within the table and are taken without a branch, several at a time.
    """
    last = chances.shape[0] - 1
    inside = min((last / PER_ROOT) ** 2 / reach - 1.0, 1e12)
    begin = min(max(first, int(math.ceil(-inside - distance))), stop)
    end = max(min(stop, int(math.floor(inside - distance)) + 1), begin)
    limit = np.int32(last - 1)
    for cell in range(np.uint64(begin), np.uint64(end)):
        place = math.sqrt(abs(distance + cell) * reach) * PER_ROOT
        index = min(np.int32(place), limit)
        low, high = chances[np.uint32(index)], chances[np.uint32(index) + np.uint32(1)]
        values[cell] *= low + (place - index) * (high - low)
    for beyond in ((first, begin), (end, stop)):
        for cell in range(beyond[0], beyond[1]):
            place = math.sqrt(abs(distance + cell) * reach) * PER_ROOT
            entry = min(int(place), last - 1)
            chance = chances[entry] + (place - entry) * (chances[entry + 1] - chances[entry])
            values[cell] *= chance if place < last else chances[last] * (last / place) ** (2.0 * FREEDOM)


@nb.njit(cache=True, nogil=True)
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
    count, viewed = values.shape[2], values.shape[1]
    for layer in range(values.shape[0]):
        for line in range(edges.shape[0] - 1):
            start, stop = edges[line], edges[line + 1]
            first, last = int(start), int(stop)
            if first >= viewed:
                break
            share = (stop if first == last else first + 1.0) - start
            for column in range(count):
                out[layer, line, column] += values[layer, first, column] * share
            for cell in range(first + 1, last):
                for column in range(count):
                    out[layer, line, column] += values[layer, cell, column]
            if first < last < viewed and stop > last:
                for column in range(count):
                    out[layer, line, column] += values[layer, last, column] * (stop - last)


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
    values: Floats, layer: int, count: int, begins: Integers, ends: Integers, shares: Floats, first: int, stop: int,
    out: Floats, block: int,
) -> None:  # fmt: skip
    """Add what the rows of price [first, stop) hold to `count` columns of `out` from `block` on."""
    for line in range(first, stop):
        begin, end, target = np.uint64(begins[line]), np.uint64(ends[line]), out[line]
        lower, upper = shares[line, 0], shares[line, 1]
        if end <= begin + np.uint64(1):
            for number in range(np.uint64(count)):
                column = np.uint64(block) + number
                target[column] += values[number, layer, begin] * lower + values[number, layer, end] * upper
        else:
            for number in range(np.uint64(count)):
                one = values[number, layer]
                target[np.uint64(block) + number] += one[begin] * lower + one[end] * upper + _between(one, begin, end)


@nb.njit(cache=True, nogil=True)
def _between(values: Floats, begin: np.uint64, end: np.uint64) -> float:
    """Return the sum of the cells between two."""
    one, two, three, four = 0.0, 0.0, 0.0, 0.0
    cell = begin + np.uint64(1)
    while cell + np.uint64(3) < end:
        one += values[cell]
        two += values[cell + np.uint64(1)]
        three += values[cell + np.uint64(2)]
        four += values[cell + np.uint64(3)]
        cell += np.uint64(4)
    while cell < end:
        one += values[cell]
        cell += np.uint64(1)
    return (one + two) + (three + four)


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
    chances: Floats,
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
        What every so many rows leave, see `passages`; `length` 0 is without.
    per_weight : float64, shape (B,)
        1 / weight of each book.
    slot, layer : int64, shape (B,), (S,)
        Where each book stands in `state`, the book at the cap in the last place, and where that is added in `out`; -1
        is nowhere.
    table, span, units, wide :
        The density, and the lattice cells in a price cell.
    state : float64, shape (S, 2, V)
        Coins, long and short, standing after `row` in the viewed cells, the first of which is `base`, which begins a
        price cell; the side is updated.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    reach, origin : float64, shape (W,)
        Chance of a touch: argument per cell of distance (0 = certain), and the column's close as a lattice coordinate.
    chances : float64, shape (C + 1,)
        The table of `liqwidget.field.touching`.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus `base`, within [0, V].
    side : int
        The side that is taken.
    out : float64, shape (L, H, W)
        Quote currency; added to.
    """
    books, viewed = table.shape[1], state.shape[2]
    places, shares = np.empty((2, 2 * MAXIMUM_NODES), np.int64), np.empty((2, 2 * MAXIMUM_NODES))
    flags = np.where(layer[slot] >= 0, 1.0, 0.0)
    counted, even = per_weight * flags, np.zeros(viewed // wide + 2)
    facing = mirrored(table, span)
    last = columns.max() if columns.shape[0] > 0 else -1
    lowest, highest = touched(row, last, low, high, close, passed, length) if last > row else (0, 0)
    entered = np.zeros((2, books, highest - lowest + 7 * wide))
    count_lines = edges.shape[0] - 1
    begins, ends, parts = np.empty(count_lines, np.int64), np.empty(count_lines, np.int64), np.empty((count_lines, 2))
    _parts(edges, viewed, begins, ends, parts)
    together = max(min(BLOCK, columns.shape[0], HELD // (out.shape[0] * viewed)), 1)
    values = np.zeros((together, out.shape[0], viewed))
    edge, sides, scale = np.zeros(2, np.int64), (side, side + 1), np.ones(2)
    again = np.zeros(layer.shape[0], np.bool_)
    for place in range(layer.shape[0]):
        again[place] = (layer[:place] == layer[place]).any()
    for block in range(0, columns.shape[0], together):
        count = min(together, columns.shape[0] - block)
        begin, end = viewed, 0
        for number in range(count):
            column = block + number
            target = columns[column]
            if target < 0:
                values[number] = 0.0
                continue
            if target > row:
                lowest, highest = touched(row, target, low, high, close, passed, length)
                entry_base = lowest // wide * wide - 2 * wide
                _survive(state, scale, layer, base, (lowest, highest), log_survival, row, target, side)
                walk(
                    row, target, low, high, close, log_survival, opened, passed, kept, length, counted, flags, slot,
                    state, base, wide, table, facing, span, units, entry_base, entered, even, places, shares, edge,
                    sides, scale,
                )  # fmt: skip
                fill(
                    state, slot, base, wide, table, facing, span, units, entered, entry_base, side,
                    -_FAR if side == 0 else edge[1] + 1, edge[0] - 1 if side == 0 else _FAR, even, edge[0], edge[1],
                )  # fmt: skip
                entered[side, :, : edge[1] - entry_base + 3 * wide] = 0.0
                row = target
            elif number > 0 and columns[column - 1] == target:
                for one in range(out.shape[0]):
                    for cell in range(viewed):
                        values[number, one, cell] = values[number - 1, one, cell]
                continue
            closed = min(max(int(math.floor(close[target])) - base, 0), viewed)
            first, stop = (0, closed) if side == 0 else (closed, viewed)
            if first < stop:
                begin, end = min(begin, first), max(end, stop)
            values[number, :, :first] = 0.0
            values[number, :, stop:] = 0.0
            _value(state, scale, layer, again, side, first, stop, worth, values[number])
            if reach[column] > 0.0:
                for one in range(out.shape[0]):
                    _by_chance(values[number, one], first, stop, reach[column], base + 0.5 - origin[column], chances)
        if begin < end:
            line = int(np.searchsorted(ends, begin)), min(int(np.searchsorted(begins, end)), count_lines)
            for one in range(out.shape[0]):
                _lines(values, one, count, begins, ends, parts, line[0], line[1], out[one], block)
    for place in range(layer.shape[0]):
        coins = state[place, side]
        coins *= scale[int(place == layer.shape[0] - 1)]
