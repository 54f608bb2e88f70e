"""Work off the critical path: the newest task in a thread that exists only while there is something to do."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HEAVY = 0.1
"""Seconds from which a task is followed by a rest."""
REST = 4.0
"""Length of that rest, as a multiple of the task: a stream of heavy tasks takes a fifth of the time."""


class Newest:
    """Runs tasks one at a time in a thread of its own; of those that wait only the newest is run.

    Parameters
    ----------
    name : str
        The thread's name.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._changed = threading.Condition()
        self._next: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether a task runs or waits."""
        with self._changed:
            return self._thread is not None

    def ask(self, task: Callable[[], None]) -> None:
        """Run a task soon, instead of one that waits; it must not raise. Nothing happens once closed."""
        with self._changed:
            if self._closed:
                return
            self._next = task
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Drop what waits and return when what runs has ended; must not be called with a lock that the task takes."""
        with self._changed:
            self._closed, self._next = True, None
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while (task := self._take()) is not None:
            begun = monotonic()
            task()
            del task
            took = monotonic() - begun
            if took >= HEAVY:
                self._rest(took * REST)

    def _take(self) -> Callable[[], None] | None:
        with self._changed:
            task, self._next = self._next, None
            if task is None:
                self._thread = None
            return task

    def _rest(self, seconds: float) -> None:
        """Wait before the next heavy task, but not when there is none."""
        end = monotonic() + seconds
        with self._changed:
            while self._next is not None and not self._closed and (left := end - monotonic()) > 0:
                self._changed.wait(left)
