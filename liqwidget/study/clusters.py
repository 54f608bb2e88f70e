"""Clusters: prices at which much stands close together, found on relative heat, narrow enough to be traded.

By falling heat, a price cell that is no less than both neighbours starts a cluster and grows over neighbours that are
nearly as hot (`liqwidget.study.clustering`). Clusters need not touch. Where little stands lies
a gap. All of it is decided on price cells at one time, whatever the view and the measure drawn.

Nothing here says that price goes to a cluster: on recorded markets it does not (notebooks/evidence.md).

Two figures say how far a cluster can be relied on. Persistence asks the past: at how many of the last 24 full hours
did its price range already hold, on its side, at least half of what it holds now? A cluster that a single candle made
scores low, one that price has left alone for a day scores 1. Agreement asks the venues: on how many of them does the
same search, given that venue alone, start a cluster in this range? Each venue is measured by its own shape, so a large
one cannot outvote the others, and one venue shown alone always agrees with itself.
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
from liqwidget.field.measure import HEAT, measured_in, parse_measure
from liqwidget.field.parts import by_venue, shares
from liqwidget.study.clustering import Rule, gaps, runs
from liqwidget.study.standing import Around, around

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from liqwidget.domain.ledger import Ledger

Floats = npt.NDArray[np.float64]

REACH = 0.2
"""Clusters and gaps are looked for within this share of the last price, to both sides."""

WIDEST = 0.01
"""How wide a cluster may be unless told otherwise, in ln(price)."""

PAST_HOURS = 24
"""Hours that persistence looks back."""

ALREADY_THERE = 0.5
"""The share of its present size from which a range counts as already standing."""

_TOLERANCE = 1
"""Price cells by which a venue's own peak may lie outside a range: prices of venues differ by some basis points."""

_ROUNDING = 1e-6

_LOOKED_AT = 1024
"""Rows in which a touch is looked for at once."""

_Range = tuple[Side, int, int, float]
"""Side, first and one past the last cell by index, size [quote]."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A run of neighbouring prices at which much stands close together.

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
        Venues whose own map, searched alone at the same sensitivity, starts a cluster in the range or one price cell
        beside it.
    agreement : float
        `venues_agreeing` over the venues shown.
    agreeing_venues : tuple of str
        Their names.
    heat : float
        Of the peak, from 0 to 100, which the hottest price cell within reach has on either side.
    near_edge : float
        The edge nearer to the last close, or the close itself where it stands in the cluster [quote/base].

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> hottest = liqwidget.find_clusters(ledger)[0]
    >>> hottest.side.label, round(hottest.price_low), round(hottest.price_high)
    ('long', 83034, 83868)
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
    heat: float = 0.0
    near_edge: float = float("nan")


@dataclass(frozen=True, slots=True)
class Gap:
    """A range of prices, half a percent wide or more, that is cold: its heat is under a tenth of its side's peak.

    Relative heat says so; far from price much may stand there nevertheless at low leverage: see `size`.

    Parameters
    ----------
    side : Side
        Side of the positions that would be liquidated there.
    price_low, price_high : float
        [quote/base].
    size : float
        What stands nevertheless [quote].
    distance_pct : float
        From the last close to the near edge [%], below price negative; 0 where price stands in the gap.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> gap = liqwidget.find_gaps(ledger)[0]
    >>> gap.side.label, gap.price_low < gap.price_high
    ('long', True)
    """

    side: Side
    price_low: float
    price_high: float
    size: float
    distance_pct: float


COLUMNS = tuple(Cluster.__dataclass_fields__)


def find_clusters(
    ledger: Ledger,
    at: Any = None,
    *,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    sensitivity: float = 0.5,
    width: float = WIDEST,
    horizon: str = "24h",
) -> tuple[Cluster, ...]:
    """Return the clusters that stand within 20 % of the last price at a time, the hottest first.

    Parameters
    ----------
    ledger : Ledger
        With heat, as `liqwidget.estimate` makes it.
    at : time, optional
        None means the last close.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count.
    sensitivity : float
        0 (few) to 1 (many). At 0.5 a cluster starts at a tenth of its side's peak or more and grows over what is
        above half of its start; see `liqwidget.study.clustering.Rule`.
    width : float
        How wide a cluster may be, in ln(price): whole price cells of 0.001, at least one.
    horizon : str
        Of `expected_size`.

    Raises
    ------
    DataError
        If an option is out of range, or the ledger has no heat.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> [cluster.id for cluster in liqwidget.find_clusters(ledger, sensitivity=0.0)]
    ['long-11335', 'short-11497']
    """
    found = around(ledger.only(venues), ledger.instant(at), group_indices(leverage), REACH)
    return clusters_around(found, horizon, sensitivity, width)


def find_gaps(
    ledger: Ledger,
    at: Any = None,
    *,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> tuple[Gap, ...]:
    """Return the gaps within 20 % of the last price at a time, the nearest first; parameters as `find_clusters`.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> all(gap.price_low < gap.price_high for gap in liqwidget.find_gaps(ledger))
    True
    """
    return gaps_around(around(ledger.only(venues), ledger.instant(at), group_indices(leverage), REACH))


def gaps_around(looked_at: Around | None) -> tuple[Gap, ...]:
    """Return the gaps in what stands around the last price, as `find_gaps`; None has none."""
    if looked_at is None:
        return ()
    looked_at = looked_at.within(REACH)
    heat = _heat_by_venue(looked_at).sum(axis=0)
    size, edges, price = looked_at.parts.sum(axis=(0, 1)), looked_at.edges, looked_at.price
    found = []
    for side in Side:
        beyond = _beyond(looked_at, side)
        for first, last in gaps(heat[side.row, beyond]):
            low, high = first + beyond.start, last + beyond.start
            ends = float(edges[low]), float(edges[high + 1])
            amount = float(size[side.row, low : high + 1].sum())
            found.append(Gap(side, *ends, amount, (_near_edge(*ends, price) / price - 1) * 100))
    return tuple(sorted(found, key=lambda gap: (abs(gap.distance_pct), gap.side.row)))


def clusters_around(
    looked_at: Around | None, horizon: str = "24h", sensitivity: float = 0.5, width: float = WIDEST
) -> tuple[Cluster, ...]:
    """Return the clusters in what stands around the last price, as `find_clusters`; None has none."""
    rule, most = Rule.of(sensitivity), cells_of(width)
    days = parse_measure("expected", horizon)
    if looked_at is None:
        return ()
    looked_at = looked_at.within(REACH)
    chosen, time, groups, price = looked_at.ledger, looked_at.time, looked_at.groups, looked_at.price
    cells, edges, parts = looked_at.cells, looked_at.edges, looked_at.parts
    alone = _heat_by_venue(looked_at)
    heat, size = alone.sum(axis=0), parts.sum(axis=(0, 1))
    found = [
        (side, low, high + 1, float(size[side.row, low : high + 1].sum()))
        for side in Side
        for low, high in runs(heat[side.row], rule, most)
    ]
    ranges = [one for one in found if one[3] > 0]
    if not ranges:
        return ()
    peaks = [low + int(np.argmax(heat[side.row, low:stop])) for side, low, stop, _ in ranges]
    expected = by_venue(chosen, time, edges, Measured(days, groups)).sum(axis=0)
    persistence = _persistence(chosen, time, edges, ranges, groups)
    agreeing = agreeing_venues(alone, ranges, rule, most)
    clusters = []
    for number, ((side, low, stop, amount), peak) in enumerate(zip(ranges, peaks, strict=True)):
        row, inside = side.row, slice(low, stop)
        clusters.append(
            Cluster(
                id=f"{side.label}-{cells[peak]}",
                side=side,
                price_low=float(edges[low]),
                price_high=float(edges[stop]),
                peak_price=float(price_cell_centre(cells[peak])),
                size=amount,
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
                heat=100 * float(heat[row, peak] / heat.max()),
                near_edge=_near_edge(float(edges[low]), float(edges[stop]), price),
            )
        )
    return tuple(sorted(clusters, key=lambda cluster: -cluster.heat))


def clusters_frame(clusters: Iterable[Cluster]) -> pd.DataFrame:
    """Return clusters as a DataFrame: the attributes of `Cluster` as columns, side as 'long' / 'short'.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> liqwidget.clusters_frame(liqwidget.find_clusters(ledger)).columns[:4].tolist()
    ['id', 'side', 'price_low', 'price_high']
    """
    rows = [asdict(cluster) | {"side": cluster.side.label} for cluster in clusters]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def cells_of(width: object) -> int:
    """Return how many price cells a width in ln(price) is; a DataError if it cannot be a cluster's."""
    if isinstance(width, int | float | np.floating) and PRICE_CELL <= width <= REACH:
        return int(width / PRICE_CELL + _ROUNDING)
    message = f"Expected width from {PRICE_CELL} to {REACH} in ln(price), was {width!r:.60}"
    raise DataError(message)


