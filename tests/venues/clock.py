"""The time of the loopback exchanges: it stands still, is moved by the test, or runs at a chosen speed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """A virtual now.

    Parameters
    ----------
    start : int
        First now [ms since 1970 UTC].
    speed : float
        Virtual seconds a second; at 0 only the test moves it.

    Attributes
    ----------
    moved : callable
        Called whenever the test has moved it or changed its speed, in the test's thread.
    """

    moved: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, start: int, speed: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._base, self._mark, self._speed = float(start), time.monotonic(), float(speed)

    @property
    def now(self) -> int:
        """Return the virtual time [ms]."""
        with self._lock:
            return int(self._now())

    @property
    def speed(self) -> float:
        return self._speed

    def run(self, speed: float) -> None:
        """Go on from now at another speed."""
        with self._lock:
            self._base, self._mark = self._now(), time.monotonic()
            self._speed = float(speed)
        self.moved()

    def advance(self, milliseconds: int) -> None:
        with self._lock:
            self._base += milliseconds
        self.moved()

    def _now(self) -> float:
        return self._base + (time.monotonic() - self._mark) * 1000 * self._speed
