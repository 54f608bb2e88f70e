"""Answers that are kept: the most recent ones, for any number of threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from liqwidget.background import freed_in_child

if TYPE_CHECKING:
    from collections.abc import Callable

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Keeps the answers to the questions that were asked last; a question may be answered twice at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = freed_in_child(threading.Lock())
        self._kept: dict[Key, Value] = {}

    def of(self, key: Key, answer: Callable[[Key], Value]) -> Value:
        """Return what is kept for a key, else the answer to it."""
        with self._lock:
            known = key in self._kept
            value = self._kept.pop(key) if known else None
        found = value if known else answer(key)
        with self._lock:
            # The most recent last: the one used longest ago goes first.
            self._kept[key] = found  # type: ignore[assignment]
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return found  # type: ignore[return-value]

    def copy(self) -> Self:
        """Return another that keeps the same so far."""
        made = type(self)(self._most)
        with self._lock:
            made._kept = dict(self._kept)  # noqa: SLF001 - its own
        return made
