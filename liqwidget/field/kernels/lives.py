"""Lives of levels between two touches."""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from liqwidget.field.kernels.placing import ALL_CLOSED, MAXIMUM_NODES, Floats, Integers, added, entries, mirrored, place

_STALE = 200.0
"""How far ln survival may move from where the sums stand before they are brought there."""


@nb.njit(cache=True, nogil=True)
def _appended(
    table: Floats, used: int, side: int, group: int, level: int, opened: int, closed: int, size: float, peak: float
) -> Floats:
    """Write one life into `table`, shape (m, 7), which grows when full."""
    if used == table.shape[0]:
        wider = np.empty((2 * used, 7))
        for row in range(used):
            for column in range(7):
                wider[row, column] = table[row, column]
        table = wider
    table[used, 0], table[used, 1], table[used, 2] = side, group, level
    table[used, 3], table[used, 4], table[used, 5], table[used, 6] = opened, closed, size, peak
    return table


@nb.njit(cache=True, nogil=True)
def _size(
    accumulated: Floats, swept: Floats, worth: Floats, starts: Integers, units: Integers, group_of: Integers,
    scale: Floats, side: int, group: int, first: int, stop: int,
) -> float:  # fmt: skip
    """Return what stands of a side and leverage group in the cells [first, stop) [quote]."""
    total = 0.0
    for book in range(units.shape[0]):
        if group_of[book] != group:
            continue
        unit, factor = units[book], scale[int(book == units.shape[0] - 1)] / units[book]
        for cell in range(first, stop):
            held = accumulated[side, starts[book] + cell // unit] - swept[side, book, cell]
            total += held * worth[cell] * factor
    return total


@nb.njit(cache=True, nogil=True)
def _holds(
    accumulated: Floats, swept: Floats, starts: Integers, units: Integers, group_of: Integers, side: int, group: int,
    first: int, stop: int,
) -> bool:  # fmt: skip
    """Say whether anything of a side and leverage group stands in the cells [first, stop)."""
    for book in range(units.shape[0]):
        if group_of[book] == group:
            for cell in range(first, stop):
                if accumulated[side, starts[book] + cell // units[book]] > swept[side, book, cell]:
                    return True
    return False


@nb.njit(cache=True, nogil=True)
def _settles(log_survival: Floats, row: int) -> bool:
    """Say whether open interest became 0 at a row: nothing survives it, and levels end there."""
    return row > 0 and log_survival[0, row] - log_survival[0, row - 1] < 0.5 * ALL_CLOSED


@nb.njit(cache=True, nogil=True)
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

    A touch of any of its cells ends a level; what stands on in the others is the next level, from that row on. Where
    nothing survives, every level ends.

    Parameters
    ----------
    low, high, close, log_survival, opened :
        The ledger; prices as lattice coordinates.
    per_weight, group_of : float64, int64, shape (B,)
        1 / weight of each book, and the leverage group that it counts to.
    table, span, units, wide :
        The density, and the lattice cells in a price cell.
    worth : float64, shape (V,)
        Quote currency per coin at each cell, the first of which is `base`; whole levels and whole price cells.
    block : int
        The most that a level held is looked at after every so many rows, and at its end.

    Returns
    -------
    float64, shape (m, 7)
        Side, group, level (cell // width), row from which it stands, row that ended it (-1: none), what it held at its
        end, most that it held [quote].
    """
    books, cells, groups = units.shape[0], worth.shape[0], group_of.max() + 1
    starts = np.zeros(books + 1, np.int64)
    for book in range(books):
        starts[book + 1] = starts[book] + cells // units[book]
    accumulated, swept = np.zeros((2, starts[books])), np.zeros((2, books, cells))
    levels = cells // width
    gone, peak = np.zeros((2, books, levels)), np.zeros((2, groups, levels))
    held = np.empty(levels)
    since = np.full((2, groups, levels), -1, np.int64)
    out, used = np.empty((4096, 7)), 0
    places, shares = np.empty((2, 2 * MAXIMUM_NODES), np.int64), np.empty((2, 2 * MAXIMUM_NODES))
    counts, landed = np.zeros(2, np.int64), np.empty((2, groups, 2), np.int64)
    even_worth = np.zeros(cells // wide)
    for cell in range(cells):
        even_worth[cell // wide] += worth[cell] / wide
    facing = mirrored(table, span)
    reference, scale, amounts = np.zeros(2), np.ones(2), np.empty((2, books))
    count, end = close.shape[0], 0
    while end < count:
        begin, end = end, min(end // block * block + block, count)
        for row in range(begin + 1, end):
            if _settles(log_survival, row):
                end = row
                break
        lowest, highest = close[max(begin - 1, 0)], close[max(begin - 1, 0)]
        for row in range(begin, end):
            lowest, highest = min(lowest, low[row]), max(highest, high[row])
        step = max(wide, width)
        zone_low = (int(math.floor(lowest)) - base) // step * step
        zone_high = (int(math.floor(highest)) - base) // step * step + step - 1
        left = zone_low - 2 * wide
        pending = np.zeros((2, books, zone_high - zone_low + 1 + 4 * wide))
        for row in range(begin, end):
            ended = close[max(row - 1, 0)]
            before = int(math.floor(ended)) - base
            bottom = int(math.floor(min(low[row], ended))) - base
            top = int(math.floor(max(high[row], ended))) - base
            settled = _settles(log_survival, row)
            survived = log_survival[:, row - 1] if settled else log_survival[:, row]
            if settled:
                bottom, top = 0, cells - 1
            for speed in range(2):
                if survived[speed] - reference[speed] < -_STALE:
                    factor = math.exp(survived[speed] - reference[speed])
                    first, last = (0, books - 1) if speed == 0 else (books - 1, books)
                    line = accumulated[:, starts[first] : starts[last]]
                    line *= factor
                    for kept in (swept, gone, pending):
                        part = kept[:, first:last]
                        part *= factor
                    reference[speed] = survived[speed]
                scale[speed] = math.exp(survived[speed] - reference[speed])
            for side in range(2):
                lower, upper = (bottom, before) if side == 0 else (before, top)
                for level in range(lower // width, upper // width + 1):
                    first, stop = max(lower, level * width), min(upper, level * width + width - 1) + 1
                    for group in range(groups):
                        if since[side, group, level] < 0 or not _holds(
                            accumulated, swept, starts, units, group_of, side, group, first, stop
                        ):
                            continue
                        around = level * width, level * width + width
                        size = _size(
                            accumulated, swept, worth, starts, units, group_of, scale, side, group, around[0], around[1]
                        )  # fmt: skip
                        out = _appended(
                            out, used, side, group, base // width + level, since[side, group, level], row, size,
                            max(peak[side, group, level], size),
                        )  # fmt: skip
                        used += 1
                        for book in range(books):
                            if group_of[book] != group:
                                continue
                            for cell in range(first, stop):
                                now = accumulated[side, starts[book] + cell // units[book]]
                                gone[side, book, level] += (now - swept[side, book, cell]) * worth[cell] / units[book]
                                swept[side, book, cell] = now
                        holds = _holds(accumulated, swept, starts, units, group_of, side, group, around[0], around[1])
                        since[side, group, level] = row if holds else -1
                        peak[side, group, level] = 0.0
            if settled:
                accumulated[:], swept[:], gone[:], since[:], peak[:] = 0.0, 0.0, 0.0, -1, 0.0
                for speed in range(2):
                    reference[speed], scale[speed] = log_survival[speed, row], 1.0
            for kind in range(2):
                unit = 1 if kind == 0 else wide
                counts[kind] = entries(low[row], high[row], wide, unit, places, shares, kind)
            landed[:, :, 0], landed[:, :, 1] = zone_high + 1, zone_low - 1
            for side in range(2):
                for book in range(books):
                    amount = opened[row, side, book] * per_weight[book] / scale[int(book == books - 1)]
                    amounts[side, book] = amount
                    if amount == 0.0:
                        continue
                    unit = units[book]
                    kind, closed = int(unit > 1), int(math.floor(close[row] / unit)) - base // unit
                    first, last = span[side, book, 0], span[side, book, 1]
                    target = accumulated[side, starts[book] : starts[book + 1]]
                    for number in range(counts[kind]):
                        entry, part = places[kind, number] - base // unit, amount * shares[kind, number]
                        beyond = closed - entry if side == 1 else entry - closed
                        room = zone_high // unit - entry if side == 1 else entry - zone_low // unit
                        pending[side, book, entry - left // unit] += part
                        if first <= max(room, beyond):
                            reach = _now(
                                target, part, table[side, book], first, last, side, entry, closed, zone_low // unit,
                                zone_high // unit,
                            )  # fmt: skip
                            one = landed[side, group_of[book]]
                            one[0] = min(one[0], max(reach[0] * unit, zone_low))
                            one[1] = max(one[1], min(reach[1] * unit + unit - 1, zone_high))
            for side in range(2):
                for group in range(groups):
                    for level in range(landed[side, group, 0] // width, landed[side, group, 1] // width + 1):
                        around = level * width, level * width + width
                        if since[side, group, level] < 0 and _holds(
                            accumulated, swept, starts, units, group_of, side, group, around[0], around[1]
                        ):
                            since[side, group, level] = row
        for side in range(2):
            for book in range(books):
                unit = units[book]
                _outside(
                    accumulated[side, starts[book] : starts[book + 1]], pending[side, book], table[side, book],
                    facing[book], span[side, book, 0], span[side, book, 1], side, left // unit, zone_low // unit,
                    zone_high // unit,
                )  # fmt: skip
            for group in range(groups):
                reached = _reached(side, group, units, group_of, span, zone_low, zone_high)
                nearer = max(min(reached[0], zone_low) // width, 0)
                farther = min(max(reached[1], zone_high) // width + 1, levels)
                held[nearer:farther] = 0.0
                for book in range(books):
                    if group_of[book] == group:
                        _hold(
                            held[nearer:farther], accumulated[side, starts[book] : starts[book + 1]], gone[side, book],
                            worth, even_worth, units[book], width, nearer, scale[int(book == books - 1)],
                        )  # fmt: skip
                for level in range(nearer, farther):
                    if since[side, group, level] < 0:
                        first, stop = level * width, level * width + width
                        if stop <= reached[0] or first > reached[1]:
                            continue
                        if not _holds(accumulated, swept, starts, units, group_of, side, group, first, stop):
                            continue
                        since[side, group, level] = _opened(
                            begin, end, low, high, close, opened, table, span, units, group_of, wide, base, side,
                            group, first, stop, places, shares,
                        )  # fmt: skip
                    peak[side, group, level] = max(peak[side, group, level], held[level])
    for side in range(2):
        for group in range(groups):
            for level in range(levels):
                first, stop = level * width, level * width + width
                if _holds(accumulated, swept, starts, units, group_of, side, group, first, stop):
                    size = _size(
                        accumulated, swept, worth, starts, units, group_of, scale, side, group, first, stop
                    )  # fmt: skip
                    out = _appended(
                        out, used, side, group, base // width + level, since[side, group, level], -1, size,
                        max(peak[side, group, level], size),
                    )  # fmt: skip
                    used += 1
    return out[:used]


@nb.njit(cache=True, nogil=True)
def _now(
    target: Floats, amount: float, table: Floats, first: int, last: int, side: int, entry: int, close: int,
    zone_low: int, zone_high: int,
) -> tuple[int, int]:  # fmt: skip
    """Add what lands on the units [zone_low, zone_high], and what starts from the close, wherever that lands.

    Returns the first and the last unit that anything was added to.
    """
    sign = -1 if side == 0 else 1
    beyond = -sign * (entry - close)
    for offset in range(first, min(last, beyond + 1)):
        target[close + sign * offset] += amount * table[offset]
    start = max(first, beyond + 1)
    bottom = max(zone_low, entry - last + 1 if side == 0 else entry + start)
    top = min(zone_high, entry - start if side == 0 else entry + last - 1)
    for unit in range(bottom, top + 1):
        target[unit] += amount * table[abs(entry - unit)]
    if first < min(last, beyond + 1):
        nearest, farthest = close + sign * first, close + sign * (min(last, beyond + 1) - 1)
        bottom = min(bottom, nearest, farthest) if bottom <= top else min(nearest, farthest)
        top = max(top, nearest, farthest)
    return bottom, top


@nb.njit(cache=True, nogil=True)
def _outside(
    target: Floats, pending: Floats, table: Floats, facing: Floats, first: int, last: int, side: int, left: int,
    zone_low: int, zone_high: int,
) -> None:  # fmt: skip
    """Add what is pending by entry unit, from `left` on, to the units outside [zone_low, zone_high].

    `facing` is the book's density as `mirrored` has it.
    """
    for index in range(pending.shape[0]):
        amount, entry = pending[index], left + index
        if amount == 0.0:
            continue
        if side == 0:
            start, stop = max(entry - last + 1, 0), min(entry - first, zone_low - 1) + 1
            if start < stop:
                added(target, start, facing, start - entry + last - 1, stop - start, amount)
        else:
            start, stop = max(entry + first, zone_high + 1), min(entry + last, target.shape[0])
            if start < stop:
                added(target, start, table, start - entry, stop - start, amount)


@nb.njit(cache=True, nogil=True)
def _reached(
    side: int, group: int, units: Integers, group_of: Integers, span: Integers, zone_low: int, zone_high: int
) -> tuple[int, int]:
    """Return the first and last cell that entries between two cells can reach in the books of a leverage group."""
    near, far = 1 << 40, 0
    for book in range(units.shape[0]):
        if group_of[book] == group and span[side, book, 0] < span[side, book, 1]:
            near = min(near, (span[side, book, 0] - 1) * units[book])
            far = max(far, (span[side, book, 1] + 1) * units[book])
    return (zone_low - far, zone_high - near) if side == 0 else (zone_low + near, zone_high + far)


@nb.njit(cache=True, nogil=True)
def _hold(
    held: Floats, accumulated: Floats, gone: Floats, worth: Floats, even_worth: Floats, unit: int, width: int,
    level: int, factor: float,
) -> None:  # fmt: skip
    """Add what a book holds in neighbouring levels, from `level` on: what they ever got, less what is gone [quote].

    `even_worth` is the mean worth of each price cell, for levels of whole ones.
    """
    places = width // unit if unit > 1 else 0
    if places == 1:
        got, mean, lost = accumulated[level:], even_worth[level:], gone[level:]
        for index in range(held.shape[0]):
            held[index] += factor * (got[index] * mean[index] - lost[index])
        return
    for index in range(held.shape[0]):
        total = 0.0
        if places > 1:
            for place in range((level + index) * places, (level + index + 1) * places):
                total += accumulated[place] * even_worth[place]
        else:
            for cell in range((level + index) * width, (level + index + 1) * width):
                total += accumulated[cell // unit] * worth[cell] / unit
        held[index] += factor * (total - gone[level + index])


@nb.njit(cache=True, nogil=True)
def _opened(
    begin: int, end: int, low: Floats, high: Floats, close: Floats, opened: Floats, table: Floats, span: Integers,
    units: Integers, group_of: Integers, wide: int, base: int, side: int, group: int, first: int, stop: int,
    places: Integers, shares: Floats,
) -> int:  # fmt: skip
    """Return the first row of [begin, end) that opened anything of a side and group in the cells [first, stop)."""
    target = np.zeros(stop - first)
    for row in range(begin, end):
        for book in range(units.shape[0]):
            if group_of[book] != group or opened[row, side, book] == 0.0:
                continue
            unit = units[book]
            used = entries(low[row], high[row], wide, unit, places, shares, 0)
            units_here = target[: (stop - 1) // unit - first // unit + 1]
            for number in range(used):
                place(
                    units_here, base // unit + first // unit, shares[0, number], table[side, book], span[side, book, 0],
                    span[side, book, 1], side, places[0, number], int(math.floor(close[row] / unit)),
                )  # fmt: skip
            if units_here.any():
                return row
    return end - 1
