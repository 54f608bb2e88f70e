"""The unmodified ccxt classes read from the loopback exchanges what is on the tape."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.recorded import binance, needs_recordings
from tests.venues.asking import VENUES, ask, symbol
from tests.venues.clients import client, loopback, only_loopback, urls_for
from tests.venues.questions import DAY, HOUR, MINUTE
from tests.venues.recorded_market import MarketTape, VenueTape, sample_tape
from tests.venues.server import VenueServer

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP = 5 * MINUTE
UNIT = {"binance": 1.0, "bybit": 0.5, "okx": 0.01, "hyperliquid": 1.0}
"""Coins of one side in a unit of the venue's open interest."""
OHLCV = ("time", "open", "high", "low", "close", "volume")


@pytest.fixture(scope="module")
def calm(tape: MarketTape) -> Iterator[VenueServer]:
    """A server at the end of the tape, without faults."""
    with VenueServer(tape) as running:
        yield running


async def paged(exchange: Any, method: str, name: str, timeframe: str, since: int, size: int) -> list[Any]:
    """Return every row from `since` on, page by page."""
    rows: list[Any] = []
    while True:
        page = await getattr(exchange, method)(name, timeframe, since=since, limit=size)
        stamps = [row[0] if isinstance(row, list) else row["timestamp"] for row in page]
        fresh = [row for row, stamp in zip(page, stamps, strict=True) if stamp >= since]
        if not fresh:
            return rows
        rows += fresh
        since = stamps[-1] + 1


def ohlcv(track: VenueTape, interval: int, now: int) -> np.ndarray[Any, Any]:
    shown = track.candles(interval, now)
    return np.column_stack([shown[name].astype(float) for name in OHLCV])


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize(("timeframe", "size"), [("5m", 300), ("1h", 100)])
def test_candles_are_those_of_the_tape(calm: VenueServer, venue: str, timeframe: str, size: int) -> None:
    track = calm.tape.venues[venue, "BTC"]
    interval = {"5m": STEP, "1h": HOUR}[timeframe]
    rows = ask(calm, venue, lambda it: paged(it, "fetch_ohlcv", symbol(venue), timeframe, track.start, size))
    np.testing.assert_array_equal(np.array(rows), ohlcv(track, interval, calm.clock.now))
    assert len(rows) == 4 * DAY // interval


@pytest.mark.parametrize("venue", VENUES)
def test_the_candle_that_runs_is_what_was_traded_so_far(tape: MarketTape, venue: str) -> None:
    track = tape.venues[venue, "BTC"]
    opened = track.start + 100 * STEP
    with VenueServer(tape, now=opened + 2 * MINUTE) as server:
        rows = ask(server, venue, lambda it: it.fetch_ohlcv(symbol(venue), "5m", since=opened - STEP, limit=10))
    whole = {name: column[100] for name, column in track.candle.items()}
    assert [row[0] for row in rows] == [opened - STEP, opened]
    _, first, high, low, last, volume = rows[-1]
    assert first == whole["open"]
    assert last in {whole["low"], whole["high"]}
    assert whole["low"] <= low <= high <= whole["high"]
    assert volume == pytest.approx(whole["volume"] / 2)


@pytest.mark.parametrize("venue", VENUES)
def test_trades_add_up_to_the_candle(tape: MarketTape, venue: str) -> None:
    track = tape.venues[venue, "BTC"]
    for row in (0, 7, 500):
        opened = int(track.candle["time"][row])
        trades = list(track.trades(opened - 1, opened + STEP - 1))
        prices = [trade["price"] for trade in trades]
        candle = {name: float(column[row]) for name, column in track.candle.items()}
        assert [prices[0], max(prices), min(prices), prices[-1]] == [
            candle[name] for name in ("open", "high", "low", "close")
        ]
        assert sum(trade["amount"] for trade in trades) == pytest.approx(candle["volume"], abs=1e-7)
        bought = sum(trade["amount"] for trade in trades if trade["side"] > 0)
        assert bought == pytest.approx(candle["taker_buy_volume"], abs=1e-7)


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx"])
def test_open_interest_history_is_that_of_the_tape(calm: VenueServer, venue: str) -> None:
    track = calm.tape.venues[venue, "BTC"]
    # ccxt asks for limit periods after since, both ends included: from a stamp on, that is one row too many, and the
    # venues keep the newest. So begin between two stamps.
    since = track.start - 1
    rows = ask(calm, venue, lambda it: paged(it, "fetch_open_interest_history", symbol(venue), "5m", since, 90))
    size = UNIT[venue]
    found = {row["timestamp"]: row["openInterestAmount"] * size for row in rows}
    expected = dict(zip(track.interest["time"].tolist(), track.interest["amount"].tolist(), strict=True))
    assert found.keys() == expected.keys()
    np.testing.assert_allclose([found[time] for time in expected], list(expected.values()), rtol=1e-12)


