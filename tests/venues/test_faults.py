"""Each fault of an exchange reaches the real client as it would from the real one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import socket
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.venues import faults
from tests.venues.asking import VENUES, ask, symbol, until
from tests.venues.questions import HOUR, MINUTE
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.server import VenueServer

STEP = 5 * MINUTE
Rows = list[list[float]]


def error(*names: str) -> tuple[type[Exception], ...]:
    """Return ccxt's classes of error."""
    module = importlib.import_module("ccxt.base.errors")
    return tuple(getattr(module, name) for name in names)


def candles(server: VenueServer, venue: str, count: int = 60, **config: Any) -> Rows:
    """Return the last candles as the client gives them."""
    since = server.clock.now - count * STEP

    def question(exchange: Any) -> Any:
        return exchange.fetch_ohlcv(symbol(venue), "5m", since=since, limit=count)

    rows: Rows = ask(server, venue, question, **config)
    return rows


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.Status(429), ("DDoSProtection", "RateLimitExceeded")),
        (faults.Status(418), ("DDoSProtection", "RateLimitExceeded")),
        (faults.Status(451), ("ExchangeNotAvailable",)),
        (faults.Status(403), ("ExchangeNotAvailable", "RateLimitExceeded")),
        (faults.Status(500), ("OperationFailed", "ExchangeError")),
        (faults.Maintenance(), ("OnMaintenance", "ExchangeNotAvailable", "ExchangeError")),
    ],
)
def test_a_refusal_is_an_error_of_its_kind_and_passes(
    server: VenueServer, venue: str, fault: faults.Fault, expected: tuple[str, ...]
) -> None:
    clean = candles(server, venue)
    server.faults.inject(fault, venue=venue, kind="candles")
    with pytest.raises(error(*expected)):
        candles(server, venue)
    assert server.served[-1].faults == (type(fault).__name__,)
    assert candles(server, venue) == clean


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("wait", [None, 7])
def test_retry_after_is_in_the_headers(server: VenueServer, venue: str, wait: int | None) -> None:
    server.faults.inject(faults.Status(429, retry_after=wait), venue=venue, kind="candles")

    async def question(exchange: Any) -> Any:
        with pytest.raises(error("NetworkError")):
            await exchange.fetch_ohlcv(symbol(venue), "5m")
        return exchange.last_response_headers

    assert ask(server, venue, question).get("Retry-After") == (None if wait is None else str(wait))


@pytest.mark.parametrize("venue", VENUES)
def test_a_hanging_answer_is_a_timeout(server: VenueServer, venue: str) -> None:
    server.faults.inject(faults.Hang(), venue=venue, kind="candles")
    with pytest.raises(error("RequestTimeout")):
        candles(server, venue, timeout=250)
    assert len(candles(server, venue)) == 60


def test_a_slow_answer_comes(server: VenueServer) -> None:
    server.faults.inject(faults.Slow(0.3), venue="okx", kind="candles")
    start = time.monotonic()
    assert len(candles(server, "okx")) == 60
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(
    "fault", [faults.Truncated(), faults.Truncated(cut=True), faults.NotJson(), faults.Truncated(share=0.0)]
)
def test_a_body_that_cannot_be_read_gives_no_rows(server: VenueServer, venue: str, fault: faults.Fault) -> None:
    clean = candles(server, venue)
    server.faults.inject(fault, venue=venue, kind="candles")
    # ccxt passes text on that is no JSON: some classes then fail in their own code, others return an empty list.
    unreadable: tuple[type[Exception], ...] = (*error("BaseError"), TypeError, AttributeError, ValueError, KeyError)
    try:
        rows = candles(server, venue)
    except unreadable:
        rows = []
    assert rows == []
    assert candles(server, venue) == clean


def test_an_oversized_body_is_sent_whole(server: VenueServer) -> None:
    server.faults.inject(faults.Oversized(size=3 * 2**20), venue="okx", kind="candles")
    start = len(server.served)
    assert len(candles(server, "okx")) == 60
    assert [one.faults for one in server.served[start:] if one.faults] == [("Oversized",)]


