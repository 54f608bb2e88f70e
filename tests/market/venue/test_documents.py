"""Bitget, Gate and HTX: the real ccxt classes on answers written after the venues' documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest

from liqwidget import margin_tiers, order_book
from liqwidget.errors import SourceError
from liqwidget.market.fetch import fetch_history
from liqwidget.market.history import KINDS, History
from liqwidget.market.venue import worker
from liqwidget.market.venue.client import Client
from tests.answers import START, STEP, candle_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 2500
"""Candles of 5m: more than a page of each."""
END = START + COUNT * STEP
ROWS = {int(row[0]): row for row in candle_rows(COUNT)}
HOUR = 3_600_000


def between(query: dict[str, str], low: str, high: str, unit: int = 1) -> list[list[float]]:
    """Return the candles between two bounds of a request, both inclusive."""
    return [row for time, row in ROWS.items() if int(query[low]) * unit <= time <= int(query[high]) * unit]


def gate(path: str, query: dict[str, str]) -> Any:  # noqa: PLR0911 - one return a path
    match path:
        case "/api/v4/futures/usdt/contracts":
            return [{"name": "BTC_USDT", "type": "direct", "quanto_multiplier": "0.0001", "in_delisting": False,
                     "order_price_round": "0.1", "order_size_min": 1, "order_size_max": 10**6, "leverage_min": "1",
                     "leverage_max": "100", "mark_price": "90000", "status": "trading", "create_time": 1}]  # fmt: skip
        case "/api/v4/futures/usdt/candlesticks":
            assert "limit" not in query  # refused together with from and to
            rows = between(query, "from", "to", 1000)
            return [{"t": row[0] // 1000, "o": str(row[1]), "h": str(row[2]), "l": str(row[3]), "c": str(row[4]),
                     "v": 50_000, "sum": "1"} for row in rows]  # fmt: skip
        case "/api/v4/futures/usdt/contract_stats":
            first, step = int(query["from"]) * 1000, {"5m": STEP}[query["interval"]]
            times = [time for time in range(START, END + 1, step) if time >= first][: int(query["limit"])]
            return [{"time": time // 1000, "open_interest": 20_000_000, "open_interest_usd": "180000000",
                     "lsr_account": "1.25", "lsr_taker": "1.125"} for time in times]  # fmt: skip
        case "/api/v4/futures/usdt/funding_rate":
            return [{"t": time // 1000, "r": "0.0001"} for time in range(START, END, 8 * HOUR)
                    if int(query["from"]) * 1000 <= time <= int(query["to"]) * 1000]  # fmt: skip
        case "/api/v4/futures/usdt/risk_limit_tiers":
            assert query["contract"] == "BTC_USDT"
            return [{"tier": number, "risk_limit": limit, "initial_rate": "0.008", "maintenance_rate": rate,
                     "leverage_max": most, "contract": "BTC_USDT", "deduction": "0"}
                    for number, limit, rate, most in ((1, "20000", "0.004", "125"), (2, "50000", "0.005", "100"))
                    ]  # fmt: skip
        case "/api/v4/futures/usdt/order_book":
            assert query["limit"] == "300"
            return {"id": 123456, "current": END / 1000, "update": END / 1000,
                    "asks": [{"p": "1.52", "s": 100}, {"p": "1.53", "s": 40}],
                    "bids": [{"p": "1.17", "s": 150}, {"p": "1.16", "s": 203}]}  # fmt: skip
        case "/api/v4/futures/usdt/liq_orders":
            assert int(query["to"]) - int(query["from"]) <= 3600
            return [{"contract": "BTC_USDT", "left": 0, "size": -165, "fill_price": "28070", "order_price": "28225",
                     "time": int(query["from"]) + 60}]  # fmt: skip
    raise AssertionError(path)


def htx(path: str, query: dict[str, str]) -> Any:
    data: Any
    match path:
        case "/linear-swap-api/v1/swap_contract_info":
            data = [{"symbol": "BTC", "contract_code": "BTC-USDT", "contract_size": 0.001, "price_tick": 0.1,
                     "create_date": "20201021", "contract_status": 1, "business_type": "swap", "pair": "BTC-USDT",
                     "contract_type": "swap", "trade_partition": "USDT"}]  # fmt: skip
        case "/linear-swap-ex/market/history/kline":
            assert "size" not in query  # with it the times are ignored
            rows = between(query, "from", "to", 1000)
            data = [{"id": row[0] // 1000, "open": row[1], "high": row[2], "low": row[3], "close": row[4],
                     "amount": 8.0, "vol": 8000} for row in rows]  # fmt: skip
        case "/linear-swap-api/v1/swap_his_open_interest":
            assert query["amount_type"] == "2"
            step = {"60min": HOUR, "4hour": 4 * HOUR}[query["period"]]
            times = range(END // step * step, START, -step)[: int(query["size"])]
            tick = [{"volume": "4000", "amount_type": "2", "ts": str(time), "value": "1"} for time in times]
            data = {"symbol": "BTC", "tick": tick, "contract_code": "BTC-USDT"}
        case "/linear-swap-api/v1/swap_adjustfactor":
            ladders = [{"ladder": 0, "min_size": 0, "max_size": 999, "adjust_factor": 0.6},
                       {"ladder": 1, "min_size": 1000, "max_size": 9999, "adjust_factor": 0.7}]  # fmt: skip
            data = [{"symbol": "BTC", "contract_code": "BTC-USDT", "margin_mode": "isolated", "trade_partition": "USDT",
                     "list": [{"lever_rate": lever, "ladders": ladders} for lever in (20, 100)]}]  # fmt: skip
        case "/linear-swap-ex/market/depth":
            assert query["type"] == "step0"
            book = {"asks": [[13084.2, 131], [13084.3, 1]], "bids": [[13084.1, 46], [13083.9, 10]],
                    "ch": "market.BTC-USDT.depth.step0", "ts": END}  # fmt: skip
            return {"ch": "market.BTC-USDT.depth.step0", "status": "ok", "tick": book, "ts": END}
        case "/v5/market/open_interest":
            data = {"amount": "4200", "volume": "4200000", "value": "1", "contract_code": "BTC-USDT"}
        case "/v5/market/funding_rate_history":
            data = [{"contract_code": "BTC-USDT", "funding_time": str(time), "funding_rate": "0.0001"}
                    for time in range(START, END, 8 * HOUR)
                    if int(query["start_time"]) <= time <= int(query["end_time"])]  # fmt: skip
        case "/v5/market/liquidation_orders":
            data = [{"id": query["start_time"], "contract_code": "BTC-USDT", "side": "buy", "position_side": "short",
                     "liquidation_time": str(int(query["start_time"]) + 1), "volume": "2", "amount": "2",
                     "bankrupt_price": "62978.5", "trade_turnover": "125.957"}]  # fmt: skip
        case _:
            raise AssertionError(path)
    return {"status": "ok", "code": 200, "data": data, "ts": END}


def bitget(path: str, query: dict[str, str]) -> Any:
    data: Any
    match path:
        case "/api/v2/mix/market/contracts":
            data = [{"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "minTradeNum": "0.001",
                     "priceEndStep": "1", "volumePlace": "3", "pricePlace": "1", "sizeMultiplier": "0.001",
                     "symbolType": "perpetual", "supportMarginCoins": ["USDT"], "symbolStatus": "normal",
                     "makerFeeRate": "0", "takerFeeRate": "0", "maxLever": "125", "minLever": "1"}
                    ] if query["productType"] == "USDT-FUTURES" else []  # fmt: skip
        case "/api/v2/mix/market/candles" | "/api/v2/mix/market/history-candles":
            rows = between(query, "startTime", "endTime")[-int(query["limit"]) :]
            data = [[str(int(row[0])), *map(str, row[1:5]), "5", "450000"] for row in rows]
        case "/api/v2/mix/market/open-interest":
            data = {"openInterestList": [{"symbol": "BTCUSDT", "size": "34278.06"}], "ts": str(END)}
        case "/api/v2/mix/market/merge-depth":
            assert query["limit"] == "max"
            data = {"asks": [["26347.5", "0.25"], ["26348.0", "0.16"]],
                    "bids": [["26346.5", "0.16"], ["26346.0", "0.32"]], "ts": str(END), "scale": "0.1",
                    "precision": "scale0", "isMaxPrecision": "NO"}  # fmt: skip
        case "/api/v2/mix/market/history-fund-rate":
            data = [{"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingTime": str(time)}
                    for time in range(START, END, 8 * HOUR)]  # fmt: skip
        case "/api/v2/mix/market/query-position-lever":
            data = [{"symbol": "BTCUSDT", "level": str(level), "startUnit": start, "endUnit": end, "leverage": most,
                     "keepMarginRate": rate} for level, start, end, most, rate in
                    ((1, "0", "150000", "125", "0.004"), (2, "150000", "900000", "100", "0.005"))]  # fmt: skip
        case "/api/v2/mix/market/account-long-short":
            data = [{"longAccountRatio": "0.6", "shortAccountRatio": "0.4", "longShortAccountRatio": "1.5",
                     "ts": str(time)} for time in range(END - 10 * STEP, END, STEP)]  # fmt: skip
        case "/api/v2/mix/market/taker-buy-sell":
            assert (query["symbol"], query["period"]) == ("BTCUSDT", "5m")
            data = [{"sellVolume": "2", "buyVolume": "3", "ts": str(time)} for time in range(START, END + 1, STEP)]
        case _:
            raise AssertionError(path)
    return {"code": "00000", "msg": "success", "data": data, "requestTime": END}


VENUES = {"gate": gate, "htx": htx, "bitget": bitget}


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let the classes of ccxt hear the documents instead of the network; yield the paths asked for."""
    make, asked = Client.make, list[str]()

    def spoken(client: Client) -> None:
        make(client)

        async def fetch(url: str, *_: Any, **__: Any) -> Any:
            parts = urlsplit(url)
            asked.append(parts.path)
            return VENUES[client.venue.name](parts.path, dict(parse_qsl(parts.query)))

        client.api.fetch = fetch

    monkeypatch.setattr(Client, "make", spoken)
    yield asked
    worker.close()