@pytest.mark.parametrize("venue", VENUES)
def test_open_interest_now_is_the_last_of_the_tape(calm: VenueServer, venue: str) -> None:
    async def question(exchange: Any) -> Any:
        # The class of Hyperliquid does not load them by itself here.
        await exchange.load_markets()
        return await exchange.fetch_open_interest(symbol(venue))

    found = ask(calm, venue, question)
    amount = found["openInterestAmount"] * UNIT[venue]
    assert amount == pytest.approx(calm.tape.venues[venue, "BTC"].interest["amount"][-1])


@pytest.mark.parametrize("venue", VENUES)
def test_funding_history_is_that_of_the_tape(calm: VenueServer, venue: str) -> None:
    track = calm.tape.venues[venue, "BTC"]
    rows = ask(calm, venue, lambda it: it.fetch_funding_rate_history(symbol(venue), since=track.start, limit=100))
    assert [row["timestamp"] for row in rows] == track.funding["time"].tolist()
    assert [row["fundingRate"] for row in rows] == track.funding["rate"].tolist()
    assert len(rows) == (96 if venue == "hyperliquid" else 12)


@pytest.mark.parametrize(
    ("venue", "size", "price", "amount"),
    [("binance", 1.0, 0.1, 0.001), ("bybit", 1.0, 0.1, 0.001), ("okx", 0.01, 0.1, 0.01), ("hyperliquid", 1.0, 1, 1e-5)],
)
def test_markets_have_the_venues_units(calm: VenueServer, venue: str, size: float, price: float, amount: float) -> None:
    markets = ask(calm, venue, lambda it: it.load_markets())
    assert list(markets) == [symbol(venue)]
    market = markets[symbol(venue)]
    assert (market["swap"], market["linear"], market["active"]) == (True, True, True)
    assert (market["contractSize"], market["precision"]["price"], market["precision"]["amount"]) == (
        size, price, amount
    )  # fmt: skip


@pytest.mark.parametrize("venue", VENUES)
def test_the_rest_that_is_public_answers(calm: VenueServer, venue: str) -> None:
    async def questions(exchange: Any) -> None:
        assert await exchange.fetch_time() == calm.clock.now
        assert (await exchange.fetch_funding_rate(symbol(venue)))["fundingRate"] is not None
        if exchange.has["fetchLongShortRatioHistory"] is True:
            ratios = await exchange.fetch_long_short_ratio_history(symbol(venue), "5m", limit=5)
            assert [row["longShortRatio"] for row in ratios] == [1.5] * 5
        if venue in {"bybit", "okx"}:
            tiers = await exchange.fetch_market_leverage_tiers(symbol(venue))
            assert [tier["maxLeverage"] for tier in tiers] == [100, 50, 25]
        if venue != "hyperliquid":
            assert (await exchange.fetch_trades(symbol(venue)))[-1]["price"] > 0

    ask(calm, venue, questions)


def test_okx_lists_liquidations_in_its_public_call(calm: VenueServer) -> None:
    path = "/api/v5/public/liquidation-orders?instType=SWAP&instFamily=BTC-USDT&state=filled&limit=100"
    answer = ask(calm, "okx", lambda it: it.fetch(it.implode_hostname(it.urls["api"]["rest"]) + path))
    events = calm.tape.venues["okx", "BTC"].liquidation
    details = answer["data"][0]["details"]
    assert [int(one["ts"]) for one in details] == events["time"][::-1][:100].tolist()
    assert {(one["posSide"], one["side"]) for one in details} <= {("long", "sell"), ("short", "buy")}


