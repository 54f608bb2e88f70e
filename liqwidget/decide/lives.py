"""Lives of clusters: which cluster of one look is that of the look before, and what has become of it.

A cluster goes on as the one of its side that overlaps it most at the next look, one to one. A range that stands again
within a day of its end is the same cluster, come back. Sizes and places are compared with those that were told last,
so that a slow change is told once it is large, and one that goes to and fro is not told at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.domain.lattice import price_cell_coordinate
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from liqwidget.decide.looks import Look, Seen

WHATS = (
    "born", "come back", "grown", "shrunk", "moved", "approached", "swept in part", "swept", "unwound", "dissolved",
)  # fmt: skip
"""What may be told of a cluster."""

CHANGE = 0.25
"""By which share an amount must differ from the one told last, to be told."""

NEAR = 0.01
"""Within which share of its near edge price has approached a cluster."""

_REARMED = 2.0
"""By how many times `NEAR` price must go away before another approach is told."""

_MOVED_CELLS = 3
"""By how many price cells of 10 basis points a peak must move from where it was told last."""

WHOLE, PART = 0.9, 0.1
"""Which share of what stands price must cross: for all of a cluster, and to be told at all."""

_HALF = 0.5
"""A cluster that is gone with less than this of what price has not swept was closed by its holders."""

MEMORY = DAY
"""How long after its end a range that stands again is the same cluster [ns]."""


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    """What happened to a cluster, as it could be known at a time.

    Parameters
    ----------
    time : int
        The look at which it is known [ns]; all candles that count had closed.
    id : str
        The cluster's, the same through its life: side and peak cell at its birth.
    what : str
        'born', 'come back', 'grown', 'shrunk', 'moved', 'approached', 'swept in part', 'swept', 'unwound' (it is gone,
        and less than half of it stands) or 'dissolved' (it stands out no more, though most of it stands, or price has
        left it more than 20 % behind).
    side : Side
        Of the positions.
    price_low, price_high : float
        Its range; of one that ended, its last one [quote/base].
    amount : float
        What stands in it; of a sweep, what was swept; of one that ended otherwise, what is left there, NaN where
        nobody looked [quote].
    before : float
        What stood when something was told last; NaN at a birth [quote].
    price : float
        The last close then [quote/base].

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> first = liqwidget.cluster_history(ledger).events[0]
    >>> first.what, first.side.label
    ('born', 'short')
    """

    time: int
    id: str
    what: str
    side: Side
    price_low: float
    price_high: float
    amount: float
    before: float
    price: float


@dataclass(frozen=True, slots=True)
class Living:
    """A cluster that stands, or has ended a while ago.

    Parameters
    ----------
    id : str
        The same through its life.
    seen : Seen
        As it stood at the last look that saw it.
    born : int
        When [ns].
    size, peak : float, int
        What was told last [quote], and where.
    near : bool
        Whether price has approached it and not gone away since.
    count : int
        Looks that saw it.
    ended : int
        When it ended [ns]; 0 while it stands.
    end : str
        How it ended.
    """

    id: str
    seen: Seen
    born: int
    size: float
    peak: int
    near: bool
    count: int = 1
    ended: int = 0
    end: str = field(default="")


class Tracker:
    """Follows clusters from look to look.

    Parameters
    ----------
    change, near : float
        See `CHANGE` and `NEAR`.
    memory : int
        See `MEMORY` [ns].
    """

    def __init__(self, change: float = CHANGE, near: float = NEAR, memory: int = MEMORY) -> None:
        self._change, self._near, self._memory = change, near, memory
        self.living: tuple[Living, ...] = ()
        self.gone: tuple[Living, ...] = ()
        """Those that ended within the memory."""
        self._look: Look | None = None
        self._born: dict[str, int] = {}

    def step(self, look: Look) -> tuple[ClusterEvent, ...]:
        """Take the next look; return what has happened since the one before, cluster by cluster."""
        events: list[ClusterEvent] = []
        self.gone = tuple(one for one in self.gone if look.time - one.ended <= self._memory)
        shares = [self._swept(one.seen, look) for one in self.living]
        stood = [one for one, share in zip(self.living, shares, strict=True) if share < WHOLE]
        for one, share in zip(self.living, shares, strict=True):
            if share >= WHOLE:
                events.append(_event(look, one, "swept", one.seen.size * share))
                self._end(one, look.time, "swept")
            elif share >= PART:
                events.append(_event(look, one, "swept in part", one.seen.size * share))
        crossed = dict(zip((one.id for one in self.living), shares, strict=True))
        pairs = _pairs([one.seen for one in stood], look.seen)
        for number, one in enumerate(stood):
            if number not in pairs:
                events.append(self._left(one, crossed[one.id], look))
        after = []
        following = {there: stood[here] for here, there in pairs.items()}
        free = [number for number in range(len(look.seen)) if number not in following]
        back = {free[there]: self.gone[here] for here, there in _back(self.gone, look, free).items()}
        for number, seen in enumerate(look.seen):
            if number in following:
                one, told = self._goes_on(following[number], seen, look, crossed[following[number].id])
                events += told
            else:
                one, what = self._begins(seen, look, back.get(number))
                events.append(_event(look, one, what, seen.size, before=float("nan")))
            after.append(one)
        returned = {one.id for one in back.values()}
        self.gone = tuple(one for one in self.gone if one.id not in returned)
        self.living, self._look = tuple(after), look
        return tuple(events)

    def _swept(self, seen: Seen, look: Look) -> float:
        """Return which share of a cluster each venue's price has crossed since the look before, of all together."""
        if self._look is None:
            return 0.0
        reached = look.low if seen.side is Side.LONG else look.high
        there = [look.names.index(name) if name in look.names else -1 for name in self._look.names]
        return float(share_crossed(self._look, seen, np.where(np.array(there) >= 0, reached[there], np.nan)))

    def _left(self, one: Living, share: float, look: Look) -> ClusterEvent:
        """End a cluster that no cluster of a look follows."""
        held = look.amounts(one.seen.side, one.seen.low, one.seen.stop)
        amount = float("nan") if held is None else float(held.sum())
        what = "unwound" if amount < _HALF * one.seen.size * (1 - share) else "dissolved"
        self._end(one, look.time, what)
        return _event(look, one, what, amount)

    def _end(self, one: Living, time: int, what: str) -> None:
        self.gone = (*self.gone, replace(one, ended=time, end=what))

    def _begins(self, seen: Seen, look: Look, before: Living | None) -> tuple[Living, str]:
        """Return a cluster that was not there, and what is told of it."""
        near = _distance(seen, look.price) <= self._near
        if before is not None:
            one = replace(before, seen=seen, size=seen.size, peak=seen.peak, near=near, count=before.count + 1)
            return replace(one, ended=0, end=""), "come back"
        number = self._born[seen.id] = self._born.get(seen.id, 0) + 1
        name = seen.id if number == 1 else f"{seen.id}#{number}"
        return Living(name, seen, look.time, seen.size, seen.peak, near), "born"

    def _goes_on(self, one: Living, seen: Seen, look: Look, share: float) -> tuple[Living, list[ClusterEvent]]:
        """Return a cluster as it stands now, and what has happened to it."""
        now, told = replace(one, seen=seen, count=one.count + 1), []
        if share >= PART:
            now = replace(now, size=seen.size, near=True)
        elif seen.size >= one.size * (1 + self._change) or seen.size <= one.size * (1 - self._change):
            now = replace(now, size=seen.size)
            told.append(_event(look, now, "grown" if seen.size > one.size else "shrunk", seen.size, before=one.size))
        if abs(seen.peak - one.peak) >= _MOVED_CELLS:
            now = replace(now, peak=seen.peak)
            told.append(_event(look, now, "moved", seen.size, before=one.size))
        nearest = look.low if seen.side is Side.LONG else look.high
        path = nearest[np.isfinite(nearest)]
        reached = look.price if not len(path) else float(path.min() if seen.side is Side.LONG else path.max())
        distance = min(_distance(seen, reached), _distance(seen, look.price))
        if distance <= self._near and not now.near:
            now = replace(now, near=True)
            told.append(_event(look, now, "approached", seen.size, before=one.size))
        elif distance > _REARMED * self._near:
            now = replace(now, near=False)
        return now, told


