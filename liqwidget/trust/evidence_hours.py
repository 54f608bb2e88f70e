"""What was known at each asked hour of one market: its clusters, ages of levels, volatility and moves.

Features of a time are made of candles that had closed by it. Prices are in price cells: ln(price) / 0.001. A level
above the price is the lower edge of a cell, one below it the upper edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import PRICE_CELL, price_cell_coordinate, price_cell_edge
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, HOUR
from liqwidget.field.engine import compiled
from liqwidget.field.evaluate import Measured, standing
from liqwidget.study.clustering import Rule, runs_of_many
from liqwidget.study.clusters import REACH
from liqwidget.study.standing import cells_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.domain.ledger import Ledger, VenueLedger

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

WARM_UP = 14 * DAY
"""After the first candle, before anything is asked [ns]."""

WAYS = (-1, 1)
"""Toward levels below the price, and above it."""

ASKED_WITHIN = 0.1
"""How far from the price levels are asked, as a share of it."""

_LEANS = 0.05
"""How far from the price heat above is set against heat below."""

_HALF_LIVES = (6, 48, 240)
"""Of the three volatilities [hours]."""

MOVES = (4, 24, 72, 168)
"""Hours over which the last moves are known."""

_OLDEST = 45 * 24.0
"""Age that is not told from a higher one [hours]."""

_BLOCK, _ROOM = 96, 100
"""Asked times whose heat is made in one go, and price cells that price may move among them."""


class Map(NamedTuple):
    """How clusters are found: leverage groups by index, the rule, cells at most."""

    groups: tuple[int, ...]
    rule: Rule
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """One market at the hours that are asked.

    Parameters
    ----------
    ledger : VenueLedger
        Of the heat of one venue; its provisional row does not count.
    until : int
        Candles that close later do not count [ns].
    step, bar : int
        From ask to ask, and the length of a bar: an hour, or the step where that is shorter [ns].
    high, low, close : ndarray of float64, shape (B,)
        By bar [price cells]; a bar without a candle repeats the close.
    time, bars : ndarray of int64, shape (T,)
        The asked times [ns], and which bar ended then.
    price : ndarray of float64, shape (T,)
        The close [price cells].
    sigma, tempo : ndarray of float64, shape (T,)
        Volatility per square root of a day, in ln(price); ln of the fast one over the slow one.
    moves : ndarray of float64, shape (T, 4)
        Over the last 4, 24, 72 and 168 hours, in sigma; NaN before there are as many.
    lean : ndarray of float64, shape (T,)
        (above - below) / (above + below) of heat within 5 %; NaN where there is none.
    cells : ndarray of int64, shape (T,)
        The price's own cell.
    ages : ndarray of float32, shape (T, W)
        Hours since a candle reached a cell, by cells from `-down` on.
    heat : ndarray of float32, shape (T, W)
        Of the level's side, over the side's peak.
    owners : ndarray of int32, shape (T, W)
        Which of `clusters` holds a cell on the level's side, -1 none.
    clusters : Found
        All clusters, by asked time.
    """

    ledger: VenueLedger = field(repr=False)
    until: int
    step: int
    bar: int
    high: Floats = field(repr=False)
    low: Floats = field(repr=False)
    close: Floats = field(repr=False)
    time: Integers = field(repr=False)
    bars: Integers = field(repr=False)
    price: Floats = field(repr=False)
    sigma: Floats = field(repr=False)
    tempo: Floats = field(repr=False)
    moves: Floats = field(repr=False)
    lean: Floats = field(repr=False)
    cells: Integers = field(repr=False)
    ages: npt.NDArray[np.float32] = field(repr=False)
    heat: npt.NDArray[np.float32] = field(repr=False)
    owners: npt.NDArray[np.int32] = field(repr=False)
    clusters: Found = field(repr=False)

    @property
    def down(self) -> int:
        """Cells below the price's own that are looked at."""
        return cells_to(ASKED_WITHIN)[0]

    @property
    def width(self) -> int:
        """Cells that are looked at."""
        return sum(cells_to(ASKED_WITHIN)) + 1

    def at(self, asked: Integers, cells: Integers) -> tuple[Integers, npt.NDArray[np.bool_]]:
        """Return the column of absolute price cells at asked times (by index), and whether they are looked at."""
        columns = cells - self.cells[asked] + self.down
        inside = (columns >= 0) & (columns < self.width)
        return np.where(inside, columns, 0), inside

    def past(self, asked: Integers) -> Floats:
        """Return what times are matched by, scaled, shape (n, 7): three moves, then what has no direction."""
        clock = self.time[asked] % DAY * (2 * np.pi / DAY)
        return np.column_stack(
            [
                self.moves[asked, :3] / (0.4, 1.0, 1.7),
                self.tempo[asked] / 0.3,
                np.log(self.sigma[asked]) / 0.3,
                np.sin(clock) / 1.4,
                np.cos(clock) / 1.4,
            ]
        )


