"""Going back over rows, from the last one, and filling each cell with what was opened since price left it."""

from __future__ import annotations

import math

import numba as nb

from liqwidget.field.kernels.placing import Floats, Integers, added, entries

BOTTOM, TOP, FIRST, STOP, ENTRIES, END, BEGIN = range(7)
"""Columns of a passage: cells touched, cells kept, cells entered, where it begins in what is kept."""


_FEW = 6
"""Cells under which sums are taken unit by unit, not entry by entry."""


@nb.njit(cache=True, nogil=True)
def touched(
    row: int, target: int, low: Floats, high: Floats, close: Floats, passed: Integers, length: int
) -> tuple[int, int]:
    """Return the lowest and highest cell touched in the rows (row, target], the last close included.

    What passages of `length` rows touched is known, see `passages`; `length` 0 is without them.
    """
    lowest, highest = close[max(row, 0)], close[max(row, 0)]
    bottom, top = int(math.floor(lowest)), int(math.floor(highest))
    index = row + 1
    while index <= target:
        number = index // length if length > 0 else 0
        if length > 0 and index % length == 0 and index + length <= target + 1 and number < passed.shape[0]:
            bottom, top = min(bottom, passed[number, BOTTOM]), max(top, passed[number, TOP])
            index += length
            continue
        stop = min(target + 1, (number + 1) * length) if length > 0 else target + 1
        for one in range(index, stop):
            lowest, highest = min(lowest, low[one]), max(highest, high[one])
        index = stop
    return min(bottom, int(math.floor(lowest))), max(top, int(math.floor(highest)))


@nb.njit(cache=True, nogil=True)
def walk(
    row: int,
    target: int,
    low: Floats,
    high: Floats,
    close: Floats,
    log_survival: Floats,
    opened: Floats,
    passed: Integers,
    kept: Floats,
    length: int,
    counted: Floats,
    shown: Floats,
    slot: Integers,
    state: Floats,
    base: int,
    wide: int,
    table: Floats,
    facing: Floats,
    span: Integers,
    units: Integers,
    entry_base: int,
    entered: Floats,
    even: Floats,
    places: Integers,
    shares: Floats,
    edge: Integers,
    sides: tuple[int, int],
    scale: Floats,
) -> None:
    """Add to `state` what the rows (row, target] left in the cells that they touched.

    Rows are taken from the last one back. Of what a row opened, the rows after it left what lies beyond the farthest
    price that they touched. So cells are filled once: where a row touches farther than those after it, with what it and
    they entered. A passage is `length` rows taken at once: what it left in the cells that it touched is kept.

    Parameters
    ----------
    passed, kept :
        See `passages`; `length` 0 is without them.
    counted, shown : float64, shape (B,)
        1 / weight of each book, and 1, of those that count, else 0.
    slot : int64, shape (B,)
        Where each book's coins are added in `state`, shape (S, 2, V), whose first cell is `base`.
    facing : float64, shape (B, K)
        See `mirrored`.
    entry_base : int
        Cell of the first entry unit, at least 2 price cells under everything touched.
    entered : float64, shape (2, B, U)
        By entry unit what was opened over the weight: zeros before, of all rows after.
    even : float64, shape (V / wide + 2,)
        Zeros, and left so.
    places, shares : int64, float64, shape (2, 2 x MAXIMUM_NODES)
        Room for the entries of a row.
    edge : int64, shape (2,)
        Written: the lowest and the highest cell touched.
    sides : int, int
        The first side that is taken, and one past the last.
    scale : float64, shape (2,)
        Coins of the row `target` are `state` times this: the groups' books, the book at the cap.
    """
    books, broad_base = units.shape[0], entry_base // wide
    edge[:] = int(math.floor(close[target]))
    index = target
    while index > row:
        number = index // length if length > 0 else 0
        if length > 0 and index - length >= row and (index + 1) % length == 0 and number < passed.shape[0]:
            one = passed[number]
            for side in range(sides[0], sides[1]):
                begin, stop = (one[BOTTOM], edge[0]) if side == 0 else (edge[1] + 1, one[TOP] + 1)
                if begin < stop:
                    fill(
                        state, slot, base, wide, table, facing, span, units, entered, entry_base, side, begin, stop - 1,
                        even, edge[0], edge[1],
                    )  # fmt: skip
            _pass(
                state, slot, base, units, shown, entered, entry_base, edge, one, kept, int(math.floor(close[index])),
                math.exp(log_survival[0, target] - log_survival[0, index]) / scale[0],
                math.exp(log_survival[1, target] - log_survival[1, index]) / scale[1], sides,
            )  # fmt: skip
            edge[0], edge[1] = min(edge[0], one[BOTTOM]), max(edge[1], one[TOP])
            index -= length
            continue
        alive = math.exp(log_survival[0, target] - log_survival[0, index]) / scale[0]
        near_alive = math.exp(log_survival[1, target] - log_survival[1, index]) / scale[1]
        narrow, broad = 0, 0  # entries by lattice cell and by price cell
        narrow_close, broad_close = int(math.floor(close[index])), int(math.floor(close[index] / wide))
        for book in range(books):
            if counted[book] == 0.0:
                continue
            if opened[index, sides[0], book] == 0.0 and opened[index, sides[1] - 1, book] == 0.0:
                continue
            kind = int(units[book] > 1)
            if kind == 0 and narrow == 0:
                narrow = entries(low[index], high[index], wide, units[book], places, shares, kind)
            if kind == 1 and broad == 0:
                broad = entries(low[index], high[index], wide, units[book], places, shares, kind)
            used, left = (broad, broad_base) if kind == 1 else (narrow, entry_base)
            ended = broad_close if kind == 1 else narrow_close
            factor = (near_alive if book == books - 1 else alive) * counted[book]
            for side in range(sides[0], sides[1]):
                amount = opened[index, side, book] * factor
                if amount == 0.0:
                    continue
                first, last = span[side, book, 0], span[side, book, 1]
                for number in range(used):
                    entry, part = places[kind, number], amount * shares[kind, number]
                    entered[side, book, entry - left] += part
                    beyond = ended - entry if side == 1 else entry - ended
                    if beyond >= first:
                        _from_close(
                            state[slot[book], side], base, part, table[side, book], first, last, side, beyond, ended,
                            units[book], edge[side],
                        )  # fmt: skip
        before = close[max(index - 1, 0)]
        bottom, top = int(math.floor(min(low[index], before))), int(math.floor(max(high[index], before)))
        for side in range(sides[0], sides[1]):
            begin, stop = (bottom, edge[0]) if side == 0 else (edge[1] + 1, top + 1)
            if begin < stop:
                fill(
                    state, slot, base, wide, table, facing, span, units, entered, entry_base, side, begin, stop - 1,
                    even, min(edge[0], bottom), max(edge[1], top),
                )  # fmt: skip
        edge[0], edge[1] = min(edge[0], bottom), max(edge[1], top)
        index -= 1


