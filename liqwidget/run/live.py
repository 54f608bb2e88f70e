"""The live feed: venues streamed and polled into one ledger, in the exchanges' thread.

A busy cell does not hold it up. Each venue goes on by itself: one that refuses, falls silent or sends nonsense is said
so in the status, and the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from liqwidget.background import freed_in_child
from liqwidget.domain.ledger import CHURN, Ledger
from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError
from liqwidget.field.density import Prior
from liqwidget.market.read import strangers
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import venue
from liqwidget.market.venue.worker import worker
from liqwidget.run.subscriber import Subscriber
from liqwidget.run.venue_feed import Setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.status import VenueStatus
    from liqwidget.market.source import Source
    from liqwidget.market.venue.instrument import Wanted
    from liqwidget.market.venue.worker import Address

AGAIN_SECONDS = 60.0
"""After how long a venue that did not answer at first is asked again; one that is still being read may take longer."""
HEARTBEAT_SECONDS = 1.0
"""How often the state of the venues is looked at when nothing comes."""
_STOP_SECONDS = 5.0
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """What a feed knows at one moment; nothing in it changes afterwards.

    Parameters
    ----------
    ledger : Ledger
        Of all venues that have answered. A candle that is not over is a provisional row.
    markets : tuple of MarketData
        Behind the ledger, in its order; `complete_until` is the venue's present, and the candle after it unfinished.
    status : tuple of VenueStatus
        One per venue that was asked.
    last_price : float or None
        Of the venue that leads [quote/base].
    number : int
        Counts the updates of a feed.
    """

    ledger: Ledger = field(repr=False)
    markets: tuple[MarketData, ...] = field(repr=False)
    status: tuple[VenueStatus, ...]
    last_price: float | None
    number: int


@dataclass(frozen=True, slots=True)
class Glance:
    """What a feed has heard, without anything estimated from it.

    Parameters
    ----------
    price : float or None
        The newest of the venue that led the last update [quote/base].
    closed : int
        Close of the newest candle of any venue that is over [ns].
    closed_by_all : int
        Up to which close all venues have told their candles [ns].
    """

    price: float | None
    closed: int
    closed_by_all: int


Ask = Callable[[], Update | None]
"""Returns the newest update, None before a venue has answered."""


class Feed:
    """Streams venues into a ledger; one per heatmap. Feeds of one process ask and hear a venue once for all of them.

    Parameters
    ----------
    markets : sequence of MarketData
        What is known, one per venue; their history goes on from there.
    ledger : Ledger
        Estimated from them: its prior and churn are kept.
    venues : sequence of str, optional
        Who is asked; by default those of the markets. The history of one without a market is read first.
    on_change : callable
        Called on the exchanges' thread whenever there is something new, with what returns it: `update`. It must return
        at once; the update is made when somebody asks for it, from any thread, and holds all that came until then.
    symbol : str or Wanted, optional
        In any usual spelling; by default the ledger's.
    timeframe : str, optional
        Length of a candle; by default the ledger's.
    later : mapping of str to (float, str), optional
        Venues that are asked only after so many seconds, and what is wrong with each until then.
    address : callable, optional
        (venue, address) -> address: where to find the venues instead. For tests.
    keep : bool
        Whether open interest that a venue tells only of the present goes into the store.
    pace : float
        By how much all waits are shorter. For tests.
    **options
        request_seconds, paced, first_wait, clock: see `Client`.

    Raises
    ------
    DataError
        If a venue is unknown.
    """

    def __init__(
        self,
        markets: Sequence[MarketData],
        ledger: Ledger,
        venues: Sequence[str] | None = None,
        *,
        on_change: Callable[[Ask], None],
        symbol: str | Wanted | None = None,
        timeframe: str | None = None,
        later: Mapping[str, tuple[float, str]] | None = None,
        address: Address | None = None,
        keep: bool = False,
        pace: float = 1.0,
        **options: Any,
    ) -> None:
        known = {market.venue: market for market in markets}
        names = list(dict.fromkeys([*ledger.names, *(venues or known)]))
        if not names:
            raise DataError("Expected at least one venue, was none")
        wanted = ledger.symbol if symbol is None else symbol
        self._setting = Setting(
            wanted=parse_symbol(wanted) if isinstance(wanted, str) else wanted,
            step=ledger.timeframe if timeframe is None else duration_ns(timeframe),
            prior=Prior.parse(ledger.prior),
            churn=ledger.venues[0].churn if ledger.venues else CHURN,
            since=ledger.start if ledger.venues else None,
            pace=pace,
            keep=keep,
            address=address,
            options=options,
        )
        self._places = [venue(name) for name in names]
        self._markets, self._ledger, self._later = known, ledger, dict(later or {})
        self._on_change = on_change
        self._lock = freed_in_child(threading.RLock())
        self._venues: list[Subscriber] = []
        self._future: Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._begun, self._ended = threading.Event(), threading.Event()
        self._changed: asyncio.Event | None = None
        self._number, self._leading = 0, ""
        self._compared: set[str] = set()
        self._strange: dict[str, str] = {}
        self._told: tuple[VenueStatus, ...] = ()
        _all.add(self)

    # ------------------------------------------------------------------ from any thread

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._future is not None

    @property
    def status(self) -> tuple[VenueStatus, ...]:
        """What is known of each venue: 'connected', 'stale', 'reconnecting', 'refused' or 'off', and why."""
        parts, strange = self._venues, self._strange
        return tuple(
            replace(part.status(), state="refused", last_time=None, reason=strange[part.venue.name])
            if part.venue.name in strange
            else part.status()
            for part in parts
        )

    @property
    def incidents(self) -> dict[str, tuple[str, ...]]:
        """What went wrong so far by venue, oldest first, in words; the newest 200 of each."""
        return {part.venue.name: tuple(part.incidents) for part in self._venues}

    def start(self) -> None:
        """Begin, or do nothing if it runs."""
        with self._lock:
            if self._future is not None:
                return
            self._begun, self._ended = threading.Event(), threading.Event()
            self._future = worker().submit(self._run(self._begun, self._ended))

    def stop(self) -> None:
        """End it: afterwards no task, socket or timer of it is left. Nothing happens if it does not run."""
        with self._lock:
            future, self._future = self._future, None
        if future is None:
            return
        ours = self._loop is not None and self._loop is _running_loop()
        try:
            if not ours:
                self._begun.wait(_STOP_SECONDS)
        finally:  # also where the cell is interrupted meanwhile
            future.cancel()
        if not ours:
            self._ended.wait(_STOP_SECONDS)
            worker().rest()

    def forked(self) -> None:
        """Stand still in a child process: what runs is the parent's."""
        self._future = self._loop = None
        for part in self._venues:
            part.running = False

    def take(self, markets: Sequence[MarketData]) -> None:
        """Go on from markets that hold more of the past, or of more venues, than before."""
        known = {market.venue: market for market in markets}

        def taken() -> None:
            for part in self._venues:
                if part.venue.name in known:
                    part.take(known[part.venue.name])

        self._call(taken)

    def estimate_with(self, prior: Any) -> None:
        """Take another leverage prior."""
        parsed = Prior.parse(prior)

        def taken() -> None:
            with self._lock:
                self._ledger = replace(self._ledger, prior=parsed)
                self._setting = replace(self._setting, prior=parsed)
                for part in self._venues:
                    part.setting = self._setting
                    part.estimated_anew(parsed)

        self._call(taken)

    def glance(self) -> Glance | None:
        """Return what has been heard until now; it costs next to nothing. None before a venue has answered."""
        parts = {part.venue.name: part.growing for part in self._venues if part.venue.name not in self._strange}
        told = {name: growing for name, growing in parts.items() if growing is not None}
        if not told:
            return None
        leading = told.get(self._leading, next(iter(told.values())))
        closes = [growing.last_close for growing in told.values()]
        return Glance(leading.last_price, max(closes), min(closes))

    def update(self) -> Update | None:
        """Return all that is known now, folded; None before a venue has answered."""
        with self._lock:
            for part in self._venues:
                part.refresh()
            parts = [part for part in self._venues if part.ledger is not None and part.market is not None]
            self._compare({part.venue.name: part.market for part in parts if part.market is not None})
            parts = [part for part in parts if part.venue.name not in self._strange]
            if not parts:
                return None
            ledger = _joined([part.ledger for part in parts if part.ledger is not None], self._ledger.prior)
            markets = tuple(part.market for part in parts if part.market is not None)
            leading = ledger.leading()
            self._leading = "" if leading is None else leading.venue
            price = next((part.last_price for part in parts if part.venue.name == self._leading), None)
            self._number += 1
            return Update(ledger, markets, self.status, price, self._number)

    def _compare(self, markets: Mapping[str, MarketData]) -> None:
        """Find the venues of another price as soon as one more is there."""
        if markets.keys() != self._compared:
            self._compared, self._strange = set(markets), strangers(list(markets.values()))

    def _call(self, work: Callable[[], Any]) -> None:
        with self._lock:
            if self._future is None:
                return
        self._begun.wait(_STOP_SECONDS)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    # ------------------------------------------------------------------ on the exchanges' loop

    async def _run(self, begun: threading.Event, ended: threading.Event) -> None:
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        changed = self._changed
        known = {name: self._ledger.only([name]) for name in self._ledger.names if name in self._markets}
        self._venues = [
            Subscriber(place, self._setting, self._markets.get(place.name), known.get(place.name), changed.set)
            for place in self._places
        ]
        begun.set()
        try:
            async with asyncio.TaskGroup() as group:
                for part in self._venues:
                    group.create_task(part.run(*self._later.get(part.venue.name, (0.0, ""))))
                while True:
                    # Not wait_for: in Python 3.11 it may swallow that this is cancelled.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(HEARTBEAT_SECONDS / self._setting.pace):
                            await changed.wait()
                    if changed.is_set() or _states(self.status) != _states(self._told):
                        changed.clear()
                        self._tell()
        finally:
            ended.set()

    def _tell(self) -> None:
        self._told = self.status
        try:
            self._on_change(self.update)
        except Exception:  # noqa: BLE001 - its trouble is not the feed's
            _LOG.exception("A listener to live updates failed")


