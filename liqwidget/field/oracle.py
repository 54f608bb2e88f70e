"""The kernels in plain NumPy: what runs where Numba cannot be had, and what the tests hold the compiled ones against.

Same names, arguments and results as `kernels`, by other means: `forward` and `lives` go candle by candle with arrays
over cells, `evaluate` uses the closed form: a cell holds what was opened on it since the last row that touched it.
Conventions are those of `kernels`: side 0 is long, 1 is short; lattice cells are absolute; ``low``, ``high``, ``close``
come as lattice coordinates ln(price) / CELL.
"""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MAXIMUM_NODES = 7
ALL_CLOSED = -800.0
"""What is added to ln survival where nothing survives: its exponential is 0, and differences of it stay finite."""
SIGNS = (-1, 1)
"""Where liquidation lies from the entry: below for longs, above for shorts."""

_SMALLEST_SCALE = 1e-60
_SMALLEST_LOG = -200.0
_WINDOW = 64
"""Rows that `evaluate` takes at a time, so that its arrays of rows by cells stay small."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class _Sources(NamedTuple):
    """Where openings are spread from, shape (m,): the cell, the offsets used (both ends included), the share opened."""

    cell: Integers
    nearest: Integers
    farthest: Integers
    share: Floats


def spread(entered: Floats, base: int, table: Floats, span: Integers, shown: Flags, start: int, stop: int) -> Floats:  # noqa: ARG001
    """Spread entry histograms over cells [start, stop) that price has never touched; shape (2, G, stop - start).

    Parameters
    ----------
    entered : float64, shape (2, G, B)
        What was opened by entry cell, divided by the book's weight; index 0 is lattice cell `base`.
    shown : bool, shape (G,)
        Groups that count; the others stay 0.
    """
    out = np.zeros((2, table.shape[1], stop - start))
    cells = np.arange(start, stop)
    used = np.flatnonzero(entered.any(axis=(0, 1)))
    for side, sign in enumerate(SIGNS):
        offsets = sign * (cells - (base + used)[:, None])
        for group in np.flatnonzero(shown):
            out[side, group] = entered[side, group, used] @ _within(table[side, group], offsets)
    return out


def forward(
    row: int,
    stop: int,
    low: Floats,
    high: Floats,
    close: Floats,
    survival: Floats,
    interest: Floats,
    frozen: Flags,
    previous: Floats,
    mass: Floats,
    standing: Floats,
    entered: Floats,
    scale: float,
    base: int,
    table: Floats,
    span: Integers,  # noqa: ARG001
    weights: Floats,
    log_survival: Floats,
    opened: Floats,
) -> tuple[int, float]:
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
    cells = base + np.arange(standing.shape[2])
    per_weight = np.divide(1.0, weights, out=np.zeros_like(weights), where=weights > 0)
    padded = _padded(table)
    for index in range(row, stop):
        if not _inside(low[index], high[index], close[index], base, base + standing.shape[2] - 1):
            return index, scale
        kept = survival[index]
        scale *= kept
        previous[1] += math.log(kept) if kept > 0 else ALL_CLOSED
        if kept == 0:
            standing[:], entered[:], scale = 0.0, 0.0, 1.0
        log_survival[index] = previous[1]
        touched = _touched(low[index], high[index], previous[0], cells)[:, None]
        mass[:] = np.maximum(mass * kept - scale * np.sum(standing, axis=2, where=touched), 0.0)
        standing *= ~touched
        previous[0] = close[index]
        if not frozen[index]:
            wanted = weights * interest[index]
            amount = np.maximum(wanted - mass, 0.0)
            opened[index] = amount
            mass[:] = np.maximum(mass, wanted)
            amount *= per_weight / scale
            entries, shares = _entries(low[index], high[index])
            entered[:, :, entries - base] += amount[:, :, None] * shares
            for side, sign in enumerate(SIGNS):
                landed = _landed(_sources(entries, shares, math.floor(close[index]), sign), sign, padded[side], cells)
                standing[side] += amount[side, :, None] * landed
        if scale < _SMALLEST_SCALE:
            standing *= scale
            entered *= scale
            scale = 1.0
    return stop, scale


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
    span: Integers,  # noqa: ARG001
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
        The ledger; prices as lattice coordinates.
    per_weight, shown : float64, bool, shape (G,)
        1 / weight of each group's book; groups that count.
    state : float64, shape (2, V)
        Coins standing after `row` in the viewed cells, the first of which is `base`; updated.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    reach, origin : float64, shape (W,)
        Chance of a touch: argument scale per cell of distance (0 = certain), and the column's close as a coordinate.
    chances : float64, shape (C + 1,)
        2 Phi(-x) for x = 0, 1/256, 2/256 ...; the last is 0.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus `base`, within [0, V].
    out : float64, shape (2, H, W)
        Quote currency; added to.
    """
    cells = base + np.arange(state.shape[1])
    last_close, amounts = close[np.maximum(np.arange(len(close)) - 1, 0)], opened * (per_weight * shown)
    for column, target in enumerate(columns):
        while row < target:
            end = min(row + _WINDOW, int(target))
            passed = slice(row + 1, end + 1)
            state *= math.exp(log_survival[end] - (log_survival[row] if row >= 0 else 0.0))
            alive = np.exp(log_survival[end] - log_survival[passed])[:, None, None] * amounts[passed]
            _fold(state, cells, low[passed], high[passed], close[passed], last_close[passed], alive, table)
            row = end
        if target < 0:
            continue
        value = state * worth
        if reach[column] > 0:
            argument = np.abs(cells + 0.5 - origin[column]) * reach[column] * 256.0
            value = value * np.interp(argument, np.arange(len(chances)), chances, right=0.0)
        rows(value[:, :, None], edges, out[:, :, column : column + 1])


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
    cuts = np.union1d(edges, np.arange(math.ceil(edges[0]), math.floor(edges[-1]) + 1))
    cell, row = cuts[:-1].astype(np.int64), np.searchsorted(edges, cuts[:-1], side="right") - 1
    parts = values[:, cell] * np.diff(cuts)[:, None]
    np.add.at(np.swapaxes(out, 0, 1), row, np.swapaxes(parts, 0, 1))


