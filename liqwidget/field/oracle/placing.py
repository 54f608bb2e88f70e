"""Where openings go and what price touches, by arrays over units and cells."""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MAXIMUM_NODES = 7
ALL_CLOSED = -800.0
"""What is added to ln survival where nothing survives: its exponential is 0, and differences of it stay finite."""
ROUNDING = 1e-12
"""What a book misses, as a share of what it should hold, is no opening under this."""
SIGNS = (-1, 1)
"""Where liquidation lies from the entry: below for longs, above for shorts."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Sources(NamedTuple):
    """Where openings are spread from, shape (m,): the cell, the offsets used (both ends included), the share opened."""

    cell: Integers
    nearest: Integers
    farthest: Integers
    share: Floats


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
    for side, sign in enumerate(SIGNS):
        add_spread(out[side], entered[side], base - start, sign, table[side], span[side])
    return out


def add_spread(target: Floats, amounts: Floats, begin: int, sign: int, density: Floats, span: Integers) -> None:
    """Add amounts by entry unit, spread by a density, shape (K,), to units; the first entry is at index `begin`.

    One correlation of the two lines, of which no more is reckoned than lands in `target`.
    """
    used = np.flatnonzero(amounts)
    first, last = int(span[0]), int(span[1]) - 1
    if not len(used) or first > last:
        return
    entry, stop = begin + int(used[0]), begin + int(used[-1])
    ends = (entry + first, stop + last) if sign > 0 else (entry - last, stop - first)
    low, high = max(ends[0], 0), min(ends[1], len(target) - 1)
    if low > high:
        return
    line = amounts[used[0] : used[-1] + 1]
    # Offsets from the last entry to the lowest unit, up to those from the first entry to the highest unit.
    nearest, farthest = (low - stop, high - entry) if sign > 0 else (entry - high, stop - low)
    inside = density[max(nearest, first) : min(farthest, last) + 1]
    padded, before = np.zeros(farthest - nearest + 1), max(first - nearest, 0)
    padded[before : before + len(inside)] = inside
    spread_out = np.correlate(padded, line[::-1] if sign > 0 else line, "valid")
    target[low : high + 1] += spread_out if sign > 0 else spread_out[::-1]


def entered_units(low: float, high: float, wide: int, unit: int) -> tuple[Integers, Floats]:
    """Return the units in which one candle's openings enter, ascending, and their shares, which sum to 1."""
    entries, shares = entries_of_rows(np.array([low]), np.array([high]), wide, unit)
    places, which = np.unique(entries[0], return_inverse=True)
    return np.asarray(places, np.int64), np.asarray(np.bincount(which, shares[0]), np.float64)


def entries_of_rows(low: Floats, high: Floats, wide: int, unit: int) -> tuple[Integers, Floats]:
    """Return the units in which candles' openings enter, and their shares, which sum to 1; shape (n, 14).

    One node per price cell of range, at most 7; each node is shared by the two units whose centres it lies between.
    Units may repeat; what a candle does not use has a share of 0.
    """
    spread = (high - low)[:, np.newaxis]
    nodes = np.clip(np.ceil(spread / wide), 1, MAXIMUM_NODES)
    number = np.arange(MAXIMUM_NODES)
    position = (low[:, np.newaxis] + spread * ((np.minimum(number, nodes - 1) + 0.5) / nodes)) / unit - 0.5
    below = np.floor(position)
    part, used = position - below, (number < nodes) / nodes
    entries = np.concatenate([below, below + 1], axis=1).astype(np.int64)
    return entries, np.concatenate([(1 - part) * used, part * used], axis=1)


def sources_of(entries: Integers, shares: Floats, closed: int, sign: int) -> Sources:
    """Return from where openings of one side are spread: the part beyond the close starts from the close's cell."""
    beyond = sign * (closed - entries)
    back = beyond >= 0
    far = np.full(len(entries), np.iinfo(np.int64).max)
    return Sources(
        cell=np.concatenate([entries, np.full(back.sum(), closed)]),
        nearest=np.concatenate([np.maximum(beyond + 1, 0), np.zeros(back.sum(), np.int64)]),
        farthest=np.concatenate([far, beyond[back]]),
        share=np.concatenate([shares, shares[back]]),
    )


def landed(sources: Sources, sign: int, padded: Floats, cells: Integers) -> Floats:
    """Return the shares of an opening that land on cells, shape (..., V), by a table of offsets, shape (..., K + 1)."""
    offset = sign * (cells - sources.cell[:, None])
    last = np.minimum(sources.farthest, padded.shape[-1] - 2)
    used = (offset >= sources.nearest[:, None]) & (offset <= last[:, None])
    return np.asarray(np.einsum("m,...mv->...v", sources.share, padded[..., np.where(used, offset, -1)]))


def landed_on_cells(
    sources: Sources, sign: int, table: Floats, span: Integers, unit: int, cells: Integers
) -> tuple[slice, Floats]:
    """Return which lattice cells an opening lands on, and its shares there: a unit's mass lies evenly on its cells."""
    ends = np.add.outer(sources.cell, sign * np.array([0, *span]))
    units = np.arange(ends.min(), ends.max() + 1)
    shares = np.repeat(landed(sources, sign, padded(table), units), unit) / unit
    first = int(units[0]) * unit
    start, stop = max(first, int(cells[0])), min(first + len(shares), int(cells[-1]) + 1)
    if start >= stop:
        return slice(0, 0), shares[:0]
    return slice(start - int(cells[0]), stop - int(cells[0])), shares[start - first : stop - first]


def padded(table: Floats) -> Floats:
    """Return a table of offsets, shape (..., K), with a zero behind it that stands for offsets outside."""
    return np.concatenate([table, np.zeros((*table.shape[:-1], 1))], axis=-1)


def within(density: Floats, offsets: Integers) -> Floats:
    """Return a density, shape (K,), at whole offsets of any shape; 0 outside."""
    return np.where((offsets >= 0) & (offsets < len(density)), density[np.clip(offsets, 0, len(density) - 1)], 0.0)


def touched_cells(low: float, high: float, last_close: float, cells: Integers) -> Flags:
    """Return which cells a row touches, shape (2, V): longs from the price up, shorts from it down."""
    return np.stack([cells >= math.floor(min(low, last_close)), cells <= math.floor(max(high, last_close))])