def follow(source: Source, ledger: Ledger, symbol: str, timeframe: str, listener: Callable[[Ask], None]) -> Feed:
    """Return the feed of a heatmap's source, not started.

    Parameters
    ----------
    source : Source
        What was read; venues that refused are asked again after a minute.
    ledger : Ledger
        Estimated from it.
    symbol, timeframe : str
        As they were asked for.
    listener : callable
        See `Feed`.

    Raises
    ------
    SourceError
        If there is no exchange to follow.
    """
    names = source.asked_venues()
    markets = () if source.simulated else source.markets
    known = ledger.only([]) if source.simulated else ledger
    there = {market.venue for market in markets}
    under_way = source.joining is not None
    said = {part.venue: part.reason for part in source.status if part.state == "refused"}
    seconds = AGAIN_SECONDS * (1.5 if under_way else 1.0)
    later = {name: (seconds, said.get(name, "")) for name in names if name not in there}
    return Feed(markets, known, names, on_change=listener, symbol=symbol, timeframe=timeframe, later=later, keep=True)


_all: weakref.WeakSet[Feed] = weakref.WeakSet()


def _forked() -> None:
    for one in tuple(_all):
        one.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _joined(ledgers: Sequence[Ledger], prior: Prior) -> Ledger:
    """Return the ledger of the venues of several, at least one, with their heat."""
    heats = [one.heat for one in ledgers if one.heat is not None]
    heat = _joined(heats, heats[0].prior) if heats else None
    return Ledger(ledgers[0].symbol, prior, tuple(part for one in ledgers for part in one), heat)


def _states(status: Sequence[VenueStatus]) -> list[tuple[str, str, str]]:
    return [(part.venue, part.state, part.reason) for part in status]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
