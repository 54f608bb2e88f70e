"""A live feed on the loopback exchanges, at the speed of the test's own clock."""

from __future__ import annotations

import contextlib
import functools
import importlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pandas as pd

from liqwidget.domain.ledger import RowKind
from liqwidget.domain.time import MILLISECOND
from liqwidget.estimate.estimator import estimate
from liqwidget.market import fetch
from liqwidget.market.fetch import fetch_history
from liqwidget.market.venue import worker
from liqwidget.run import live as live_module
from liqwidget.run import venue_feed
from liqwidget.run.live import Ask, Feed, Update
from tests.ledgers import content
from tests.venues.clients import only_loopback
from tests.venues.recorded_market import sample_tape
from tests.venues.server import VenueServer
from tests.waiting import PATIENCE_S, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger, VenueLedger

# Here, before the collector of garbage is told what stays.
importlib.import_module("ccxt.pro")

PLACES = ("binance", "bybit", "okx", "hyperliquid")
WITH_HISTORY = ("binance", "bybit", "okx")
"""Venues with a history of open interest: what was missed of it can be read later."""
STEP = 300_000
"""[ms]"""
DAY = 86_400_000
HOURS = 6


class Live:
    """A feed of some venues, the exchanges that it listens to, and what it has told.

    Parameters
    ----------
    server : VenueServer
        One hour or more before its tape's end.
    names : tuple of str
        Venues whose history is read before, as a heatmap does.
    more : tuple of str
        Venues that the feed is to join.
    **options
        coin; pace; keep; ahead, of our clock [s]; known, another whose histories are taken; at_once, whether an update
        is made of each change as it is told, and not when somebody looks; the others are the feed's.
        Two that differ in none of these but the coin share what they can.
    """

    def __init__(self, server: VenueServer, *names: str, more: tuple[str, ...] = (), **options: Any) -> None:
        self.server, self.names = server, (*names, *more)
        self.start = pd.Timestamp(server.clock.now - HOURS * 3_600_000, unit="ms", tz="UTC").floor("5min")
        self.options = {"paced": False, "first_wait": 0.005, "request_seconds": 2.0, **options}
        pace, self.ahead = float(self.options.pop("pace", 300.0)), int(self.options.pop("ahead", 0))
        keep, self.coin = bool(self.options.pop("keep", False)), str(self.options.pop("coin", "BTC"))
        known: Live | None = self.options.pop("known", None)
        self._at_once = bool(self.options.pop("at_once", False))
        clock = self._clock if self.ahead else server.present
        self.options = {"address": server.address, "clock": clock} | self.options
        self._ask: Ask | None = None
        self._updates: list[Update] = []
        self._said: set[tuple[str, str]] = set()
        self.markets: list[MarketData] = [self.history(name) for name in names] if known is None else known.markets
        ledger = estimate(self.markets)
        self.feed = Feed(
            self.markets, ledger, self.names, on_change=self._take, pace=pace, keep=keep, **self.options
        )  # fmt: skip

    def _take(self, ask: Ask) -> None:
        self._said |= {(part.state, part.reason) for part in self.feed.status}
        self._ask = ask
        if self._at_once:
            self._look()

    def _look(self) -> None:
        ask, self._ask = self._ask, None
        update = None if ask is None else ask()
        if update is not None:
            self._updates.append(update)

    @property
    def updates(self) -> list[Update]:
        """What was seen so far; as a heatmap does, one looks now and then, not at each change."""
        self._look()
        return self._updates

    def _clock(self) -> int:
        return (self.server.clock.now + 1000 * self.ahead) * MILLISECOND

    def history(self, name: str) -> MarketData:
        """Return what a venue's history says now."""
        return fetch_history(
            name, self.coin, "5m", self.start, **self.options | {"request_seconds": PATIENCE_S}
        ).market()

    @property
    def last(self) -> Update:
        return self.updates[-1]

    def states(self) -> dict[str, str]:
        return {part.venue: part.state for part in self.feed.status}

    def said(self) -> set[tuple[str, str]]:
        """Return every state and reason that was told since `forget`."""
        return set(self._said)

    def forget(self) -> None:
        """Begin anew with what is told."""
        self._said.clear()

    def connected(self) -> None:
        until(lambda: set(self.states().values()) == {"connected"} and self.updates, lambda: self.feed.status)

    def caught_up(self, *names: str) -> None:
        """Wait until all that closed by now is shown with its open interest."""
        now = min(self._clock(), self.server.clock.now * MILLISECOND)

        def there() -> bool:
            parts = {part.venue.name: part for part in self.feed._venues}
            growing = [parts[name].growing for name in names or self.names]
            if any(one is None or one.awaits(now) for one in growing) or not self.updates:
                return False
            ledger = self._updates[-1].ledger
            return all(
                not parts[name].dirty
                and name in ledger.names
                and last_candle(ledger.venue(name)) == now // (STEP * MILLISECOND) * STEP * MILLISECOND
                for name in names or self.names
            )

        until(there, lambda: (self.feed.status, self.feed.incidents))

    def advance(self, candles: int = 1) -> None:
        """Let candles pass, one by one."""
        for _ in range(candles):
            self.server.clock.advance(STEP - self.server.clock.now % STEP)
            self.caught_up()

    def agrees(self, name: str) -> bool:
        """Return whether the ledger told last is the one of clean history, to the byte."""
        clean = estimate(self.history(name)).venue(name)
        ours, theirs = (closed(part) for part in (self.last.ledger.venue(name), clean))
        return bool(content(ours) == content(theirs))

    def check(self, *names: str) -> None:
        """Compare ledgers with those of clean history, to the byte; with what was collected, where there is none."""
        for name in names or self.names:
            if name in WITH_HISTORY:
                # Rows that were wrong when read are read again while they are young.
                until(lambda name=name: self.agrees(name), lambda name=name: self.difference(name))  # type: ignore[misc]
            last = self.last
            market = next(part for part in last.markets if part.venue == name)
            self.check_candles(name, market)
            assert content(closed(estimate(market).venue(name))) == content(closed(last.ledger.venue(name)))

    def check_candles(self, name: str, market: MarketData) -> None:
        """Compare candles with those that happened: none twice, none missing, none different."""
        track = self.server.tape.venues[name, self.coin].candle
        rows = (track["time"] >= self.start.value // MILLISECOND) & (track["time"] + STEP <= self.server.clock.now)
        count = int(rows.sum())
        assert (market.time[:count] // MILLISECOND).tolist() == track["time"][rows].tolist()
        for column in ("open", "high", "low", "close"):
            assert (getattr(market, column)[:count] == track[column][rows]).all(), column

    def difference(self, name: str) -> str:
        ours, theirs = closed(self.last.ledger.venue(name)), closed(estimate(self.history(name)).venue(name))
        said = [f"{len(ours.time)} and {len(theirs.time)} rows"]
        for part in ours.inputs._fields:
            left, right = getattr(ours.inputs, part), getattr(theirs.inputs, part)
            if len(left) == len(right):
                rows = np.flatnonzero((left != right) & ~((left != left) & (right != right)))  # noqa: PLR0124
                said += [f"{part} {row}: {left[row]} and {right[row]}" for row in rows[:3]]
        return f"{said} {self.feed.status} {self.feed.incidents}"


def last_candle(part: VenueLedger) -> int:
    """Return the close of the last candle that is over [ns]."""
    rows = np.flatnonzero(part.inputs.kind == RowKind.CANDLE)
    return int(part.time[rows[-1]]) if len(rows) else 0


def closed(part: VenueLedger) -> VenueLedger:
    """Return a venue's ledger without its unfinished candle and its notes."""
    rows = part.settled
    arrays = {name: getattr(part, name)[:rows] for name in ("open_interest", "flags", "log_survival", "opened")}
    return replace(part, inputs=part.inputs.cut(slice(0, rows)), notes=(), **arrays)


def whole(ledger: Ledger) -> list[Any]:
    """Return the bytes of a ledger, and of its heat."""
    return [content(closed(part)) for part in (*ledger, *(ledger.heat or ()))]


@contextlib.contextmanager
def exchanges(
    before: int = DAY // 2, speed: float = 0.0, silent: float = 6000.0, coins: tuple[str, ...] = ("BTC",)
) -> Iterator[VenueServer]:
    """The loopback exchanges, in the middle of a candle; afterwards no thread is left and no other host was tried.

    The test's clock may stand still without a socket being taken for dead.
    """
    tape = sample_tape(coins)
    with (
        mock.patch.object(venue_feed, "SILENT_SECONDS", silent),
        mock.patch.object(venue_feed, "REFUSED_WAIT", 10.0),
        only_loopback() as refused,
        VenueServer(tape, now=tape.end - before + 60_000, speed=speed) as running,
    ):
        try:
            yield running
        finally:
            worker.close()
    assert not refused
    # A heatmap of another test may just be ending its own.
    until(lambda: not [one.name for one in threading.enumerate() if one.name.startswith("liqwidget")])


def drop_all(server: VenueServer) -> None:
    """Cut every open socket without a farewell."""
    for one in server.sockets:
        transport = one._request.transport if one.open else None
        if transport is not None:
            server._loop.call_soon_threadsafe(transport.abort)


@contextlib.contextmanager
def live(server: VenueServer, *names: str, **options: Any) -> Iterator[Live]:
    """A started feed, stopped afterwards."""
    made = Live(server, *names, **options)
    made.feed.start()
    try:
        yield made
    finally:
        made.feed.stop()


@contextlib.contextmanager
def found_by_heatmaps(monkeypatch: pytest.MonkeyPatch, coins: tuple[str, ...] = ("BTC",)) -> Iterator[VenueServer]:
    """Run exchanges that heatmaps find by themselves; the feeds' waits are 300 times shorter."""
    with exchanges(coins=coins) as running:
        clock = running.clock
        options: dict[str, Any] = {
            "address": lambda venue, url: (
                f"{'ws' if url.startswith('ws') else 'http'}{running.base[4:]}/{venue}/{url.split('://')[1]}"
            ),
            "clock": lambda: clock.now * 1_000_000,
            "paced": False,
            "first_wait": 0.005,
        }
        since = pd.Timestamp(clock.now, unit="ms", tz="UTC") - pd.Timedelta("6h")
        monkeypatch.setattr(fetch, "request_history", functools.partial(fetch.request_history, since=since, **options))
        monkeypatch.setattr(live_module, "Feed", functools.partial(Feed, pace=300.0, **options))
        yield running
