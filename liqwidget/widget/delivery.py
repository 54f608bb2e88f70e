"""Delivery of live data to the page: newest first, no more than it takes, and nothing when nobody looks.

The only place where a live update waits on its way from the socket to the page. The next one is fetched when every
page has said that it shows the last.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from liqwidget.background import Background, Newest, freed_in_child, weakly

if TYPE_CHECKING:
    from collections.abc import Callable

News = TypeVar("News")

RATE = 10.0
"""How often the last price and the newest column move, at most [1/s]."""

CALM_SECONDS = 1.0
"""How often what costs more (clusters, the book) is made anew, at most [s]."""

GRACE_SECONDS = 10.0
"""How long after the last view was taken off its page another is waited for [s]."""

LONGEST = 60.0
"""The longest wait between messages that nobody takes [s]."""

_CALM_SHARE = 10.0
"""What costs more takes about a tenth of the time at most."""
_IDLE_SECONDS = 30.0
_JOIN_SECONDS = 5.0


class Recipients:
    """The front ends that take messages, and when the next numbered one may go.

    Knows no clock, so that tests bring their own. A message may go once every front end that took part has taken the
    last one. One that has not within `patience` is waited for no longer, until it is heard again; where none is left,
    messages go ever more rarely: a browser that is closed costs next to nothing, and one that comes back is served at
    once.

    Parameters
    ----------
    rate : float
        Messages per second, at most.
    patience : float
        How long a front end may take [s].
    """

    def __init__(self, rate: float = RATE, patience: float = 1.0) -> None:
        self._apart, self._patience = 1.0 / rate, patience
        self._taken: dict[str, int] = {}
        self._last, self._number, self._unheard = -math.inf, 0, 0

    @property
    def number(self) -> int:
        """Number of the last message; 0 before the first."""
        return self._number

    @property
    def views(self) -> frozenset[str]:
        """Front ends that take part."""
        return frozenset(self._taken)

    @property
    def heard(self) -> bool:
        """Whether any front end has taken the last message."""
        return self._number in self._taken.values()

    def due(self) -> float:
        """Return the time at or after which the next message may go [s]."""
        if self._taken and all(number == self._number for number in self._taken.values()):
            return self._last + self._apart
        return self._last + min(self._patience * 2.0 ** min(self._unheard, 16), LONGEST)

    def sent(self, now: float) -> int:
        """Note that a message goes now [s]; return its number."""
        if self._number:
            self._unheard = 0 if self.heard else self._unheard + 1
        self._taken = {view: number for view, number in self._taken.items() if number == self._number}
        # One that is a little late does not put off those behind it: the rate is held.
        late = now - (self._last + self._apart)
        self._last = now - late if 0 <= late < self._apart / 2 else now
        self._number += 1
        return self._number

    def taken(self, view: str, number: int) -> None:
        """Note that a front end has taken a message; numbers that were never sent count as none."""
        if 0 < number <= self._number:
            self._taken[view] = max(number, self._taken.get(view, 0))
            self._unheard = 0

    def left(self, view: str) -> bool:
        """Note that a front end is gone; return whether it was the last."""
        return self._taken.pop(view, None) is not None and not self._taken


class Delivery(Generic[News]):
    """Holds the newest offer until it may be delivered.

    Parameters
    ----------
    deliver : callable
        ``deliver(news, number, calm)``: show the news (None: none since) as message `number`; `calm`: what costs more
        too. Called on the thread of the delivery, one call at a time.
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
        self._lock = freed_in_child(threading.RLock())
        self._recipients = Recipients()
        self._offered: Newest[News] = Newest()
        self._thread = Background("liqwidget-picture", weakly(self._stepped), idle=_IDLE_SECONDS, clock=clock)
        self._behind = self._ending = False
        self._calm_at = 0.0
        self._left_at: float | None = None

    @property
    def behind(self) -> bool:
        """Whether what costs more is older than what was last delivered."""
        return self._behind

    def offer(self, news: News) -> None:
        """Take news from any thread, in place of older ones that still wait; return at once."""
        with self._lock:
            self._ending = False
            if self._offered.put(news):
                self._thread.wake()

    def taken(self, view: str, number: int) -> None:
        """Note that a front end shows a message."""
        with self._lock:
            self._recipients.taken(view, number)
            self._left_at = None
            self._look()

    def left(self, view: str) -> None:
        """Note that a front end was taken off its page."""
        with self._lock:
            if self._recipients.left(view):
                self._left_at = self._clock() + GRACE_SECONDS
            self._look()

    def caught_up(self) -> int:
        """Note that what costs more is made anew now by somebody else; return the number of the last message."""
        with self._lock:
            self._behind, self._calm_at = False, self._clock() + CALM_SECONDS
            return self._recipients.number

    def catch_up(self) -> None:
        """Deliver what costs more now, on the caller's thread."""
        self._deliver(None, self.caught_up(), True)  # noqa: FBT003

    def rest(self) -> None:
        """Deliver what waits and end the thread; the next offer starts another."""
        with self._lock:
            self._ending, self._left_at = True, None
        self._thread.finish(_JOIN_SECONDS)

    def close(self) -> None:
        """Drop what waits, end the thread, and take nothing more."""
        with self._lock:
            self._offered.put(None)
            self._behind, self._left_at = False, None
        self._thread.close(_JOIN_SECONDS)

    def step(self, now: float) -> float:
        """Deliver what is due at a time [s]; return for how long nothing else will be, infinity: nothing waits."""
        with self._lock:
            left = self._left_at is not None and now >= self._left_at
            ripe = self._offered.waits and (self._ending or now >= self._recipients.due())
            news, heard = self._offered.take() if ripe else None, self._recipients.heard
            self._behind |= ripe
            calm = self._behind and (self._ending or (heard and now >= self._calm_at))
            if ripe:
                self._recipients.sent(now)
            if calm:
                self._behind, self._calm_at = False, now + CALM_SECONDS
            if left:
                self._left_at = None
            number, wait = self._recipients.number, 0.0 if ripe or calm or left else self._wait() - now
        if ripe or calm:
            begun = self._clock()
            self._deliver(news, number, calm)
            if calm:
                self._calm_at += _CALM_SHARE * (self._clock() - begun)
        if left:
            self._unwatched()
        return wait

    def _stepped(self, now: float) -> float | None:
        wait = self.step(now)
        return None if math.isinf(wait) else wait

    def _wait(self) -> float:
        """Return the time at which something is due next [s]; called with the lock."""
        times = [math.inf]
        if self._offered.waits:
            times.append(self._recipients.due())
        if self._behind and self._recipients.heard:
            times.append(self._calm_at)
        if self._left_at is not None:
            times.append(self._left_at)
        return min(times)

    def _look(self) -> None:
        """Wake the thread if anything waits."""
        waits = self._offered.waits or self._behind or self._left_at is not None
        if waits and not self._ending:
            self._thread.wake()