@nb.njit(cache=True, nogil=True)
def _pass(
    state: Floats, slot: Integers, base: int, units: Integers, shown: Floats, entered: Floats, entry_base: int,
    edge: Integers, one: Integers, kept: Floats, closed: int, alive: float, near_alive: float, sides: tuple[int, int],
) -> None:  # fmt: skip
    """Add what a passage left in cells beyond the edge, and what it entered."""
    books, count = units.shape[0], one[STOP] - one[FIRST]
    end = base + state.shape[2]
    at = one[BEGIN]
    for book in range(books):
        factor = (near_alive if book == books - 1 else alive) * shown[book]
        for side in range(sides[0], sides[1]):
            if side == 0:
                start, stop = max(one[FIRST], base), min(one[STOP], closed, edge[0], end)
            else:
                start, stop = max(one[FIRST], closed + 1, edge[1] + 1, base), min(one[STOP], end)
            if start < stop and factor > 0.0:
                target = state[slot[book], side]
                added(target, start - base, kept, at + start - one[FIRST], stop - start, factor)
        at += count
    for side in range(2):
        for book in range(books):
            factor = (near_alive if book == books - 1 else alive) * shown[book]
            left, size = (one[ENTRIES] - entry_base) // units[book], (one[END] - one[ENTRIES]) // units[book]
            if factor > 0.0 and sides[0] <= side < sides[1]:
                added(entered[side, book], left, kept, at, size, factor)
            at += size


