"""What the map is held against: nulls that know price and open interest alone, and the naive maps in common use.

Each is a `Method` with the interface of the map: what it says is swept between two times, given how far price went, and
what it says stands between price edges. All are functions of the ledger's rows (prices, volume, open interest), venue
by venue, and use only rows that were known at the time they speak of. They value what opens at its entry price.

The definitions are those of the usual sites and of a fair comparison: the same candles, the same open interest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import CELL, cell_coordinate
from liqwidget.domain.ledger import RowKind
from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.time import DAY, MINUTE
from liqwidget.errors import DataError
from liqwidget.field.crossed import crossed
from liqwidget.field.evaluate import Measured, standing
from liqwidget.trust.naive_walk import GRID, Ladder, Seeds, Walk, places, walked

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.domain.ledger import Ledger, VenueLedger

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

UNIFORM_REACH = 1.0
"""How far from price the uniform null spreads open interest, in ln(price)."""

DISTANCE_PRIOR = (2.2, 1.0)
"""Median and sigma of the log-normal effective leverage by which the distance-only null spreads open interest."""

_ALL = Measured(0.0, tuple(range(len(LEVERAGE_GROUPS))))


@dataclass(frozen=True, slots=True)
class Method:
    """A way to say where liquidations will happen.

    Parameters
    ----------
    name : str
        As it stands in tables.
    swept : callable
        ``(ledger, times) -> ndarray of float64, shape (2, T)``, long then short [quote]: of what stood at each of the
        first T of T + 1 times [ns], what the candles that closed up to the next time reached.
    standing : callable, optional
        ``(ledger, times, edges) -> ndarray of float64, shape (2, K, T)`` [quote]; None for what has no map.
    sized : bool
        Whether `swept` is in quote currency, so that it can be compared with amounts.
    """

    name: str
    swept: Callable[[Ledger, Times], Floats]
    standing: Callable[[Ledger, Times, Floats], Floats] | None = None
    sized: bool = True


class Steps(NamedTuple):
    """What one venue's candles did between neighbouring times, shape (T,).

    ``row`` is the last row known at the step's start, -1 before the first close; ``start``, ``low``, ``high`` are
    lattice coordinates of the price at the start and of the extremes up to the next time; ``volume`` [base].
    """

    row: Times
    start: Floats
    low: Floats
    high: Floats
    volume: Floats

    @property
    def moves(self) -> Floats:
        """The adverse move of each side in ln(price), shape (2, T): down for longs, up for shorts."""
        return np.stack([self.start - self.low, self.high - self.start]) * CELL


def steps(venue: VenueLedger, times: Times) -> Steps:
    """Return what a venue's candles did between neighbouring times.

    Parameters
    ----------
    venue : VenueLedger
        Its rows count from when they are known.
    times : ndarray of int64, shape (T + 1,)
        ns UTC, increasing.

    Raises
    ------
    DataError
        If there are fewer than two times or they do not increase.
    """
    if len(times) < 2 or not (np.diff(times) > 0).all():  # noqa: PLR2004 - a step has two ends
        message = f"Expected two or more increasing times, was {len(times)}{' that do not' if len(times) > 1 else ''}"
        raise DataError(message)
    low, high, close = venue.coordinates
    rows = venue.row_at(times)
    first = np.append(np.maximum(rows, 0)[:-1] + 1, np.maximum(rows[-1], 0) + 1)
    start = close[np.maximum(rows[:-1], 0)]
    some = (rows[:-1] >= 0) & (rows[1:] > rows[:-1])
    volume = np.append(np.nan_to_num(venue.inputs.volume), 0.0)
    reached = (np.minimum.reduceat(np.append(low, np.inf), first), np.maximum.reduceat(np.append(high, -np.inf), first))
    return Steps(
        rows[:-1],
        start,
        np.where(some, np.minimum(reached[0][:-1], start), start),
        np.where(some, np.maximum(reached[1][:-1], start), start),
        np.where(some, np.add.reduceat(volume, first)[:-1], 0.0),
    )


def value(venue: VenueLedger, rows: Times) -> Floats:
    """Return open interest [quote] at rows, 0 where the row is -1."""
    known = np.maximum(rows, 0)
    return np.where(rows >= 0, venue.value(known), 0.0)


def mean_moves(ledger: Ledger, times: Times) -> Floats:
    """Return the adverse moves of each side between neighbouring times, in ln(price), shape (2, T).

    With several venues the mean weighted by open interest [quote].
    """
    total, weights = np.zeros((2, len(times) - 1)), np.zeros(len(times) - 1)
    for part in ledger:
        done = steps(part, times)
        weight = value(part, done.row)
        total += done.moves * weight
        weights += weight
    return np.divide(total, weights, out=np.zeros_like(total), where=weights > 0)


def _spread(cumulative: Callable[[Floats, int], Floats]) -> tuple[Callable[..., Floats], Callable[..., Floats]]:
    """Return `swept` and `standing` of open interest spread around the last close.

    ``cumulative(distance, side)`` is the share of open interest within a distance in ln(price).
    """

    def swept(ledger: Ledger, times: Times) -> Floats:
        total = np.zeros((2, len(times) - 1))
        for part in ledger:
            done = steps(part, times)
            total += np.stack([cumulative(move, side) for side, move in enumerate(done.moves)]) * value(part, done.row)
        return total

    def stood(ledger: Ledger, times: Times, edges: Floats) -> Floats:
        total = np.zeros((2, len(edges) - 1, len(times)))
        for part in ledger:
            rows = part.row_at(times)
            distance = (cell_coordinate(edges)[:, None] - part.coordinates[2, np.maximum(rows, 0)]) * CELL
            for side, sign in enumerate((-1, 1)):
                share = np.diff(cumulative(np.maximum(sign * distance, 0.0), side), axis=0) * sign
                total[side] += share * value(part, rows)
        return total

    return swept, stood


def _uniform_share(distance: Floats, side: int) -> Floats:  # noqa: ARG001 - one signature for every spread
    return np.minimum(distance, UNIFORM_REACH)


def _distance_share(distance: Floats, side: int) -> Floats:
    """Return the share whose distance |entry - liquidation| / entry is at most that of a move in ln(price)."""
    from scipy.special import ndtr

    relative = -np.expm1(-distance) if side == 0 else np.expm1(distance)
    median, sigma = DISTANCE_PRIOR
    scores = (np.log(np.maximum(relative, 1e-300)) + math.log(median)) / sigma
    return np.asarray(ndtr(scores), dtype=np.float64)


def _rises(venue: VenueLedger) -> Floats:
    """Return the rise of open interest per row [base; of an inverse contract quote], 0 where it fell."""
    return np.maximum(np.diff(venue.open_interest, prepend=venue.open_interest[0]), 0.0)


def _increase(venue: VenueLedger) -> Seeds:
    """Return what an open-interest map seeds: every rise at its close, on the side of the candle's colour."""
    up = np.diff(venue.close, prepend=venue.close[0]) >= 0
    worth = 1.0 if venue.contract == "inverse" else venue.close
    return Seeds((_rises(venue) * worth)[:, None] * np.stack([up, ~up], axis=1), places(venue.coordinates[2:].T))