def altered(rows: Rows) -> dict[str, Callable[[Rows], bool]]:
    times = [row[0] for row in rows]
    return {
        "Empty": lambda got: got == [],
        "Duplicated": lambda got: sorted(got) == sorted(rows * 2) or len(got) == len(rows),
        "OutOfOrder": lambda got: sorted(got) == sorted(rows),
        "FutureDated": lambda got: max(row[0] for row in got) > times[-1] + HOUR,
        "Missing": lambda got: [row for row in rows if row[0] % (3 * STEP)] == sorted(got),
        "Revised": lambda got: [row[:5] for row in sorted(got)] == [row[:5] for row in rows] and sorted(got) != rows,
    }


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(
    "fault",
    [
        faults.Empty(),
        faults.Duplicated(),
        faults.OutOfOrder(),
        faults.FutureDated(),
        faults.Missing(3 * STEP),
        faults.Revised(),
    ],
)
def test_wrong_rows_reach_the_client_and_are_right_the_next_time(
    server: VenueServer, venue: str, fault: faults.RowFault
) -> None:
    clean = candles(server, venue)
    server.faults.inject(fault, venue=venue, kind="candles")
    # A limit would hide what was added.
    since = server.clock.now - 60 * STEP
    got = ask(server, venue, lambda it: it.fetch_ohlcv(symbol(venue), "5m", since=since, limit=200))
    assert altered(clean)[type(fault).__name__](got)
    assert candles(server, venue) == clean


@pytest.mark.parametrize("venue", VENUES)
def test_a_clock_that_is_wrong(server: VenueServer, venue: str) -> None:
    server.faults.inject(faults.Skew(90_000), venue=venue, times=None)
    assert ask(server, venue, lambda it: it.fetch_time()) == server.clock.now + 90_000
    server.faults.clear()
    assert ask(server, venue, lambda it: it.fetch_time()) == server.clock.now


def test_faults_strike_by_schedule(server: VenueServer) -> None:
    server.faults.inject(faults.Empty(), venue="okx", kind="candles", after=1, times=2)

    async def question(exchange: Any) -> list[int]:
        return [len(await exchange.fetch_ohlcv(symbol("okx"), "5m")) for _ in range(5)]

    assert ask(server, "okx", question) == [100, 0, 0, 100, 100]


def test_a_storm_is_random_and_the_same_for_the_same_seed() -> None:
    def struck(seed: int) -> list[list[faults.Fault]]:
        weather = faults.Faults()
        weather.storm(seed, "okx")
        return [weather.striking("okx", "candles", faults.ANSWER, faults.ROWS) for _ in range(500)]

    first = struck(1)
    assert first == struck(1) != struck(2)
    assert 60 < sum(map(bool, first)) < 140
    assert max(map(len, first)) == 1


def test_one_venue_fails_and_the_others_answer(server: VenueServer) -> None:
    server.faults.inject(faults.Status(451), venue="binance", times=None)
    with pytest.raises(error("ExchangeNotAvailable")):
        ask(server, "binance", lambda it: it.load_markets())
    for venue in VENUES[1:]:
        assert len(candles(server, venue)) == 60


def test_the_server_stops_while_a_client_hangs(server: VenueServer) -> None:
    server.faults.inject(faults.Hang(), venue="okx", kind="candles")

    async def question(exchange: Any) -> None:
        waiting = asyncio.ensure_future(exchange.fetch_ohlcv(symbol("okx"), "5m"))
        await until(lambda: server.asked("okx", "candles"))
        await asyncio.to_thread(server.stop)
        with pytest.raises(error("NetworkError")):
            await waiting

    ask(server, "okx", question)


def test_who_comes_while_the_server_stops_is_hung_up_on(server: VenueServer) -> None:
    port = int(server.base.rpartition(":")[2])
    clients: list[socket.socket] = []

    def come_and_stop() -> None:
        clients.extend(socket.create_connection(("127.0.0.1", port)) for _ in range(3))
        # The server hears of it in the turn in which they are let in: they are no connections of the loop yet.
        server._loop.call_soon(server._stopping.set)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        server._loop.call_soon_threadsafe(come_and_stop)
        server._thread.join(PATIENCE_S)
        gc.collect()
    assert not [one for one in told if f"('127.0.0.1', {port})" in str(one.message)]
    for client in clients:
        with client, contextlib.suppress(ConnectionResetError):
            client.settimeout(PATIENCE_S)
            assert client.recv(1) == b""