@nb.njit(cache=True, nogil=True)
def _from_close(
    target: Floats, base: int, amount: float, table: Floats, first: int, last: int, side: int, beyond: int, ended: int,
    unit: int, edge: int,
) -> None:  # fmt: skip
    """Add what an entry puts beyond the close, `beyond` units from it, to the cells beyond `edge`, from the close on.

    In the close's own unit nothing of the entry stays: taken away here, since `fill` will put it there.
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
def fill(
    state: Floats, slot: Integers, base: int, wide: int, table: Floats, facing: Floats, span: Integers, units: Integers,
    entered: Floats, entry_base: int, side: int, first_cell: int, last_cell: int, even: Floats, lowest: int,
    highest: int,
) -> None:  # fmt: skip
    """Add what was entered so far, in rows that touched `lowest` to `highest`, to the cells [first_cell, last_cell]."""
    narrow = last_cell - first_cell < _FEW  # What is viewed has no part in it, so that digits do not depend on that.
    first_cell, last_cell = max(first_cell, base), min(last_cell, base + state.shape[2] - 1)
    if first_cell > last_cell:
        return
    books, pending = units.shape[0], False
    by_cell = first_cell, last_cell, base, entry_base, lowest, highest
    by_price_cell = (
        first_cell // wide, last_cell // wide, base // wide, entry_base // wide, lowest // wide, highest // wide
    )  # fmt: skip
    for book in range(books):
        unit, nearest, farthest = units[book], span[side, book, 0], span[side, book, 1] - 1
        bottom, top, start, left, begin, end = by_cell if unit == 1 else by_price_cell
        begin, end = begin - 1, end + 1
        if side == 0:
            begin, end = max(begin, bottom + nearest), min(end, top + farthest)
        else:
            begin, end = max(begin, bottom - farthest), min(end, top - nearest)
        if begin <= end and nearest <= farthest:
            if narrow:
                pending |= _few(
                    state, even, entered, table, book, slot[book], side, unit, nearest, farthest, bottom, top, start,
                    left, begin, end,
                )  # fmt: skip
            else:
                pending |= _many(
                    state, even, entered, table, facing, book, slot[book], side, unit, nearest, farthest, bottom, top,
                    start, left, begin, end,
                )  # fmt: skip
        if pending and (book == books - 1 or slot[book + 1] != slot[book] or units[book + 1] == 1):
            _flatten(even, base, wide, state[slot[book], side], first_cell, last_cell)
            pending = False


@nb.njit(cache=True, nogil=True, inline="never")
def _few(
    state: Floats, even: Floats, entered: Floats, table: Floats, book: int, slot: int, side: int, unit: int,
    nearest: int, farthest: int, bottom: int, top: int, start: int, left: int, begin: int, end: int,
) -> bool:  # fmt: skip
    """Add what entries [begin, end] put on the units [bottom, top], unit by unit; say whether that waits in `even`."""
    pending = False
    for place in range(bottom, top + 1):
        if side == 0:
            first, stop, step = max(begin, place + nearest), min(end, place + farthest) + 1, 1
        else:
            first, stop, step = max(begin, place - farthest), min(end, place - nearest) + 1, -1
        offset = abs(first - place)
        one, two, three, four = 0.0, 0.0, 0.0, 0.0
        index = first - left
        while index + 3 < stop - left:
            one += entered[side, book, index] * table[side, book, offset]
            two += entered[side, book, index + 1] * table[side, book, offset + step]
            three += entered[side, book, index + 2] * table[side, book, offset + 2 * step]
            four += entered[side, book, index + 3] * table[side, book, offset + 3 * step]
            index += 4
            offset += 4 * step
        while index < stop - left:
            one += entered[side, book, index] * table[side, book, offset]
            index += 1
            offset += step
        amount = (one + two) + (three + four)
        if unit == 1:
            state[slot, side, place - start] += amount
        elif amount != 0.0:
            even[place - start] += amount
            pending = True
    return pending


@nb.njit(cache=True, nogil=True, inline="never")
def _many(
    state: Floats, even: Floats, entered: Floats, table: Floats, facing: Floats, book: int, slot: int, side: int,
    unit: int, nearest: int, farthest: int, bottom: int, top: int, start: int, left: int, begin: int, end: int,
) -> bool:  # fmt: skip
    """Add what entries [begin, end] put on units [bottom, top], entry by entry; say whether that waits in `even`."""
    target, pending = state[slot, side] if unit == 1 else even, False
    density = facing[book] if side == 0 else table[1, book]
    waiting = entered[side, book]
    for entry in range(begin, end + 1):
        amount = waiting[entry - left]
        if amount == 0.0:
            continue
        pending |= unit > 1
        if side == 0:
            first, stop = max(entry - farthest, bottom), min(entry - nearest, top) + 1
            offset = first - entry + farthest
        else:
            first, stop = max(entry + nearest, bottom), min(entry + farthest, top) + 1
            offset = first - entry
        added(target, first - start, density, offset, stop - first, amount)
    return pending


@nb.njit(cache=True, nogil=True)
def _flatten(even: Floats, base: int, wide: int, target: Floats, first_cell: int, last_cell: int) -> None:
    """Move what lies on price cells to their lattice cells within [first_cell, last_cell], evenly."""
    origin, first, last = base // wide, first_cell // wide, last_cell // wide
    for place in range(first - origin, last + 1 - origin):
        amount = even[place] / wide
        even[place] = 0.0
        if amount == 0.0:
            continue
        start, stop = place * wide, place * wide + wide
        if start < first_cell - base or stop > last_cell + 1 - base:
            start, stop = max(start, first_cell - base), min(stop, last_cell + 1 - base)
        for cell in range(start, stop):
            target[cell] += amount
