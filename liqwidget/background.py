"""Work in the background: a thread that is there only while there is work, of which the newest counts.

Nothing here keeps an object alive that its user has let go of: see `weakly`.
"""

from __future__ import annotations

import inspect
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Wish = TypeVar("Wish")


class Newest(Generic[Wish]):
    """A place for one wish: a newer one takes the place of an older one, which counts no more.

    From any thread.
    """

    def __init__(self) -> None:
        self._lock = freed_in_child(threading.Lock())
        self._wish: Wish | None = None
        self._waits = False

    @property
    def waits(self) -> bool:
        """Whether a wish is there that nobody has taken."""
        return self._waits

    def put(self, wish: Wish | None) -> bool:
        """Wish something instead of all before; None: nothing. Return whether none was waiting."""
        with self._lock:
            waited, self._waits = self._waits, wish is not None
            self._wish = wish
        return not waited

    def take(self) -> Wish | None:
        """Return the wish that waits, if one does; it counts until a newer one is put."""
        with self._lock:
            waits, self._waits = self._waits, False
            return self._wish if waits else None

    def counts(self, wish: Wish) -> bool:
        """Return whether this is the newest wish."""
        return self._wish is wish


class Background:
    """Does something again and again in a thread of its own, as long as there is something to do.

    Parameters
    ----------
    name : str
        The thread's name.
    step : callable
        ``step(now)`` does what is due and returns the seconds until something else is, None if nothing waits; it must
        not raise. One call at a time.
    idle : float
        How long a thread that has nothing to do stays [s].
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[float], float | None],
        *,
        idle: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._step, self._idle, self._clock = name, step, idle, clock
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._woken = self._ending = self._closed = False
        _all.add(self)

    def forked(self) -> None:
        """Begin anew in a child process, where the thread is not; the next wish starts another."""
        self._changed, self._thread = threading.Condition(), None

    @property
    def busy(self) -> bool:
        """Whether the thread is there."""
        with self._changed:
            return self._thread is not None

    def wake(self) -> None:
        """Look whether something is due, in a thread that is started if there is none. Nothing happens once closed."""
        with self._changed:
            if self._closed:
                return
            self._woken, self._ending = True, False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def finish(self, seconds: float | None) -> None:
        """Step once more if the thread is there, and return when it has ended, or after so long."""
        with self._changed:
            self._woken = self._ending = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(seconds)

    def close(self, seconds: float | None = None) -> None:
        """Take nothing more, and return when what runs has ended, or after so long; not with a lock that it takes."""
        with self._changed:
            self._closed = True
        self.finish(seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._woken = False
            wait = self._step(self._clock())
            with self._changed:
                if not (self._woken or self._ending or self._closed):
                    self._changed.wait(self._idle if wait is None else wait)
                if self._closed or (not self._woken and (self._ending or wait is None)):
                    self._thread = None
                    return


_all: weakref.WeakSet[Background] = weakref.WeakSet()


_locks: weakref.WeakSet[Any] = weakref.WeakSet()


def freed_in_child(lock: Any) -> Any:
    """Return a lock that is free in a child process, whoever held it when the process forked."""
    _locks.add(lock)
    return lock


def _forked() -> None:
    for lock in tuple(_locks):
        lock._at_fork_reinit()  # noqa: SLF001 - as the standard library does
    for one in tuple(_all):
        one.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def weakly(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a bound method as a callback that does not keep its object alive; without the object it does nothing."""
    reference = weakref.WeakMethod(method)

    def call(*arguments: Any, **options: Any) -> Any:
        bound = reference()
        return None if bound is None else bound(*arguments, **options)

    # Bokeh reads how many arguments a callback takes.
    call.__signature__ = inspect.signature(method)  # type: ignore[attr-defined]
    return call
