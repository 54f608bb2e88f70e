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


def spread(entered: Floats, base: int, table: Floats, span: Integers, start: int, stop: int) -> Floats:  # noqa: ARG001
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
    units, used = np.arange(start, stop), np.flatnonzero(entered.any(axis=0))
    for side, sign in enumerate(SIGNS):
        out[side] = entered[side, used] @ within(table[side], sign * (units - (base + used)[:, None]))
    return out


def entered_units(low: float, high: float, wide: int, unit: int) -> tuple[Integers, Floats]:
    """Return the units in which one candle's openings enter, ascending, and their shares, which sum to 1.

    One node per price cell of range, at most 7; each node is shared by the two units whose centres it lies between.
    """
    nodes = min(MAXIMUM_NODES, max(1, math.ceil((high - low) / wide)))
    position = (low + (high - low) * ((np.arange(nodes) + 0.5) / nodes)) / unit - 0.5
    below = np.floor(position).astype(np.int64)
    share = np.concatenate([1 - (position - below), position - below]) / nodes
    places, which = np.unique(np.concatenate([below, below + 1]), return_inverse=True)
    return np.asarray(places, np.int64), np.asarray(np.bincount(which, share), np.float64)


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