class Found(NamedTuple):
    """Clusters of all asked times, shape (N,) each.

    ``asked`` is the index of the time, ``way`` +1 above the price and -1 below, ``edge`` the near edge [price cells],
    ``cell`` the price cell behind it, ``size`` the share of all heat within 20 % that is in it.
    """

    asked: Integers
    way: Integers
    edge: Floats
    cell: Integers
    size: Floats

    @classmethod
    def none(cls) -> Found:
        """Return no cluster."""
        whole, number = np.empty(0, np.int64), np.empty(0)
        return cls(whole, whole, number, whole, number)

    @classmethod
    def of(cls, runs: Integers, around: Floats, price: Floats, own: Integers, middle: int) -> Found:
        """Return the clusters of some asked times, of which the first has index 0.

        Parameters
        ----------
        runs : ndarray of int64, shape (N, 3)
            Of `runs_of_many`, twice as many rows as times: below, then above.
        around : ndarray of float64, shape (T, 2, V)
            Heat by side.
        price, own : ndarray, shape (T,)
            The close and its cell.
        middle : int
            Column of that cell.
        """
        asked, side = np.divmod(runs[:, 0], 2)
        way = 2 * side - 1
        cell = own[asked] - middle + np.where(way > 0, runs[:, 1], runs[:, 2])
        edge = cell + (way < 0)
        beyond = way * (edge - price[asked]) > 0
        sums = np.concatenate([np.zeros((*around.shape[:2], 1)), around.cumsum(axis=2)], axis=2)
        held = sums[asked, side, runs[:, 2] + 1] - sums[asked, side, runs[:, 1]]
        whole = sums[asked, :, -1].sum(axis=1)
        return cls(asked, way, np.where(beyond, edge, price[asked]), cell, held / whole)


def hours_of(ledger: Ledger, step: int, found_by: Map, until: int) -> Hours:
    """Return the asked hours of the heat of one venue, by a time [ns].

    Parameters
    ----------
    ledger : Ledger
        Heat of a single venue.
    step : int
        From ask to ask [ns]: whole hours, or a part of one.
    found_by : Map
        How clusters are found.
    until : int
        Candles that close later do not count [ns].
    """
    (part,) = ledger.venues
    bar = min(step, HOUR)
    known = part.known[: part.settled]
    rows = int(np.searchsorted(known, until, side="right"))
    high, low, close, there, first = _bars(part, bar, rows)
    ends = (first + 1 + np.arange(len(close))) * bar
    bars = np.flatnonzero(there & (ends % step == 0) & (ends >= int(part.time[0]) + WARM_UP))
    time = ends[bars]
    variances = _variances(high, low, bar)
    sigma = np.sqrt(variances.mean(axis=1))[bars]
    tempo = 0.5 * np.log(variances[bars, 0] / variances[bars, -1])
    price, cells = close[bars], np.floor(close[bars]).astype(np.int64)
    moves = _moves(close, bars, bar) * (PRICE_CELL / sigma)[:, None]
    lean, heat, owners, clusters = _maps(ledger, time, price, found_by)
    ages = _ages(part, rows, time, cells)
    return Hours(
        part, until, step, bar, high, low, close, time, bars, price, sigma, tempo, moves, lean, cells, ages, heat,
        owners, clusters,
    )  # fmt: skip


