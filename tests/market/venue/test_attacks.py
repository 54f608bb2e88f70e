"""Answers that nobody should have to read: each is a passing fault of one venue, is named, and delays no other."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import resource
import socket
import threading
import time
import tracemalloc
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.errors import SourceError
from liqwidget.market.venue import frame, worker
from liqwidget.market.venue.answer import CONTRACTS, MESSAGE, UnusableError, page_limits, usable
from liqwidget.market.venue.client import LONGEST_ASKED, Client, seconds_to_wait
from liqwidget.market.venue.frame import read_frame
from liqwidget.market.venue.network import SocksProxyError, proxy_of
from liqwidget.market.venue.venues import VENUES
from tests import loops
from tests.market.venue.test_loopback import PLACES, check_candles, read
from tests.venues import faults
from tests.venues.clients import _rewritten
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.venues.server import VenueServer

LONGEST_DELAY_S = 0.05
"""Processor time that one venue's bad answer may cost another."""
TRIALS = 4
MEGABYTE = 2**20

PAGE = b"<!doctype html><html><head><title>Sign in \x1b[31mhere</title></head>" + b"x" * 2 * MEGABYTE
BAD: dict[str, tuple[bytes, str]] = {
    "page": (PAGE, r"a web page in place of JSON \('Sign in \[31mhere'\)"),
    "text": (b"Service temporarily unavailable " * 70_000, "no JSON object but 'Service temporarily"),
    "string": (b'"' + b"letters" * 300_000 + b'"', "no JSON object but"),
    "number": (b"12345", "no JSON object but '12345'"),
    "null": (b"null", "no JSON object but 'null'"),
    "nothing": (b"", "nothing in place of JSON"),
    "spaces": (b" " * MEGABYTE, "nothing in place of JSON"),
    "zeros": (b"\0" * MEGABYTE, "no JSON object|nothing in place"),
    "objects": (b"[" + b",".join([b"{}"] * 2 * MEGABYTE) + b"]", "JSON of more than|more than"),
    "lists": (b"[" * 2 * MEGABYTE, "JSON of more than"),
    "deep": (b"[" * 200 + b"]" * 200, "JSON that is more than 24 levels deep"),
    "letters": (json.dumps({"code": "0", "data": list("ab" * 200_000)}).encode(), "JSON with a (long )?list"),
    "numbers": (json.dumps({"result": {"list": [0] * 300_000}}).encode(), "JSON with a (long )?list"),
    "infinite": (b'{"code": "0", "data": [[1e400, 1, 1, 1, 1, 1]]}', "JSON with a number beyond 1e100"),
    "astronomic": (b'{"code": "0", "data": [["1e999999999", "1", "1", "1"]]}', "JSON with a number beyond 1e100"),
    "cut": (b'{"code": "0", "data": [', "JSON that is cut short or broken"),
}  # fmt: skip


def peak() -> int:
    """Return the most memory that this process has had [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def bomb(content: bytes, times: int, window: int) -> bytes:
    """Return what unpacks to a content so many times; it was never in memory as a whole."""
    packing = zlib.compressobj(1, zlib.DEFLATED, window)
    return b"".join([*(packing.compress(content) for _ in range(times)), packing.flush()])


@contextlib.contextmanager
def held_at_most(megabytes: int) -> Iterator[None]:
    """Expect that no more is held at any moment than before; what a process has had at most may have been long ago."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE
    finally:
        tracemalloc.stop()


async def lag(over: threading.Event) -> float:
    """Return the longest work that held up the loop of the venues [s of its processor]."""
    longest = 0.0
    while not over.is_set():
        before = time.thread_time()
        await asyncio.sleep(0.001)
        longest = max(longest, time.thread_time() - before)
    return longest


@pytest.mark.slow
def test_bad_answers_pass_and_the_next_ones_count(server: VenueServer) -> None:
    for what, (body, _) in BAD.items():
        name = PLACES[len(what) % len(PLACES)]
        server.faults.inject(faults.Raw(body), venue=name, kind="candles", after=len(what) % 3)
    for name in PLACES:
        check_candles(server, name, read(server, name, first_wait=0.001))


