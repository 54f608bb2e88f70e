"""What each row of a venue's ledger opened and still stands in a price range: the closed form, row by row.

Of what row j opened, a lattice cell holds at row i the density mass that fell on it times the survival D_i / D_j,
unless a later row touched the cell (ESTIMATOR.md, section 3, closed form). Price touches the cells next to it first, so
what later rows left of row j's openings is one interval: below the lowest sweep since for longs, above the highest for
shorts. The mass of an interval is a difference of the density's running sum, so a row costs the same however wide the
range is. Nothing after row i is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import CELL
from liqwidget.domain.side import Side
from liqwidget.field.density import Prior, venue_density

if TYPE_CHECKING:
    from liqwidget.domain.ledger import VenueLedger

Floats = npt.NDArray[np.float64]

_MAXIMUM_NODES = 7
"""Entry nodes of a candle at most, one per cell of its range (ESTIMATOR.md, section 3, step 3)."""

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
    spread, chosen = venue_density(ledger, prior), list(groups)
    coins = ledger.contract == "linear"
    held = _held(spread.table[side.row, chosen], ledger.coordinates[:, rows], left.of(rows), side, coins=coins)
    amount = ledger.opened[rows][:, side.row, chosen] * spread.per_weight[chosen]
    survival = np.exp(ledger.log_survival[last] - ledger.log_survival[rows])
    return first, np.asarray(held * amount * survival[:, None])


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


def _held(table: Floats, coordinates: Floats, left: _Interval, side: Side, *, coins: bool) -> Floats:
    """Return what one unit opened by each row puts on its interval, shape (n, G) [quote].

    A unit is a coin, which is worth the cell's centre where it lands, or already quote currency.

    An entry's mass lies at whole cells of offset from it; what would lie beyond the close, at that offset from the
    close.
    """
    worth = np.exp(-int(side) * np.arange(table.shape[1]) * CELL) if coins else np.ones(table.shape[1])
    sums = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table * worth, axis=1)], axis=1)

    def value(entry: Floats) -> Floats | float:
        return np.exp((entry + 0.5) * CELL)[:, None] if coins else 1.0

    low, high, close = coordinates
    held = np.zeros((len(low), len(table)))
    if not len(low):
        return held
    closed, range_ = np.floor(close), high - low
    nodes = np.clip(np.ceil(range_), 1, _MAXIMUM_NODES)
    for node in range(int(nodes.max())):
        used = np.flatnonzero((nodes > node) & (left.upper > left.lower))
        position = low[used] + range_[used] * ((node + 0.5) / nodes[used]) - 0.5
        below = np.floor(position)
        for entry, share in ((below, 1 - (position - below)), (below + 1, position - below)):
            weight = share / nodes[used]
            beyond = np.maximum(int(side) * (entry - closed[used]) + 1, 0)
            held[used] += weight[:, None] * value(entry) * _mass(sums, side, entry, left.of(used), (beyond, np.inf))
            back = np.flatnonzero(beyond > 0)
            again = used[back]
            held[again] += (
                weight[back, None]
                * value(closed[again])
                * _mass(sums, side, closed[again], left.of(again), (0.0, beyond[back]))
            )
    return held


def _mass(
    sums: Floats, side: Side, entry: Floats, left: _Interval, offsets: tuple[Floats | float, Floats | float]
) -> Floats:
    """Return what a unit of value at the entry is over intervals, spread from entry cells, shape (n,); shape (n, G).

    Parameters
    ----------
    sums : ndarray of float64, shape (G, K + 1)
        Running sum over offsets of the density times the price ratio to the entry's cell.
    offsets : (first, stop)
        Offsets in cells that count, each a number or shape (n,).
    """
    last = sums.shape[1] - 1
    ends = (entry + 1 - left.upper, entry + 1 - left.lower) if side is Side.LONG else (
        left.lower - entry, left.upper - entry
    )  # fmt: skip

    def reached(offset: Floats) -> Floats:
        inside = np.clip(np.clip(offset, *offsets), 0, last)
        whole = np.minimum(inside.astype(np.int64), last - 1)
        start = sums[:, whole]
        return np.asarray(start + (inside - whole) * (sums[:, whole + 1] - start))

    return np.asarray((reached(ends[1]) - reached(ends[0])).T)
