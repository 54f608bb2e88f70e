"""A venue on this machine that shows accounts to everyone, in the form of Hyperliquid's answers."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pandas as pd

import liqwidget
from liqwidget.market.venue import worker
from tests.venues.clients import only_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = pd.Timestamp("2026-11-30 12:00", tz="UTC")
MINUTE = 60 * 10**9
FORTY = [
    f"0x{number:040x}"
    for number in range(0xA1B2C3D4E5F60718293A4B5C6D7E8F9000000001, 0xA1B2C3D4E5F60718293A4B5C6D7E8F9000000029)
]


def position(coin: str, size: str, entry: str, level: str | None, leverage: int = 10) -> dict[str, Any]:
    """Return a position in the form of the venue's answer."""
    return {"type": "oneWay", "position": {
        "coin": coin, "szi": size, "leverage": {"type": "cross", "value": leverage}, "entryPx": entry,
        "positionValue": "1.0", "unrealizedPnl": "0.0", "returnOnEquity": "0.0", "liquidationPx": level,
        "marginUsed": "1.0", "maxLeverage": 40, "cumFunding": {"allTime": "0", "sinceOpen": "0", "sinceChange": "0"},
    }}  # fmt: skip


def state(*positions: Any) -> dict[str, Any]:
    summary = {"accountValue": "1.0", "totalNtlPos": "1.0", "totalRawUsd": "1.0", "totalMarginUsed": "1.0"}
    return {"marginSummary": summary, "crossMarginSummary": summary, "crossMaintenanceMarginUsed": "0.1",
            "withdrawable": "0.0", "assetPositions": list(positions), "time": 1_796_040_000_000}  # fmt: skip


MARKETS = [
    {"universe": [{"name": "BTC", "szDecimals": 5}, {"name": "kPEPE", "szDecimals": 0}]},
    [{"markPx": "100.0", "openInterest": "40.0"}, {"markPx": "0.02", "openInterest": "1000.0"}],
]


class Venue(BaseHTTPRequestHandler):
    """The info endpoint and the leaderboard."""

    answers: dict[str, Any]
    asked: list[str]
    board: Any
    refuse_after: int
    refusal: int

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        assert self.path.endswith("/Mainnet/leaderboard")
        self.asked.append("leaderboard")
        self.reply(200, self.board)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body.get("user", body["type"]))
        if body["type"] == "metaAndAssetCtxs":
            self.reply(200, MARKETS)
        elif len([one for one in self.asked if one.startswith("0x")]) > self.refuse_after:
            self.reply(self.refusal, f"no {body['user']}")
        else:
            self.reply(200, self.answers.get(body["user"], state()))

    def reply(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def accounts_served() -> Iterator[Any]:
    """Serve it; afterwards nothing of it is under way, and no other host was tried."""
    handler = type("Served", (Venue,), {"answers": {}, "asked": [], "board": {}, "refuse_after": 10**6, "refusal": 403})
    with only_loopback() as refused, ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        handler.port = server.server_port  # type: ignore[attr-defined]
        handler.now = NOW.value  # type: ignore[attr-defined]
        yield handler
        worker.close()
        server.shutdown()
        thread.join()
    assert not refused


def read(venue: Any, symbol: str = "BTC", **given: Any) -> Any:
    base = f"http://127.0.0.1:{venue.port}"
    return liqwidget.positions(
        "hyperliquid", symbol, address=lambda _, url: base + "/" + url.split("://")[1].partition("/")[2],
        paced=False, first_wait=0.001, clock=lambda: venue.now, progress=False, **given,
    )  # fmt: skip


def three(venue: Any) -> list[str]:
    venue.answers = {
        FORTY[0]: state(position("BTC", "2.0", "110.0", "80.0", 5), position("kPEPE", "500", "0.03", "0.01")),
        FORTY[1]: state(position("BTC", "-1.0", "90.0", "120.0")),
        FORTY[2]: state(position("BTC", "4.0", "95.0", None)),
    }
    return FORTY[:3]
