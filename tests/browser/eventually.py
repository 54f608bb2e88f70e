"""Wait for a condition instead of for a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

INTERVAL_S = 0.03
WITHIN_S = 15.0


def eventually(
    probe: Callable[[], Value], holds: Callable[[Value], object] = bool, *, within_s: float = WITHIN_S
) -> Value:
    """Ask until the answer holds; return it, or fail with the last answer."""
    deadline = time.monotonic() + within_s
    while True:
        answer = probe()
        if holds(answer):
            return answer
        if time.monotonic() > deadline:
            message = f"Expected a condition within {within_s:g} s, last answer was {answer!r}"
            raise AssertionError(message)
        time.sleep(INTERVAL_S)


def settled(probe: Callable[[], Value], *, times: int = 4, within_s: float = WITHIN_S) -> Value:
    """Ask until the same answer came several times in a row; return it."""
    history: list[Value] = []

    def again() -> list[Value]:
        history.append(probe())
        return history[-times:]

    return eventually(
        again, lambda last: len(last) == times and all(one == last[0] for one in last), within_s=within_s
    )[0]
