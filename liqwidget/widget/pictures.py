"""Pictures, readings and files for the page: a few at once; of many that have queued up the newest of each view."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from liqwidget.background import Background, freed_in_child

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.widget.answers import Reply
    from liqwidget.widget.protocol import Request

_AT_ONCE = 3
"""So many that follow each other at once are answered one by one."""
_GAP_SECONDS = 0.005
"""A request that comes so soon after an answer was there before it: it had queued up."""
_VIEWS = 16
"""Views that are remembered."""


class Pictures:
    """Answers requests of one kind that take a while.

    Parameters
    ----------
    draw : callable
        Returns the reply to a request; what it raises is raised to who asks, or told by `failed`.
    send : callable
        Sends a reply later on, from a thread of its own.
    failed : callable
        Returns the reply to a request that could not be answered.
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self,
        draw: Callable[[Any], Reply],
        send: Callable[[Reply], None],
        failed: Callable[[Any, Exception], Reply],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw, self._send, self._failed, self._clock = draw, send, failed, clock
        self._lock = freed_in_child(threading.Lock())
        self._waiting: dict[str, Request] = {}
        self._queued, self._ended = 0, float("-inf")
        self._background = Background("liqwidget-pictures", self._step)

    def asked(self, request: Request) -> Reply | None:
        """Return the answer; None if it comes later, unless the same view asks for another meanwhile."""
        with self._lock:
            at_once = self._clock() - self._ended < _GAP_SECONDS
            self._queued = self._queued + 1 if at_once else 0
            late = bool(self._waiting) or self._queued >= _AT_ONCE
            if late:
                self._ended = self._clock()
                self._waiting.pop(request.view, None)
                self._waiting[request.view] = request
                if len(self._waiting) > _VIEWS:
                    del self._waiting[next(iter(self._waiting))]
        if late:
            self._background.wake()
            return None
        try:
            return self._draw(request)
        finally:
            with self._lock:
                self._ended = self._clock()

    def close(self) -> None:
        """Draw nothing more; what is being drawn is not waited for."""
        self._background.close(0.0)

    def _step(self, _now: float) -> float | None:
        """Draw the newest of one view."""
        with self._lock:
            if not self._waiting:
                return None
            if self._clock() - self._ended < _GAP_SECONDS:
                return _GAP_SECONDS  # more are coming
            request = self._waiting.pop(next(iter(self._waiting)))
        try:
            reply = self._draw(request)
        except Exception as error:  # noqa: BLE001 - the page waits for an answer, whatever went wrong
            reply = self._failed(request, error)
        self._send(reply)
        return 0.0