def _heat_by_venue(looked_at: Around) -> Floats:
    """Return each venue's heat, shape (N, 2, V); long, then short."""
    heat = measured_in(looked_at.ledger, HEAT)
    return by_venue(heat, looked_at.time, looked_at.edges, Measured(0.0, looked_at.groups))


def _beyond(looked_at: Around, side: Side) -> slice:
    """Return the cells on a side of the last price, its own cell among them."""
    own = int(np.searchsorted(looked_at.edges, looked_at.price, side="right")) - 1
    return slice(0, own + 1) if side is Side.LONG else slice(own, len(looked_at.cells))


def _near_edge(low: float, high: float, price: float) -> float:
    """Return the price of a range that is nearest to a price."""
    return min(max(price, low), high)


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


def agreeing_venues(venues: Floats, ranges: Sequence[_Range], rule: Rule, most: int) -> list[list[int]]:
    """Return which venues, each given alone by its heat, start a cluster in each range; `venues`: shape (N, 2, V)."""
    agreeing: list[list[int]] = [[] for _ in ranges]
    for (venue, heat), side in itertools.product(enumerate(venues), Side):
        own = runs(heat[side.row], rule, most)
        peaks = np.array([low + int(np.argmax(heat[side.row, low : high + 1])) for low, high in own])
        for number, (mine, low, stop, _) in enumerate(ranges):
            inside = (peaks >= low - _TOLERANCE) & (peaks < stop + _TOLERANCE)
            if mine is side and inside.any():
                agreeing[number].append(venue)
    return agreeing


def _last_touch(ledger: Ledger, cell: int, side: Side, time: int) -> int:
    """Return when a price cell was last touched on a side [ns], on the venue where that is latest.

    A cell that was never touched gives the first time. Rows are looked at from the last one back, more at a time the
    longer ago it is, as far as it is later than on the venues before.
    """
    latest = ledger.start
    lower, upper = np.array([cell, cell + 1]) * (PRICE_CELL / CELL)
    for part in ledger:
        stop, rows = int(part.row_at(time)) + 1, _LOOKED_AT
        outside = part.traded[0] >= upper if side is Side.LONG else part.traded[1] < lower
        while stop > 0 and not outside and part.time[stop - 1] > latest:
            first = max(stop - rows, 0)
            low, high, _ = part.coordinates[:, first:stop]
            touched = np.flatnonzero(low < upper if side is Side.LONG else high >= lower)
            if len(touched):
                latest = max(latest, int(part.time[first + touched[-1]]))
                break
            stop, rows = first, 4 * rows
    return latest
