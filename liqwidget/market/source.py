"""The source of a heatmap: its markets, how to name them on the picture, and the venues that have yet to join."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.time import duration_text
from liqwidget.errors import SourceError
from liqwidget.market.venue import venues

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from liqwidget.domain.status import VenueStatus
    from liqwidget.market.fetch import Request

VENUES = tuple(venues.VENUES)
"""The names that a source may have; `liqwidget.market.venue.venues` says what each publishes."""

TIMEFRAME = "5m"
"""Length of a candle where nothing else is asked for."""
_JOIN_SECONDS = 600.0

SourceLike = str | MarketData | Ledger | Iterable[str | MarketData] | None


@dataclass(frozen=True, slots=True)
class Source:
    """Markets, and how to name them on the picture.

    Parameters
    ----------
    markets : tuple of MarketData
        One per venue.
    label : str
        Short name for the title.
    notice : str or None
        A sentence that always stands on the picture.
    simulated : bool
        Whether no part of it is real.
    status : tuple of VenueStatus
        One per exchange that was asked; empty for the sample and for own data.
    joining : Joining or None
        What is still under way.
    finest : tuple of MarketData
        The markets in their shortest candles, where none can be read again: simulated and own ones.
    since : time or str, optional
        From when exchanges were asked, as it was given.
    made : tuple of MarketData and Ledger, or None
        A ledger that is there already, and the markets that it tells of.
    """

    markets: tuple[MarketData, ...] = field(repr=False)
    label: str
    notice: str | None = None
    simulated: bool = False
    status: tuple[VenueStatus, ...] = ()
    joining: Joining | None = field(default=None, repr=False)
    finest: tuple[MarketData, ...] = field(default=(), repr=False)
    since: Any = None
    made: tuple[tuple[MarketData, ...], Ledger] | None = field(default=None, repr=False)

    def asked_venues(self) -> list[str]:
        """Return the venues that were asked.

        Raises
        ------
        SourceError
            If there are none: there is nothing to follow live.
        """
        if self.status:
            return [part.venue for part in self.status]
        what = "the simulated market" if self.simulated else "your own data"
        message = (
            f"Expected exchanges to follow live, was {what}: name some, such as source=['binance', 'okx'], or leave "
            "live=True and start() out"
        )
        raise SourceError(message)

    def arguments(self, timeframe: int) -> str:
        """Return the arguments of `LiqHeatmap`, as Python, that read it again at a timeframe [ns].

        Own data cannot be read again: 'source=market' stands for them.
        """
        length = duration_text(timeframe)
        if not (self.simulated or self.status):
            same = all(market.timeframe == timeframe for market in self.finest)
            return "source=market" + ("" if same else f', timeframe="{length}"')
        asked = [part.venue for part in self.status]
        parts = ['source="sample"'] if self.simulated else [f"source={json.dumps(asked)}"]
        if not self.simulated and tuple(asked) == VENUES:
            parts = []
        parts += [f'timeframe="{length}"'] if length != TIMEFRAME else []
        return ", ".join([*parts, *([f'since="{self.since}"'] if self.since is not None else [])])

    @property
    def asked(self) -> tuple[VenueStatus, ...]:
        """The status, with how far each venue that is still being read has come by now."""
        return self.status if self.joining is None else tuple(map(self.joining.seen, self.status))


class Joining:
    """Venues that were not done when something had to be shown.

    Parameters
    ----------
    requests : sequence of Request
        All that were asked, in the order in which they are shown.
    under_way : sequence of Request
        Those of them that have not ended.
    answered : callable
        Makes a source of what requests have brought.
    """

    def __init__(
        self,
        requests: Sequence[Request],
        under_way: Sequence[Request],
        answered: Callable[[Sequence[Request]], Source],
    ) -> None:
        self.requests = tuple(requests)
        self._answered = answered
        self._under_way = tuple(under_way)
        self._stopped = False
        self._wake = threading.Event()

    def seen(self, status: VenueStatus) -> VenueStatus:
        """Return a status with how far its venue has come by now."""
        for request in self._under_way:
            if request.venue.name == status.venue and not request.future.done() and status.last_time is not None:
                return replace(status, reason=request.under_way)
        return status

    def then(self, callback: Callable[[Source], None]) -> None:
        """Call `callback`, on a thread of its own, with the whole source anew whenever another venue is done.

        The thread ends with the last venue, after ten minutes, or with `stop`.
        """
        for request in self._under_way:
            request.future.add_done_callback(lambda _: self._wake.set())
        threading.Thread(target=self._run, args=(callback,), name="liqwidget-joining", daemon=True).start()

    def stop(self) -> None:
        """Ask no further; `callback` is not called again."""
        self._stopped = True
        self._wake.set()
        for request in self._under_way:
            request.future.cancel()

    def _run(self, callback: Callable[[Source], None]) -> None:
        waiting = list(self._under_way)
        end = time.monotonic() + _JOIN_SECONDS
        while waiting and self._wake.wait(max(end - time.monotonic(), 0.0)) and not self._stopped:
            self._wake.clear()
            left = [request for request in waiting if not request.future.done()]
            if len(left) == len(waiting):
                continue
            waiting, source = left, self._answered(self.requests)
            if source.markets and not self._stopped:
                callback(source)