def read(name: str, **options: Any) -> History:
    now = pd.Timestamp(END, unit="ms", tz="UTC").value
    first = pd.Timestamp(START, unit="ms", tz="UTC")
    return fetch_history(
        name, "BTC", since=first, kinds=KINDS, clock=lambda: now, paced=False, first_wait=0.0, **options
    )


@pytest.mark.parametrize(
    ("name", "tiers"),
    [
        ("gate", [[20000, "quote", 125, 0.004], [50000, "quote", 100, 0.005]]),
        ("bitget", [[150000, "quote", 125, 0.004], [900000, "quote", 100, 0.005]]),
        ("htx", [[0.999, "base", 100, 0.006], [0.999, "base", 20, 0.03],
                 [9.999, "base", 100, 0.007], [9.999, "base", 20, 0.035]]),
    ],
)  # fmt: skip
def test_margin_tiers(name: str, tiers: list[list[Any]]) -> None:
    found = margin_tiers(name, "BTC", paced=False, first_wait=0.0)
    assert found["unit"].tolist() == [tier[1] for tier in tiers]
    for column, place in (("limit", 0), ("max_leverage", 2), ("maintenance_margin_rate", 3)):
        assert found[column].tolist() == pytest.approx([tier[place] for tier in tiers])


@pytest.mark.parametrize(
    ("name", "volume", "interest"),
    [("gate", 5.0, {1000.0}), ("htx", 4.0, {2000.0, 2100.0}), ("bitget", 5.0, {34278.06})],
)  # fmt: skip
def test_units_and_pages(name: str, volume: float, interest: set[float]) -> None:
    found = read(name)
    frame = found.frames["candles"]
    assert len(frame) == COUNT
    assert frame["close"].tolist() == [row[4] for row in ROWS.values()]
    assert set(frame["volume"]) == {volume}
    assert set(found.frames["open_interest"]["open_interest"]) == interest
    assert len(found.frames["funding"]) == len(range(START, END, 8 * HOUR))
    assert not [note for note in found.notes if "could not be read" in note]
    market = found.market()
    if name == "htx":
        assert market.minimum_distance == pytest.approx(1 / 100 - 0.006)
    assert not market.relative
    assert market.close_time[-1] == END * 1_000_000


