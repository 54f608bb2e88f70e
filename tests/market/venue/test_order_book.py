"""Order books that venues show to everyone: read by ccxt, in coins, frozen, and an impact for a cascade."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import liqwidget
from liqwidget.errors import DataError, SourceError
from liqwidget.market.venue.depth import read_order_book
from liqwidget.market.venue.instrument import Instrument
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.venues import venue
from tests.loops import run
from tests.venues import faults
from tests.venues.clients import _rewritten
from tests.venues.questions import TICKS

if TYPE_CHECKING:
    from tests.venues.server import VenueServer


def options(server: VenueServer) -> dict[str, Any]:
    return {
        "address": lambda name, url: str(_rewritten(url, server.base, name)),
        "clock": lambda: server.clock.now * 1_000_000,
        "paced": False,
        "first_wait": 0.01,
        "request_seconds": 30.0,
    }


@pytest.mark.parametrize("name", ["binance", "bybit", "okx", "hyperliquid"])
def test_it_is_what_the_venue_shows_in_coins(server: VenueServer, name: str) -> None:
    book = liqwidget.order_book(name, "BTC", **options(server))
    last = server.tape.venues[name, "BTC"].last_price(server.clock.now)
    assert book.venue == name
    assert abs(book.time - pd.Timestamp(server.clock.now, unit="ms", tz="UTC")) < pd.Timedelta("1s")
    assert book.asks.tolist() == pytest.approx([pytest.approx([last + n * TICKS["BTC"], n]) for n in range(1, 21)])
    assert book.bids.tolist() == pytest.approx([pytest.approx([last - n * TICKS["BTC"], n]) for n in range(1, 21)])
    assert not book.bids.flags.writeable
    assert book.depth(1) == pytest.approx(last * 210, rel=0.01)


def test_a_venue_that_refuses_is_named(server: VenueServer) -> None:
    server.faults.inject(faults.Status(403), venue="bybit", kind="book", times=None)
    with pytest.raises(SourceError, match="bybit refuses"):
        liqwidget.order_book("bybit", "BTC", **options(server))
    with pytest.raises(DataError, match="mtgox"):
        liqwidget.order_book("mtgox", "BTC")


# ------------------------------------------------------------------ units, and what is no order book

BIDS, ASKS = [[100.0, 5.0], [99.0, 1.0]], [[101.0, 2.0]]


def read(answer: object, *, inverse: bool = False, size: float = 1.0, factor: int = 1) -> Any:
    wanted = parse_symbol("BTC/USD:BTC" if inverse else "BTC")
    contract = Instrument("okx", "BTC/USDT:USDT", "BTC-USDT-SWAP", wanted, "USDT", inverse, size, factor)

    async def call(method: str, symbol: str, limit: object) -> object:
        assert (method, symbol, limit) == ("fetch_order_book", "BTC/USDT:USDT", 400)
        return answer

    client: Any = SimpleNamespace(venue=venue("okx"), call=call, now=1_767_225_600_000_000_000)
    return run(read_order_book(client, contract))


def test_contracts_become_coins() -> None:
    assert read({"bids": BIDS, "asks": ASKS}, size=0.01).bids.tolist() == [[100.0, 0.05], [99.0, 0.01]]
    dollars = read({"bids": BIDS, "asks": ASKS}, inverse=True, size=100.0)
    assert dollars.bids.tolist() == [[100.0, 5.0], [99.0, pytest.approx(100 / 99)]]
    assert dollars.depth(-1) == pytest.approx(600.0)


def test_a_contract_of_a_thousand_coins_is_shown_by_the_coin() -> None:
    found = read({"bids": BIDS, "asks": ASKS}, factor=1000)
    assert found.bids.tolist() == [[0.1, 5000.0], [0.099, 1000.0]]
    assert found.depth(-1) == pytest.approx(599.0)


def test_without_a_stamp_it_is_of_now() -> None:
    assert read({"bids": BIDS, "asks": ASKS, "timestamp": None}).time == pd.Timestamp("2026-01-01", tz="UTC")
    stamped = read({"bids": BIDS, "asks": ASKS, "timestamp": 1_767_225_601_000})
    assert stamped.time == pd.Timestamp("2026-01-01 00:00:01", tz="UTC")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"bids": [], "asks": []},
        {"bids": BIDS, "asks": None},
        {"bids": BIDS, "asks": ["<b>words</b>"]},
        {"bids": BIDS, "asks": [[101.0]]},
        {"bids": BIDS, "asks": [[101.0, "no"]]},
        {"bids": BIDS, "asks": [[1e400, 1.0]]},
        {"bids": BIDS, "asks": [[101.0, -1.0]]},
        {"bids": ASKS, "asks": BIDS},
    ],
)
def test_what_is_no_order_book_is_refused(answer: object) -> None:
    with pytest.raises(SourceError, match="okx sent an order book of BTC-USDT-SWAP that cannot be used: Expected"):
        read(answer)
