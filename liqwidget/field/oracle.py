"""The kernels in plain NumPy: what runs where Numba cannot be had, and what the tests hold the compiled ones against.

Same names, arguments and results as `kernels`, by other means: `forward` and `lives` go candle by candle with arrays
over cells, `evaluate` uses the closed form: a cell holds what was opened on it since the last row that touched it.
Conventions are those of `kernels`: side 0 is long, 1 is short; lattice cells are absolute; ``low``, ``high``, ``close``
come as lattice coordinates ln(price) / CELL.
"""

# ruff: noqa: PLR0917 - arrays come by position, as in the compiled functions

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.field.touching import touch_chance_at

MAXIMUM_NODES = 7
ALL_CLOSED = -800.0
"""What is added to ln survival where nothing survives: its exponential is 0, and differences of it stay finite."""
ROUNDING = 1e-12
"""What a book misses, as a share of what it should hold, is no opening under this."""
SIGNS = (-1, 1)
"""Where liquidation lies from the entry: below for longs, above for shorts."""

_SMALLEST_SCALE = 1e-60
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
        out[side] = entered[side, used] @ _within(table[side], sign * (units - (base + used)[:, None]))
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
    accumulated: Floats,
    swept: Floats,
    entered: Floats,
    scale: Floats,
    base: int,
    wide: int,
    table: Floats,
    span: Integers,  # noqa: ARG001
    weights: Floats,
    units: Integers,
    log_survival: Floats,
    opened: Floats,
) -> int:
    """Run the books over rows [row, stop): survive, sweep, open.

    Parameters
    ----------
    low, high, close : float64, shape (n,)
        Lattice coordinates of what was traded in each row.
    survival : float64, shape (2, n)
        Share that survives the row, in the groups' books and in the one at the cap.
    interest : float64, shape (n,)
        Accepted open interest [base].
    frozen : bool, shape (n,)
        Rows that sweep but neither unwind nor open.
    previous : float64, shape (3,)
        Lattice coordinate of the last close, ln of the two last survivals; updated.
    mass : float64, shape (2, B)
        Coins of each book; updated.
    accumulated, entered : float64, shape (2, L)
        Openings by unit on which they landed, and by entry unit over the weight, all over `scale`; updated.
    swept : float64, shape (2, B, V)
        What `accumulated` was when price last touched the cell; updated.
    scale : float64, shape (2,)
        Factor of the groups' books and of the one at the cap; updated.
    wide : int
        Lattice cells in a price cell.

    Returns
    -------
    int
        The row reached: before `stop` when the cells must grow first.
    """
    cells = base + np.arange(swept.shape[2])
    begins = np.concatenate([[0], np.cumsum(len(cells) // units)])
    speeds = (np.arange(len(units)) == len(units) - 1).astype(int)
    lines = [slice(*ends) for ends in itertools.pairwise(begins)]
    for index in range(row, stop):
        if not _inside(low[index], high[index], close[index], base, base + len(cells) - 1, 2 * wide):
            return index
        scale *= survival[:, index]
        alive = survival[:, index] > 0
        previous[1:] += np.where(alive, np.log(np.where(alive, survival[:, index], 1.0)), ALL_CLOSED)
        log_survival[:, index] = previous[1:]
        factor, scale[~alive] = alive.astype(float), 1.0
        touched = _touched(low[index], high[index], previous[0], cells)
        previous[0] = close[index]
        for book, (unit, line, speed) in enumerate(zip(units, lines, speeds, strict=True)):
            for array, part in ((accumulated, line), (entered, line), (swept, book)):
                array[:, part] *= factor[speed]
            landed = np.repeat(accumulated[:, line], unit, axis=1)
            gone = np.sum(landed - swept[:, book], axis=1, where=touched) / unit * scale[speed]
            swept[:, book] = np.where(touched, landed, swept[:, book])
            mass[:, book] = np.maximum(mass[:, book] * survival[speed, index] - gone, 0.0)
            wanted = weights[book] * interest[index]
            if not frozen[index] and weights[book] > 0:
                missing = wanted - mass[:, book]
                amount = np.where(missing > wanted * ROUNDING, missing, 0.0)
                opened[index, :, book] = amount
                mass[:, book] = np.where(amount > 0, wanted, mass[:, book])
                part = amount / weights[book] / scale[speed]
                entries, shares = _entries(float(low[index]), float(high[index]), wide, unit)
                entered[:, line][:, entries - base // unit] += part[:, None] * shares
                places = base // unit + np.arange(len(cells) // unit)
                for side, sign in enumerate(SIGNS):
                    sources = _sources(entries, shares, math.floor(close[index] / unit), sign)
                    accumulated[side, line] += part[side] * _landed(sources, sign, _padded(table[side, book]), places)
        small = np.where(scale < _SMALLEST_SCALE, scale, 1.0)
        for book, (line, speed) in enumerate(zip(lines, speeds, strict=True)):
            if small[speed] < 1:
                for array, part in ((accumulated, line), (entered, line), (swept, book)):
                    array[:, part] *= small[speed]
        scale[small < 1] = 1.0
    return stop


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
    chances: Floats,  # noqa: ARG001
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
    table, units, wide :
        The density, and the lattice cells in a price cell.
    state : float64, shape (2, 2, V)
        Coins of the groups and of the book at the cap, long and short, standing after `row`; updated.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    reach, origin : float64, shape (W,)
        Chance of a touch: argument per cell of distance (0 = certain), and the column's close as a coordinate.
    chances : float64, shape (C + 1,)
        The table of `liqwidget.field.touching`, which is read there.
    edges : float64, shape (H + 1,)
        Price edges of the rows as lattice coordinates minus `base`, within [0, V].
    out : float64, shape (2, H, W)
        Quote currency; added to.
    """
    cells = base + np.arange(state.shape[2])
    last_close, amounts = close[np.maximum(np.arange(len(close)) - 1, 0)], opened * (per_weight * shown)
    for column, target in enumerate(columns):
        while row < target:
            end = min(row + _WINDOW, int(target))
            passed = slice(row + 1, end + 1)
            before = log_survival[:, row] if row >= 0 else np.zeros(2)
            state *= np.exp(log_survival[:, end] - before)[:, None, None]
            alive = np.exp(log_survival[:, [end]] - log_survival[:, passed])
            kept = amounts[passed] * alive[(np.arange(len(units)) == len(units) - 1).astype(int)].T[:, None]
            _fold(
                state,
                cells,
                low[passed],
                high[passed],
                close[passed],
                last_close[passed],
                kept,
                table,
                span,
                units,
                wide,
            )
            row = end
        if target < 0:
            continue
        value = state.sum(axis=0) * worth
        if reach[column] > 0:
            value = value * touch_chance_at(np.abs(cells + 0.5 - origin[column]) * reach[column])
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
    span: Integers,
    units: Integers,
    wide: int,
) -> None:
    """Bring `state`, shape (2, 2, V), over n rows by the closed form; `amounts`, shape (n, 2, B), survive them."""
    touched = np.stack([_touched(*prices, cells) for prices in zip(low, high, last_close, strict=True)])
    since = np.where(touched.any(axis=0), len(low) - 1 - np.argmax(touched[::-1], axis=0), -1)
    state *= since < 0
    for index, book in np.ndindex(len(low), len(units)):
        if not amounts[index, :, book].any():
            continue
        unit = int(units[book])
        entries, shares = _entries(float(low[index]), float(high[index]), wide, unit)
        for side, sign in enumerate(SIGNS):
            sources = _sources(entries, shares, math.floor(close[index] / unit), sign)
            part, landed = _on_cells(sources, sign, table[side, book], span[side, book], unit, cells)
            left = amounts[index, side, book] * landed * (since[side, part] <= index)
            state[int(book == len(units) - 1), side, part] += left


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

    Parameters
    ----------
    low, high, close, log_survival, opened :
        The ledger; prices as lattice coordinates.
    per_weight, group_of : float64, int64, shape (B,)
        1 / weight of each book, and the leverage group that it counts to.
    table, units, wide :
        The density, and the lattice cells in a price cell.
    worth : float64, shape (V,)
        Quote currency per coin at each cell.
    block : int
        The most that a level held is looked at after every so many rows, and at its end.

    Returns
    -------
    float64, shape (m, 7)
        Side, group, level (cell // width), row from which it stands, row that ended it (-1: none), what it held at its
        end, most that it held [quote].
    """
    cells, groups = base + np.arange(len(worth)), int(group_of.max()) + 1
    standing = np.zeros((2, groups, 2, len(cells)))
    peak, since = np.zeros((2, groups, len(cells) // width)), np.full((2, groups, len(cells) // width), -1)
    found: list[list[float]] = []

    def sizes(side: int, group: int) -> Floats:
        held = standing[side, group].sum(axis=0) * worth
        return np.asarray(held.reshape(-1, width).sum(axis=1))

    for row in range(len(close)):
        settled = _settles(log_survival, row)
        before = log_survival[:, row - 1] if row else np.zeros(2)
        standing *= 1.0 if settled else np.exp(log_survival[:, row] - before)[:, None]
        ends = _touched(low[row], high[row], close[max(row - 1, 0)], cells) | settled
        ended: list[list[float]] = []
        for side, group in np.ndindex(2, groups):
            held = standing[side, group].any(axis=0)
            hit = (held & ends[side]).reshape(-1, width).any(axis=1)
            size, most = sizes(side, group), peak[side, group]
            standing[side, group] *= ~ends[side]
            left = standing[side, group].any(axis=0).reshape(-1, width).any(axis=1)
            ended += _lives(side, group, np.flatnonzero(hit), base // width, since[side, group], row, size, most)
            peak[side, group] = np.where(hit, 0.0, most)
            since[side, group] = np.where(hit, np.where(left, row, -1), since[side, group])
        found += sorted(ended, key=lambda life: (life[0], life[2], life[1]))
        for side, book in np.argwhere(opened[row] * per_weight > 0):
            unit, sign, group = int(units[book]), SIGNS[side], group_of[book]
            entries, shares = _entries(low[row], high[row], wide, unit)
            sources = _sources(entries, shares, math.floor(close[row] / unit), sign)
            part, landed = _on_cells(sources, sign, table[side, book], span[side, book], unit, cells)
            amount = opened[row, side, book] * per_weight[book]
            standing[side, group, int(book == len(units) - 1), part] += amount * landed
        for side, group in np.ndindex(2, groups):
            holds = standing[side, group].any(axis=0).reshape(-1, width).any(axis=1)
            since[side, group] = np.where((since[side, group] < 0) & holds, row, since[side, group])
            if (row + 1) % block == 0 or row == len(close) - 1 or _settles(log_survival, row + 1):
                peak[side, group] = np.maximum(peak[side, group], sizes(side, group))
    for side, group in np.ndindex(2, groups):
        size, most = sizes(side, group), peak[side, group]
        still = np.flatnonzero(standing[side, group].any(axis=0).reshape(-1, width).any(axis=1))
        found += _lives(side, group, still, base // width, since[side, group], -1, size, most)
    return np.array(found, dtype=np.float64).reshape(-1, 7)


def _settles(log_survival: Floats, row: int) -> bool:
    """Say whether open interest became 0 at a row: nothing survives it, and levels end there."""
    return bool(row > 0 and log_survival[0, row] - log_survival[0, row - 1] < 0.5 * ALL_CLOSED)


def _lives(
    side: int, group: int, which: Integers, first: int, since: Integers, row: int, size: Floats, most: Floats
) -> list[list[float]]:
    """Return the lives of some levels when `row` ends them; levels count from `first`."""
    peak = np.maximum(most, size)
    return [
        [side, group, first + int(level), float(since[level]), row, float(size[level]), float(peak[level])]
        for level in which
    ]


def _entries(low: float, high: float, wide: int, unit: int) -> tuple[Integers, Floats]:
    """Return the units in which one candle's openings enter, ascending, and their shares, which sum to 1.

    One node per price cell of range, at most 7; each node is shared by the two units whose centres it lies between.
    """
    nodes = min(MAXIMUM_NODES, max(1, math.ceil((high - low) / wide)))
    position = (low + (high - low) * ((np.arange(nodes) + 0.5) / nodes)) / unit - 0.5
    below = np.floor(position).astype(np.int64)
    share = np.concatenate([1 - (position - below), position - below]) / nodes
    places, which = np.unique(np.concatenate([below, below + 1]), return_inverse=True)
    return np.asarray(places, np.int64), np.asarray(np.bincount(which, share), np.float64)


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


def _on_cells(
    sources: _Sources, sign: int, table: Floats, span: Integers, unit: int, cells: Integers
) -> tuple[slice, Floats]:
    """Return which lattice cells an opening lands on, and its shares there: a unit's mass lies evenly on its cells."""
    ends = np.add.outer(sources.cell, sign * np.array([0, *span]))
    units = np.arange(ends.min(), ends.max() + 1)
    shares = np.repeat(_landed(sources, sign, _padded(table), units), unit) / unit
    first = int(units[0]) * unit
    start, stop = max(first, int(cells[0])), min(first + len(shares), int(cells[-1]) + 1)
    if start >= stop:
        return slice(0, 0), shares[:0]
    return slice(start - int(cells[0]), stop - int(cells[0])), shares[start - first : stop - first]


def _padded(table: Floats) -> Floats:
    """Return a table of offsets, shape (..., K), with a zero behind it that stands for offsets outside."""
    return np.concatenate([table, np.zeros((*table.shape[:-1], 1))], axis=-1)


def _within(density: Floats, offsets: Integers) -> Floats:
    """Return a density, shape (K,), at whole offsets of any shape; 0 outside."""
    return np.where((offsets >= 0) & (offsets < len(density)), density[np.clip(offsets, 0, len(density) - 1)], 0.0)


def _touched(low: float, high: float, last_close: float, cells: Integers) -> Flags:
    """Return which cells a row touches, shape (2, V): longs from the price up, shorts from it down."""
    return np.stack([cells >= math.floor(min(low, last_close)), cells <= math.floor(max(high, last_close))])


def _inside(low: float, high: float, close: float, first: int, last: int, room: int) -> bool:
    """Return whether a row's entries, and what is placed back from the close, stay in the cells [first, last]."""
    bottom, top, closed = math.floor(low) - room, math.floor(high) + room, math.floor(close)
    return min(bottom, 2 * closed - top) >= first and max(top, 2 * closed - bottom) <= last
