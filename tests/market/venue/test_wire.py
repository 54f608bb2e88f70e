"""What comes over the wire in place of an answer is named, and counts as none."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from liqwidget.errors import SourceError
from liqwidget.market.venue.client import Client
from liqwidget.market.venue.venues import VENUES
from tests import loops
from tests.market.venue.test_loopback import check_candles, read
from tests.venues import faults
from tests.venues.clients import _rewritten

if TYPE_CHECKING:
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
