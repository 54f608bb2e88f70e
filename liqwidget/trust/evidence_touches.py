"""Questions about single candles: what follows when price reaches a cluster, and how fast it crosses a gap.

A touch is the first candle that reaches a level, for clusters and for what they are compared with: a stopping time on
both sides, never the high or low of an hour, which would build a reversal in (notebooks/evidence.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import PRICE_CELL, price_cell_coordinate
from liqwidget.domain.time import DAY, HOUR, MINUTE
from liqwidget.domain.whole_candles import candle_ends, whole_candles
from liqwidget.study.clustering import GAP_CELLS, GAP_SHARE
from liqwidget.trust.block_statistics import Tally
from liqwidget.trust.evidence_hours import WAYS
from liqwidget.trust.matching import CONTROLS, Cases, Comparison, scales

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.trust.evidence_hours import Hours

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LONGEST = 15 * MINUTE
"""Longest candles of which these are asked [ns]."""

FOLLOWED = 4 * HOUR
"""How long a sweep is followed, and how long before it none may be on its side [ns]."""

WARM_SHARE = 0.3
"""A window is warm where it holds so much of the side's peak on average."""

_CELLS = 30
"""Price cells from the price that are looked at within an hour."""

_POOL = 12_000
"""Touches that controls are drawn from, at most about."""

_POINTS, _BPS = 100.0, 1e4 * PRICE_CELL


