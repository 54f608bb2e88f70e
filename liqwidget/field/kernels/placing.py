"""Where openings go: entry nodes over a candle, and the density around an entry."""

from __future__ import annotations

import math

import numba as nb
import numpy as np
import numpy.typing as npt

MAXIMUM_NODES = 7
ALL_CLOSED = -800.0
"""What is added to ln survival where nothing survives: its exponential is 0, and differences of it stay finite."""

ROUNDING = 1e-12
"""What a book misses, as a share of what it should hold, is no opening under this."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@nb.njit(cache=True, nogil=True, inline="never")
def entries(low: float, high: float, wide: int, unit: int, places: Integers, shares: Floats, kind: int) -> int:
    """Split one candle's openings over entry nodes, one per price cell of range, each shared by two units' centres.

    Parameters
    ----------
    low, high : float
        Lattice coordinates of what was traded.
    wide, unit : int
        Lattice cells in a price cell, and in a unit.
    places, shares : int64, float64, shape (K, 2 x MAXIMUM_NODES)
        Written in row `kind`: units, ascending, and their shares, which sum to 1.

    Returns
    -------
    int
        How many of them are used.
    """
    spread = high - low
    nodes = min(MAXIMUM_NODES, max(1, int(math.ceil(spread / wide))))
    used = 0
    for node in range(nodes):
        position = (low + spread * ((node + 0.5) / nodes)) / unit - 0.5
        place = int(math.floor(position))
        fraction = position - place
        for step in range(2):
            share = (fraction if step == 1 else 1.0 - fraction) / nodes
            if used > 0 and places[kind, used - 1] >= place + step:
                shares[kind, used - 1 - (places[kind, used - 1] - place - step)] += share
            else:
                places[kind, used] = place + step
                shares[kind, used] = share
                used += 1
    return used


@nb.njit(cache=True, nogil=True, inline="never")
def land(target: Floats, base: int, amount: float, table: Floats, first: int, last: int, side: int, entry: int) -> None:
    """Add `amount` x the density of an entry at offsets [first, last) to the units of `target`, from unit `base` on."""
    if side == 0:
        for unit in range(max(entry - last + 1, base), min(entry - first, base + target.shape[0] - 1) + 1):
            target[unit - base] += amount * table[entry - unit]
    else:
        for unit in range(max(entry + first, base), min(entry + last - 1, base + target.shape[0] - 1) + 1):
            target[unit - base] += amount * table[unit - entry]


@nb.njit(cache=True, nogil=True, inline="never")
def place(
    target: Floats, base: int, amount: float, table: Floats, first: int, last: int, side: int, entry: int, close: int
) -> None:
    """Add `amount` x density of an entry to the units of `target`; what lies beyond the close starts from it.

    `target` holds unit `base` at index 0; offsets [first, last) of the density hold anything.
    """
    sign = -1 if side == 0 else 1
    beyond = -sign * (entry - close)
    for offset in range(first, min(last, beyond + 1)):
        index = close + sign * offset - base
        if 0 <= index < target.shape[0]:
            target[index] += amount * table[offset]
    land(target, base, amount, table, max(first, beyond + 1), last, side, entry)


@nb.njit(cache=True, nogil=True)
def mirrored(table: Floats, span: Integers) -> Floats:
    """Return each book's density for longs with the farthest offset first, so that it ascends in price; (B, K)."""
    out = np.empty(table.shape[1:])
    for book in range(table.shape[1]):
        first, last = span[0, book, 0], span[0, book, 1]
        for offset in range(first, last):
            out[book, last - 1 - offset] = table[0, book, offset]
    return out


@nb.njit(cache=True, nogil=True)
def scaled(target: Floats, factor: float) -> None:
    """Multiply a line by a factor; a loop, as those below: to compile what NumPy does with slices takes seconds."""
    for place in range(target.shape[0]):
        target[place] *= factor


@nb.njit(cache=True, nogil=True)
def copied(target: Floats, to: int, source: Floats, first: int, count: int) -> None:
    """Copy so many numbers of a line, from `first` on, to another, from `to` on."""
    for number in range(count):
        target[to + number] = source[first + number]


@nb.njit(cache=True, nogil=True)
def added(target: Floats, at: int, what: Floats, begin: int, count: int, factor: float) -> None:
    """Add `factor` times what is given from `begin` on to as many places from `at` on."""
    place, source = np.uint64(at), np.uint64(begin)
    for index in range(np.uint64(max(count, 0))):
        target[place + index] += factor * what[source + index]


@nb.njit(cache=True, nogil=True)
def spread(entered: Floats, base: int, table: Floats, span: Integers, start: int, stop: int) -> Floats:
    """Spread one book's entry histograms over units [start, stop) that price has never touched.

    Parameters
    ----------
    entered : float64, shape (2, U)
        What was opened by entry unit, divided by the book's weight; index 0 is unit `base`.
    table, span : float64, int64, shape (2, K), (2, 2)
        The book's density.

    Returns
    -------
    float64, shape (2, stop - start)
    """
    out = np.zeros((2, stop - start))
    for side in range(2):
        first, last = span[side, 0], span[side, 1]
        target, density = out[side], table[side]
        for index in range(entered.shape[1]):
            amount, entry = entered[side, index], base + index
            if amount == 0.0:
                continue
            if side == 0:
                for unit in range(max(start, entry - last + 1), min(stop, entry - first + 1)):
                    target[unit - start] += amount * density[entry - unit]
            else:
                for unit in range(max(start, entry + first), min(stop, entry + last)):
                    target[unit - start] += amount * density[unit - entry]
    return out
