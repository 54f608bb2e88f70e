"""Venues that had not ended when something had to be shown: they join later, on a thread of their own."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from liqwidget.market.fetch import Request
    from liqwidget.market.source import Source, VenueStatus

_JOIN_SECONDS = 600.0


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
