"""The client by itself: when it waits, when it tries again, what it says, what it never does."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from email.utils import format_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import pandas as pd
import pytest

from liqwidget.errors import SourceError
from liqwidget.market.venue import client as venue_client
from liqwidget.market.venue.answer import Answer, LimitedResponse
from liqwidget.market.venue.answer import asked as call_under_way
from liqwidget.market.venue.client import TRIES, Client, Resolver, moved, seconds_of_date, seconds_to_wait
from liqwidget.market.venue.refusals import reason
from liqwidget.market.venue.venues import VENUES
from liqwidget.market.venue.worker import Worker
from tests import loops
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable


def failing(error: Exception, times: int = 99, answer: Answer | None = None) -> tuple[Any, list[float]]:
    """Return an exchange whose `ask` fails so often, and the times at which it was asked."""
    asked: list[float] = []

    async def ask() -> str:
        asked.append(time.monotonic())
        heard = call_under_way.get()
        if answer is not None and heard is not None and len(asked) <= times:
            heard.status, heard.retry_after = answer.status, answer.retry_after
        await asyncio.sleep(0)
        if len(asked) <= times:
            raise error
        return "done"

    return SimpleNamespace(ask=ask), asked


def called(exchange: Any, **options: Any) -> Any:
    client = Client(VENUES["okx"], first_wait=0.001)
    client.api = exchange
    return loops.run(client.call("ask", **options))


def named(*names: str) -> Exception:
    """Return an error whose class, and the classes it derives from, have the names of ccxt's."""
    kind: type[Exception] = Exception
    for name in reversed(names):
        kind = type(name, (kind,), {})
    return kind("okx GET <b>somewhere</b>")


NETWORK = ("ExchangeNotAvailable", "NetworkError", "OperationFailed", "BaseError")


@pytest.mark.parametrize("times", [0, 1, TRIES - 1])
def test_what_passes_is_tried_again(times: int) -> None:
    exchange, asked = failing(named(*NETWORK), times)
    assert called(exchange) == "done"
    assert len(asked) == times + 1


def test_it_gives_up_after_some_tries() -> None:
    exchange, asked = failing(named(*NETWORK))
    with pytest.raises(SourceError, match=r"okx cannot be reached \(no network\?\)") as caught:
        called(exchange)
    assert len(asked) == TRIES
    assert caught.value.retryable
    assert caught.value.venue == "okx"


@pytest.mark.parametrize("status", [451, 403, 418, 401])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    exchange, asked = failing(named(*NETWORK), answer=Answer(status))
    with pytest.raises(SourceError, match=f"okx .*{status}"):
        called(exchange)
    assert len(asked) == 1


def test_retry_after_is_waited_for() -> None:
    exchange, asked = failing(named(*NETWORK), 1, Answer(429, 0.3))
    assert called(exchange) == "done"
    assert 0.29 <= asked[1] - asked[0] < 5


@pytest.mark.parametrize("wait", [venue_client.LONGEST_WAIT + 1, 86_400.0])
def test_too_long_a_wait_is_said_instead(wait: float) -> None:
    exchange, asked = failing(named(*NETWORK), answer=Answer(429, wait))
    with pytest.raises(SourceError, match=f"asks to slow down .*it asks for {wait:,.0f} s"):
        called(exchange)
    assert len(asked) == 1


def test_no_try_starts_after_the_deadline() -> None:
    exchange, asked = failing(named(*NETWORK))

    async def late() -> None:
        client = Client(VENUES["okx"], first_wait=500.0)
        client.api = exchange
        await client.call("ask", deadline=asyncio.get_running_loop().time() + 50.0)

    with pytest.raises(SourceError):
        loops.run(late())
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("error", "answer", "words"),
    [
        (named("OnMaintenance", *NETWORK), Answer(503), "is under maintenance"),
        (named("RateLimitExceeded", *NETWORK[1:]), Answer(200), "asks to slow down"),
        (named("RestrictedLocation", "ExchangeError"), Answer(200), "refuses requests from this country"),
        (named("AuthenticationError", "ExchangeError"), Answer(200), "asks for a key, which is never sent"),
        (named("BadSymbol", "BadRequest", "ExchangeError"), Answer(200), "does not list this contract (okx"),
        (named("RequestTimeout", "NetworkError"), Answer(), "did not answer in time"),
        (named("ExchangeError", "BaseError"), Answer(200), "answered with an error (okx GET <b>"),
        (KeyError("x"), Answer(200), "sent an answer that cannot be read (KeyError)"),
        (named("BadSymbol"), Answer(200, unreadable=True), "sent an answer that cannot be read"),
        (named(*NETWORK), Answer(too_large=True), "sent more than 32 MB"),
        (named(*NETWORK), Answer(502), "has trouble of its own (502)"),
        (ssl.SSLError("x"), Answer(), "sent an answer that cannot be read (SSLError)"),
    ],
)  # fmt: skip
def test_reasons_are_words(error: Exception, answer: Answer, words: str) -> None:
    text, _, _ = reason(error, answer)
    assert text.startswith(words)
    assert len(text) < 200


