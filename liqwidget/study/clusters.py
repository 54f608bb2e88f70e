"""Clusters: runs of neighbouring prices around a local maximum of the shown measure.

Cells of one side are cut into runs at walls and valleys. A wall stands between two cells of which price touched only
the nearer one lately: away from price the measure steps up there by more than its neighbourhood does. A valley ends
the smaller of two maxima whose prominence (1 - valley / peak) passes the sensitivity. A run also ends where almost
nothing stands. All of it is decided on lattice cells at one time, whatever the view.

Two figures say how far a cluster can be relied on. Persistence asks the past: at how many of the last 24 full hours
did its price range already hold, on its side, at least half of what it holds now? A cluster that a single candle made
scores low, one that price has left alone for a day scores 1. Agreement asks the venues: on how many of them does the
same search, given that venue alone, find a peak in this range? Each venue is measured by its own shape, so a large one
cannot outvote the others, and one venue shown alone always agrees with itself.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import CELL, PRICE_CELL, price_cell_centre
from liqwidget.domain.leverage import LEVERAGE_GROUPS, group_indices
from liqwidget.domain.side import Side
from liqwidget.domain.time import HOUR
from liqwidget.errors import DataError
from liqwidget.field.evaluate import Measured, standing
from liqwidget.field.measure import parse_measure
from liqwidget.field.parts import by_venue, shares
from liqwidget.study.standing import Around, around

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]

ALMOST_NOTHING = 0.05
"""A run ends where the measure falls below this share of its peak."""

SMALLEST_PEAK = 0.003
"""A cluster's peak is at least this share of its side's highest."""

_Range = tuple[Side, int, int, float]
"""Side, first and one past the last cell by index, size [quote]."""

_NEIGHBOURHOOD = 3

PAST_HOURS = 24
"""Hours that persistence looks back."""

ALREADY_THERE = 0.5
"""The share of its present size from which a range counts as already standing."""

_TOLERANCE = 1
"""Lattice cells by which a venue's own peak may lie outside a range: prices of venues differ by some basis points."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A run of neighbouring prices around a local maximum of the shown measure.

    Parameters
    ----------
    id : str
        Side and peak cell; the same while the peak stays where it is.
    side : Side
        Side of the positions that would be liquidated.
    price_low, price_high, peak_price : float
        [quote/base]; the peak is its cell's centre.
    size, expected_size : float
        What stands, and what stands times the chance that price gets there within the horizon [quote].
    distance_pct : float
        From the last close to the peak [%], below price negative.
    age : Timedelta
        Time since price last touched the peak's cell, or since the first candle.
    leverage_mix, venue_mix : dict
        Share of `size` by leverage group and by venue; each sums to 1.
    persistence : float
        Share of the last 24 full hours, as far as the data reach, at which the price range already held at least half
        of `size` on its side, of the same venues and groups, in quote currency at liquidation prices; 0 within the
        first hour of the data.
    venues_agreeing : int
        Venues whose own map, searched alone in the same measure and sensitivity, peaks in the range or one lattice
        cell beside it.
    agreement : float
        `venues_agreeing` over the venues shown.
    agreeing_venues : tuple of str
        Their names.
    """

    id: str
    side: Side
    price_low: float
    price_high: float
    peak_price: float
    size: float
    expected_size: float
    distance_pct: float
    age: pd.Timedelta
    leverage_mix: dict[str, float] = field(repr=False)
    venue_mix: dict[str, float] = field(repr=False)
    persistence: float = 0.0
    venues_agreeing: int = 1
    agreement: float = 1.0
    agreeing_venues: tuple[str, ...] = field(default=(), repr=False)


COLUMNS = tuple(Cluster.__dataclass_fields__)


def find_clusters(
    ledger: Ledger,
    at: Any = None,
    measure: str = "size",
    horizon: str = "24h",
    sensitivity: float = 0.5,
    *,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> tuple[Cluster, ...]:
    """Return the clusters that stand at a time, largest in the measure first.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    at : time, optional
        None means the last close.
    measure, horizon : str
        In which measure maxima are looked for; the horizon of `expected_size` in both.
    sensitivity : float
        0 (few) to 1 (many): a maximum or a step counts from a prominence of 0.05 x 10**(-2 sensitivity), 0.5 %
        at 0.5.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count.

    Raises
    ------
    DataError
        If an option is out of range.
    """
    found = around(ledger.only(venues), ledger.instant(at), group_indices(leverage))
    return clusters_around(found, measure, horizon, sensitivity)


def clusters_around(
    looked_at: Around | None, measure: str = "size", horizon: str = "24h", sensitivity: float = 0.5
) -> tuple[Cluster, ...]:
    """Return the clusters in what stands around the last price, as `find_clusters`; None has none."""
    prominence = _prominence(sensitivity)
    shown_days = parse_measure(measure, horizon)
    days = parse_measure("expected", horizon)
    if looked_at is None:
        return ()
    chosen, time, groups, price = looked_at.ledger, looked_at.time, looked_at.groups, looked_at.price
    cells, edges, parts = looked_at.cells, looked_at.edges, looked_at.parts
    size = parts.sum(axis=(0, 1))
    expected_parts = by_venue(chosen, time, edges, Measured(days, groups))
    expected = expected_parts.sum(axis=0)
    shown = expected if shown_days else size
    found = [
        (side, run, float(shown[side.row, run[0] : run[1] + 1].sum()))
        for side in (Side.LONG, Side.SHORT)
        for run in _runs(shown[side.row], outward=-1 if side is Side.LONG else 1, prominence=prominence)
    ]
    found.sort(key=lambda entry: -entry[2])
    if not found:
        return ()
    ranges = [(side, low, high + 1, float(size[side.row, low : high + 1].sum())) for side, (low, high), _ in found]
    persistence = _persistence(chosen, time, edges, ranges, groups)
    alone = list(expected_parts if shown_days else parts.sum(axis=1))
    agreeing = _agreeing(alone, ranges, prominence)
    clusters = []
    for number, (side, (low, high), _) in enumerate(found):
        row, inside = side.row, slice(low, high + 1)
        peak = low + int(np.argmax(shown[row, inside]))
        clusters.append(
            Cluster(
                id=f"{side.label}-{cells[peak]}",
                side=side,
                price_low=float(edges[low]),
                price_high=float(edges[high + 1]),
                peak_price=float(price_cell_centre(cells[peak])),
                size=ranges[number][3],
                expected_size=float(expected[row, inside].sum()),
                distance_pct=float((price_cell_centre(cells[peak]) / price - 1) * 100),
                age=pd.Timedelta(time - _last_touch(chosen, int(cells[peak]), side, time), unit="ns"),
                leverage_mix=shares(
                    [LEVERAGE_GROUPS[group] for group in groups], parts[:, :, row, inside].sum(axis=(0, 2))
                ),
                venue_mix=shares(chosen.names, parts[:, :, row, inside].sum(axis=(1, 2))),
                persistence=persistence[number],
                venues_agreeing=len(agreeing[number]),
                agreement=len(agreeing[number]) / len(chosen.venues),
                agreeing_venues=tuple(chosen.names[venue] for venue in agreeing[number]),
            )
        )
    return tuple(clusters)


def clusters_frame(clusters: Iterable[Cluster]) -> pd.DataFrame:
    """Return clusters as a DataFrame: the attributes of `Cluster` as columns, side as 'long' / 'short'."""
    rows = [asdict(cluster) | {"side": cluster.side.label} for cluster in clusters]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _prominence(sensitivity: object) -> float:
    if isinstance(sensitivity, int | float | np.floating) and 0 <= sensitivity <= 1:
        return float(0.05 * 10 ** (-2 * sensitivity))
    message = f"Expected sensitivity from 0 (few clusters) to 1 (many), was {sensitivity!r}"
    raise DataError(message)


def _persistence(
    ledger: Ledger, time: int, edges: Floats, ranges: Sequence[_Range], groups: tuple[int, ...]
) -> list[float]:
    """Return the share of past hours at which each range already held half of what it holds now."""
    hours = time - HOUR * np.arange(PAST_HOURS, 0, -1)
    hours = hours[np.max([part.row_at(hours) for part in ledger], axis=0) >= 0]
    if not len(hours):
        return [0.0] * len(ranges)
    borders = sorted({border for _, low, stop, _ in ranges for border in (low, stop)})
    before = standing(ledger, hours, edges[borders], Measured(0.0, groups))
    shares = []
    for side, low, stop, size in ranges:
        held = before[side.row, borders.index(low) : borders.index(stop)].sum(axis=0)
        shares.append(float(np.mean(held >= ALREADY_THERE * size)))
    return shares


def _agreeing(venues: Sequence[Floats], ranges: Sequence[_Range], prominence: float) -> list[list[int]]:
    """Return which venues, each given alone by what it shows, shape (2, V), peak in each range."""
    agreeing: list[list[int]] = [[] for _ in ranges]
    for (venue, values), side in itertools.product(enumerate(venues), Side):
        runs = _runs(values[side.row], outward=-int(side), prominence=prominence)
        peaks = np.array([low + int(np.argmax(values[side.row, low : high + 1])) for low, high in runs])
        for number, (mine, low, stop, _) in enumerate(ranges):
            inside = (peaks >= low - _TOLERANCE) & (peaks < stop + _TOLERANCE)
            if mine is side and inside.any():
                agreeing[number].append(venue)
    return agreeing


def _last_touch(ledger: Ledger, cell: int, side: Side, time: int) -> int:
    """Return when a price cell was last touched on a side [ns], on the venue where that is latest.

    A cell that was never touched gives the first time.
    """
    latest = ledger.start
    for part in ledger:
        rows = int(part.row_at(time)) + 1
        low, high, _ = part.coordinates[:, :rows]
        lower, upper = np.array([cell, cell + 1]) * (PRICE_CELL / CELL)
        touched = np.flatnonzero(low < upper if side is Side.LONG else high >= lower)
        if len(touched):
            latest = max(latest, int(part.time[touched[-1]]))
    return latest


def _runs(values: Floats, outward: int, prominence: float) -> list[tuple[int, int]]:
    """Return (first, last) of each run of one side's cells."""
    highest = float(values.max(initial=0.0))
    if highest <= 0:
        return []
    alive = values > highest * SMALLEST_PEAK * ALMOST_NOTHING
    cuts = _walls(values, outward, prominence) | (np.diff(alive.astype(np.int8)) != 0)
    bounds = np.concatenate([[0], np.flatnonzero(cuts) + 1, [len(values)]])
    runs = []
    for start, stop in itertools.pairwise(bounds):
        if not alive[start]:
            continue
        for low, high in _split(values[start:stop], prominence):
            run = _trimmed(values, int(start) + low, int(start) + high)
            if values[run[0] : run[1] + 1].max() >= highest * SMALLEST_PEAK:
                runs.append(run)
    return runs


