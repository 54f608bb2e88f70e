"""The range beside each cluster: how far its size moves under other assumptions, computed off the first paint."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from liqwidget.background import Background, Newest, weakly
from liqwidget.domain.time import timestamp
from liqwidget.errors import LiqError
from liqwidget.trust.uncertainty import Uncertainty, keeps, uncertainty

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import RLock

    from liqwidget.domain.ledger import Ledger
    from liqwidget.study.clusters import Cluster
    from liqwidget.widget.display import Shown

HEAVY = 0.1
"""Seconds from which a computation is followed by a rest."""
REST = 4.0
"""Length of that rest, as a multiple of it: a stream of heavy ones takes a fifth of the time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose ranges are asked for: clusters of a ledger at a time [ns], under a horizon, groups and venues."""

    ledger: Ledger
    end: int
    clusters: tuple[Cluster, ...]
    horizon: str
    leverage: tuple[str, ...] | None
    venues: tuple[str, ...] | None

    def uncertainty(self) -> Uncertainty:
        """Return the ranges, as `LiqHeatmap.uncertainty` does."""
        return uncertainty(
            self.ledger, timestamp(self.end), clusters=self.clusters, horizon=self.horizon, leverage=self.leverage,
            venues=self.venues,
        )  # fmt: skip


class UncertaintyRanges:
    """Keeps the ranges of the clusters shown, once someone looks.

    The first picture that a page asks for starts it, so that nothing waits for it and nothing is computed that nobody
    sees; from then on each change is followed by its ranges. A ledger's alternatives are estimated once: other
    times, clusters and settings of it only evaluate them. What is too long to be kept so is not done during a replay.

    Parameters
    ----------
    shown : callable
        Returns what is shown now; None while ranges are switched off.
    share : callable
        Takes the trait `_cluster_ranges`: the ranges as the front end reads them, None: there are none.
    lock : RLock
        Held while what is shown is looked at and while ranges are shared.
    """

    def __init__(self, shown: Callable[[], Shown | None], share: Callable[[dict[str, Any]], None], lock: RLock) -> None:
        self._shown, self._share, self._lock = shown, share, lock
        self._watched = False
        self._known: tuple[Asked, dict[str, Any]] | None = None
        self._last: Asked | None = None
        self._asked: Newest[Asked] = Newest()
        self._thread = Background("liqwidget-uncertainty", weakly(self._step))
        self._next_at = 0.0

    def watch(self) -> None:
        """Begin, as somebody looks."""
        if not self._watched:
            self._watched = True
            self.renew()

    def renew(self) -> None:
        """Ask for the ranges of what is shown now, unless they are asked for already."""
        with self._lock:
            asked, before = self._wanted(), self._last
            if asked == before:
                return
            self._last = asked
            self._asked.put(asked)
            if asked is None or before is None or asked.ledger.prior != before.ledger.prior:
                self._known = None
                self._share({"_cluster_ranges": None})
            if asked is not None:
                self._thread.wake()

    def complete(self) -> None:
        """Compute at once what is otherwise left for later, so that the state can be saved whole."""
        self._watched = True
        with self._lock:
            asked = self._wanted()
            if asked is not None and not self._knows(asked):
                self._last = asked
                self._asked.put(None)
                self._shared(asked, ranges(asked))

    def now(self) -> dict[str, Any] | None:
        """Return the ranges of what is shown now, computed if they are not there; None where there are none."""
        with self._lock:
            asked = self._of_shown()
            known = self._known[1] if asked is not None and self._known is not None and self._knows(asked) else None
        return ranges(asked) if known is None and asked is not None else known

    def close(self) -> None:
        """Compute nothing more, and return when nothing is computed; not with the lock held."""
        self._asked.put(None)
        self._thread.close()

    def _wanted(self) -> Asked | None:
        return self._of_shown() if self._watched else None

    def _of_shown(self) -> Asked | None:
        shown = self._shown()
        if shown is None or (shown.settings.as_of is not None and not keeps(shown.ledger)):
            return None
        settings = shown.settings
        return Asked(shown.ledger, shown.end, shown.clusters, settings.horizon, settings.leverage, settings.venues)

    def _knows(self, asked: Asked) -> bool:
        return self._known is not None and self._known[0] == asked

    def _shared(self, asked: Asked, found: dict[str, Any]) -> None:
        self._known = asked, found
        self._share({"_cluster_ranges": found})

    def _step(self, now: float) -> float | None:
        """Compute what is asked for, and show it unless something newer is; rest after what was heavy."""
        if now < self._next_at and self._asked.waits:
            return self._next_at - now
        asked = self._asked.take()
        if asked is None:
            return None
        found = ranges(asked)
        with self._lock:
            if self._asked.counts(asked):
                self._shared(asked, found)
        took = monotonic() - now
        self._next_at = now + took * (1 + REST) if took >= HEAVY else 0.0
        return 0.0 if self._asked.waits else None


def ranges(asked: Asked) -> dict[str, Any]:
    """Return the ranges as the front end reads them; what cannot be estimated is a sentence."""
    try:
        return ranges_state(asked.uncertainty())
    except LiqError as error:
        return {"over": [], "of": {}, "error": str(error)}


def ranges_state(found: Uncertainty) -> dict[str, Any]:
    """Return (lowest, estimated, highest) [quote] of each cluster in both measures, and the alternatives' names."""
    of: dict[str, dict[str, list[float]]] = {cluster.id: {} for cluster in found.clusters}
    for measure, values in (("size", found.sizes), ("expected", found.expected_sizes)):
        three = zip(values.min(axis=0).tolist(), values[0].tolist(), values.max(axis=0).tolist(), strict=True)
        for one, part in zip(of.values(), three, strict=True):
            one[measure] = list(part)
    return {"over": [one.name for one in found.alternatives[1:]], "of": of, "error": ""}