def _turnover(venue: VenueLedger) -> Seeds:
    """Return what a turnover map seeds: half the volume on either side, up to threefold as open interest rises.

    A rise by a share x of open interest counts the volume 1 + 8 x times. Entries: low, close, high.
    """
    factor = np.clip(1 + 8 * _rises(venue) / np.maximum(venue.open_interest, 1e-9), 1, 3)
    worth = np.nan_to_num(venue.inputs.volume) * venue.close * factor / 2
    return Seeds(np.repeat(worth[:, None], 2, axis=1), places(venue.coordinates[[0, 2, 1]].T))


def _leader(venue: VenueLedger) -> Seeds:
    """Return what the market leader's map seeds: about one candle of five minutes in ten, on both sides.

    Its published numbers tell that about a tenth of the candles deposit, at (open + high + low + close) / 4; they do
    not tell which, nor how much. **Our guess**: the tenth with the largest rise of open interest, and that rise, on
    either side. Large is judged by the candles of the last day, so that nothing is known before its time. Longer
    candles are taken as they are, shorter ones in fives of minutes; the open is the close before.
    """
    rows = np.arange(len(venue.time))
    candle = venue.inputs.are(RowKind.CANDLE)
    bucket = (np.stack([venue.time, venue.time + venue.timeframe]) - 1) // LEADERS_CANDLE
    ends = rows[candle & (bucket[0] != bucket[1])]
    ends = ends[ends > 0]
    amounts, entries = np.zeros((len(rows), 2)), np.ones((len(rows), 1))
    entries *= places(venue.coordinates[2:].T)
    if not len(ends):
        return Seeds(amounts, entries)
    before = np.append(0, ends[:-1])
    first = before + 1
    first += venue.inputs.kind[first] == RowKind.GAP
    low, high = (
        kind.reduceat(np.append(prices, prices[-1]), np.stack([first, ends + 1], axis=1).ravel())[::2]
        for kind, prices in ((np.minimum, venue.inputs.low), (np.maximum, venue.inputs.high))
    )
    mean = (venue.close[first - 1] + low + high + venue.close[ends]) / 4
    rise = np.maximum(venue.open_interest[ends] - venue.open_interest[before], 0.0)
    day = max(DAY // max(venue.timeframe, LEADERS_CANDLE), 1)
    large = pd.Series(rise).rolling(day, min_periods=min(day, 10)).quantile(0.9).to_numpy()
    chosen = (rise > 0) & (rise >= large)
    worth = rise if venue.contract == "inverse" else rise * mean
    amounts[ends[chosen]] = worth[chosen, None]
    entries[ends, 0] = np.log(mean) / GRID
    return Seeds(amounts, entries)


def _seeded(
    seeds: Callable[[VenueLedger], Seeds], ladder: Ladder, *, scaled: bool
) -> tuple[Callable[..., Floats], Callable[..., Floats]]:
    """Return `swept` and `standing` of a naive map; `scaled` brings each side to the open interest at every look."""

    def brought(part: VenueLedger, rows: Times, walk: Walk) -> Floats:
        if not scaled:
            return np.ones_like(walk.total)
        return np.divide(value(part, rows), walk.total, out=np.zeros_like(walk.total), where=walk.total > 0)

    def swept(ledger: Ledger, times: Times) -> Floats:
        total = np.zeros((2, len(times) - 1))
        for part in ledger:
            done = steps(part, times)
            reach = np.floor(places(np.stack([done.low, done.start, done.high], axis=1))).astype(np.int64)
            walk = walked(part, seeds(part), ladder, (done.row, reach), cells=False)
            total += walk.swept * brought(part, done.row, walk)
        return total

    def stood(ledger: Ledger, times: Times, edges: Floats) -> Floats:
        total = np.zeros((2, len(edges) - 1, len(times)))
        for part in ledger:
            rows = part.row_at(times)
            here = np.floor(places(part.coordinates[2, np.maximum(rows, 0)])).astype(np.int64)
            walk = walked(part, seeds(part), ladder, (rows, np.repeat(here[:, None], 3, axis=1)), cells=True)
            below = np.concatenate([np.zeros((*walk.cells.shape[:2], 1)), walk.cells.cumsum(axis=2)], axis=2)
            place = np.clip(places(cell_coordinate(edges)) - walk.base, 0, walk.cells.shape[2])
            whole = np.minimum(place.astype(np.int64), walk.cells.shape[2] - 1)
            upto = below[:, :, whole] + walk.cells[:, :, whole] * (place - whole)
            total += (np.diff(upto, axis=2) * brought(part, rows, walk)[:, :, None]).transpose(0, 2, 1)
        return total

    return swept, stood


_INCREASE = Ladder(
    (0.15, 0.30, 0.25, 0.20, 0.10),
    tuple(1 / leverage - 0.004 for leverage in (5, 10, 25, 50, 100)),
    (math.inf,) * 5,
    (1.0,),
    blurred=False,
)

_ANCHORS = (0.275, 0.45, 0.275)
_SCALP = Ladder(
    tuple(share / 1.13 for share in (0.03, 0.1, 0.3, 0.7)),
    (1 / 10, 1 / 25, 1 / 50, 1 / 100),
    (5, 2, 1, 0.5),
    _ANCHORS,
    blurred=True,
)
_SWING = Ladder((0.35, 0.30, 0.20, 0.15), (1 / 3, 1 / 5, 1 / 10, 1 / 25), (60, 30, 14, 5), _ANCHORS, blurred=True)

LEADERS_CANDLE = 5 * MINUTE
"""Length of the candles that the market leader's map is made of [ns]."""
_LEVERAGES = range(1, 126)
_WEIGHTS = [leverage if leverage <= 25 else 1.2 * math.log(leverage) for leverage in _LEVERAGES]  # noqa: PLR2004 - the rule
_LEADER = Ladder(
    tuple(weight / sum(_WEIGHTS) for weight in _WEIGHTS),
    tuple(1 / leverage for leverage in _LEVERAGES),
    (math.inf,) * len(_LEVERAGES),
    (1.0,),
    blurred=False,
)

THE_MAP = Method("map", crossed, lambda ledger, times, edges: standing(ledger, times, edges, _ALL))
"""The estimated map itself."""

MOVE = Method("move only", mean_moves, sized=False)
"""The size of the adverse move, in ln(price): no map at all."""

LEADER = Method("market leader's rule", *_seeded(_leader, _LEADER, scaled=False))
"""As other sites do: the rule of the market leader's map, as far as its published numbers tell, the rest **a guess**.

About one 5m candle in ten deposits, on both sides, at (open + high + low + close) / 4 and every whole leverage L from 1
to 125, at entry x (1 - 1/L) and (1 + 1/L), without maintenance margin; weight L up to 25x and 1.2 ln L above, so that
sizes drop 6.4 times at 4 % of distance. Nothing fades; a row goes dark when price touches it; the map is empty where
the data begin. Guessed are which candles deposit (the tenth with the largest rise of open interest) and how much (that
rise). It is here to be compared with, and the default of nothing.
"""

METHODS = (
    Method("uniform", *_spread(_uniform_share)),
    Method("distance only", *_spread(_distance_share)),
    MOVE,
    Method("open interest increase", *_seeded(_increase, _INCREASE, scaled=False)),
    Method("turnover, 10-100x", *_seeded(_turnover, _SCALP, scaled=True)),
    Method("turnover, 3-25x", *_seeded(_turnover, _SWING, scaled=True)),
    LEADER,
)
"""Nulls, then naive maps.

- uniform: open interest, evenly over one unit of ln(price) on either side of the last close.
- distance only: open interest, spread around the last close by a log-normal leverage of median 2.2, sigma 1.0.
- move only: the size of the move.
- open interest increase: each rise of open interest on the side of the candle's colour, at 5 to 100x and the distance
  1 / L - 0.004; levels stand until price crosses them.
- turnover: volume on both sides at distance 1 / L from close, low and high, with half-lives, scaled to open interest:
  the usual ladder of other sites.
- market leader's rule: see `LEADER`; in part a guess.
"""


def standing_by_method(ledger: Ledger, time: int, long_edges: Floats, short_edges: Floats) -> dict[str, Floats]:
    """Return what the methods that have a map say stands at a time [ns], by their names.

    Longs between the first edges, then shorts between the second [quote], which begin where the first end or above;
    fewer than two edges are no cell.
    """
    at, edges = np.array([time]), np.concatenate([long_edges, short_edges])
    longs = max(len(long_edges) - 1, 0)
    stood = {method.name: method.standing for method in METHODS if method.standing is not None}
    # Both sides from one walk over the candles.
    found = {name: standing(ledger, at, edges)[:, :, 0] for name, standing in stood.items()}
    return {name: np.concatenate([sizes[0, :longs], sizes[1, len(long_edges) :]]) for name, sizes in found.items()}