def _walls(values: Floats, outward: int, prominence: float) -> npt.NDArray[np.bool_]:
    """Return where, between neighbouring cells, the measure steps up away from price beyond its neighbourhood.

    Shape (V - 1,).
    """
    logs = np.log(np.maximum(values, values.max() * 1e-6))
    steps = np.diff(logs) * outward
    padded = np.pad(steps, _NEIGHBOURHOOD, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURHOOD + 1)
    usual = np.partition(around, _NEIGHBOURHOOD, axis=1)[:, _NEIGHBOURHOOD]
    return np.asarray(steps - np.maximum(usual, 0) > prominence, dtype=np.bool_)


def _split(values: Floats, prominence: float) -> list[tuple[int, int]]:
    """Cut a run at valleys so that every part has one maximum of enough prominence; parts as (first, last).

    Maxima and the valleys between them alternate. Valleys are taken from the highest down: the lower of the two parts
    that meet becomes part of the higher unless its prominence passes, in which case the valley is their border and
    belongs to the higher. Of equal cells the first counts as the higher.
    """
    count = len(values)
    rank = np.full(count + 2, count)
    rank[np.argsort(-values, kind="stable") + 1] = np.arange(count)
    before, own, after = rank[:-2], rank[1:-1], rank[2:]
    peaks = values[(own < before) & (own < after)].tolist()
    valleys = np.flatnonzero((own > before) & (own > after))
    part = list(range(len(peaks)))
    cuts = []

    def root(number: int) -> int:
        while part[number] != number:
            number = part[number]
        return number

    for number in np.argsort(own[valleys]).tolist():
        left, right, valley = root(number), root(number + 1), int(valleys[number])
        lower, higher = (left, right) if peaks[right] > peaks[left] else (right, left)
        if 1 - values[valley] / peaks[lower] < prominence:
            part[lower] = higher
        else:
            cuts.append(valley + int(higher == left))
    bounds = [0, *sorted(cuts), count]
    return [(start, stop - 1) for start, stop in itertools.pairwise(bounds)]


def _trimmed(values: Floats, low: int, high: int) -> tuple[int, int]:
    """Return the run around its peak in which the measure stays above almost nothing."""
    part = values[low : high + 1]
    peak = int(np.argmax(part))
    weak = np.flatnonzero(part < part[peak] * ALMOST_NOTHING)
    before, after = weak[weak < peak], weak[weak > peak]
    return low + (int(before[-1]) + 1 if len(before) else 0), low + (int(after[0]) - 1 if len(after) else len(part) - 1)
