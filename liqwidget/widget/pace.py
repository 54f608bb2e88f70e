"""When the next message to the front ends may go: no more than so many a second, not before the last was taken."""

from __future__ import annotations

import math

LONGEST = 60.0
"""The longest wait between messages that nobody takes [s]."""


class Pace:
    """Says when the next numbered message may go; knows no clock, so that tests bring their own.

    A message may go once every front end that took part has taken the last one. One that has not within `patience` is
    waited for no longer, until it is heard again; where none is left, messages go ever more rarely: a browser that is
    closed costs next to nothing, and one that comes back is served at once.

    Parameters
    ----------
    rate : float
        Messages per second, at most.
    patience : float
        How long a front end may take [s].
    """

    def __init__(self, rate: float = 10.0, patience: float = 1.0) -> None:
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
