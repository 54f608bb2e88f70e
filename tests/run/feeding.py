"""A live feed on the loopback exchanges, at the speed of the test's own clock."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pandas as pd

from liqwidget.domain.ledger import RowKind
from liqwidget.domain.time import MILLISECOND
from liqwidget.estimate.estimator import estimate
from liqwidget.market.fetch import fetch_history
from liqwidget.market.venue import worker
from liqwidget.run import venue_feed
from liqwidget.run.live import Ask, Feed, Update
from tests.ledgers import content
from tests.venues.clients import _rewritten, only_loopback
from tests.venues.recorded_market import sample_tape
from tests.venues.server import VenueServer
from tests.waiting import PATIENCE_S, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger, VenueLedger

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
        pace; keep; ahead, of our clock [s]; the others are the feed's.
    """

    def __init__(self, server: VenueServer, *names: str, more: tuple[str, ...] = (), **options: Any) -> None:
        self.server, self.names = server, (*names, *more)
        self.start = pd.Timestamp(server.clock.now - HOURS * 3_600_000, unit="ms", tz="UTC").floor("5min")
        self.options = {"paced": False, "first_wait": 0.005, "request_seconds": 2.0, **options}
        pace, self.ahead = float(self.options.pop("pace", 300.0)), int(self.options.pop("ahead", 0))
        keep = bool(self.options.pop("keep", False))
        self.options |= {"address": self._address, "clock": self._clock}
        self.updates: list[Update] = []
        self.markets = [self.history(name) for name in names]
        ledger = estimate(self.markets)
        self.feed = Feed(
            self.markets, ledger, self.names, on_change=self._take, pace=pace, keep=keep, **self.options
        )  # fmt: skip

    def _take(self, ask: Ask) -> None:
        update = ask()
        if update is not None:
            self.updates.append(update)

    def _address(self, venue: str, url: str) -> str:
        return str(_rewritten(url, self.server.base, venue))

    def _clock(self) -> int:
        return (self.server.clock.now + 1000 * self.ahead) * MILLISECOND

    def history(self, name: str) -> MarketData:
        """Return what a venue's history says now."""
        return fetch_history(name, "BTC", "5m", self.start, **self.options | {"request_seconds": PATIENCE_S}).market()

    @property
    def last(self) -> Update:
        return self.updates[-1]

    def states(self) -> dict[str, str]:
        return {part.venue: part.state for part in self.feed.status}

    def said(self) -> set[tuple[str, str]]:
        """Return every state and reason that was told so far."""
        return {(part.state, part.reason) for update in list(self.updates) for part in update.status}

    def connected(self) -> None:
        until(lambda: set(self.states().values()) == {"connected"} and self.updates, lambda: self.feed.status)

    def caught_up(self, *names: str) -> None:
        """Wait until all that closed by now is shown with its open interest."""
        now = min(self._clock(), self.server.clock.now * MILLISECOND)

        def there() -> bool:
            parts = {part.venue.name: part for part in self.feed._venues}
            return all(
                (growing := parts[name].growing) is not None
                and not growing.awaits(now)
                and not parts[name].dirty
                and self.updates
                and name in self.last.ledger.names
                and last_candle(self.last.ledger.venue(name)) == now // (STEP * MILLISECOND) * STEP * MILLISECOND
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
        track = self.server.tape.venues[name, "BTC"].candle
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
def exchanges(before: int = DAY // 2, speed: float = 0.0, silent: float = 6000.0) -> Iterator[VenueServer]:
    """The loopback exchanges, in the middle of a candle; afterwards no thread is left and no other host was tried.

    The test's clock may stand still without a socket being taken for dead.
    """
    tape = sample_tape()
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
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("liqwidget")]


@contextlib.contextmanager
def live(server: VenueServer, *names: str, **options: Any) -> Iterator[Live]:
    """A started feed, stopped afterwards."""
    made = Live(server, *names, **options)
    made.feed.start()
    try:
        yield made
    finally:
        made.feed.stop()
