"""The exchanges: read by ccxt in one thread of its own with its own event loop; what is read crosses as plain values.

The thread starts on first use and ends when nothing was asked for a while, or at exit. Everything that speaks to an
exchange runs on its loop (`worker().submit`), so that a busy cell does not hold it up and it holds up no cell.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from liqwidget.domain.time import duration_ns, time_ns
from liqwidget.errors import DataError, SourceError
from liqwidget.market import venues
from liqwidget.market.exchange_client import Client
from liqwidget.market.exchange_history import find, gather_history
from liqwidget.market.history import FIRST_KINDS, KINDS, UNDER_WAY, Gathering, History, Kind, default_span
from liqwidget.market.kept import Keeper
from liqwidget.market.symbols import Wanted, parse_symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from concurrent.futures import Future

    from liqwidget.market.exchange_history import Progress

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
        self, venue: venues.Venue, *, inverse: bool = False, address: Address | None = None, **options: Any
    ) -> Client:
        """Return the client of a venue on this loop, made on first use; it is closed with the thread."""
        key = (venue.name, inverse, address, tuple(sorted(options.items())))
        found = self._clients.get(key)
        if found is None:
            moved = None if address is None else (lambda url: address(venue.name, url))
            found = self._clients[key] = Client(venue, inverse, moved, **options)
        return found

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

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._loop, self._clients, self._timer, self._busy = loop, {}, None, 0
        files = self._files = concurrent.futures.ThreadPoolExecutor(1, "liqwidget-files")
        self._thread = threading.Thread(target=self._run, args=(loop, files), name="liqwidget-exchanges", daemon=True)
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


_worker = Worker()


def worker() -> Worker:
    """Return the one thread of the exchanges."""
    return _worker


def close() -> None:
    """End the thread of the exchanges and its connections; the next use starts it again."""
    _worker.close()


atexit.register(close)


@dataclass(slots=True, eq=False)
class Request:
    """One venue's history under way.

    Parameters
    ----------
    venue : Venue
        Who is asked.
    future : Future of History
        Its end; a SourceError of it says why there is none.
    """

    venue: venues.Venue
    wanted: Wanted
    step: int
    gathering: Gathering | None = field(default=None, init=False)
    expected: int = field(default=0, init=False)
    """Candles that were asked for."""
    future: Future[History] = field(init=False)

    @property
    def share(self) -> float | None:
        """How much of the candles that were asked for is there; None where that is not known yet."""
        if self.gathering is None or not self.expected:
            return None
        return min(self.gathering.count("candles", stored=False) / self.expected, 1.0)

    @property
    def renewed(self) -> bool:
        """Whether candles were read, besides those that were stored."""
        return self.gathering is not None and self.gathering.renewed

    @property
    def under_way(self) -> str:
        """What is still being read, in words."""
        if not self.renewed:
            return UNDER_WAY
        share = self.share
        if share is not None and share >= 1:
            return "open interest, funding or liquidations are still being read"
        return "older candles are still being read" + ("" if share is None else f" ({share:.0%})")

    def so_far(self) -> History | None:
        """Return what is there while the rest is under way; None if that is not enough for a market."""
        gathering = self.gathering
        if gathering is None:
            return None
        kinds = ["candles"] + (["open_interest"] if self.venue.interest_history else [])
        if any(not gathering.count(kind) for kind in kinds):  # type: ignore[arg-type]
            return None
        with contextlib.suppress(SourceError):
            return gathering.history()
        return None


def request_history(
    venue: str,
    symbol: str | Wanted,
    timeframe: str = "5m",
    since: Any = None,
    until: Any = None,
    *,
    kinds: Iterable[Kind] = FIRST_KINDS,
    progress: Progress | None = None,
    address: Address | None = None,
    keep: bool = False,
    refresh: bool = False,
    **options: Any,
) -> Request:
    """Start reading one venue's history and return at once; parameters as for `fetch_history`.

    Parameters
    ----------
    keep : bool
        Whether to read through the store: what it has is in `Request.gathering` at once, what it lacks is asked for.
    refresh : bool
        Whether to ask for what the store has as well, and to replace it.
    """
    found, wanted, step = venues.venue(venue), _wanted(symbol), duration_ns(timeframe)
    chosen = tuple(kinds)
    unknown = [kind for kind in chosen if kind not in KINDS]
    if unknown:
        message = f"Expected kinds among {', '.join(KINDS)}, was {unknown[0]!r:.40}"
        raise DataError(message)
    start = None if since is None else time_ns(since, "since")
    end = None if until is None else time_ns(until, "until")
    if start is not None and end is not None and end <= start:
        message = f"Expected until after since, was {until} and {since}"
        raise DataError(message)
    request = Request(found, wanted, step)

    reading = _Reading(request, (start, end), chosen, progress, refresh)
    request.future = _worker.submit(reading.run(address, options, keep=keep))
    return request


@dataclass(slots=True)
class _Reading:
    """What a request does on the loop of the exchanges."""

    request: Request
    span: tuple[int | None, int | None]
    kinds: tuple[Kind, ...]
    progress: Progress | None
    refresh: bool

    async def run(self, address: Address | None, options: dict[str, Any], *, keep: bool) -> History:
        """Return the history; what is stored is in the request before the venue is asked."""
        request, wanted, step = self.request, self.request.wanted, self.request.step
        client = await _worker.client(request.venue, inverse=wanted.inverse, address=address, **options)
        keeper = Keeper(_worker.files, lambda: client.now) if keep else None
        if keeper is not None:
            request.gathering = await keeper.known(wanted, request.venue.name, step, self.kinds, self.ends(client))
        instrument = await find(client, wanted)
        gathering, (since, until) = request.gathering, self.ends(client)
        if gathering is None or gathering.instrument != instrument:
            gathering = Gathering(instrument, step)
            if keeper is not None:
                gathering = await keeper.gathering(instrument, step, self.kinds, (since, until))
            request.gathering = gathering
        gaps = [(since, until)]
        if keeper is not None:
            if self.refresh:
                keeper.forget()
            gaps = keeper.gaps("candles", since, until, instrument)
        request.expected = sum(high - low for low, high in gaps) // step
        end = self.span[1]
        await gather_history(client, gathering, since, end, kinds=self.kinds, progress=self.progress, keeper=keeper)
        if keeper is not None:
            await keeper.finish(gathering)
        return gathering.history(end)

    def ends(self, client: Client) -> tuple[int, int]:
        """Return from when and up to when is read [ns]."""
        start, end = self.span
        now = client.now if end is None else min(end, client.now)
        return (now - default_span(self.request.step) if start is None else start), now


def fetch_history(
    venue: str,
    symbol: str | Wanted,
    timeframe: str = "5m",
    since: Any = None,
    until: Any = None,
    *,
    kinds: Iterable[Kind] = FIRST_KINDS,
    progress: Progress | None = None,
    address: Address | None = None,
    seconds: float | None = None,
    **options: Any,
) -> History:
    """Read one venue's history and wait for it.

    Parameters
    ----------
    venue : str
        One of `liqwidget.market.venues.VENUES`.
    symbol : str or Wanted
        In any usual spelling: 'BTC', 'BTC/USDT:USDT', 'BTC-USDT-SWAP'.
    timeframe : str
        Length of a candle.
    since, until : time, optional
        From when (None: `ROWS` candles back) up to when (None: the venue's present).
    kinds : iterable of str
        Of 'candles', 'open_interest', 'funding', 'liquidations', 'long_short'.
    progress : callable, optional
        Called with venue, kind and rows so far after each page, on the exchanges' thread.
    address : callable, optional
        (venue, address) -> address: where to find the venue instead, such as a server on this machine. For tests.
    seconds : float, optional
        How long to wait at most.
    **options
        request_seconds, paced, first_wait, clock: see `Client`.

    Returns
    -------
    History
        `.market()` makes MarketData; `.notes` says what is missing.

    Raises
    ------
    SourceError
        If the venue refuses, does not answer, or lists no such contract; the text says what to do.
    DataError
        If a parameter cannot be used.
    """
    request = request_history(
        venue, symbol, timeframe, since, until, kinds=kinds, progress=progress, address=address, **options
    )
    try:
        return request.future.result(seconds)
    except TimeoutError as error:
        request.future.cancel()
        message = f"{request.venue.name} did not answer within {seconds:g} s: try again later"
        raise SourceError(message, venue=request.venue.name, retryable=True) from error
    except BaseException:
        request.future.cancel()
        raise


def _wanted(symbol: str | Wanted) -> Wanted:
    return symbol if isinstance(symbol, Wanted) else parse_symbol(symbol)


def wait_for(requests: Iterable[Request], seconds: float) -> None:
    """Wait until all have ended, or so many seconds have passed."""
    concurrent.futures.wait([request.future for request in requests], seconds)
