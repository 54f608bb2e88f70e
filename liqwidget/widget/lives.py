"""The lives of the clusters that are ticked, found off the click: where each stood, stretch by stretch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from liqwidget.background import Background, Newest, weakly
from liqwidget.domain.time import MILLISECOND
from liqwidget.errors import LiqError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from threading import RLock

    from liqwidget.domain.ledger import Ledger
    from liqwidget.widget.display import Shown
    from liqwidget.widget.session import Settings

LOOKS = (24, 720)
"""How many looks back lives are followed: first a day of hours, which takes a tenth of a second, then a month."""
REST = 1.0
"""Rest after finding them, as a multiple of how long it took: a replay takes half of the time."""


class History(Protocol):
    """What became of clusters; see `liqwidget.ClusterHistory`."""

    @property
    def step(self) -> int:
        """Time from look to look [ns]."""
        ...

    def band(self, id: str, /) -> pd.DataFrame:  # noqa: A002 - as a cluster's own
        """Return where a cluster stood, look by look."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose lives are asked for: clusters of a ledger at a time [ns], under settings."""

    ledger: Ledger
    settings: Settings
    end: int
    ids: tuple[str, ...]

    def key(self, step: int) -> tuple[Any, ...]:
        """Return what a history depends on: nothing is looked at between two steps [ns]."""
        ledger, chosen = self.ledger, self.settings
        known = ledger.symbol, ledger.prior, ledger.timeframe, ledger.start, ledger.names
        return (*known, chosen.leverage, chosen.venues, chosen.sensitivity, self.end // step)


class Lives:
    """Keeps the lives of the clusters that are ticked.

    Parameters
    ----------
    shown : callable
        Returns what is shown now.
    ticked : callable
        Returns the ids of the clusters that are ticked.
    find : callable
        ``find(wanted, looks)`` returns the history of clusters so many looks back.
    step : callable
        Returns the time from look to look of a ledger [ns].
    share : callable
        Takes the trait `_lives`.
    lock : RLock
        Held while what is shown is looked at and while lives are shared.
    """

    def __init__(
        self,
        shown: Callable[[], Shown],
        ticked: Callable[[], Iterable[str]],
        find: Callable[[Wanted, int], History],
        step: Callable[[Ledger], int],
        *,
        share: Callable[[dict[str, Any]], None],
        lock: RLock,
    ) -> None:
        self._shown, self._ticked, self._find, self._step_of = shown, ticked, find, step
        self._share, self._lock = share, lock
        self._known: tuple[tuple[Any, ...], History] | None = None
        self._pending: tuple[Any, ...] | None = None
        self._asked: Newest[Wanted] = Newest()
        self._thread = Background("liqwidget-lives", weakly(self._step))
        self._next_at = 0.0

    def renew(self, _change: Any = None) -> None:
        """Show the lives of what is ticked now: at once where they are known, else as soon as they are found."""
        with self._lock:
            wanted = self._wanted()
            if wanted is None:
                self._pending = None
                self._asked.put(None)
                self._share({"_lives": []})
                return
            key = wanted.key(self._step_of(wanted.ledger))
            if self._known is not None and self._known[0] == key:
                self._share({"_lives": lives_state(self._known[1], wanted)})
            elif self._pending != key:
                self._pending = key
                self._asked.put(wanted)
                self._thread.wake()

    def complete(self) -> None:
        """Find at once what is otherwise left for later, so that the state can be saved whole."""
        with self._lock:
            wanted = self._wanted()
            if wanted is None:
                return
            key = wanted.key(self._step_of(wanted.ledger))
            if self._known is None or self._known[0] != key:
                self._asked.put(None)
                self._known, self._pending = (key, self._find(wanted, LOOKS[-1])), None
            self._share({"_lives": lives_state(self._known[1], wanted)})

    def close(self) -> None:
        """Find nothing more, and return when nothing is being found; not with the lock held."""
        self._asked.put(None)
        self._thread.close()

    def _wanted(self) -> Wanted | None:
        ids = tuple(self._ticked())
        if not ids:
            return None
        shown = self._shown()
        return Wanted(shown.ledger, shown.settings, shown.end, ids)

    def _step(self, now: float) -> float | None:
        """Find what is asked for, first what is near, and show it unless something newer is asked for."""
        if now < self._next_at and self._asked.waits:
            return self._next_at - now
        wanted = self._asked.take()
        if wanted is None:
            return None
        key = wanted.key(self._step_of(wanted.ledger))
        for looks in LOOKS:
            try:
                history = self._find(wanted, looks)
            except LiqError:
                break
            with self._lock:
                if not self._asked.counts(wanted):
                    break
                ticked = replace(wanted, ids=tuple(self._ticked()))
                self._share({"_lives": lives_state(history, ticked)})
                if looks == LOOKS[-1]:
                    self._known, self._pending = (key, history), None
        self._next_at = now + (monotonic() - now) * (1 + REST)
        return 0.0 if self._asked.waits else None


def lives_state(history: History, wanted: Wanted) -> list[dict[str, Any]]:
    """Return lives as the page reads them: side, and from, to [ms], low and high [quote/base] of each stretch.

    A look stands until the next; the last one of a cluster that stands, to the end shown. A cluster that no look has
    seen yet has none.
    """
    found = []
    for one in wanted.ids:
        try:
            band = history.band(one)
        except LiqError:
            continue
        runs: list[list[float]] = []
        times = pd.DatetimeIndex(band.index).as_unit("ns").asi8
        for time, low, high in zip(times.tolist(), band["price_low"], band["price_high"], strict=True):
            begin, end = time / MILLISECOND, min(time + history.step, wanted.end) / MILLISECOND
            if runs and runs[-1][1] == begin and runs[-1][2:] == [low, high]:
                runs[-1][1] = end
            else:
                runs.append([begin, end, low, high])
        if runs and times[-1] + 2 * history.step > wanted.end:
            runs[-1][1] = wanted.end / MILLISECOND
        found.append({"id": one, "side": one.partition("-")[0], "runs": [run for run in runs if run[0] < run[1]]})
    return found