@pytest.mark.slow
@pytest.mark.parametrize(("what", "name"), [(what, PLACES[at % len(PLACES)]) for at, what in enumerate(BAD)])
def test_a_list_of_contracts_that_cannot_be_used_is_named_and_asked_for_again(
    server: VenueServer, name: str, what: str
) -> None:
    body, words = BAD[what]
    server.faults.inject(faults.Raw(body), venue=name, kind="markets", times=None)
    before = peak()
    with pytest.raises(SourceError, match=f"^{name} sent (an answer that cannot be read: )?({words})") as caught:
        read(server, name)
    assert caught.value.retryable
    assert "\x1b" not in str(caught.value)
    assert peak() - before < 300
    server.faults.clear()
    check_candles(server, name, read(server, name))


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"data": []}', b'{"code": "0", "symbols": [], "data": []}'])
def test_a_list_without_contracts_is_not_kept(server: VenueServer, body: bytes) -> None:
    server.faults.inject(faults.Raw(body), venue="okx", kind="markets", times=None)
    words = "sent an answer that cannot be read: a list of contracts without|answered with an error"
    with pytest.raises(SourceError, match=f"okx ({words})") as caught:
        read(server, "okx")
    assert caught.value.retryable
    server.faults.clear()
    check_candles(server, "okx", read(server, "okx"))


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_packed_answer_is_measured_unpacked(server: VenueServer, coding: str) -> None:
    packed = bomb(b"{}" + b",{}" * MEGABYTE, 30, 31 if coding == "gzip" else 15)
    read(server, "bybit")  # all that is imported for it is there
    server.faults.inject(faults.Raw(packed, coding), venue="bybit", kind="markets", times=None)
    with held_at_most(60), pytest.raises(SourceError, match="bybit sent more than 8 MB, which is not read") as caught:
        read(server, "bybit")
    assert caught.value.retryable


DELAYING = [
    (what, kind) for what in ("page", "string", "objects", "letters", "numbers", "rows", "contracts")
    for kind in ("markets", "candles")
]  # fmt: skip
SHORT = {("string", "markets"), ("letters", "candles"), ("contracts", "markets")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "kind"),
    [pytest.param(*one, marks=() if one in SHORT else pytest.mark.soak) for one in DELAYING],
)
def test_a_bad_answer_delays_no_other_venue(server: VenueServer, what: str, kind: str) -> None:
    """Compare the longest standstill of the loop that all venues share with that of the same reading without it."""
    rows = json.dumps({"retCode": 0, "result": {"list": [[0] * 6] * 2_000, "category": "linear"}}).encode()
    contracts = json.dumps({"retCode": 0, "result": {"list": [{"symbol": "X"}] * 9_000, "category": "linear"}}).encode()
    body = {**{name: part for name, (part, _) in BAD.items()}, "rows": rows, "contracts": contracts}[what]

    def longest(body: bytes | None) -> float:
        worker.close()
        if body is not None:
            server.faults.inject(faults.Raw(body), venue="bybit", kind=kind, times=None)
        read(server, "okx")  # ccxt is imported, and okx known
        over = threading.Event()
        measured = worker.worker().submit(lag(over))
        gc.collect()
        gc.disable()  # what a collection takes is that of all tests before
        try:
            if body is None:
                read(server, "bybit")
            else:
                with pytest.raises(SourceError, match="bybit"):
                    read(server, "bybit")
        finally:
            gc.enable()
            over.set()
            server.faults.clear()
        return measured.result(PATIENCE_S)

    usual, bad = longest(None), list[float]()
    # A busy machine adds to what is measured, and takes nothing off it.
    while not bad or min(bad) > usual + LONGEST_DELAY_S:
        assert len(bad) < TRIALS, f"the loop stood still for {bad} s, usually for {usual}"
        bad.append(longest(body))


@pytest.mark.parametrize("text", ["1e400", "inf", "1e30", "999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_that_a_venue_asks_for_is_bounded(server: VenueServer, text: str) -> None:
    assert seconds_to_wait(text, None) == LONGEST_ASKED
    server.faults.inject(faults.Headers((("Retry-After", text),)), venue="okx", kind="candles", times=None)
    server.faults.inject(faults.Status(429), venue="okx", kind="candles", times=None)
    with pytest.raises(SourceError, match="okx asks to slow down") as caught:
        read(server, "okx")
    assert caught.value.wait == LONGEST_ASKED


@pytest.mark.parametrize("text", ["nan", "-1", "-1e400", "soon", "", "Fri, 31 Feb 2026 00:00:00 GMT", "\x00"])
def test_a_wait_that_is_none_is_none(text: str) -> None:
    assert seconds_to_wait(text, None) in {None, 0.0}


@pytest.mark.parametrize("hours", [-480_000, -365 * 24, -24, -2, 2, 24, 365 * 24, 50_000_000])
def test_a_clock_that_is_days_off_is_not_followed(server: VenueServer, hours: int) -> None:
    stamp = "Fri, 31 Dec 9999 23:59:59 GMT"
    if hours < 10**6:
        stamp = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + hours * 3600))
    server.faults.inject(faults.Headers((("Date", stamp),)), venue="okx", times=None)
    client = Client(VENUES["okx"], address=lambda url: str(_rewritten(url, server.base, "okx")), paced=False)

    async def opened() -> float:
        await client.open()
        ahead = client.now / 1e9 - time.time()
        await client.close()
        return ahead

    assert loops.run(opened()) == pytest.approx(hours * 3600 if abs(hours) < 14 else 0, abs=3)


# ---------------------------------------------------------------------- sockets


