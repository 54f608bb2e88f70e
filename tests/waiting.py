"""Wait for what happens, not for a time: a wait is given up when nothing has changed for long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

PATIENCE_S = 90.0
"""How long nothing may change [s]. Idle machines need one or two; this is for one that is busy with others' work."""
HURRY_S = 10.0
"""The same after `FEW` tests have failed: what is broken does not come, and the other tests are waiting [s]."""
FEW = 5
LONGEST_S = 240.0
"""How long what changes and never becomes what is waited for may go on [s]."""
INTERVAL_S, LONGEST_INTERVAL_S = 0.03, 0.3
SAID_INTERVAL_S = 0.25

_failed: list[str] = []


def failed(test: str) -> None:
    """Hear of a test that failed."""
    _failed.append(test)


def failures() -> int:
    """Return how many tests have failed."""
    return len(_failed)


def patience_s() -> float:
    """Return how long nothing may change [s]."""
    return PATIENCE_S if len(_failed) < FEW else HURRY_S


def eventually(
    probe: Callable[[], Value], holds: Callable[[Value], object] = bool, *, interval_s: float = INTERVAL_S
) -> Value:
    """Ask until the answer holds; return it.

    Between two questions it waits as long as a question takes, so that asking leaves the machine to what is awaited.

    Raises
    ------
    AssertionError
        With the last answer, if it stays the same for `patience_s()`, or does not hold after `LONGEST_S`.
    """
    begun = changed = asked = time.monotonic()
    answer = probe()
    while not holds(answer):
        now = time.monotonic()
        if now - changed > patience_s() or now - begun > LONGEST_S:
            message = f"Expected a condition, after {now - begun:.0f} s the answer was still {answer!r:.600}"
            raise AssertionError(message)
        time.sleep(max(interval_s, min(now - asked, LONGEST_INTERVAL_S)))
        asked = time.monotonic()
        before, answer = answer, probe()
        if not same(before, answer):
            changed = time.monotonic()
    return answer


def settled(probe: Callable[[], Value], *, times: int = 4) -> Value:
    """Ask until the same answer came several times in a row; return it."""
    history: list[Value] = []

    def again() -> list[Value]:
        history.append(probe())
        return history[-times:]

    return eventually(again, lambda last: len(last) == times and all(same(one, last[0]) for one in last))[0]


def until(condition: Callable[[], object], said: Callable[[], object] = str) -> None:
    """Wait for something to become true; as long as what is `said` changes, it is on its way.

    That is asked for less often: it may cost much, and says only whether to go on waiting.
    """
    heard: object = None
    due = time.monotonic() + SAID_INTERVAL_S

    def probe() -> tuple[bool, object]:
        nonlocal heard, due
        if time.monotonic() > due:
            heard, due = said(), time.monotonic() + SAID_INTERVAL_S
        return bool(condition()), heard

    eventually(probe, lambda answer: answer[0], interval_s=0.005)


def same(one: Any, other: Any) -> bool:
    """Tell whether two answers are equal; they may hold arrays."""
    try:
        return bool(one == other)
    except ValueError:
        return bool(np.array_equal(one, other))