def test_liquidations_of_gate_and_htx_are_by_position() -> None:
    gates = read("gate").frames["liquidations"]
    assert gates[["side", "price", "size"]].to_dict("records") == [
        {"side": "short", "price": 28070.0, "size": pytest.approx(165 * 0.0001 * 28070)}
    ]
    others = read("htx").frames["liquidations"]
    assert len(others) == 12
    assert set(others["side"]) == {"short"}
    assert set(others["size"]) == {125.957}


@pytest.mark.parametrize(
    ("name", "bid", "ask"),
    [("gate", (1.17, 0.015), (1.52, 0.01)), ("htx", (13084.1, 0.046), (13084.2, 0.131)),
     ("bitget", (26346.5, 0.16), (26347.5, 0.25))],
)  # fmt: skip
def test_order_books_are_in_coins(name: str, bid: tuple[float, float], ask: tuple[float, float]) -> None:
    book = order_book(name, "BTC", paced=False, first_wait=0.0)
    assert (book.venue, book.time) == (name, pd.Timestamp(END, unit="ms", tz="UTC"))
    assert book.bids[0].tolist() == pytest.approx(bid)
    assert book.asks[0].tolist() == pytest.approx(ask)
    assert book.bids.shape == book.asks.shape == (2, 2)


def test_ratios() -> None:
    assert set(read("gate").frames["long_short"]["long_short_ratio"]) == {1.25}
    assert set(read("bitget").frames["long_short"]["long_short_ratio"]) == {1.5}
    assert "htx publishes no long/short ratio" in read("htx").notes


@pytest.mark.slow
def test_taker_volumes() -> None:
    """Of a period that may not be over nothing is taken."""
    bitget = read("bitget").frames["taker_volume"]
    assert set(map(tuple, bitget.to_numpy().tolist())) == {(1.5, 3.0, 2.0)}
    assert bitget.index[-1] == pd.Timestamp(END - STEP, unit="ms", tz="UTC")
    gate = read("gate").frames["taker_volume"]
    assert set(gate["taker_ratio"]) == {1.125}
    assert gate[["taker_buy_volume", "taker_sell_volume"]].isna().all(axis=None)
    assert "htx publishes no taker volume" in read("htx").notes


def test_what_a_venue_lacks_is_said(told: list[str]) -> None:
    assert any("bitget lists no past liquidations" in note for note in read("bitget").notes)
    market = read("bitget").market()
    assert any("publishes no history of open interest" in note for note in market.notes)
    assert any("one side or both: one is taken" in note for note in market.notes)
    assert not any("liquidation" in path for path in told)


def test_a_coin_margined_contract_that_cannot_be_read_is_refused(told: list[str]) -> None:
    with pytest.raises(SourceError, match="bitget has no coin-margined perpetual swaps that can be read"):
        fetch_history("bitget", "BTC/USD:BTC")
    assert not told