@pytest.mark.parametrize("way", ["gzipped", "deflated"])
def test_a_packed_message_is_measured_unpacked(way: str) -> None:
    packed = bomb(b"[" * MEGABYTE, 100, 31 if way == "gzipped" else -15)
    with held_at_most(50), pytest.raises(UnusableError, match="a message of more than 1 MB"):
        read_frame(packed, json.loads, **{way: True})
    packing = zlib.compressobj(9, zlib.DEFLATED, 31 if way == "gzipped" else -15)
    assert read_frame(packing.compress(b'{"ping": 1}') + packing.flush(), json.loads, **{way: True}) == {"ping": 1}
    with pytest.raises(UnusableError, match="cannot be unpacked"):
        read_frame(b"no", json.loads, **{way: True})


@pytest.mark.parametrize("text", ["x" * 5000, "[" * 900, "[" + "0," * 600_000 + "0]", '{"a": 1e999}', "{", "[1, 2"])
def test_a_message_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(UnusableError):
        read_frame(text, json.loads)
    with pytest.raises(UnusableError):
        read_frame(text.encode(), json.loads)


def test_of_a_burst_of_pings_the_first_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "MOST_CONTROLS", 2)

    async def passed() -> list[bool]:
        burst = frame.Burst(asyncio.get_running_loop())
        found = [burst.passes() for _ in range(4)]
        await asyncio.sleep(0)
        return [*found, burst.passes()]

    assert loops.run(passed()) == [True, True, False, False, True]


@pytest.mark.parametrize("text", ["pong", "", "o", "hello"])
def test_a_short_text_is_itself(text: str) -> None:
    assert read_frame(text, json.loads) == text


def test_limits_leave_room_for_what_venues_send() -> None:
    page = [[1_767_225_600_000 + index, "90000.1", "90000.1", "90000.1", "90000.1", "12.5"] for index in range(5000)]
    assert usable(json.dumps(page), json.loads, page_limits(5000)) == page
    listed = {"symbols": [{"symbol": f"X{index}", "filters": [{"a": "1"}] * 8} for index in range(1500)]}
    assert usable(json.dumps(listed), json.loads, CONTRACTS) == listed
    assert usable(" \n" + json.dumps(listed), json.loads, CONTRACTS) == listed
    ids = {"data": [{"id": "5f1e400", "name": "0x1e999", "price": "1.5e-7", "size": 1e21}]}
    assert usable(json.dumps(ids), json.loads, MESSAGE) == ids


# ---------------------------------------------------------------------- manners


class Other(BaseHTTPRequestHandler):
    """Another host: it writes down what it is asked."""

    asked: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture
def other() -> Iterator[tuple[str, list[Any]]]:
    """Return the address of another host, and what it was asked."""
    asked: list[Any] = []
    kind = type("Asked", (Other,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, name="other", kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("kind", ["markets", "candles"])
def test_a_redirect_to_another_host_is_not_followed(
    server: VenueServer, other: tuple[str, list[Any]], kind: str
) -> None:
    address, asked = other
    server.faults.inject(faults.Elsewhere(f"{address}/login"), venue="okx", kind=kind, times=None)
    with pytest.raises(SourceError, match=r"okx sent .* a redirect to another host \(127\.0\.0\.1\)") as caught:
        read(server, "okx")
    assert caught.value.retryable
    assert asked == []


def test_cookies_are_not_kept(server: VenueServer) -> None:
    server.faults.inject(faults.Headers((("Set-Cookie", "track=1; Path=/"),)), venue="okx", times=None)
    read(server, "okx")

    async def kept() -> int:
        client = Client(VENUES["okx"])
        client.make()
        assert client.session is not None
        client.session.cookie_jar.update_cookies({"track": "1"})
        count = len(client.session.cookie_jar)
        await client.close()
        return count

    assert loops.run(kept()) == 0


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("without_proxies")
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(
    server: VenueServer, other: tuple[str, list[Any]], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = other
    monkeypatch.setenv(variable, address.replace("http://", "http://user:secret@"))
    with pytest.raises(SourceError, match="okx") as caught:
        read(server, "okx")
    assert asked
    assert asked[0][0].startswith(server.base)
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    check_candles(server, "okx", read(server, "okx"))


@pytest.mark.usefixtures("without_proxies")
def test_sockets_take_the_proxy_of_other_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    assert proxy_of("wss://ws.okx.com:8443/ws/v5/public") == "http://proxy.example:3128"
    assert proxy_of("https://www.okx.com/") == "http://proxy.example:3128"
    assert proxy_of("http://www.okx.com/") is None
    monkeypatch.setenv("NO_PROXY", "okx.com")
    assert proxy_of("wss://ws.okx.com:8443/ws/v5/public") is None
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example:1080")
    with pytest.raises(SocksProxyError):
        proxy_of("https://fapi.binance.com/")


@pytest.mark.usefixtures("without_proxies")
def test_a_proxy_that_is_not_there_is_named(server: VenueServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@127.0.0.1:{port}")
    with pytest.raises(
        SourceError, match="okx cannot be reached through the proxy that the environment names"
    ) as caught:
        read(server, "okx")
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("HTTP_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(SourceError, match="okx cannot be asked through a SOCKS proxy"):
        read(server, "okx")