@pytest.mark.slow
@pytest.mark.parametrize("venue", VENUES)
def test_several_coins(venue: str) -> None:
    tape = sample_tape(("BTC", "ETH", "SOL"), days=2)
    with VenueServer(tape) as server:

        async def questions(exchange: Any) -> dict[str, float]:
            coins = ("BTC", "ETH", "SOL")
            rows = await asyncio.gather(*(exchange.fetch_ohlcv(symbol(venue, coin), "5m") for coin in coins))
            return {coin: row[-1][4] for coin, row in zip(coins, rows, strict=True)}

        closes = ask(server, venue, questions)
    assert closes == {coin: float(tape.venues[venue, coin].candle["close"][-1]) for coin in closes}


@pytest.mark.parametrize("venue", VENUES)
def test_the_tape_can_be_moved_to_the_present(venue: str) -> None:
    # The client's own clock bounds what it asks of Hyperliquid, and chooses the path at OKX.
    days = int(time.time() * 1000) // DAY - sample_tape(days=2).end // DAY
    tape = sample_tape(days=2, shift=days * DAY)
    track = tape.venues[venue, "BTC"]
    with VenueServer(tape) as server:
        since = track.end - 20 * STEP
        rows = ask(server, venue, lambda it: it.fetch_ohlcv(symbol(venue), "5m", since=since, limit=100))
        places = [one.path for one in server.asked(venue, "candles")]
    assert rows[-1][0] == track.end - STEP > (time.time() - 2 * 86_400) * 1000
    assert venue != "okx" or places == ["api/v5/market/candles"]


@pytest.mark.parametrize("venue", VENUES)
def test_an_unknown_timeframe_is_refused_in_the_venues_words(calm: VenueServer, venue: str) -> None:
    with pytest.raises(Exception, match=r"nterval|period|bar error|deserialize|51000"):
        ask(calm, venue, lambda it: it.fetch_ohlcv(symbol(venue), "7m", limit=3))


@needs_recordings
def test_recorded_data_are_played_as_they_were() -> None:
    tape = MarketTape.of([binance("ETH")])
    track = tape.venues["binance", "ETH"]
    now = track.start + 3 * DAY
    with VenueServer(tape, now=now) as server:
        rows = ask(
            server, "binance", lambda it: paged(it, "fetch_ohlcv", symbol("binance", "ETH"), "5m", track.start, 500)
        )
        interest = ask(
            server,
            "binance",
            lambda it: it.fetch_open_interest_history(symbol("binance", "ETH"), "5m", since=track.start, limit=400),
        )
    np.testing.assert_array_equal(np.array(rows), ohlcv(track, STEP, now))
    stamps, amounts = track.interest["time"], track.interest["amount"]
    known = dict(zip(stamps.tolist(), amounts.tolist(), strict=True))
    assert len(interest) >= 399
    assert all(known[row["timestamp"]] == row["openInterestAmount"] for row in interest)


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("pro", [False, True])
def test_every_address_of_the_client_is_rewritten(venue: str, pro: bool) -> None:  # noqa: FBT001 - a case
    exchange = client(venue, "http://127.0.0.1:9", pro=pro)
    found = list(_texts(exchange.urls))
    assert len(found) > 4
    assert all(loopback(address) for address in found)


def test_addresses_that_cannot_be_rewritten_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = client("okx", "http://127.0.0.1:9")
    monkeypatch.setattr("tests.venues.clients._rewritten", lambda urls, *_: urls | {"more": "https://okx.com"})
    with pytest.raises(AssertionError, match=r"okx\.com"):
        urls_for(exchange, "http://127.0.0.1:9")


def test_the_guard_refuses_every_other_host() -> None:
    with only_loopback() as refused:
        with pytest.raises(ConnectionRefusedError), socket.socket() as plain:
            plain.connect(("192.0.2.1", 80))
        with pytest.raises(ConnectionRefusedError):
            socket.getaddrinfo("example.invalid", 443)
        assert refused == ["192.0.2.1", "example.invalid"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
    elif isinstance(value, str) and "://" in value:
        yield value
