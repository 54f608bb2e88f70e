"""The longest spans that venues take in one question, side answers that are missing, and live candles as by REST."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from liqwidget.domain.time import DAY, HOUR, MILLISECOND, duration_ns
from liqwidget.market.history import Gathering
from liqwidget.market.venue.instrument import Instrument
from liqwidget.market.venue.reader import gather_history, longer_candles
from liqwidget.market.venue.rows import candle_rows
from liqwidget.market.venue.symbols import parse_symbol
from liqwidget.market.venue.tiers import read_tiers
from liqwidget.market.venue.venues import VENUES
from tests.loops import run

NOW = 1_767_225_600_000 * MILLISECOND
"""2026-01-01 [ns UTC]."""
LONGEST_DAYS = {("binance", True): 200, ("bitget", False): 90}
"""What their documents allow between the ends of a request; Binance answers -4088 beyond, Bitget with an error."""
CONTRACTS = [
    (name, inverse) for name, venue in VENUES.items() for inverse in (False, True) if not inverse or venue.inverse_class
]


def contract(name: str, *, inverse: bool = False, size: float = 1.0) -> Instrument:
    wanted = parse_symbol("BTC/USD:BTC" if inverse else "BTC")
    return Instrument(name, "BTC/USDT:USDT", "BTCUSDT", wanted, "USDT", inverse, size, 1)


class Asked:
    """Plays a client of ccxt: every candle of a span is there, in days of the venue's own."""

    def __init__(self, name: str) -> None:
        self.venue, self.now = VENUES[name], NOW
        self.api = SimpleNamespace(timeframes=dict.fromkeys(["5m", "1h", "4h", "1d"]))
        self.spans: list[tuple[str, int, int, int | None]] = []

    async def call(self, name: str, *arguments: Any) -> list[Any]:
        assert name == "fetch_ohlcv"
        _, length, start, limit, more = arguments
        step = duration_ns(length) // MILLISECOND
        end = more["until"] + (0 if self.venue.name == "okx" else 1)
        self.spans.append((length, start, end, limit))
        shift = 16 * HOUR // MILLISECOND if (self.venue.name, length) == ("htx", "1d") else 0
        first = -(-(start - shift) // step) * step + shift
        return [[time, 2.0, 3.0, 1.0, 2.0, 6.0] for time in range(first, end, step)]


def read(name: str, length: str, count: int, *, inverse: bool = False) -> tuple[Asked, Any]:
    client, step = Asked(name), duration_ns(length)
    gathering = Gathering(contract(name, inverse=inverse), step)
    given: Any = client
    run(gather_history(given, gathering, NOW - count * step, kinds=["candles"], present=False))
    return client, gathering.history().frames["candles"]


@pytest.mark.parametrize("length", ["5m", "1h", "1d"])
@pytest.mark.parametrize(("name", "inverse"), CONTRACTS)
def test_the_longest_span_is_one_question_and_one_candle_more_is_another(
    name: str, length: str, *, inverse: bool
) -> None:
    venue, step = VENUES[name], duration_ns(length)
    part = duration_ns(venue.candle_parts.get(length, length))
    longest = LONGEST_DAYS.get((name, inverse), 10**9) * DAY
    most = min(venue.candle_page, longest // part) * part // step
    for count in (most, most + 1):
        client, candles = read(name, length, count, inverse=inverse)
        assert len(candles) == count
        assert len(client.spans) == 1 + (count > most)
        assert all((end - start) * MILLISECOND <= longest for _, start, end, _ in client.spans)
        assert all(limit is None or limit <= most for *_, limit in client.spans)


def test_days_of_htx_are_days_of_utc() -> None:
    client, candles = read("htx", "1d", 10)
    assert {length for length, *_ in client.spans} == {"4h"}
    assert (candles.index.hour == 0).all()
    assert candles.iloc[-1].tolist() == [2.0, 3.0, 1.0, 2.0, 6 * 6.0 / VENUES["htx"].candle_sides]


def test_longer_candles_are_made_of_what_is_there() -> None:
    rows = [[4, 2.0, 5.0, 1.5, 3.0, 1.0], [0 + 8, 9, 9, 9, 9, 0], [6, 3.0, 4.0, 1.0, 2.0, 2.0], [None] * 6, []]
    assert longer_candles(rows, 4) == [[4, 2.0, 5.0, 1.0, 2.0, 3.0], [8, 9, 9, 9, 9, 0]]


@pytest.mark.parametrize("name", ["htx", "bybit", "okx", "gate"])
@pytest.mark.parametrize("answer", [None, [], [None], {"a": 1}, "text", [{"maxLeverage": "x"}], 7])
def test_a_side_answer_that_is_missing_or_odd_costs_a_note_and_never_the_venue(name: str, answer: Any) -> None:
    class Odd(Asked):
        async def call(self, method: str, *arguments: Any) -> Any:
            return await super().call(method, *arguments) if method == "fetch_ohlcv" else answer

    client: Any = Odd(name)
    gathering = Gathering(contract(name, inverse=True), HOUR)
    gathering.instrument = contract(name) if name != "htx" else gathering.instrument
    run(gather_history(client, gathering, NOW - 20 * HOUR))
    found = gathering.history()
    assert len(found.frames["candles"]) == 20
    assert found.notes or answer == []


def test_coin_margined_contracts_of_htx_have_no_tiers() -> None:
    """ccxt answers None for them."""

    async def call(*_: Any) -> None:
        return None

    swap = contract("htx", inverse=True)
    client: Any = SimpleNamespace(venue=VENUES["htx"], api=SimpleNamespace(markets={swap.symbol: {}}), call=call)
    with pytest.raises(Exception, match="htx sent margin tiers"):
        run(read_tiers(client, swap))


# ------------------------------------------------------------------ live candles

TIME = NOW // MILLISECOND
PRICES = {"o": "1788", "h": "1789.5", "l": "1787", "c": "1787.62"}
REST = [TIME, 1788.0, 1789.5, 1787.0, 1787.62]
ROW = [str(TIME), *PRICES.values()]
LIVE: dict[tuple[str, bool], tuple[Any, Any]] = {
    ("binance", False): (
        {"e": "kline", "k": {"t": TIME, "s": "BTCUSDT", "i": "1h", **PRICES, "v": "2246.594", "q": "401601"}},
        [TIME, *PRICES.values(), "2246.594", TIME, "401601"],
    ),
    ("binance", True): (
        {"e": "kline", "k": {"t": TIME, "s": "BTCUSDT", "i": "1h", **PRICES, "v": "401601", "q": "2246.594"}},
        [TIME, *PRICES.values(), "401601", TIME, "2246.594"],
    ),
    ("bybit", False): (
        {"topic": "kline.60.BTCUSDT", "data": [dict(zip(
            ("start", "open", "high", "low", "close", "volume", "turnover"), (*ROW, "2246.594", "401601"), strict=True
        ))]},
        [*ROW, "2246.594", "401601"],
    ),
    ("bybit", True): (
        {"topic": "kline.60.BTCUSDT", "data": [dict(zip(
            ("start", "open", "high", "low", "close", "volume", "turnover"), (*ROW, "401601", "2246.594"), strict=True
        ))]},
        [*ROW, "401601", "2246.594"],
    ),
    ("okx", False): (
        {"arg": {"channel": "candle1H", "instId": "BTCUSDT"}, "data": [[*ROW, "401601", "2246.594", "9"]]},
        [*ROW, "401601", "2246.594", "9"],
    ),
    ("okx", True): (
        {"arg": {"channel": "candle1H", "instId": "BTCUSDT"}, "data": [[*ROW, "401601", "2246.594", "9"]]},
        [*ROW, "401601", "2246.594", "9"],
    ),
    ("bitget", False): (
        {"arg": {"instType": "USDT-FUTURES", "channel": "candle1H", "instId": "BTCUSDT"},
         "data": [[*ROW, "2246.594", "401601"]]},
        [*ROW, "2246.594", "401601"],
    ),
    ("gate", False): (
        {"channel": "futures.candlesticks",
         "result": [{"t": TIME // 1000, **PRICES, "v": 2246.594, "n": "1h_BTCUSDT"}]},
        {"t": TIME // 1000, **PRICES, "v": 2246.594},
    ),
    ("gate", True): (
        {"channel": "futures.candlesticks",
         "result": [{"t": TIME // 1000, **PRICES, "v": 2246.594, "n": "1h_BTCUSDT"}]},
        {"t": TIME // 1000, **PRICES, "v": 2246.594},
    ),
    ("htx", False): (
        {"ch": "market.BTCUSDT.kline.60min", "tick": {"id": TIME // 1000, "open": 1788, "high": 1789.5, "low": 1787,
                                                      "close": 1787.62, "amount": 2246.594, "vol": 401601}},
        {"id": TIME // 1000, "open": 1788, "high": 1789.5, "low": 1787, "close": 1787.62, "amount": 2246.594},
    ),
    ("htx", True): (
        {"ch": "market.BTCUSDT.kline.60min", "tick": {"id": TIME // 1000, "open": 1788, "high": 1789.5, "low": 1787,
                                                      "close": 1787.62, "amount": 2246.594, "vol": 401601}},
        {"id": TIME // 1000, "open": 1788, "high": 1789.5, "low": 1787, "close": 1787.62, "amount": 2246.594},
    ),
    ("hyperliquid", False): (
        {"channel": "candle", "data": {"t": TIME, "s": "BTC", "i": "1h", **PRICES, "v": "2246.594"}},
        {"t": TIME, **PRICES, "v": "2246.594"},
    ),
}  # fmt: skip
"""What a socket and an answer say of one candle, with 2246.594 coins or contracts, and other amounts beside."""


def test_every_venue_has_its_candle() -> None:
    assert set(LIVE) == set(CONTRACTS)


@pytest.mark.parametrize(("name", "inverse"), CONTRACTS)
def test_a_live_candle_is_the_candle_by_rest(name: str, *, inverse: bool) -> None:
    message, answer = LIVE[name, inverse]
    found, swap = VENUES[name], contract(name, inverse=inverse, size=10.0)
    exchange = getattr(importlib.import_module("ccxt.pro"), found.inverse_class if inverse else found.linear_class)()
    market = {
        "id": "BTCUSDT", "symbol": swap.symbol, "type": "swap", "swap": True, "spot": False, "contract": True,
        "inverse": inverse, "linear": not inverse, "base": "BTC", "quote": "USDT",
    }  # fmt: skip
    exchange.markets, exchange.markets_by_id = {swap.symbol: market}, {"BTCUSDT": [market], "BTC": [market]}
    told: list[Any] = []
    client = SimpleNamespace(url="wss://example.invalid/dstream", resolve=lambda rows, _: told.append(rows))
    exchange.safe_symbol = lambda *_: swap.symbol
    exchange.safe_market = lambda *_: market
    exchange.handle_ohlcv(client, found.as_by_rest(message, swap))
    (stored,) = [part for by_length in exchange.ohlcvs.values() for part in by_length.values()]
    live, _ = candle_rows([list(row) for row in stored], swap, HOUR, NOW + HOUR)
    asked, _ = candle_rows([exchange.parse_ohlcv(answer, market)], swap, HOUR, NOW + HOUR)
    assert live == asked
    assert live[0][:5] == (TIME * MILLISECOND, *REST[1:])
    if name in {"binance", "bybit", "okx", "hyperliquid", "bitget"}:
        assert live[0][5] == 2246.594