def test_a_name_that_is_not_found_is_not_asked_again() -> None:
    error = named(*NETWORK)
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    assert reason(error, Answer()) == ("cannot be found by name (no network?)", False, True)


def test_times_of_http() -> None:
    stamp = pd.Timestamp("2026-11-22 08:00", tz="UTC")
    text = format_datetime(stamp.to_pydatetime(), usegmt=True)
    assert seconds_of_date(text) == stamp.timestamp()
    assert seconds_to_wait("7", None) == 7
    assert seconds_to_wait(text, stamp.timestamp() - 5) == 5
    assert seconds_to_wait(text, stamp.timestamp() + 5) == 0
    assert (seconds_to_wait("soon", None), seconds_to_wait("-1", None), seconds_of_date("")) == (None, None, None)


def test_every_address_can_be_moved() -> None:
    urls = {"a": "https://x/y", "b": ["wss://z", {"c": "plain"}], "d": None}
    assert moved(urls, str.upper) == {"a": "HTTPS://X/Y", "b": ["WSS://Z", {"c": "plain"}], "d": None}


@pytest.mark.parametrize("name", VENUES)
def test_no_key_is_read_and_certificates_are_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("APIKEY", "SECRET", f"{name.upper()}_APIKEY", f"{name.upper()}_SECRET", "SSL_NO_VERIFY"):
        monkeypatch.setenv(variable, "x")

    async def made() -> None:
        client = Client(VENUES[name])
        client.make()
        exchange, session = client.api, client.session
        assert session is not None
        assert not exchange.apiKey
        assert not exchange.secret
        assert exchange.ssl_context.verify_mode is ssl.CERT_REQUIRED
        assert exchange.ssl_context.check_hostname
        assert isinstance(session.connector, aiohttp.TCPConnector)
        assert session.connector._ssl is exchange.ssl_context
        assert exchange.enableRateLimit
        assert session._response_class is LimitedResponse
        await client.close()
        assert session.closed
        await client.close()

    loops.run(made())


def test_a_venue_without_inverse_contracts_says_so() -> None:
    with pytest.raises(SourceError, match="hyperliquid has no coin-margined perpetual swaps"):
        loops.run(Client(VENUES["hyperliquid"], inverse=True).open())


def test_a_look_up_that_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(PATIENCE_S) and [])
    monkeypatch.setattr(venue_client, "LOOK_UP_SECONDS", 0.05)
    try:
        with pytest.raises(OSError, match="look-up took too long"):
            loops.run(Resolver().resolve("example.invalid", 443))
    finally:
        release.set()


def test_a_look_up_that_fails_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such)
    with pytest.raises(socket.gaierror, match="not known"):
        loops.run(Resolver().resolve("example.invalid", 443))


# ---------------------------------------------------------------------- the thread


def ended(thread: threading.Thread | None, seconds: float = PATIENCE_S) -> bool:
    assert thread is not None
    thread.join(seconds)
    return not thread.is_alive()


async def later(value: str, made: Callable[[], None] | None = None) -> str:
    if made is not None:
        made()
    await asyncio.sleep(0)
    return value


def test_the_thread_ends_by_itself_and_starts_again() -> None:
    worker = Worker(idle=0.02)
    assert worker.submit(later("a")).result(PATIENCE_S) == "a"
    thread = worker._thread
    assert thread is None or ended(thread)
    assert not worker.running
    assert worker.submit(later("b")).result(PATIENCE_S) == "b"
    worker.close()
    assert not worker.running


def test_closing_cancels_what_runs() -> None:
    worker = Worker()
    started = threading.Event()

    async def endless() -> None:
        started.set()
        await asyncio.Event().wait()

    future = worker.submit(endless())
    assert started.wait(PATIENCE_S)
    thread = worker._thread
    worker.close()
    assert ended(thread)
    assert future.cancelled()
    worker.close()


def test_what_is_cancelled_before_it_starts_leaves_nothing() -> None:
    worker = Worker(idle=0.02)
    futures = [worker.submit(later(str(number))) for number in range(50)]
    for future in futures:
        future.cancel()
    thread = worker._thread
    assert thread is None or ended(thread)


def test_many_threads_share_one() -> None:
    worker = Worker()
    names: set[str] = set()
    results: list[str] = []

    def use(number: int) -> None:
        note = lambda: names.add(threading.current_thread().name)  # noqa: E731
        results.append(worker.submit(later(str(number), note)).result(PATIENCE_S))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.close()
    assert sorted(results) == [str(number) for number in range(8)]
    assert names == {"liqwidget-venues"}
