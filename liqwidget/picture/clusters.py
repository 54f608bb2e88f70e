"""Clusters on a picture, as on the page: brackets in the strip right of now, and which are labelled where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liqwidget.domain.amount import estimate_text, price_decimals, price_text
from liqwidget.field.measure import HEAT
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from liqwidget.study.clusters import Cluster

Range = tuple[float, float]

_LINES = 2
"""How many lines from its edge what is out of sight may be said."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a picture shows.

    Parameters
    ----------
    time : (float, float)
        From its left to its right edge, in any unit.
    price : (float, float)
        From its lower to its upper edge [quote/base].
    width, height : float
        Pixels.
    now : float
        The end of the newest candle, in the unit of `time`.
    candles : ndarray of float64, shape (4, n), optional
        Start, end, low and high of what no label covers.
    """

    time: Range
    price: Range
    width: float
    height: float
    now: float
    candles: npt.NDArray[np.float64] | None = None

    @property
    def strip(self) -> float | None:
        """Pixels right of now; None where now is out of sight, as what stands now does not belong there."""
        start, end = self.time
        return (end - self.now) * self.width / (end - start) if start < self.now <= end else None

    @property
    def bracket(self) -> Range:
        """From where to where the ends of brackets reach, in the unit of `time`."""
        pixel = (self.time[1] - self.time[0]) / self.width
        start = self.now + LOOK.band.gap * pixel
        return start, start + LOOK.band.tick * pixel

    def down(self, price: float) -> float:
        """Return how far a price is under the upper edge [px]."""
        low, high = self.price
        return (high - price) * self.height / (high - low)


@dataclass(frozen=True, slots=True)
class Label:
    """What is written of a cluster, and at which price its middle is."""

    cluster: Cluster
    price: float
    text: str

    @property
    def reach(self) -> float:
        """How far it reaches from the right edge [px]."""
        return _reach(self.text)


def _reach(text: str) -> float:
    return len(text) * LOOK.label.letter + LOOK.label.plate + LOOK.label.inset


def bracketed(clusters: Iterable[Cluster], placed: Iterable[Label], sight: Sight) -> list[Cluster]:
    """Return the clusters that have a bracket right of now: a label that reaches over its bracket stands for it."""
    if sight.strip is None:
        return []
    room = sight.strip + LOOK.band.gap + LOOK.band.tick
    hidden = {label.cluster.id for label in placed if label.reach > room}
    return [cluster for cluster in clusters if cluster.id not in hidden]


def shown(clusters: Iterable[Cluster], side: str, measure: str) -> list[Cluster]:
    """Return the clusters of the sides shown, the hottest or the largest in the shown measure first."""
    ours = [cluster for cluster in clusters if side in ("both", cluster.side.label)]
    return sorted(ours, key=lambda cluster: -(cluster.heat if measure == HEAT else amount(cluster, measure)))


def strength(peak: Mapping[str, float], measure: str) -> float:
    """Return how strongly a cluster is marked (alpha): one that the picture hardly shows is not what catches the eye.

    `peak` is what its peak is in each measure; heat is 0 to 100, as on the picture.
    """
    return LOOK.label.faint if measure == HEAT and peak[HEAT] < LOOK.label.cold else 1.0


def amount(cluster: Cluster, measure: str) -> float:
    """Return the size of a cluster [quote]; what is expected of it where that is shown."""
    return cluster.expected_size if measure == "expected" else cluster.size


def labels(clusters: Sequence[Cluster], sight: Sight, *, measure: str, quote: str, decimals: int) -> list[Label]:
    """Return the labels that fit, each inside its cluster's range and near its peak, on no candle and no other label.

    A cluster in sight is labelled if its range has room, or if it is worth it; those that come first have the choice.
    What is out of sight is said at the edge beyond which it lies, the first of each side with where it is. `decimals`:
    of the market's prices.
    """
    strip = sight.strip
    if strip is None:
        return []
    low, high = sight.price
    look, places = LOOK.label, _Places(sight)
    wordy = strip >= LOOK.margin.label
    visible = [cluster for cluster in clusters if cluster.price_high > low and cluster.price_low < high]
    peaks = [amount(cluster, measure) for cluster in visible if low < cluster.peak_price < high]
    worth = look.worth * max(peaks, default=0.0)

    def words(cluster: Cluster, *, sided: bool) -> str:
        return f"{cluster.side.label + ' ' if sided else ''}est. {estimate_text(amount(cluster, measure), quote)}"

    for cluster in visible:
        top, bottom = max(sight.down(cluster.price_high), 0.0), min(sight.down(cluster.price_low), sight.height)
        if bottom - top < 2 * look.room and amount(cluster, measure) < worth:
            continue
        arrow = " \N{UPWARDS ARROW}" if cluster.peak_price > high else ""
        arrow = " \N{DOWNWARDS ARROW}" if cluster.peak_price < low else arrow
        within = _inside(top, bottom, sight.height)
        wanted = _clamped(sight.down(cluster.peak_price), within)
        places.take(cluster, words(cluster, sided=wordy) + arrow, wanted, within)
    above = [cluster for cluster in clusters if cluster.price_low >= high]
    below = [cluster for cluster in clusters if cluster.price_high <= low]
    first, last, lines = look.room, sight.height - look.room, _LINES * look.line
    for arrow, beyond, wanted, within in (
        ("\N{UPWARDS ARROW}", above, first, (first, first + lines)),
        ("\N{DOWNWARDS ARROW}", below, last, (last - lines, last)),
    ):
        for cluster in beyond[:1]:
            peak = cluster.peak_price
            more = f", {len(beyond) - 1} more" if len(beyond) > 1 else ""
            where = f"{price_text(peak, price_decimals(peak, decimals))}{more}"
            texts = (f"{words(cluster, sided=True)} at {where} {arrow}", f"{words(cluster, sided=False)} {arrow}")
            any(places.take(cluster, text, wanted, within) for text in texts)
    pixel = (high - low) / sight.height
    return [Label(cluster, high - at * pixel, text) for cluster, at, text in places.kept[: look.most]]


class _Places:
    """Labels that are placed already, and where the next may go."""

    def __init__(self, sight: Sight) -> None:
        self._width = sight.width
        self.kept: list[tuple[Cluster, float, str]] = []
        self._candles: list[tuple[float, float, float]] = []
        if sight.candles is not None:
            start, end = sight.time
            seen = sight.candles[:, (sight.candles[1] > start) & (sight.candles[0] < end)]
            right = (seen[1] - start) / (end - start) * sight.width
            self._candles = [
                (float(edge), sight.down(float(high)), sight.down(float(low)))
                for edge, low, high in zip(right, seen[2], seen[3], strict=True)
            ]

    def take(self, cluster: Cluster, text: str, wanted: float, within: Range) -> bool:
        """Place a label of one cluster with its middle in a range [px from the top]; return whether it fits."""
        look = LOOK.label
        beyond = self._width - _reach(text)
        blocked = [(at - look.line, at + look.line) for _, at, _ in self.kept]
        blocked += [(top - look.room, bottom + look.room) for right, top, bottom in self._candles if right > beyond]
        at = nearest_free(wanted, within, blocked)
        if at is not None:
            self.kept.append((cluster, at, text))
        return at is not None


def nearest_free(wanted: float, within: Range, blocked: Sequence[Range]) -> float | None:
    """Return the place in a range nearest to the wanted one and in no blocked range; None where there is none."""
    low, high = within
    places = [wanted, *(edge for ends in blocked for edge in ends)]
    free = [at for at in places if low <= at <= high and not any(start < at < end for start, end in blocked)]
    return min(free, key=lambda at: abs(at - wanted), default=None)


def _clamped(value: float, within: Range) -> float:
    low, high = within
    return max(low, min(high, value))


def _inside(top: float, bottom: float, height: float) -> Range:
    """Return where the middle of a label may be so that it lies inside a range; the middle of one that is too low."""
    room = LOOK.label.room
    edges = room, height - room
    middle = _clamped((top + bottom) / 2, edges)
    if bottom - top < 2 * room:
        return middle, middle
    return _clamped(top + room, edges), _clamped(bottom - room, edges)
