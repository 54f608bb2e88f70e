"""One venue's history, asked for and on its way: what the store has is there at once, what it lacks is read beside."""

from __future__ import annotations

import concurrent.futures
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.domain.time import ISO, duration_ns, not_iso, time_ns
from liqwidget.errors import DataError, SourceError
from liqwidget.market.history import FIRST_KINDS, KINDS, UNDER_WAY, Gathering, History, Kind, default_span
from liqwidget.market.store.keeper import Keeper
from liqwidget.market.venue import venues
from liqwidget.market.venue.instrument import Wanted
from liqwidget.market.venue.reader import find, gather_history
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.reader import Progress
    from liqwidget.market.venue.venue import Venue
    from liqwidget.market.venue.worker import Address


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

    venue: Venue
    wanted: Wanted
    step: int
    gathering: Gathering | None = field(default=None, init=False)
    expected: int = field(default=0, init=False)
    """Candles that were asked for."""
    future: Future[History] = field(init=False)
    unit = "candles"

    @property
    def progress(self) -> tuple[int, int]:
        """Candles that were read, and that were asked for; nothing where that is not known yet."""
        share = self.share
        return (0, 0) if share is None else (round(share * self.expected), self.expected)

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
    start = None if since is None else time_ns(since_time(since, until), "since")
    end = None if until is None else time_ns(until, "until")
    if start is not None and end is not None and end <= start:
        message = f"Expected until= after since=, was {until} and {since}"
        raise DataError(message)
    request = Request(found, wanted, step)

    reading = _Reading(request, (start, end), chosen, progress, refresh)
    request.future = worker().submit(reading.run(address, options, keep=keep))
    return request


@dataclass(slots=True)
class _Reading:
    """What a request does on the loop of the venues."""

    request: Request
    span: tuple[int | None, int | None]
    kinds: tuple[Kind, ...]
    progress: Progress | None
    refresh: bool

    async def run(self, address: Address | None, options: dict[str, Any], *, keep: bool) -> History:
        """Return the history; what is stored is in the request before the venue is asked."""
        request, wanted, step = self.request, self.request.wanted, self.request.step
        client = await worker().client(request.venue, inverse=wanted.inverse, address=address, **options)
        keeper = Keeper(worker().files, lambda: client.now) if keep else None
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
        One of `liqwidget.market.venue.venues.VENUES`.
    symbol : str or Wanted
        In any usual spelling: 'BTC', 'BTC/USDT:USDT', 'BTC-USDT-SWAP'.
    timeframe : str
        Length of a candle.
    since, until : time, optional
        From when, or how long before `until` (None: `ROWS` candles back), up to when (None: the venue's present).
    kinds : iterable of str
        Of 'candles', 'open_interest', 'funding', 'liquidations', 'long_short', 'taker_volume'.
    progress : callable, optional
        Called with venue, kind and rows so far after each page, on the venues' thread.
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


def since_time(since: Any, until: Any = None) -> Any:
    """Return `since` as a time where it is a duration, such as ``'90d'``: so long before `until`, or now."""
    if isinstance(since, str | pd.Timedelta):
        try:
            length = pd.Timedelta(duration_ns(since))
        except DataError:
            if isinstance(since, str) and ISO.fullmatch(since.strip()) is None:
                message = "Expected since as a time such as '2026-01-15 08:00', or as long ago as '90d' or '2y', was "
                raise DataError(f"{message}{since!r:.60}{not_iso(since)}") from None
            return since
        return (pd.Timestamp.now(tz="UTC") if until is None else pd.Timestamp(until)) - length
    return since


def _wanted(symbol: str | Wanted) -> Wanted:
    return symbol if isinstance(symbol, Wanted) else parse_symbol(symbol)


TELLS_SECONDS = 0.5
"""How often somebody hears how far a reading is."""


def wait_for(requests: Sequence[Request], seconds: float, told: Callable[[str], None] | None = None) -> None:
    """Wait until all have ended, or so many seconds have passed; `told` hears meanwhile how far they are."""
    end = time.monotonic() + seconds
    left, waiting = seconds, [request.future for request in requests]
    while waiting:
        _, ended_not = concurrent.futures.wait(waiting, left if told is None else min(left, TELLS_SECONDS))
        left = end - time.monotonic()
        if not ended_not:
            return
        if told is not None:
            told(_progress(requests))
        if left <= 0:
            return


def _progress(requests: Sequence[Request]) -> str:
    """Return the sentence that says which venues have ended, and which are waited for."""
    waited = [request.venue.name for request in requests if not request.future.done()]
    return f"{len(requests) - len(waited)} of {len(requests)} exchanges have answered; waiting for {', '.join(waited)}"
