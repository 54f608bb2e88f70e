"""What comes over the wire in place of an answer is named, and counts as none; a flood holds up no other venue."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.errors import SourceError
from liqwidget.market.venue import worker
from liqwidget.market.venue.client import Client
from liqwidget.market.venue.sockets import Connection
from liqwidget.market.venue.venues import VENUES
from liqwidget.market.venue.wire import MOST_ANSWERS
from tests import loops
from tests.market.venue.test_attacks import LONGEST_DELAY_S, lag
from tests.market.venue.test_loopback import check_candles, read
from tests.venues import faults
from tests.venues.clients import _rewritten
from tests.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.venues.server import VenueServer


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.Raw(b"noise" * 99, "gzip"), "it breaks off, or cannot be unpacked"),
        (faults.Raw(b'{"code": "0", "data": []}', headers=(("Content-Encoding", "br"),)), "broken HTTP"),
        (faults.Raw(b'{"code": "0", "data": [[NaN, 1]]}'), "JSON that is cut short or broken"),
    ],
)
@pytest.mark.parametrize("name", ["okx", "bybit"])
def test_what_is_wrong_with_the_wire_is_named(server: VenueServer, name: str, fault: faults.Fault, words: str) -> None:
    server.faults.inject(fault, venue=name, kind="candles", times=None)
    with pytest.raises(SourceError, match=f"{name} sent an answer that cannot be read: ({words})") as caught:
        read(server, name, first_wait=0.001)
    assert caught.value.retryable
    server.faults.clear()
    check_candles(server, name, read(server, name))


class Silent(BaseHTTPRequestHandler):
    """A venue that answers with a status that nobody knows, and nothing else."""

    def do_GET(self) -> None:
        self.send_response(599)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


def test_a_refusal_without_words_is_no_empty_page() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    base = f"http://127.0.0.1:{server.server_port}"
    client = Client(VENUES["okx"], address=lambda url: str(_rewritten(url, base, "okx")), first_wait=0.001)

    async def asked() -> None:
        client.make()
        client.api.markets = {}
        try:
            await client.call("publicGetMarketCandles", {"instId": "BTC-USDT-SWAP"})
        finally:
            await client.close()

    with pytest.raises(SourceError, match=r"okx has trouble of its own \(599\)"):
        loops.run(asked())
    server.shutdown()
    server.server_close()


# ---------------------------------------------------------------------- floods

ANSWER = b'{"code":"0","data":[]}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)
INFORMS = b"HTTP/1.1 103 Early Hints\r\n\r\n"
SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TURN_MESSAGES = 1_500
"""Messages of a socket in one turn of the loop; ccxt takes four of them to read what it was handed."""


@contextmanager
def pouring(flood: Callable[[bytes], bytes]) -> Iterator[str]:
    """Serve the address of a host that answers each request, of which it gets the head, with bytes as they are."""
    listening = socket.create_server(("127.0.0.1", 0))

    def pour() -> None:
        while True:
            try:
                there, _ = listening.accept()
            except OSError:
                return
            with there:
                head = b""
                while b"\r\n\r\n" not in head and (part := there.recv(65_536)):
                    head += part
                try:
                    there.sendall(flood(head))
                    while there.recv(65_536):
                        pass
                except OSError:
                    pass

    thread = threading.Thread(target=pour, name="pouring")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(PATIENCE_S)


def client_of(base: str) -> Client:
    return Client(VENUES["okx"], address=lambda url: str(_rewritten(url, base, "okx")), first_wait=0.001)


async def asked(base: str) -> tuple[Any, float]:
    """Return what an answer holds, or why it is none, and how long the loop was held up for it [s]."""
    client, over = client_of(base), threading.Event()
    client.make()
    client.api.markets = {}
    measuring = asyncio.ensure_future(lag(over))
    try:
        answer = await client.call("publicGetMarketCandles", {"instId": "BTC-USDT-SWAP"})
    except SourceError as error:
        answer = str(error)
    finally:
        over.set()
        await client.close()
    return answer, await measuring


@pytest.mark.parametrize("before", [INFORMS, INFORMS.replace(b"\r\n\r\n", b"\r\nLink: </x>\r\n\r\n"), WHOLE])
def test_answers_that_nobody_asked_for_end_the_connection(before: bytes) -> None:
    with pouring(lambda _: before * 20_000 + WHOLE) as base:
        said, bad = loops.run(asked(base))
    assert said == f"okx sent an answer that cannot be read: more than {MOST_ANSWERS} answers to one request"
    with pouring(lambda _: WHOLE) as base:
        answer, usual = loops.run(asked(base))
    assert answer == json.loads(ANSWER)
    assert bad <= usual + LONGEST_DELAY_S


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("late", [b"", b"1\r\n{\r\n"])
def test_an_answer_in_crumbs_ends_the_connection(late: bytes) -> None:
    """From its begin, or after some of it was read."""
    with pouring(lambda _: CHUNKED + late + b"1\r\n \r\n" * 200_000 + b"0\r\n\r\n") as base:
        said, held = loops.run(asked(base))
    assert said == "okx sent an answer that cannot be read: it came in pieces of a few bytes"
    assert held <= LONGEST_DELAY_S


def test_a_chunked_answer_of_few_pieces_is_read() -> None:
    pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in ANSWER)
    with pouring(lambda _: CHUNKED + pieces + b"0\r\n\r\n") as base:
        assert loops.run(asked(base))[0] == json.loads(ANSWER)


def test_a_few_answers_that_inform_are_passed_over() -> None:
    with pouring(lambda _: INFORMS * (MOST_ANSWERS - 1) + WHOLE) as base:
        assert loops.run(asked(base))[0] == json.loads(ANSWER)


def framed(text: bytes) -> bytes:
    length = len(text)
    head = bytes([length]) if length < 126 else b"\x7f" + length.to_bytes(8, "big")
    return b"\x81" + head + text


def greeted(head: bytes, messages: list[bytes]) -> bytes:
    """Return an answer that opens a socket, and all messages in one go with it."""
    key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")).split()[1]
    accepted = base64.b64encode(hashlib.sha1(key + SALT).digest())  # noqa: S324 - as sockets are opened
    opened = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return opened + b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n" + b"".join(framed(text) for text in messages)


async def listened(base: str, count: int) -> tuple[list[Any], int, float]:
    """Return the messages of a socket, the most in one turn of the loop, and how long it was held up [s]."""
    connection, over = Connection(client_of(base)), threading.Event()
    made = connection.api.client(base.replace("http", "ws"))
    heard: list[Any] = []
    made.on_message_callback = lambda _, message: heard.append(message)
    gc.collect()  # else what others left may be collected just now
    measuring = asyncio.ensure_future(lag(over))
    most = before = 0
    try:
        async with asyncio.timeout(PATIENCE_S):
            await made.connect(connection.api.session)
            while len(heard) < count:
                await asyncio.sleep(0)
                most, before = max(most, len(heard) - before), len(heard)
    finally:
        over.set()
        await connection._close()
    return heard, most, await measuring


@pytest.mark.slow
@pytest.mark.parametrize("count", [5_000, pytest.param(50_000, marks=pytest.mark.soak)])
def test_a_flood_of_messages_is_read_whole_by_and_by(count: int) -> None:
    messages = [b'{"%d":"%b"}' % (number, b"x" * (300_000 if number == 99 else 0)) for number in range(count)]
    with pouring(lambda head: greeted(head, messages)) as base:
        heard, most, held = worker.worker().submit(listened(base, count)).result(2 * PATIENCE_S)
    assert heard == [json.loads(text) for text in messages]
    assert most <= TURN_MESSAGES
    assert held <= LONGEST_DELAY_S
