"""Clusters: runs of neighbouring prices around a local maximum of the shown measure.

Cells of one side are cut into runs at walls and valleys. A wall stands between two cells of which price touched only
the nearer one lately: away from price the measure steps up there by more than its neighbourhood does. A valley ends
the smaller of two maxima whose prominence (1 - valley / peak) passes the sensitivity. A run also ends where almost
nothing stands. All of it is decided on lattice cells at one time, whatever the view.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.lattice import cell_centre, cell_edge, cell_of
from liqwidget.domain.ledger import Ledger, VenueLedger
from liqwidget.domain.leverage import LEVERAGE_GROUPS, group_indices
from liqwidget.domain.side import Side
from liqwidget.errors import DataError
from liqwidget.field.evaluate import Measured, standing
from liqwidget.field.measure import parse_measure, touch_chance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = npt.NDArray[np.float64]

REACH_DOWN, REACH_UP = 3000, 1300
"""Lattice cells below and above the last price in which clusters are looked for."""

ALMOST_NOTHING = 0.05
"""A run ends where the measure falls below this share of its peak."""

SMALLEST_PEAK = 0.003
"""A cluster's peak is at least this share of its side's highest."""

_NEIGHBOURHOOD = 3


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


COLUMNS = tuple(Cluster.__dataclass_fields__)


def find_clusters(
    ledger: Ledger,
    at: Any = None,
    measure: str = "expected",
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
    prominence = _prominence(sensitivity)
    shown_days = parse_measure(measure, horizon)
    days = parse_measure("expected", horizon)
    chosen, groups, time = ledger.only(venues), group_indices(leverage), ledger.instant(at)
    price = chosen.last_price(time)
    if not price > 0 or not groups:
        return ()
    middle = int(cell_of(price))
    cells = np.arange(middle - REACH_DOWN, middle + REACH_UP + 1)
    edges = cell_edge(np.append(cells, cells[-1] + 1))
    parts = np.stack([_by_group(part, chosen, time, edges, groups) for part in chosen])
    size = parts.sum(axis=(0, 1))
    chances = [touch_chance(part, time, cells, days) for part in chosen]
    expected = sum(part.sum(axis=0) * chance for part, chance in zip(parts, chances, strict=True))
    shown = expected if shown_days else size
    found = [
        (side, run, float(shown[side.row, run[0] : run[1] + 1].sum()))
        for side in (Side.LONG, Side.SHORT)
        for run in _runs(shown[side.row], outward=-1 if side is Side.LONG else 1, prominence=prominence)
    ]
    found.sort(key=lambda entry: -entry[2])
    if not found:
        return ()
    clusters = []
    for side, (low, high), _ in found:
        row, inside = side.row, slice(low, high + 1)
        peak = low + int(np.argmax(shown[row, inside]))
        clusters.append(
            Cluster(
                id=f"{side.label}-{cells[peak]}",
                side=side,
                price_low=float(edges[low]),
                price_high=float(edges[high + 1]),
                peak_price=float(cell_centre(cells[peak])),
                size=float(size[row, inside].sum()),
                expected_size=float(expected[row, inside].sum()),
                distance_pct=float((cell_centre(cells[peak]) / price - 1) * 100),
                age=pd.Timedelta(time - _last_touch(chosen, int(cells[peak]), side, time), unit="ns"),
                leverage_mix=_shares(
                    [LEVERAGE_GROUPS[group] for group in groups], parts[:, :, row, inside].sum(axis=(0, 2))
                ),
                venue_mix=_shares(chosen.names, parts[:, :, row, inside].sum(axis=(1, 2))),
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


def _by_group(venue: VenueLedger, ledger: Ledger, time: int, edges: Floats, groups: tuple[int, ...]) -> Floats:
    """Return what stands on one venue by leverage group, shape (G, 2, V) [quote]."""
    alone, times = Ledger(ledger.symbol, ledger.prior, (venue,)), np.array([time])
    return np.stack([standing(alone, times, edges, Measured(0.0, (group,)))[:, :, 0] for group in groups])


def _shares(names: Sequence[str], sums: Floats) -> dict[str, float]:
    total = float(sums.sum())
    return {name: float(part) / total for name, part in zip(names, sums, strict=True)}


def _last_touch(ledger: Ledger, cell: int, side: Side, time: int) -> int:
    """Return when a price cell was last touched on a side [ns], on the venue where that is latest.

    A cell that was never touched gives the first time.
    """
    latest = ledger.start
    for part in ledger:
        rows = int(part.row_at(time)) + 1
        low, high, _ = part.coordinates[:, :rows]
        touched = np.flatnonzero(low < cell + 1 if side is Side.LONG else high >= cell)
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
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURHOOD + 1), axis=1)
    return np.asarray(steps - np.maximum(usual, 0) > prominence, dtype=np.bool_)


def _split(values: Floats, prominence: float) -> list[tuple[int, int]]:
    """Cut a run at valleys so that every part has one maximum of enough prominence; parts as (first, last).

    Cells are taken from the highest down and joined to a neighbouring part; where two parts meet, the lower one becomes
    part of the higher unless its prominence passes, in which case the meeting cell is their border.
    """
    owner = np.full(len(values), -1)
    peaks: dict[int, float] = {}
    merged: dict[int, int] = {}

    def root(part: int) -> int:
        while part in merged:
            part = merged[part]
        return part

    for cell in np.argsort(-values, kind="stable"):
        sides = [
            root(int(owner[near])) for near in (cell - 1, cell + 1) if 0 <= near < len(values) and owner[near] >= 0
        ]
        if not sides:
            owner[cell] = cell
            peaks[int(cell)] = float(values[cell])
            continue
        higher = max(sides, key=lambda part: peaks[part])
        owner[cell] = higher
        for lower in sides:
            if lower != higher and 1 - values[cell] / peaks[lower] < prominence:
                merged[lower] = higher
    parts = np.array([root(int(part)) for part in owner])
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(parts)) + 1, [len(parts)]])
    return [(int(start), int(stop) - 1) for start, stop in itertools.pairwise(bounds)]


def _trimmed(values: Floats, low: int, high: int) -> tuple[int, int]:
    """Return the run around its peak in which the measure stays above almost nothing."""
    part = values[low : high + 1]
    peak = int(np.argmax(part))
    weak = np.flatnonzero(part < part[peak] * ALMOST_NOTHING)
    before, after = weak[weak < peak], weak[weak > peak]
    return low + (int(before[-1]) + 1 if len(before) else 0), low + (int(after[0]) - 1 if len(after) else len(part) - 1)