def share_crossed(look: Look, seen: Seen, reached: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return which share of what stood in a cluster at a look price has crossed, of all venues together.

    Parameters
    ----------
    look, seen : Look, Seen
        What stood, and where.
    reached : ndarray of float64, shape (N, ...)
        Farthest price of each of the look's venues since, toward the cluster [quote/base]; NaN without a candle.
    """
    swept, ends = np.zeros(reached.shape[1:]), price_cell_coordinate(reached)
    if not (ends < seen.stop if seen.side is Side.LONG else ends > seen.low).any():
        return swept
    held = look.amounts(seen.side, seen.low, seen.stop)
    if held is None or not held.sum() > 0:
        return swept
    cells = np.arange(seen.low, seen.stop)
    for amounts, end in zip(held, ends[..., np.newaxis], strict=True):
        crossed = cells + 1 - end if seen.side is Side.LONG else end - cells
        swept += (amounts * np.nan_to_num(np.clip(crossed, 0, 1))).sum(axis=-1)
    return np.asarray(swept / float(held.sum()))


def _distance(seen: Seen, price: float) -> float:
    """Return how far a price is from the near edge of a cluster, as a fraction of the price; 0 inside or beyond."""
    edge = seen.price_high if seen.side is Side.LONG else seen.price_low
    return max(int(seen.side) * (price / edge - 1), 0.0)


def _event(look: Look, one: Living, what: str, amount: float, *, before: float | None = None) -> ClusterEvent:
    seen = one.seen
    stood = one.size if before is None else before
    return ClusterEvent(look.time, one.id, what, seen.side, seen.price_low, seen.price_high, amount, stood, look.price)


def _pairs(before: Sequence[Seen], after: Sequence[Seen]) -> dict[int, int]:
    """Return which clusters go on as which: those of one side that overlap most, and whose peaks are nearest, first."""
    found = []
    for here, one in enumerate(before):
        for there, other in enumerate(after):
            shared = min(one.stop, other.stop) - max(one.low, other.low)
            if one.side is other.side and shared > 0:
                found.append((-shared, abs(one.peak - other.peak), here, there))
    pairs: dict[int, int] = {}
    for *_, here, there in sorted(found):
        if here not in pairs and there not in pairs.values():
            pairs[here] = there
    return pairs


def _back(gone: Sequence[Living], look: Look, free: Iterable[int]) -> dict[int, int]:
    """Return which clusters that had ended stand again as which free ones, by place; the last that ended first."""
    order = sorted(range(len(gone)), key=lambda at: (-gone[at].ended, at))
    pairs = _pairs([gone[at].seen for at in order], [look.seen[number] for number in free])
    return {order[here]: there for here, there in pairs.items()}