def _fold(
    state: Floats,
    cells: Integers,
    low: Floats,
    high: Floats,
    close: Floats,
    last_close: Floats,
    amounts: Floats,
    table: Floats,
) -> None:
    """Bring `state`, shape (2, V), over n rows by the closed form; `amounts`, shape (n, 2, G), survive them."""
    touched = np.stack([_touched(*prices, cells) for prices in zip(low, high, last_close, strict=True)])
    since = np.where(touched.any(axis=0), len(low) - 1 - np.argmax(touched[::-1], axis=0), -1)
    state *= since < 0
    for side, sign in enumerate(SIGNS):
        mixed = amounts[:, side] @ _padded(table[side])
        for index in range(len(low)):
            entries, shares = _entries(low[index], high[index])
            sources = _sources(entries, shares, math.floor(close[index]), sign)
            state[side] += _landed(sources, sign, mixed[index], cells) * (since[side] <= index)


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
    standing, peak = np.zeros((2, table.shape[1], count)), np.zeros((2, table.shape[1], count))
    since = np.full((2, table.shape[1], count), -1)
    padded, reference, found = _padded(table), 0.0, []
    for row in range(len(close)):
        settled = row > 0 and log_survival[row] - log_survival[row - 1] < 0.5 * ALL_CLOSED
        survival = log_survival[row - 1] if settled else log_survival[row]
        if survival - reference < _SMALLEST_LOG:
            standing *= math.exp(survival - reference)
            reference = survival
        coins = math.exp(survival - reference)
        before, closed = math.floor(close[max(row - 1, 0)]), math.floor(close[row])
        bottom, top = min(math.floor(low[row]), before), max(math.floor(high[row]), before)
        if settled:
            bottom, top = base, base + count - 1
        for side, first, last in ((0, bottom, before), (1, before, top)):
            part = (slice(side, side + 1), slice(None), slice(first - base, last - base + 1))
            found.append(_ended(standing[part] * coins, peak[part], since[part], side, first, row))
            standing[part], peak[part], since[part] = 0.0, 0.0, -1
        if settled:
            reference, coins = log_survival[row], 1.0
        entries, shares = _entries(low[row], high[row])
        for side, group in np.argwhere(opened[row] * per_weight > 0):
            sign, amount = SIGNS[side], opened[row, side, group] * per_weight[group] / coins
            sources = _sources(entries, shares, closed, sign)
            ends = np.add.outer(sources.cell, sign * (span[side, group] - (0, 1))) - base
            part = (side, group, slice(max(int(ends.min()), 0), max(int(ends.max()) + 1, 0)))
            reached = np.arange(count)[part[2]] + base
            standing[part] += amount * _landed(sources, sign, padded[side, group], reached)
            peak[part] = np.maximum(peak[part], standing[part] * coins)
            since[part] = np.where((since[part] < 0) & (standing[part] > 0), row, since[part])
    coins = math.exp(log_survival[-1] - reference)
    found.append(_ended(standing * coins, peak, since, 0, base, -1))
    return np.concatenate(found)


