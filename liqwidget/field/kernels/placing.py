"""Where openings go: entry nodes over a candle, and the density around an entry."""

from __future__ import annotations

import math

import numba as nb
import numpy as np
import numpy.typing as npt

MAXIMUM_NODES = 7
ALL_CLOSED = -800.0
"""What is added to ln survival where nothing survives: its exponential is 0, and differences of it stay finite."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@nb.njit(cache=True, nogil=True, inline="never")
def entries(low: float, high: float, cells: Integers, shares: Floats) -> int:
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


@nb.njit(cache=True, nogil=True, inline="never")
def place(
    target: Floats,
    base: int,
    amount: float,
    table: Floats,
    first: int,
    last: int,
    side: int,
    entry: int,
    close: int,
    low_cell: int,
    high_cell: int,
) -> None:
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


@nb.njit(cache=True, nogil=True)
def spread(entered: Floats, base: int, table: Floats, span: Integers, shown: Flags, start: int, stop: int) -> Floats:
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