class Touched(NamedTuple):
    """First touches of levels, shape (n,) each.

    ``asked`` is the index of the time, ``way`` +1 above the price and -1 below, ``edge`` the level [price cells],
    ``cell`` the price cell behind it, ``row`` the candle, ``owner`` the cluster, or -1.
    """

    asked: Integers
    way: Integers
    edge: Floats
    cell: Integers
    row: Integers
    owner: Integers

    def some(self, rows: Flags | Integers) -> Touched:
        """Return some of them."""
        return Touched._make(column[rows] for column in self)


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """The rows of a venue [price cells], and what is rolled over them.

    ``known`` [ns], ``high``, ``low``, ``close``, ``volume`` [base], ``interest`` [base or quote], shape (n,).
    """

    known: Integers
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    interest: Floats
    per_hour: int

    @classmethod
    def of(cls, hours: Hours) -> Candles:
        """Return the settled rows up to the last bar of what is asked."""
        part = hours.ledger
        stop = int(np.searchsorted(part.known[: part.settled], hours.until, side="right"))
        rows = whole_candles(part.inputs.cut(slice(0, stop)))
        high, low, close = map(price_cell_coordinate, (rows.high, rows.low, rows.close))
        return cls(
            part.known[:stop] if len(rows.time) == stop else part.known[candle_ends(part.inputs.kind[:stop])],
            high,
            low,
            close,
            rows.volume,
            rows.interest,
            max(HOUR // part.timeframe, 1),
        )

    def before(self, rows: Integers, span: int) -> Integers:
        """Return the last rows that were known a span before some rows [ns]."""
        return np.maximum(np.searchsorted(self.known, self.known[rows] - span, side="right") - 1, 0)

    def ranged(self, rows: Integers, count: int) -> Floats:
        """Return the range of the last candles up to some rows [price cells]."""
        index = np.maximum(rows[:, None] - np.arange(count), 0)
        return np.asarray(self.high[index].max(axis=1) - self.low[index].min(axis=1))


class Sweeps(NamedTuple):
    """What followed sweeps less what followed matched touches; of larger clusters less smaller; and beside them."""

    reversal: Tally
    size: Tally
    volume: Tally
    wick: Tally
    interest: Tally


def sweeps(hours: Hours) -> Sweeps:
    """Return what followed the first touches of nearest clusters, against touches alike that reached none.

    In basis points against the approach over four hours; volume of the next quarter of an hour in ln, wick as a share
    of the candle in points, open interest from ten minutes before to a quarter of an hour after in basis points.
    """
    candles = Candles.of(hours)
    first, pool = _nearest_touches(hours, candles)
    first = first.some(_alone(first, candles))
    both = [one.some(_followed(one, candles)) for one in (first, pool)]
    both[1] = both[1].some(np.arange(0, len(both[1].asked), max(len(both[1].asked) // _POOL, 1)))
    events, others = both
    if len(events.asked) == 0 or len(others.asked) < CONTROLS:
        return Sweeps(Tally.none(), Tally.none(2), *(Tally.none() for _ in range(3)))
    cases = _cases(hours, candles, events, others, _sweep_features)
    compared = Comparison.of(*cases)
    ours, theirs = (_reversal(one, candles) for one in both)
    moved = compared.tally(ours, theirs)
    kept = compared.kept
    sizes = hours.clusters.size[events.owner[kept]]
    low, high = np.quantile(sizes, (1 / 3, 2 / 3)) if len(sizes) else (0.0, 0.0)
    small, big = (compared.tally(ours, theirs, rows) for rows in (sizes <= low, sizes > high))
    beside = (
        compared.tally(outcome(events, candles), outcome(others, candles)) for outcome in (_volume, _wick, _interest)
    )
    return Sweeps(moved, big.less(small), *beside)


def gaps(hours: Hours) -> Tally:
    """Return how much more often price crosses cold windows of half a percent within an hour than warm ones alike."""
    candles = Candles.of(hours)
    cold, warm = _windows(hours, candles)
    warm = warm.some(np.arange(0, len(warm.asked), max(len(warm.asked) // _POOL, 1)))
    if len(cold.asked) == 0 or len(warm.asked) < CONTROLS:
        return Tally.none()
    compared = Comparison.of(*_cases(hours, candles, cold, warm, _gap_features))
    return compared.tally(_crossed(cold, candles), _crossed(warm, candles))


def _reached(hours: Hours, candles: Candles, way: int) -> tuple[Integers, Floats, Flags]:
    """Return the candles of the hour after each asked time, how far they reach that way, and which there are.

    Shape (T, n) each; how far [price cells] is from 0, rising along the hour.
    """
    span = min(hours.step, HOUR)
    start = np.searchsorted(candles.known, hours.time, side="right")
    rows = start[:, None] + np.arange(candles.per_hour + 2)
    there = rows < len(candles.known)
    rows = np.minimum(rows, len(candles.known) - 1)
    there &= candles.known[rows] <= hours.time[:, None] + span
    ends = way * (candles.high if way > 0 else candles.low)[rows]
    return rows, np.maximum.accumulate(np.where(there, ends, -np.inf), axis=1), there


def _first(reached: Floats, rows: Integers, goal: Floats) -> tuple[Flags, Integers]:
    """Return whether each goal is reached, and the first row that does; `goal` as `reached`, shape (T,)."""
    passed = reached >= goal[:, None]
    return passed[:, -1], rows[np.arange(len(rows)), passed.argmax(axis=1)]


def _nearest_touches(hours: Hours, candles: Candles) -> tuple[Touched, Touched]:
    """Return the first touches of the nearest cluster, and those of cells before it by candles that reach none."""
    found, others = [], []
    for way in WAYS:
        rows, reached, _ = _reached(hours, candles, way)
        goal, owner = _nearest_edge(hours, way)
        hit, row = _first(reached, rows, goal)
        some = np.flatnonzero(hit & (owner >= 0))
        found.append(
            Touched(
                some,
                np.full(len(some), way),
                way * goal[some],
                hours.clusters.cell[owner[some]],
                row[some],
                owner[some],
            )
        )
        for cells in range(1, _CELLS):
            cell = hours.cells + way * cells
            edge = np.asarray(cell + float(way < 0), dtype=np.float64)
            hit, row = _first(reached, rows, way * edge)
            ends = way * (candles.high if way > 0 else candles.low)[row]
            columns, inside = hours.at(np.arange(len(cell)), cell)
            free = inside & (hours.owners[np.arange(len(cell)), columns] < 0)
            some = np.flatnonzero(hit & free & (way * edge < goal) & (ends < goal))
            if not hit.any():
                break
            others.append(
                Touched(some, np.full(len(some), way), edge[some], cell[some], row[some], np.full(len(some), -1))
            )
    return tuple(_in_time(parts, candles) for parts in (found, others))  # type: ignore[return-value]


def _in_time(parts: list[Touched], candles: Candles) -> Touched:
    whole = Touched(*map(np.concatenate, zip(*parts, strict=True)))
    return whole.some(np.lexsort((whole.edge, whole.way, candles.known[whole.row])))


def _nearest_edge(hours: Hours, way: int) -> tuple[Floats, Integers]:
    """Return the nearest edge beyond the price that way, times the way, and its cluster: infinity and -1 for none."""
    goal, owner = np.full(len(hours.time), np.inf), np.full(len(hours.time), -1, np.int64)
    found = hours.clusters
    mine = np.flatnonzero((found.way == way) & (found.way * (found.edge - hours.price[found.asked]) > 0))
    order = mine[np.lexsort((-way * found.edge[mine], found.asked[mine]))]
    goal[found.asked[order]], owner[found.asked[order]] = way * found.edge[order], order
    return goal, owner


def _alone(touched: Touched, candles: Candles) -> Flags:
    """Return which touches have none on their side in the four hours before."""
    alone = np.ones(len(touched.asked), np.bool_)
    time = candles.known[touched.row]
    for way in WAYS:
        mine = np.flatnonzero(touched.way == way)
        alone[mine[1:]] = np.diff(time[mine]) >= FOLLOWED
    return alone


def _followed(touched: Touched, candles: Candles) -> Flags:
    """Return which touches are four hours or more before the last candle."""
    return candles.known[touched.row] + FOLLOWED <= candles.known[-1] if len(candles.known) else touched.asked < 0


def _windows(hours: Hours, candles: Candles) -> tuple[Touched, Touched]:
    """Return the first touches of the nearest cold and the nearest warm window that an hour enters, by side."""
    kinds: tuple[list[Touched], list[Touched]] = ([], [])
    middle, every = hours.down, np.arange(len(hours.time))
    for way in WAYS:
        rows, reached, _ = _reached(hours, candles, way)
        beyond = hours.heat[:, middle + 1 :] if way > 0 else hours.heat[:, middle - 1 :: -1]
        windows = np.lib.stride_tricks.sliding_window_view(beyond, GAP_CELLS, axis=1)[:, :_CELLS]
        taken = [np.zeros(len(every), np.bool_) for _ in kinds]
        for cells in range(windows.shape[1]):
            edge = np.asarray(hours.cells + way * (cells + 1) + float(way < 0), dtype=np.float64)
            hit, row = _first(reached, rows, way * edge)
            if not hit.any():
                break
            flags = windows[:, cells].max(axis=1) < GAP_SHARE, windows[:, cells].mean(axis=1) > WARM_SHARE
            for kind, before, flag in zip(kinds, taken, flags, strict=True):
                some = np.flatnonzero(hit & flag & ~before)
                before[some] = True
                cell = edge[some].astype(np.int64) - (way < 0)
                kind.append(Touched(some, np.full(len(some), way), edge[some], cell, row[some], np.full(len(some), -1)))
    cold, warm = (_in_time(parts, candles) if parts else _nothing() for parts in kinds)
    last = candles.known[-1] - HOUR if len(candles.known) else 0
    return cold.some(candles.known[cold.row] <= last), warm.some(candles.known[warm.row] <= last)


def _nothing() -> Touched:
    none = np.empty(0, np.int64)
    return Touched(none, none, none.astype(np.float64), none, none, none)


def _cases(
    hours: Hours,
    candles: Candles,
    events: Touched,
    pool: Touched,
    features: Callable[[Hours, Candles, Touched], Floats],
) -> tuple[Cases, Cases]:
    """Return events and pool with their features in standard deviations of the pool's."""
    both = [features(hours, candles, one) for one in (events, pool)]
    scale = scales(both[1])
    return tuple(  # type: ignore[return-value]
        Cases(candles.known[one.row], values / scale) for one, values in zip((events, pool), both, strict=True)
    )


def _common(hours: Hours, candles: Candles, one: Touched) -> tuple[Floats, Floats]:
    """Return features that both questions match by, shape (n, 6), and volatility [price cells]."""
    sigma = hours.sigma[one.asked] / PRICE_CELL
    columns, _ = hours.at(one.asked, one.cell)
    ages = np.maximum(hours.ages[one.asked, columns], 1.0).astype(np.float64)
    clock = candles.known[one.row] % DAY * (2 * np.pi / DAY)
    least = np.exp(-10.0)
    ranged = np.log(np.maximum(candles.ranged(one.row, candles.per_hour) / sigma, least))
    # Both of the clock together weigh as one feature.
    clocks = np.sqrt(0.5) * np.sin(clock), np.sqrt(0.5) * np.cos(clock)
    return np.column_stack([np.log(ages), np.log(sigma), ranged, hours.tempo[one.asked], *clocks]), sigma


def _toward(candles: Candles, one: Touched, span: int) -> Floats:
    return one.way * (candles.close[one.row] - candles.close[candles.before(one.row, span)])


def _sweep_features(hours: Hours, candles: Candles, one: Touched) -> Floats:
    common, sigma = _common(hours, candles, one)
    moves = [_toward(candles, one, span) / sigma for span in (15 * MINUTE, HOUR, FOLLOWED)]
    over = one.way * (candles.close[one.row] - one.edge) / sigma
    return np.column_stack([common, *moves, over])


def _gap_features(hours: Hours, candles: Candles, one: Touched) -> Floats:
    common, sigma = _common(hours, candles, one)
    ends = np.where(one.way > 0, candles.high[one.row], candles.low[one.row])
    longer = np.log(np.maximum(candles.ranged(one.row, 4 * candles.per_hour) / sigma, np.exp(-10.0)))
    return np.column_stack([common, longer, _toward(candles, one, HOUR) / sigma, one.way * (ends - one.edge) / sigma])


def _reversal(one: Touched, candles: Candles) -> Floats:
    later = np.searchsorted(candles.known, candles.known[one.row] + FOLLOWED, side="right") - 1
    return np.asarray(-_BPS * one.way * (candles.close[later] - candles.close[one.row]))


def _crossed(one: Touched, candles: Candles) -> Floats:
    """Return whether the far edge is reached by an hour after the touch, in points."""
    rows = one.row[:, None] + np.arange(candles.per_hour + 2)
    there = rows < len(candles.known)
    rows = np.minimum(rows, len(candles.known) - 1)
    there &= candles.known[rows] <= candles.known[one.row][:, None] + HOUR
    ends = np.where(one.way[:, None] > 0, candles.high[rows], -candles.low[rows])
    far = one.way * one.edge + GAP_CELLS
    return np.where(np.where(there, ends, -np.inf).max(axis=1) >= far, _POINTS, 0.0)


def _volume(one: Touched, candles: Candles) -> Floats:
    """Return ln of the volume in the quarter of an hour after, over that of a usual one of the day before."""
    step = max(candles.per_hour // 4, 1)
    sums = np.concatenate([[0.0], np.nan_to_num(candles.volume).cumsum()])
    stop = np.minimum(one.row + 1 + step, len(candles.volume))
    start = np.maximum(one.row - 24 * candles.per_hour, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        after = (sums[stop] - sums[one.row + 1]) / step
        usual = (sums[one.row] - sums[start]) / (one.row - start)
        out = np.log(after / usual)
    return np.where(np.isfinite(out), out, np.nan)


def _wick(one: Touched, candles: Candles) -> Floats:
    """Return how much of the candle lies between its end that way and its close, in points."""
    high, low, close = (column[one.row] for column in (candles.high, candles.low, candles.close))
    length = np.where(one.way > 0, high - close, close - low)
    return np.where(high > low, _POINTS * length / np.where(high > low, high - low, 1.0), np.nan)


def _interest(one: Touched, candles: Candles) -> Floats:
    """Return the change of open interest from ten minutes before to a quarter of an hour after [bps]; NaN unknown."""
    ends = np.searchsorted(candles.known, candles.known[one.row] + 15 * MINUTE, side="right") - 1
    starts = candles.before(one.row, 10 * MINUTE)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = 1e4 * np.log(candles.interest[ends] / candles.interest[starts])
    return np.where(np.isfinite(out), out, np.nan)
