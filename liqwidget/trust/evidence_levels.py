"""Questions about levels over hours: which of two is reached first, which are touched, and which way price goes.

Clusters are asked by their near edges, at the distances where they can be told from chance: 0.25 to 2.5 of what price
moves in a horizon (notebooks/evidence.md). Each answer is a `Tally`, in points of per cent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.time import DAY
from liqwidget.trust.block_statistics import Tally
from liqwidget.trust.evidence_hours import WAYS
from liqwidget.trust.matching import Cases, nearest, slopes

if TYPE_CHECKING:
    from liqwidget.trust.evidence_hours import Hours

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEAREST, FARTHEST = 0.25, 2.5
"""Distances asked, in volatility times the square root of the horizon."""

RACE = 7 * DAY
"""How long a race is followed [ns]."""

EXTREME = 24.0
"""Hours by which a recent high or low is older than the level before it."""

_BIN = 0.1
"""Width of a bin of distance in which controls are looked for, in ln."""

_POOL = 1600
"""Asked times that controls of levels are drawn from, about."""

_POINTS = 100.0


class Levels(NamedTuple):
    """Levels that are asked: index of the time, way, price [price cells], and the price cell behind it; shape (n,)."""

    asked: Integers
    way: Integers
    edge: Floats
    cell: Integers

    def some(self, rows: Flags | Integers) -> Levels:
        """Return some of them."""
        return Levels._make(column[rows] for column in self)


def race(hours: Hours) -> Tally:
    """Return how often the nearest cluster is reached before the price as far away on the other side, less a half."""
    levels = _clusters(hours, DAY)
    distance = np.abs(levels.edge - hours.price[levels.asked])
    order = np.lexsort((levels.way, distance, levels.asked))
    first = np.append(True, np.diff(levels.asked[order]) > 0) if len(order) else np.empty(0, np.bool_)
    levels, distance = levels.some(order[first]), distance[order[first]]
    length = RACE // hours.bar
    whole = hours.bars[levels.asked] + length < len(hours.close)
    levels, distance = levels.some(whole), distance[whole]
    price, bars = hours.price[levels.asked], hours.bars[levels.asked]
    won = np.full(len(price), np.nan)
    left = np.arange(len(price))
    for lag in range(1, length + 1):
        rows = bars[left] + lag
        up, down = hours.high[rows] - price[left], price[left] - hours.low[rows]
        above = levels.way[left] > 0
        ours, theirs = (np.where(above, up, down) >= distance[left], np.where(above, down, up) >= distance[left])
        won[left[ours & ~theirs]] = 1.0
        won[left[theirs & ~ours]] = 0.0
        left = left[~(ours | theirs)]
    done = np.isfinite(won)
    return Tally.of(hours.time[levels.asked[done]], _POINTS * (won[done] - 0.5), base=_POINTS / 2 * int(done.sum()))


def mirrored_touches(hours: Hours, horizon: int) -> Tally:
    """Return how much more often clusters are touched than the prices as far away on the other side, in no cluster."""
    levels = _clusters(hours, horizon)
    reach = _excursions(hours, horizon)
    levels = levels.some(np.isfinite(reach[levels.asked, 0]))
    price = hours.price[levels.asked]
    other = 2 * price - levels.edge
    columns, inside = hours.at(levels.asked, np.floor(other).astype(np.int64))
    free = inside & (hours.owners[levels.asked, columns] < 0)
    levels, distance = levels.some(free), np.abs(levels.edge - price)[free]
    upward = (levels.way > 0).astype(np.int64)
    ours = reach[levels.asked, upward] >= distance
    theirs = reach[levels.asked, 1 - upward] >= distance
    gained = _POINTS * (ours.astype(np.float64) - theirs)
    return Tally.of(hours.time[levels.asked], gained, base=_POINTS * int(theirs.sum()))


class Touches(NamedTuple):
    """Touches less those of matched levels: of clusters, and of recent highs and lows at a cluster and at none."""

    clusters: Tally
    beyond_extremes: Tally
    extremes: Tally
    old_less_fresh: Tally


def matched_touches(hours: Hours, horizon: int) -> Touches:
    """Return how much more often levels are touched than levels alike at other times."""
    reach = _excursions(hours, horizon) * (PRICE_CELL / hours.sigma)[:, None]
    ready = np.isfinite(reach[:, 0]) & np.isfinite(hours.moves[:, :3]).all(axis=1)
    clusters = _clusters(hours, horizon)
    clusters = clusters.some(ready[clusters.asked])
    extremes = _extremes(hours, horizon)
    extremes = extremes.some(ready[extremes.asked])
    pool = np.flatnonzero(ready)
    pool = pool[:: _stride(len(pool))]
    kept, gained, missed = _matched(hours, clusters, reach, pool, horizon)
    time = hours.time[clusters.asked[kept]]
    ages = _ages(hours, clusters.some(kept))
    low, high = np.quantile(ages, (1 / 3, 2 / 3)) if len(ages) else (0.0, 0.0)
    fresh, old = (
        Tally.of(time[rows], gained[rows], base=float(missed[rows].sum())) for rows in (ages <= low, ages > high)
    )
    near, more, less = _matched(hours, extremes, reach, pool, horizon, extreme=True)
    near_levels = extremes.some(near)
    columns, _ = hours.at(near_levels.asked, near_levels.cell)
    held = hours.owners[near_levels.asked, columns] >= 0
    stamps = hours.time[near_levels.asked]
    at, none = (Tally.of(stamps[rows], more[rows], base=float(less[rows].sum())) for rows in (held, ~held))
    return Touches(
        Tally.of(time, gained, base=float(missed.sum())),
        at.less(none),
        Tally.of(stamps, more, base=float(less.sum())),
        old.less(fresh),
    )


def direction(hours: Hours, horizon: int) -> Tally:
    """Return by how many points a rise is likelier for each standard deviation of heat above over heat below.

    What the moves of 4 hours, a day, three days and a week say is taken off both.
    """
    length = horizon // hours.bar
    ready = (hours.bars + length < len(hours.close)) & np.isfinite(hours.moves).all(axis=1) & np.isfinite(hours.lean)
    time, moves, lean = hours.time[ready], hours.moves[ready], hours.lean[ready]
    rose = (hours.close[hours.bars[ready] + length] > hours.price[ready]).astype(np.float64)
    if len(time) <= moves.shape[1] + 1:
        return Tally.none()
    known = np.column_stack([np.ones(len(time)), moves])
    pair = np.column_stack([lean, rose])
    left = pair - known @ np.linalg.lstsq(known, pair, rcond=None)[0]
    spread = float(left[:, 0].std())
    if not spread > 0:
        return Tally.none()
    push = left[:, 0] / spread
    return Tally.of(time, _POINTS * push * left[:, 1], push**2, base=_POINTS * float(rose.sum()))


def _clusters(hours: Hours, horizon: int) -> Levels:
    """Return the clusters whose near edge lies at a distance that is asked."""
    found = hours.clusters
    _, inside = hours.at(found.asked, found.cell)
    distance = np.abs(found.edge - hours.price[found.asked]) * PRICE_CELL / hours.sigma[found.asked]
    return Levels(found.asked, found.way, found.edge, found.cell).some(inside & _asked(distance, horizon))


def _asked(distance: Floats, horizon: int) -> Flags:
    scaled = distance / np.sqrt(horizon / DAY)
    return np.asarray((scaled >= NEAREST) & (scaled <= FARTHEST))


def _extremes(hours: Hours, horizon: int) -> Levels:
    """Return the levels just beyond a recent high or low."""
    parts = []
    middle = hours.down
    for way in WAYS:
        beyond = hours.ages[:, middle:] if way > 0 else hours.ages[:, middle::-1]
        asked, step = np.nonzero(np.diff(beyond, axis=1) >= EXTREME)
        cell = hours.cells[asked] + way * (step + 1)
        parts.append(Levels(asked, np.full(len(asked), way), np.asarray(cell + float(way < 0)), cell))
    both = Levels(*map(np.concatenate, zip(*parts, strict=True)))
    distance = np.abs(both.edge - hours.price[both.asked]) * PRICE_CELL / hours.sigma[both.asked]
    return both.some(_asked(distance, horizon))


def _excursions(hours: Hours, horizon: int) -> Floats:
    """Return how far price goes down and up within a horizon, shape (T, 2) [price cells]; NaN where it is not over."""
    length = horizon // hours.bar
    whole = hours.bars + length < len(hours.close)
    out = np.full((len(hours.time), 2), np.nan)
    if whole.any():
        rows = hours.bars[whole] + 1
        low, high = (np.lib.stride_tricks.sliding_window_view(one, length) for one in (hours.low, hours.high))
        out[whole, 0] = hours.price[whole] - low[rows].min(axis=1)
        out[whole, 1] = high[rows].max(axis=1) - hours.price[whole]
    return out


def _ages(hours: Hours, levels: Levels) -> Floats:
    columns, _ = hours.at(levels.asked, levels.cell)
    return np.log(np.maximum(hours.ages[levels.asked, columns], 1.0).astype(np.float64))


def _stride(count: int) -> int:
    """Return every how many-th time is drawn, in no step with the hours of a day."""
    step = max(count // _POOL, 1)
    while np.gcd(step, 24) > 1:
        step += 1
    return step


def _features(hours: Hours, levels: Levels) -> Floats:
    way = levels.way[:, None]
    past = hours.past(levels.asked)
    return np.column_stack([_ages(hours, levels) / 0.3, past[:, :3] * way, past[:, 3:]])


def _matched(
    hours: Hours, levels: Levels, reach: Floats, pool: Integers, horizon: int, *, extreme: bool = False
) -> tuple[Integers, Floats, Floats]:
    """Return which levels have controls, their touches less those of controls, and those of controls, in points.

    `reach`: how far price goes down and up after each asked time, in volatility; `pool`: times of controls. Controls
    lie at the same distance, on the same side, in no cluster, and beyond no recent high or low where `extreme`.
    """
    distance = np.abs(levels.edge - hours.price[levels.asked]) * PRICE_CELL / hours.sigma[levels.asked]
    start = NEAREST * np.sqrt(horizon / DAY)
    bins = np.round(np.log(np.maximum(distance, start) / start) / _BIN).astype(np.int64)
    features = _features(hours, levels)
    gained, missed = np.full(len(distance), np.nan), np.full(len(distance), np.nan)
    drawn, chosen = [], []
    for way, number in np.unique(np.column_stack([levels.way, bins]), axis=0).tolist():
        mine = np.flatnonzero((levels.way == way) & (bins == number))
        middle = start * np.exp(_BIN * number)
        others = _levels_at(hours, pool, way, middle, extreme=extreme)
        upward = int(way > 0)
        cases = Cases(hours.time[others.asked], _features(hours, others))
        drawn.append((cases.features, (reach[others.asked, upward] >= middle).astype(np.float64)))
        near = nearest(Cases(hours.time[levels.asked[mine]], features[mine]), cases)
        mine, near = mine[near[:, 0] >= 0], near[near[:, 0] >= 0]
        theirs = (reach[others.asked[near], upward] >= distance[mine, None]).mean(axis=1)
        gained[mine] = (reach[levels.asked[mine], upward] >= distance[mine]) - theirs
        missed[mine] = theirs
        chosen.append((mine, features[mine] - cases.features[near].mean(axis=1)))
    if not chosen:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    slope = slopes(*zip(*drawn, strict=True))
    for mine, unequal in chosen:
        moved = unequal @ slope
        gained[mine] -= moved
        missed[mine] += moved
    kept = np.flatnonzero(np.isfinite(gained))
    return kept, _POINTS * gained[kept], _POINTS * missed[kept]


def _levels_at(hours: Hours, asked: Integers, way: int, distance: float, *, extreme: bool) -> Levels:
    """Return the levels at a distance, in volatility, that are in no cluster, and no recent high or low if so asked."""
    edge = hours.price[asked] + way * distance * hours.sigma[asked] / PRICE_CELL
    levels = Levels(asked, np.full(len(asked), way), edge, np.floor(edge).astype(np.int64))
    columns, inside = hours.at(asked, levels.cell)
    free = inside & (hours.owners[asked, columns] < 0)
    if extreme:
        nearer, _ = hours.at(asked, levels.cell - way)
        free &= hours.ages[asked, columns] - hours.ages[asked, nearer] < EXTREME
    return levels.some(free)
