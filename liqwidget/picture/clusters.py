"""Clusters on a picture, as on the page: their bands at the right edge, and which of them are labelled where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liqwidget.domain.amount import money
from liqwidget.field.measure import HEAT
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from liqwidget.study.clusters import Cluster

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a picture shows.

    Parameters
    ----------
    time : (float, float)
        From its left to its right edge, in any unit.
    price : (float, float)
        From its lower to its upper edge [quote/base].
    height : float
        Pixels.
    now : float
        The end of the newest candle, in the unit of `time`.
    """

    time: Range
    price: Range
    height: float
    now: float

    @property
    def start(self) -> float:
        """Where the bands begin: now, or the right edge of a view that does not reach it."""
        return min(self.now, self.time[1] - LOOK.band.least_share * (self.time[1] - self.time[0]))

    @property
    def edge(self) -> float:
        """Where the stroke ends with which they begin."""
        return self.start + LOOK.band.edge_share * (self.time[1] - self.time[0])


@dataclass(frozen=True, slots=True)
class Label:
    """What is written of a cluster, and at which price its middle is."""

    cluster: Cluster
    price: float
    text: str


def shown(clusters: Iterable[Cluster], side: str, measure: str) -> list[Cluster]:
    """Return the clusters of the sides shown, the hottest or the largest in the shown measure first."""
    ours = [cluster for cluster in clusters if side in ("both", cluster.side.label)]
    return sorted(ours, key=lambda cluster: -(cluster.heat if measure == HEAT else amount(cluster, measure)))


def amount(cluster: Cluster, measure: str) -> float:
    """Return the size of a cluster [quote]; what is expected of it where that is shown."""
    return cluster.expected_size if measure == "expected" else cluster.size


def strengths(clusters: Sequence[Cluster], measure: str) -> list[float]:
    """Return how opaque the bands of clusters are: the larger, the stronger."""
    least, span = LOOK.band.weakest, LOOK.band.strongest - LOOK.band.weakest
    most = max((amount(cluster, measure) for cluster in clusters), default=0.0)
    return [least + span * math.sqrt(amount(cluster, measure) / max(most, 1e-9)) for cluster in clusters]


def labels(clusters: Sequence[Cluster], sight: Sight, *, measure: str, quote: str) -> list[Label]:
    """Return the labels that fit without touching, those of the largest clusters first.

    A cluster in sight is labelled if its band has room, or if it is worth it. Where its peak is out of
    sight, the label stands at that edge of the picture and points to it.
    """
    low, high = sight.price
    look = LOOK.label
    pixels = sight.height / (high - low)
    visible = [cluster for cluster in clusters if cluster.price_high > low and cluster.price_low < high]
    peaks = [amount(cluster, measure) for cluster in visible if low < cluster.peak_price < high]
    worth = look.worth * max(peaks, default=0.0)
    rows = []
    for cluster in visible:
        wide = (min(cluster.price_high, high) - max(cluster.price_low, low)) * pixels
        if wide >= 2 * look.room or amount(cluster, measure) >= worth:
            at = max(look.room, min(sight.height - look.room, (high - cluster.peak_price) * pixels))
            rows.append((at, cluster))
    kept = _apart(rows, sight.height)
    return [Label(cluster, high - at / pixels, _text(cluster, sight, measure, quote)) for at, cluster in kept]


def _apart(rows: Iterable[tuple[float, Cluster]], height: float) -> list[tuple[float, Cluster]]:
    line = LOOK.label.line
    kept: list[tuple[float, Cluster]] = []
    for at, cluster in rows:
        if line / 2 <= at <= height - line / 2 and all(abs(at - other) >= line for other, _ in kept):
            kept.append((at, cluster))
    return kept[: LOOK.label.most]


def _text(cluster: Cluster, sight: Sight, measure: str, quote: str) -> str:
    low, high = sight.price
    arrow = " \N{UPWARDS ARROW}" if cluster.peak_price > high else ""
    arrow = " \N{DOWNWARDS ARROW}" if cluster.peak_price < low else arrow
    return f"{cluster.side.label} est. {money(amount(cluster, measure), quote)}{arrow}"
