"""The thread in which ccxt runs, with an event loop of its own; what is read crosses as plain values.

It starts on first use and ends when nothing was asked for a while, or at exit. Everything that speaks to a venue runs
on its loop (`worker().submit`), so that a busy cell does not hold it up and it holds up no cell.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from liqwidget.market.venue.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable
    from concurrent.futures import Future

    from liqwidget.market.venue.venue import Venue

    Address = Callable[[str, str], str]
    """Turns a venue's name and one of its addresses into another address."""

Result = TypeVar("Result")

IDLE_SECONDS = 30.0
"""After so long with nothing to do the thread ends; connections are closed with it."""
_STOP_SECONDS = 5.0
_ROUNDS = 5
"""How often what runs is told to stop: a library may miss it once, and ends may start what must end too."""


class Worker:
    """A thread with an event loop, and the clients that live on it."""

    def __init__(self, idle: float = IDLE_SECONDS) -> None:
        self._idle = idle
        # Reentrant: the garbage collector may close a heatmap, and so cancel what it asked for, inside of it.
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._busy = 0
        self._clients: dict[tuple[Any, ...], Client] = {}
        self._shared: dict[Any, Any] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._files = concurrent.futures.ThreadPoolExecutor(1)

    @property
    def running(self) -> bool:
        """Whether the thread is there."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def submit(self, coroutine: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Run a coroutine on the loop; the future can be waited for and cancelled from any thread."""
        with self._lock:
            loop = self._loop
            if loop is None:
                loop = self._start()
            self._busy += 1
            future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        future.add_done_callback(lambda _: self._ended(loop))
        return future

    async def client(
        self, venue: Venue, *, inverse: bool = False, address: Address | None = None, **options: Any
    ) -> Client:
        """Return the client of a venue on this loop, made on first use; it is closed with the thread."""
        key = (venue.name, inverse, address, tuple(sorted(options.items())))
        found = self._clients.get(key)
        if found is None:
            moved = None if address is None else (lambda url: address(venue.name, url))
            found = self._clients[key] = Client(venue, inverse, moved, **options)
        return found

    def shared(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """Return what all on this loop share under a key, made on first use; it is forgotten with the thread."""
        if key not in self._shared:
            self._shared[key] = make()
        found: Result = self._shared[key]
        return found

    def forget(self, key: Hashable, what: object) -> None:
        """Share this no more."""
        if self._shared.get(key) is what:
            del self._shared[key]

    @property
    def files(self) -> concurrent.futures.Executor:
        """A thread that writes files one after the other; what it was given is done before the loop ends."""
        return self._files

    def own(self, client: Client) -> None:
        """Close this client too when the thread ends; its user closes it before, and says so to `disown`."""
        self._clients["own", id(client)] = client

    def disown(self, client: Client) -> None:
        """Forget a client that is closed."""
        self._clients.pop(("own", id(client)), None)

    def close(self) -> None:
        """Stop what runs, close connections, end the thread; the next use starts it again."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(loop.stop)
        if thread is not threading.current_thread():
            thread.join(_STOP_SECONDS)

    def rest(self) -> None:
        """Close now if there is nothing to do, without the idle time."""
        with self._lock:
            if self._busy:
                return
        self.close()

    def forked(self) -> None:
        """Begin anew in a child process: the thread, its loop and its connections are the parent's."""
        # Kept, never collected: to close them here would take the parent's sockets out of its loop.
        _of_parents.append((self._loop, self._clients, self._shared, self._timer, self._files))
        self._lock = threading.RLock()
        self._loop = self._thread = self._timer = None
        self._clients, self._shared, self._busy = {}, {}, 0
        self._files = concurrent.futures.ThreadPoolExecutor(1)

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._loop, self._clients, self._shared, self._timer, self._busy = loop, {}, {}, None, 0
        files = self._files = concurrent.futures.ThreadPoolExecutor(1, "liqwidget-files")
        self._thread = threading.Thread(target=self._run, args=(loop, files), name="liqwidget-venues", daemon=True)
        self._thread.start()
        return loop

    def _run(self, loop: asyncio.AbstractEventLoop, files: concurrent.futures.Executor) -> None:
        asyncio.set_event_loop(loop)
        clients = self._clients
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(_finish(loop, clients))
            files.shutdown()
            asyncio.set_event_loop(None)
            loop.close()

    def _ended(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count one thing less to do; when none is left, let the idle time pass."""
        with self._lock:
            if self._loop is not loop:
                return
            self._busy -= 1
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._wait_idly, loop)

    def _wait_idly(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(self._idle, self._rest, loop)

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if self._busy or self._loop is not loop:
                return
            self._loop = self._thread = None
        loop.stop()


async def _finish(loop: asyncio.AbstractEventLoop, clients: dict[tuple[Any, ...], Client]) -> None:
    """Cancel what is left, close the clients, and let connections end."""
    me = asyncio.current_task(loop)
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)  # what has just been made may begin: what never began complains when it ends
        left = [task for task in asyncio.all_tasks(loop) if task is not me]
        if not left:
            break
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=_STOP_SECONDS / _ROUNDS / 2)
    await asyncio.gather(*(client.close() for client in clients.values()), return_exceptions=True)
    await asyncio.sleep(0)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()


_of_parents: list[Any] = []
_worker = Worker()


def worker() -> Worker:
    """Return the one thread of the venues."""
    return _worker


def close() -> None:
    """End the thread of the venues and its connections; the next use starts it again."""
    _worker.close()


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_worker.forked)
