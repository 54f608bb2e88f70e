"""What lies between prices of a plan, and where a stop could stand: behind a cluster, or in a gap."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from liqwidget.domain.amount import estimate_text, plain_price
from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.quotation import DOLLAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from liqwidget.domain.side import Side
    from liqwidget.study.clusters import Cluster, Gap

NEAREST = 0.002
"""No proposed stop stands nearer to the entry, in ln(price), whatever the market is like."""

ROOM = 0.005
"""Between a stop and the next cluster behind it, in ln(price): with less, an order that is filled a little worse is
filled in that cluster."""


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A cluster or a gap that lies between prices of a plan.

    Parameters
    ----------
    where : str
        'at entry', 'to stop', 'to liquidation' (from the stop to the own liquidation), 'to target', or 'ahead' where
        there is no target.
    kind : str
        'cluster' or 'gap'.
    side : Side
        Of the positions that would be liquidated there.
    price_low, price_high : float
        [quote/base].
    size : float
        What stands there [quote], estimated.
    id : str
        Of a cluster; '' of a gap.
    """

    where: str
    kind: str
    side: Side
    price_low: float
    price_high: float
    size: float
    id: str = field(default="", repr=False)

    def holds(self, price: float) -> bool:
        """Return whether a price lies in it."""
        return self.price_low <= price <= self.price_high


@dataclass(frozen=True, slots=True)
class StopPlace:
    """Where a stop could stand [quote/base], and why."""

    price: float
    reason: str


def between(found: Sequence[Cluster | Gap], low: float, high: float, where: str) -> list[OnTheWay]:
    """Return what lies at least in part between two prices, as it was found."""
    return [
        OnTheWay(
            where=where,
            kind="gap" if not hasattr(one, "id") else "cluster",
            side=one.side,
            price_low=one.price_low,
            price_high=one.price_high,
            size=one.size,
            id=getattr(one, "id", ""),
        )
        for one in found
        if one.price_low < high and low < one.price_high
    ]


def stop_places(
    side: Side,
    entry: float,
    clusters: Sequence[Cluster],
    gaps: Sequence[Gap],
    *,
    least: float,
    unit: str = DOLLAR,
) -> tuple[StopPlace, ...]:
    """Return where a stop could stand, the nearest to the entry first.

    Parameters
    ----------
    side : Side
        Of the position.
    entry : float
        The entry that is nearest to the stop [quote/base].
    clusters, gaps : sequence
        Of `find_clusters` and `find_gaps`.
    least : float
        How far from the entry at least, in ln(price).
    unit : str
        What sizes are in.
    """
    nearest = entry * math.exp(-side * max(least, NEAREST))
    places = [*_behind(side, nearest, clusters, gaps, unit), *_inside(side, nearest, gaps, unit)]
    return tuple(sorted(places, key=lambda place: -side * place.price))


def _behind(
    side: Side, nearest: float, clusters: Sequence[Cluster], gaps: Sequence[Gap], unit: str
) -> Iterator[StopPlace]:
    """Yield a price cell behind the far edge of each cluster, and of those that follow it without room."""
    beyond = math.exp(-side * PRICE_CELL)
    for cluster in clusters:
        price, last = _far(cluster, side) * beyond, cluster
        while follower := next((one for one in clusters if follows(one, price, side, ROOM)), None):
            price, last = _far(follower, side) * beyond, follower
        if side * (nearest - price) < 0:
            continue
        gap = next((one for one in gaps if one.price_low < price < one.price_high), None)
        room = "" if gap is None else f", in the gap {_range(gap)}"
        behind = f"the cluster of {last.side.label}s {_range(last)} (est. {estimate_text(last.size, unit)})"
        yield StopPlace(price, f"just beyond {behind}{room}: a sweep of that cluster alone does not reach it")


def follows(cluster: Cluster, price: float, side: int, room: float) -> bool:
    """Return whether a cluster holds a price, or begins behind it with less room than that [ln(price)]."""
    far = price * math.exp(-side * room)
    return cluster.price_low <= max(price, far) and min(price, far) <= cluster.price_high


def _inside(side: Side, nearest: float, gaps: Sequence[Gap], unit: str) -> Iterator[StopPlace]:
    """Yield a price cell inside the near edge of each gap, or the nearest price that is far enough away."""
    for gap in gaps:
        edge = gap.price_high if side > 0 else gap.price_low
        price = side * min(side * edge * math.exp(-side * PRICE_CELL), side * nearest)
        if gap.price_low < price < gap.price_high:
            wide = f"{gap.price_high / gap.price_low - 1:.1%} of price"
            holds = f"where the map is cold (est. {estimate_text(gap.size, unit)} over {wide})"
            yield StopPlace(price, f"inside the gap {_range(gap)}, {holds}")


def _far(cluster: Cluster, side: Side) -> float:
    return cluster.price_low if side > 0 else cluster.price_high


def _range(one: Cluster | Gap) -> str:
    return f"{plain_price(one.price_low)} to {plain_price(one.price_high)}"