def clusters_at(ledger: Ledger, found_by: Map) -> Found:
    """Return the clusters in the heat of one venue as of its last close."""
    (part,) = ledger.venues
    time = part.known[part.settled - 1 : part.settled]
    return _maps(ledger, time, price_cell_coordinate(part.close[part.settled - 1 : part.settled]), found_by)[3]


def _bars(part: VenueLedger, bar: int, rows: int) -> tuple[Floats, Floats, Floats, npt.NDArray[np.bool_], int]:
    """Return high, low and close by bar, whether it has a candle, and the number of the first bar since 1970."""
    inside = slice(1, rows)
    numbers = (part.known[inside] - 1) // bar
    # A bar that is not over yet is none.
    over = slice(0, int(np.searchsorted(numbers, part.known[rows - 1] // bar)) if len(numbers) else 0)
    inside, numbers = slice(1, 1 + over.stop), numbers[over]
    first = int(numbers[0]) if len(numbers) else 0
    count = int(numbers[-1]) - first + 1 if len(numbers) else 0
    index = numbers - first
    high, low, close = np.full(count, -np.inf), np.full(count, np.inf), np.full(count, np.nan)
    np.maximum.at(high, index, price_cell_coordinate(part.inputs.high[inside]))
    np.minimum.at(low, index, price_cell_coordinate(part.inputs.low[inside]))
    close[index] = price_cell_coordinate(part.close[inside])
    there = np.isfinite(close)
    if count:
        close = close[np.maximum.accumulate(np.where(there, np.arange(count), 0))]
    return np.where(there, high, close), np.where(there, low, close), close, there, first


def _variances(high: Floats, low: Floats, bar: int) -> Floats:
    """Return exponentially weighted means of Parkinson's variance (1980), fast first, shape (B, 3) [1 / day]."""
    ranges = pd.Series(((high - low) * PRICE_CELL) ** 2 / (4 * np.log(2)) * (DAY / bar))
    means = [ranges.ewm(halflife=life * HOUR / bar).mean() for life in _HALF_LIVES]
    variances: Floats = np.column_stack(means).reshape(len(high), len(_HALF_LIVES))
    return np.maximum(variances, 1e-8)


def _moves(close: Floats, bars: Integers, bar: int) -> Floats:
    back = bars[:, None] - np.array(MOVES) * (HOUR // bar)
    moved: Floats = np.where(back >= 0, close[bars][:, None] - close[np.maximum(back, 0)], np.nan)
    return moved


def _maps(
    ledger: Ledger, time: Integers, price: Floats, found_by: Map
) -> tuple[Floats, npt.NDArray[np.float32], npt.NDArray[np.int32], Found]:
    """Return lean, heat over the side's peak, owners of cells, and clusters."""
    down, up = cells_to(REACH)
    near, far = cells_to(ASKED_WITHIN)
    own = np.floor(price).astype(np.int64)
    heat = np.zeros((len(time), near + far + 1), np.float32)
    owners = np.full(heat.shape, -1, np.int32)
    lean = np.full(len(time), np.nan)
    parts = [Found.none()]
    measured = Measured(0.0, found_by.groups)
    columns = np.arange(-near, far + 1)
    for asked in _blocks(time, own):
        first = int(own[asked.start]) - down - _ROOM
        edges = price_cell_edge(first + np.arange(down + up + 2 * _ROOM + 2))
        stood = standing(ledger, time[asked], edges, measured).transpose(2, 0, 1)
        around = np.take_along_axis(
            stood, (own[asked] - down - first)[:, None, None] + np.arange(down + up + 1)[None, None], axis=2
        )
        shares = around[:, :, down - near : down + far + 1] / np.maximum(around.max(axis=2, keepdims=True), 1e-300)
        heat[asked] = np.where(columns < 0, shares[:, 0], shares[:, 1])
        lean[asked] = _lean(around, down)
        runs = runs_of_many(around.reshape(-1, around.shape[2]), found_by.rule, found_by.most)
        found = Found.of(runs, around, price[asked], own[asked], down)
        cells, number = _members(runs, down)
        row, side = np.divmod(runs[number, 0], 2)
        mine = np.where(side == 1, cells >= 0, cells <= 0) & (cells >= -near) & (cells <= far)
        before = sum(len(part.asked) for part in parts)
        owners[asked.start + row[mine], cells[mine] + near] = number[mine] + before
        parts.append(found._replace(asked=found.asked + asked.start))
    return lean, heat, owners, Found(*map(np.concatenate, zip(*parts, strict=True)))


def _blocks(time: Integers, own: Integers) -> Iterator[slice]:
    """Yield which asked times are looked at in one go: a block begins at a fixed time, whatever comes later."""
    if not len(time):
        return
    numbers = time // (_BLOCK * int(np.diff(time).min(initial=DAY)))
    start = 0
    for asked in range(1, len(time) + 1):
        same = asked < len(time) and numbers[asked] == numbers[start] and abs(own[asked] - own[start]) <= _ROOM
        if not same:
            yield slice(start, asked)
            start = asked


def _lean(around: Floats, middle: int) -> Floats:
    down, up = cells_to(_LEANS)
    below, above = (
        around[:, side, middle - down : middle + up + 1].sum(axis=1) for side in (Side.LONG.row, Side.SHORT.row)
    )
    both = below + above
    return np.where(both > 0, (above - below) / np.where(both > 0, both, 1.0), np.nan)


def _members(runs: Integers, middle: int) -> tuple[Integers, Integers]:
    """Return the cells of all clusters from the price's own, and which cluster each is of."""
    lengths = runs[:, 2] - runs[:, 1] + 1
    number = np.repeat(np.arange(len(runs)), lengths)
    within = np.arange(len(number)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return runs[number, 1] + within - middle, number


def _ages(part: VenueLedger, rows: int, time: Integers, cells: Integers) -> npt.NDArray[np.float32]:
    """Return the hours since a candle reached each cell around the price, at most 45 days."""
    near, far = cells_to(ASKED_WITHIN)
    out = np.full((len(time), near + far + 1), _OLDEST, np.float32)
    if not len(time):
        return out
    touched = [
        np.floor(price_cell_coordinate(prices[:rows])).astype(np.int64)
        for prices in (part.inputs.low, part.inputs.high)
    ]
    base = int(touched[0].min()) - near
    last = np.full(int(touched[1].max()) + far + 1 - base, np.iinfo(np.int64).min // 2)
    ends = np.searchsorted(part.known[:rows], time, side="right")
    compiled(_walked)(
        touched[0] - base, touched[1] - base, part.known[:rows], ends, time, cells - base - near, last, out
    )
    return out


def _walked(  # noqa: PLR0917 - arrays come by position to compiled functions
    low: Integers,
    high: Integers,
    known: Integers,
    ends: Integers,
    time: Integers,
    starts: Integers,
    last: Integers,
    out: npt.NDArray[np.float32],
) -> None:
    row = 0
    for asked in range(time.shape[0]):
        while row < ends[asked]:
            for cell in range(low[row], high[row] + 1):
                last[cell] = known[row]
            row += 1
        for column in range(out.shape[1]):
            hours = (time[asked] - last[starts[asked] + column]) / 3.6e12
            out[asked, column] = min(hours, out[asked, column])
