"""What each row of a venue's ledger opened and still stands in a price range: the closed form, row by row.

Of what row j opened, a lattice cell holds at row i the density mass that fell on it times the survival D_i / D_j,
unless a later row touched the cell (docs/method.md, section 4). Price touches the cells next to it first, so what later
rows left of row j's openings is one interval: below the lowest sweep since for longs, above the highest for shorts. The
mass of an interval is a difference of the density's running sum, so a row costs the same however wide the range is.
Nothing after row i is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL, cells_in_price_cell
from liqwidget.domain.leverage import NEAR_BOOK
from liqwidget.domain.side import Side
from liqwidget.field.density import Prior, venue_density

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger

Floats = npt.NDArray[np.float64]

_MAXIMUM_NODES = 7
"""Entry nodes of a candle at most, one per price cell of its range (docs/method.md, section 4, step 3)."""

_BORDER = 1e-6
"""Cells by which a price may miss a cell's border and still mean it, as in `evaluate`."""


class _Interval(NamedTuple):
    """Where openings of rows still stand: lattice coordinates, shape (n,); empty where upper <= lower."""

    lower: Floats
    upper: Floats

    def of(self, rows: npt.NDArray[np.int64]) -> _Interval:
        return _Interval(self.lower[rows], self.upper[rows])


def contributions(
    ledger: VenueLedger, prior: Prior, last: int, span: Floats, side: Side, *, groups: tuple[int, ...]
) -> tuple[int, Floats]:
    """Return what each row up to `last` opened and still stands after it in a price range.

    Parameters
    ----------
    ledger : VenueLedger
        One venue.
    prior : Prior
        The ledger's.
    last : int
        The row after which it stands.
    span : ndarray of float64, shape (2,)
        Low and high of the range as lattice coordinates; parts of cells count in proportion to their width.
    side : Side
        Longs or shorts.
    groups : tuple of int
        Leverage groups by index.

    Returns
    -------
    first, size : int, ndarray of float64, shape (last + 1 - first, G)
        The first row of which anything can stand, and the sizes of the rows from it on [quote], valued at the centre
        of the cells; they add up to `standing` of the range.
    """
    borders = np.rint(span)
    left = _left(ledger, last, np.where(np.abs(span - borders) < _BORDER, borders, span), side)
    first = int(np.argmax(left.upper > left.lower)) if (left.upper > left.lower).any() else last + 1
    rows = np.arange(first, last + 1)
    spread, coins = venue_density(ledger, prior), ledger.contract == "linear"
    out = np.zeros((len(rows), len(groups)))
    survival = np.exp(ledger.survivals[:, [last]] - ledger.survivals[:, rows])
    for book in np.flatnonzero(spread.shown(groups) & (spread.weights > 0)):
        group = spread.nearest if book == NEAR_BOOK else int(book)
        unit = int(spread.units[book])
        table = spread.by_cell[side.row, book, : int(spread.span[side.row, book, 1]) * unit]
        held = _held(table, unit, ledger.coordinates[:, rows], left.of(rows), side, coins=coins)
        amount = ledger.opened[rows, side.row, book] * spread.per_weight[book]
        out[:, groups.index(group)] += held * amount * survival[int(book == NEAR_BOOK)]
    return first, out


def _left(ledger: VenueLedger, last: int, span: Floats, side: Side) -> _Interval:
    """Return the interval of the range that rows after each row did not touch, rows 0 to `last`."""
    low, high, close = ledger.coordinates[:, : last + 1]
    lower, upper = np.repeat(span[:, None], last + 1, axis=1)
    if side is Side.LONG:
        swept = np.floor(np.minimum(low[1:], close[:-1]))
        upper[:-1] = np.minimum(upper[:-1], np.minimum.accumulate(swept[::-1])[::-1])
    else:
        swept = np.floor(np.maximum(high[1:], close[:-1])) + 1
        lower[:-1] = np.maximum(lower[:-1], np.maximum.accumulate(swept[::-1])[::-1])
    return _Interval(lower, upper)


def _held(table: Floats, unit: int, coordinates: Floats, left: _Interval, side: Side, *, coins: bool) -> Floats:
    """Return what one unit opened by each row puts on its interval in one book, shape (n,) [quote].

    What is opened is a coin, which is worth the cell's centre where it lands, or already quote currency. `table` holds
    the book's mass by lattice cells from the far border of the entry's unit (`Density.by_cell`); what would lie beyond
    the close lies at that offset from the close's.
    """
    worth = np.exp(-int(side) * np.arange(len(table)) * CELL) if coins else np.ones(len(table))
    sums = np.concatenate([[0.0], np.cumsum(table * worth)])
    low, high, close = coordinates
    held = np.zeros(len(low))
    if not len(low):
        return held

    def anchor(place: Floats) -> Floats:
        return place * unit + (unit - 1 if side is Side.LONG else 0)

    def value(cell: Floats) -> Floats | float:
        return np.exp((cell + 0.5) * CELL) if coins else 1.0

    wide = cells_in_price_cell()
    closed, range_ = np.floor(close / unit), high - low
    nodes = np.clip(np.ceil(range_ / wide), 1, _MAXIMUM_NODES)
    for node in range(int(nodes.max())):
        used = np.flatnonzero((nodes > node) & (left.upper > left.lower))
        position = (low[used] + range_[used] * ((node + 0.5) / nodes[used])) / unit - 0.5
        below = np.floor(position)
        for entry, share in ((below, 1 - (position - below)), (below + 1, position - below)):
            weight, cell = share / nodes[used], anchor(entry)
            beyond = np.maximum(int(side) * (entry - closed[used]) + 1, 0) * unit
            held[used] += weight * value(cell) * _mass(sums, side, cell, left.of(used), (beyond, np.inf))
            back = np.flatnonzero(beyond > 0)
            again, cell = used[back], anchor(closed[used[back]])
            held[again] += weight[back] * value(cell) * _mass(sums, side, cell, left.of(again), (0.0, beyond[back]))
    return held


def _mass(
    sums: Floats, side: Side, cell: Floats, left: _Interval, offsets: tuple[Floats | float, Floats | float]
) -> Floats:
    """Return what a unit of value at lattice cells, shape (n,), is over intervals when spread from there; shape (n,).

    Parameters
    ----------
    sums : ndarray of float64, shape (K + 1,)
        Running sum over offsets of the density times the price ratio to the cell.
    offsets : (first, stop)
        Offsets in cells that count, each a number or shape (n,).
    """
    last = len(sums) - 1
    ends = (cell + 1 - left.upper, cell + 1 - left.lower) if side is Side.LONG else (
        left.lower - cell, left.upper - cell
    )  # fmt: skip

    def reached(offset: Floats) -> Floats:
        inside = np.clip(np.clip(offset, *offsets), 0, last)
        whole = np.minimum(inside.astype(np.int64), last - 1)
        return np.asarray(sums[whole] + (inside - whole) * (sums[whole + 1] - sums[whole]))

    return reached(ends[1]) - reached(ends[0])