def _ended(coins: Floats, peak: Floats, since: Integers, side: int, cell: int, row: int) -> Floats:
    """Return the lives of what stood, shape (m, 7), from arrays of shape (sides, G, cells), when `row` ends them."""
    where = np.nonzero(coins)
    sides, groups, index = where
    rows = np.full(len(index), row)
    return np.stack([side + sides, groups, cell + index, since[where], rows, coins[where], peak[where]], axis=1)


def _entries(low: float, high: float) -> tuple[Integers, Floats]:
    """Return the cells in which one candle's openings enter, ascending, and their shares, which sum to 1.

    One node per cell of range, at most 7; each node is shared by the two cells whose centres it lies between.
    """
    nodes = min(MAXIMUM_NODES, max(1, math.ceil(high - low)))
    position = low + (high - low) * ((np.arange(nodes) + 0.5) / nodes) - 0.5
    below = np.floor(position).astype(np.int64)
    share = np.concatenate([1 - (position - below), position - below]) / nodes
    cells, which = np.unique(np.concatenate([below, below + 1]), return_inverse=True)
    return np.asarray(cells, np.int64), np.asarray(np.bincount(which, share), np.float64)


def _sources(entries: Integers, shares: Floats, closed: int, sign: int) -> _Sources:
    """Return from where openings of one side are spread: the part beyond the close starts from the close's cell."""
    beyond = sign * (closed - entries)
    back = beyond >= 0
    far = np.full(len(entries), np.iinfo(np.int64).max)
    return _Sources(
        cell=np.concatenate([entries, np.full(back.sum(), closed)]),
        nearest=np.concatenate([np.maximum(beyond + 1, 0), np.zeros(back.sum(), np.int64)]),
        farthest=np.concatenate([far, beyond[back]]),
        share=np.concatenate([shares, shares[back]]),
    )


def _landed(sources: _Sources, sign: int, padded: Floats, cells: Integers) -> Floats:
    """Return the shares of an opening that land on cells, shape (..., V), by a table of offsets, shape (..., K + 1)."""
    offset = sign * (cells - sources.cell[:, None])
    last = np.minimum(sources.farthest, padded.shape[-1] - 2)
    used = (offset >= sources.nearest[:, None]) & (offset <= last[:, None])
    return np.asarray(np.einsum("m,...mv->...v", sources.share, padded[..., np.where(used, offset, -1)]))


def _padded(table: Floats) -> Floats:
    """Return a table of offsets, shape (..., K), with a zero behind it that stands for offsets outside."""
    return np.concatenate([table, np.zeros((*table.shape[:-1], 1))], axis=-1)


def _within(density: Floats, offsets: Integers) -> Floats:
    """Return a density, shape (K,), at whole offsets of any shape; 0 outside."""
    return np.where((offsets >= 0) & (offsets < len(density)), density[np.clip(offsets, 0, len(density) - 1)], 0.0)


def _touched(low: float, high: float, last_close: float, cells: Integers) -> Flags:
    """Return which cells a row touches, shape (2, V): longs from the price up, shorts from it down."""
    return np.stack([cells >= math.floor(min(low, last_close)), cells <= math.floor(max(high, last_close))])


def _inside(low: float, high: float, close: float, first: int, last: int) -> bool:
    """Return whether a row's entries, and what is placed back from the close, stay in the cells [first, last]."""
    bottom, top, closed = math.floor(low) - 1, math.floor(high) + 1, math.floor(close)
    return min(bottom, 2 * closed - top) >= first and max(top, 2 * closed - bottom) <= last
