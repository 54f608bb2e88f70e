"""Carries what a feed offers from its thread to the picture: newest first, calmly, and nothing when nobody looks."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from liqwidget.widget.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

News = TypeVar("News")

RATE = 10.0
"""How often the last price and the newest column move, at most [1/s]."""

CALM_SECONDS = 1.0
"""How often what costs more (clusters, the book) is made anew, at most [s]."""

GRACE_SECONDS = 10.0
"""How long after the last view was taken off its page another is waited for [s]."""

_CALM_SHARE = 10.0
"""What costs more takes about a tenth of the time at most."""
_IDLE_SECONDS = 30.0
_JOIN_SECONDS = 5.0


class Courier(Generic[News]):
    """Holds the newest offer until it may be delivered.

    Parameters
    ----------
    deliver : callable
        ``deliver(news, number, calm)``: show the news (None: none since) as message `number`; `calm`: what costs more
        too. Called on the courier's thread, one call at a time.
    unwatched : callable
        Called on that thread some time after the last view that was open has been taken away.
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self,
        deliver: Callable[[News | None, int, bool], None],
        unwatched: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deliver, self._unwatched, self._clock = deliver, unwatched, clock
        self._wake = threading.Condition()
        self._pace = Pace(RATE)
        self._offered: News | None = None
        self._thread: threading.Thread | None = None
        self._behind = self._news = self._ending = self._closed = False
        self._calm_at = 0.0
        self._left_at: float | None = None

    @property
    def behind(self) -> bool:
        """Whether what costs more is older than what was last delivered."""
        return self._behind

    def offer(self, news: News) -> None:
        """Take news from any thread, in place of older ones that still wait; return at once."""
        with self._wake:
            if self._closed:
                return
            self._offered, self._ending = news, False
            self._notify()

    def taken(self, view: str, number: int) -> None:
        """Note that a front end shows a message."""
        with self._wake:
            self._pace.taken(view, number)
            self._left_at = None
            self._notify()

    def left(self, view: str) -> None:
        """Note that a front end was taken off its page."""
        with self._wake:
            if self._pace.left(view):
                self._left_at = self._clock() + GRACE_SECONDS
            self._notify()

    def caught_up(self) -> int:
        """Note that what costs more is made anew now by somebody else; return the number of the last message."""
        with self._wake:
            self._behind, self._calm_at = False, self._clock() + CALM_SECONDS
            return self._pace.number

    def catch_up(self) -> None:
        """Deliver what costs more now, on the caller's thread."""
        self._deliver(None, self.caught_up(), True)  # noqa: FBT003

    def rest(self) -> None:
        """Deliver what waits and end the thread; the next offer starts another."""
        with self._wake:
            thread, self._ending, self._left_at = self._thread, True, None
            self._notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_JOIN_SECONDS)

    def close(self) -> None:
        """Drop what waits, end the thread, and take nothing more."""
        with self._wake:
            self._closed, self._offered, self._behind = True, None, False
        self.rest()

    def step(self, now: float) -> float:
        """Deliver what is due at a time [s]; return for how long nothing else will be."""
        with self._wake:
            left = self._left_at is not None and now >= self._left_at
            ripe = self._offered is not None and (self._ending or now >= self._pace.due())
            news, heard = self._offered if ripe else None, self._pace.heard
            self._behind |= ripe
            calm = self._behind and (self._ending or (heard and now >= self._calm_at))
            if ripe:
                self._offered = None
                self._pace.sent(now)
            if calm:
                self._behind, self._calm_at = False, now + CALM_SECONDS
            if left:
                self._left_at = None
            number, wait = self._pace.number, 0.0 if ripe or calm or left else self._wait(now)
        if ripe or calm:
            begun = self._clock()
            self._deliver(news, number, calm)
            if calm:
                self._calm_at += _CALM_SHARE * (self._clock() - begun)
        if left:
            self._unwatched()
        return wait

    def _wait(self, now: float) -> float:
        """Return the time to whatever is due next [s]; called with the lock."""
        times = [now + _IDLE_SECONDS]
        if self._offered is not None:
            times.append(self._pace.due())
        if self._behind and self._pace.heard:
            times.append(self._calm_at)
        if self._left_at is not None:
            times.append(self._left_at)
        return min(times) - now

    def _notify(self) -> None:
        self._news = True
        waits = self._offered is not None or self._behind or self._left_at is not None
        if self._thread is None and waits and not (self._ending or self._closed):
            self._thread = threading.Thread(target=self._run, name="liqwidget-picture", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _run(self) -> None:
        while True:
            wait = self.step(self._clock())
            with self._wake:
                idle = False
                if not (self._news or self._ending or self._closed):
                    idle = not self._wake.wait(wait) and wait >= _IDLE_SECONDS
                if self._closed or ((self._ending or idle) and not self._news):
                    self._thread = None
                    return
                self._news = False
