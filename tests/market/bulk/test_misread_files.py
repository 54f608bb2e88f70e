"""Files that an analyst adds by mistake, or writes in another way: a sentence that helps, and nothing is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import liqwidget
from liqwidget.errors import DataError
from liqwidget.market.bulk import opening, reading
from liqwidget.market.bulk.cleaning import times_ns
from tests.market.bulk.written import CANDLES, NEXT, ROW, put, stored, values
from tests.recorded import FOLDER, needs_recordings

if TYPE_CHECKING:
    from pathlib import Path

OPENS = pd.date_range("2024-01-01", periods=4, freq="5min", tz="UTC")
PRICES = {"open": 100.0, "high": 110.0, "low": 90.0, "close": 105.0}
HEADER = "time,open,high,low,close,volume"


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"time": OPENS} | columns)


def said(given: Any, **options: Any) -> str:
    """Return what is said of a file or frame; nothing of it is stored."""
    before = liqwidget.store.list()
    with pytest.raises(DataError) as caught:
        liqwidget.store.add(given, **({"venue": "binance", "symbol": "BTC"} | options))
    pd.testing.assert_frame_equal(liqwidget.store.list(), before)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "symbol", "told"),
    [
        ("ETHUSDT-1m-2024-01.csv", "BTC", "ETHUSDT"), ("BTCUSD_PERP-1m-2024-01.csv", "BTC", "BTCUSD_PERP"),
        ("BTCUSDT-1m-2024-01.csv", "BTC/USD:BTC", "BTCUSDT"), ("BTC_USDT_USDT-5m-futures.csv", "ETH", "BTC_USDT"),
        ("ETHUSDT_1_2024-01-01_2024-01-31.csv", "SOL", "ETHUSDT"), ("BTCUSDC-1m-2024-01.csv", "BTC", "BTCUSDC"),
        ("1INCHUSDT-1m-2024-01.csv", "BTC", "1INCHUSDT"), ("PERPUSDT-1m.csv", "BTC", "PERPUSDT"),
    ],
)  # fmt: skip
def test_a_file_of_another_contract_by_its_name(tmp_path: Path, name: str, symbol: str, told: str) -> None:
    """Candles do not say whose they are: what a file's name says counts, and a frame has none."""
    path = put(tmp_path, name, CANDLES, ROW, NEXT)
    assert f"was {told} by its name" in said(path, symbol=symbol)
    liqwidget.store.add(pd.read_csv(path), venue="binance", symbol=symbol)


@pytest.mark.parametrize(
    "name",
    ["BTCUSDT-1m-2024-01.csv", "my own.csv", "Binance_BTCUSDT_1m.csv", "usdt.csv", "candles_2024-01-01_USDT.csv",
     "OKX_USDT_candles.csv", "BTC_PERP_USDT.csv", "BTC-USDT-SWAP-candlesticks-2024-01.csv", "ETHUSDT_and_BTCUSDT.csv"],
)  # fmt: skip
def test_a_file_of_the_contract_by_its_name(tmp_path: Path, name: str) -> None:
    assert len(liqwidget.store.add(put(tmp_path, name, CANDLES, ROW, NEXT), venue="binance", symbol="BTC")) == 1


def test_rows_of_several_coins_and_venues_are_taken_apart() -> None:
    """By whatever column tells them: one coin on one venue is stored, the others are not mixed into it."""
    rows = [frame(**PRICES | {"close": close}, volume=1.0).assign(coin=coin, exchange=venue)
            for coin, venue, close in (("BTC", "binance-futures", 101.0), ("SOL", "binance-futures", 102.0),
                                       ("BTC", "okex-swap", 103.0))]  # fmt: skip
    whole = pd.concat(rows).sort_values("time", ignore_index=True)
    for coin, venue, close in (("BTC", "binance", 101.0), ("SOL", "binance", 102.0), ("BTC", "okx", 103.0)):
        liqwidget.store.add(whole, venue=venue, symbol=coin)
        assert stored("candles", venue, coin)["close"].tolist() == [close] * 4
    assert "was binance-futures, okex-swap" in said(whole, venue="bybit")
    assert "was BTC, SOL" in said(whole, symbol="DOGE")


@needs_recordings
def test_recorded_tables_of_several_coins_and_venues() -> None:
    """Bars of two coins in one file, funding of five venues and four coins in another."""
    real = FOLDER / "data" / "real"
    bars = real / "hyperliquid_1m_2026-06" / "bars_1m.csv.gz"
    liqwidget.store.add(bars, venue="hyperliquid", symbol="SOL")
    theirs = pd.read_csv(bars).query("coin == 'SOL'")
    assert stored("candles", "hyperliquid", "SOL")["close"].tolist() == theirs.sort_values("t")["close"].tolist()
    told = real / "multi_venue_1h_2025-03" / "funding_rates.csv.gz"
    liqwidget.store.add(told, venue="okx", symbol="ETH")
    mine = pd.read_csv(told).query("venue == 'okx' and coin == 'ETH'").sort_values("timestamp")
    assert stored("funding", "okx", "ETH")["funding_rate"].tolist() == mine["funding_rate"].tolist()


def test_candles_of_a_mark_price_are_no_candles_of_trades(tmp_path: Path) -> None:
    """Binance packs them under the same name and columns, freqtrade too: price moves, and nothing is traded."""
    rows = [row.replace("180.760", "0").replace("10.5,", "0,") for row in (ROW, NEXT)]
    assert "mark or index price" in said(put(tmp_path, "BTCUSDT-1m-2025-01.zip", CANDLES, *rows))
    assert "mark or index price" in said(frame(**PRICES, volume=0.0))
    liqwidget.store.add(frame(**PRICES, volume=np.nan), venue="binance", symbol="BTC")
    still = frame(open=100.0, high=100.0, low=100.0, close=100.0, volume=0.0)
    liqwidget.store.add(still, venue="okx", symbol="BTC")
    liqwidget.store.add(frame(**PRICES, volume=[0.0, 0, 0, 1]), venue="bybit", symbol="BTC")
    assert len(stored("candles", "bybit")) == 4


def test_open_interest_in_another_unit_than_it_says() -> None:
    """Beside stored candles it cannot be: dollars under the name of coins are not kept as coins."""
    liqwidget.store.add(frame(**PRICES, volume=50.0), venue="binance", symbol="BTC")
    liqwidget.store.add(frame(open_interest=900.0), venue="binance", symbol="BTC")
    sentence = said(frame(open_interest=9e10))
    assert "'open_interest_value'" in sentence
    assert "say unit= ('coins', 'contracts', 'quote')" in sentence
    liqwidget.store.add(frame(open_interest=9e4), venue="binance", symbol="BTC", unit="quote")
    liqwidget.store.add(frame(taker_buy_volume=20.0, taker_sell_volume=30.0), venue="binance", symbol="BTC")
    sentence = said(frame(taker_buy_volume=2000.0, taker_sell_volume=3000.0))
    assert "was 100 times what the stored candles say was traded" in sentence
    assert "name them taker_buy_volume_usd" in sentence


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"oi": 1.0}, "As open_interest it has no 'open_interest'. Is 'oi' meant?"),
        ({"open_interest_usd": 1.0}, "It is in quote currency, not coins: rename it to 'open_interest_value'"),
        (PRICES, "As candles it has no 'volume'. Where it is not known, a column 'volume' of NaN will do"),
        (PRICES | {"vol": 1.0}, "As candles it has no 'volume'. Is 'vol' meant?"),
        ({"fundingRate": 1e-4}, "As funding it has no 'funding_rate'. Is 'fundingrate' meant?"),
        ({"px": 1.0, "sz": 1.0, "side": "buy"}, "As trades it has no 'price', 'amount'. Is 'px' meant?"),
        ({"side": "long", "price": 1.0, "size_usd": 2.0}, "Is 'size_usd' meant? Rename it to 'size' [quote"),
    ],
)  # fmt: skip
def test_columns_under_other_names_are_named(columns: dict[str, Any], words: str) -> None:
    assert words in said(frame(**columns))


def test_trades_with_a_side_where_they_are_said_to_be_trades(tmp_path: Path) -> None:
    """The files of freqtrade; any other table of them, which could be of liquidations, with `kind`."""
    columns = {"price": 100.0, "amount": 2.0, "side": ["buy", "sell", "BUY", "s"], "cost": 200.0}
    assert "Expected kind= such as 'trades', was None" in said(frame(**columns))
    path = tmp_path / "BTC_USDT_USDT-trades.feather"
    frame(**columns).rename(columns={"time": "timestamp"}).assign(id="1", type=None).to_feather(path)
    tables: tuple[tuple[Any, str | None], ...] = ((path, None), (frame(**columns), "trades"))
    for table, kind in tables:
        liqwidget.store.add(table, venue="okx", symbol="BTC", kind=kind)
        assert stored("trades", "okx")["taker_buy"].tolist() == [1.0, 0.0, 1.0, 0.0]
    made = liqwidget.store.add(frame(**columns | {"side": "?"}).assign(side=["buy", "?", "buy", "buy"]), venue="okx",
                               symbol="ETH", kind="trades")  # fmt: skip
    assert made.attrs["notes"] == ["left out: 1 trades without 'buy' or 'sell' of the taker in side"]
    for maker in ([False, True, False, True], ["false", "true", "0", "1"]):
        liqwidget.store.add(frame(price=100.0, amount=1.0, is_buyer_maker=maker), venue="bybit", symbol="BTC")
        assert stored("trades", "bybit")["taker_buy"].tolist() == [1.0, 0.0, 1.0, 0.0]


WRITTEN = {
    "01/31/2024 13:00": "day and month cannot be told apart", "31.01.2024 13:00": "day and month cannot be told apart",
    "2024-01-31 01:00 PM": "write ISO 8601", "2024-01-31 13:00 EST": "write ISO 8601",
    "45322.5": "origin='1899-12-30'", "20240131": "format='%Y%m%d'", "": "was missing in row 2", "total": "was 'total'",
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_times_that_cannot_be_read_are_shown_where_they_are(tmp_path: Path, text: str) -> None:
    """The bad one, not the first; with what would be read, and what helps."""
    good = ["2024-01-31 12:50", "2024-01-31 12:55"]
    if text.isdigit() or "." in text[:7]:
        good = ["1706705400", "1706705700"]
    sentence = said(put(tmp_path, "t.csv", HEADER, *[f"{time},1,2,1,2,5" for time in (*good, text)]))
    assert WRITTEN[text] in sentence
    assert "in row 2" in sentence
    assert "column 'time'" in sentence


instants = st.lists(st.integers(1_300_000_000, 4_000_000_000), min_size=1, max_size=8)
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


@settings(max_examples=25, deadline=None)
@given(instants, st.sampled_from(list(UNITS)), st.booleans())
def test_numbers_of_any_unit_and_text_are_the_same_times(seconds: list[int], unit: str, text: bool) -> None:  # noqa: FBT001
    expected = [second * 10**9 for second in seconds]
    counted = pd.Series([second * UNITS[unit] for second in seconds], name="t")
    assert times_ns(counted.astype(str) if text else counted).tolist() == expected
    shown = pd.to_datetime(pd.Series(seconds, name="t"), unit="s", utc=True)
    assert times_ns(shown).tolist() == times_ns(shown.astype(str)).tolist() == expected
    there = shown.dt.tz_convert("Asia/Tokyo").map(lambda time: time.isoformat())
    assert times_ns(there.rename("t")).tolist() == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html><body>404, not, found</body></html>", "was a web page"),
        ("time,open".encode("utf-16"), "was text in UTF-16"), (b"PK\x03\x04 workbook", "a workbook of Excel"),
        (b"PAR1....", "give it the ending"), (b"\x00\x01\x02, \x03", "was no text"), (b"", "it has no rows"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    assert words in said(path)


def test_what_is_no_file_and_no_frame(tmp_path: Path) -> None:
    class Foreign:
        def to_pandas(self) -> None: ...

    assert "was the folder" in said(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    assert "add its files one by one" in said(tmp_path / "folder.csv")
    assert "download it first" in said("https://example.org/BTCUSDT-1m-2024-01.zip")
    assert "add files and frames one by one" in said([frame()])
    assert "add its .to_pandas()" in said(Foreign())
    assert "is 'binance' meant?" in said(frame(**PRICES, volume=1.0), venue="binanse")
    error = tmp_path / "answer.json"
    error.write_text('{"code": "30001", "msg": "API key missing."}', encoding="utf-8")
    assert "which says 'API key missing.'" in said(error)


def test_numbers_with_a_comma_before_the_fraction(tmp_path: Path) -> None:
    """As a spreadsheet of much of Europe writes them, where cells are parted by another sign."""
    lines = [f"{time:%Y-%m-%d %H:%M};100,5;110,25;90;105;7,5" for time in OPENS]
    liqwidget.store.add(put(tmp_path, "e.csv", HEADER.replace(",", ";"), *lines), venue="okx", symbol="BTC")
    assert values(stored("candles", "okx"))[0] == [100.5, 110.25, 90.0, 105.0, 7.5]


def test_answers_without_names_are_read_as_files_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "klines.json"
    cells = [", ".join(f'"{cell}"' for cell in row.split(",")) for row in (ROW, NEXT)]
    path.write_text("[[" + "], [".join(cells) + "]]", encoding="utf-8")
    liqwidget.store.add(path, venue="binance", symbol="BTC")
    assert stored("candles")["close"].tolist() == [95223.10, 95230.00]


def test_candles_of_a_rate_are_no_open_interest(tmp_path: Path) -> None:
    """Answers of Coinalyze and CoinGlass on funding look like those on open interest, and are in per cent."""
    told = json.dumps([{"symbol": "BTCUSDT_PERP.A", "history": [{"t": 1704067200, "o": 1, "h": 1, "l": 1, "c": 0.01}]}])
    path = tmp_path / "funding-rate-history.json"
    path.write_text(told, encoding="utf-8")
    assert "Expected funding as 'time' of each settlement and 'funding_rate', a fraction" in said(path)
    assert "divide it by 100" in said(frame(**PRICES), kind="funding")


def test_answers_of_coinglass_in_dollars() -> None:
    """Candles with a volume in dollars; what takers bought and sold as a ratio, which has no unit."""
    liqwidget.store.add(frame(**PRICES, volume_usd=[210.0, 420.0, 105.0, 0.0]), venue="okx", symbol="BTC")
    assert stored("candles", "okx")["volume"].tolist() == [2.0, 4.0, 1.0, 0.0]
    columns = {"taker_buy_volume_usd": [3.0, 1.0, 1.0, 5.0], "taker_sell_volume_usd": [2.0, 2.0, 0.0, 4.0]}
    liqwidget.store.add(frame(**columns), venue="okx", symbol="BTC")
    found = stored("taker_volume", "okx")["taker_ratio"]
    assert found.tolist() == [1.5, 0.5, 1.25]
    assert found.index[0] == OPENS[1]


def test_rows_that_come_twice_are_counted_once(tmp_path: Path) -> None:
    again = NEXT.replace("95230.00", "95240.00")
    made = liqwidget.store.add(put(tmp_path, "a.csv", CANDLES, ROW, NEXT, again), venue="binance", symbol="BTC")
    assert made["rows"].tolist() == [2]
    assert made.attrs["notes"] == ["left out: 1 rows of candles whose time comes again (the last counts)"]
    assert stored("candles")["close"].tolist()[-1] == 95240.0


def test_times_in_index_and_column(tmp_path: Path) -> None:
    path, whole = tmp_path / "both.parquet", frame(**PRICES, volume=1.0)
    whole.set_axis(pd.DatetimeIndex(OPENS, name="time")).to_parquet(path)
    liqwidget.store.add(path, venue="okx", symbol="BTC")
    assert stored("candles", "okx").index.tolist() == OPENS.tolist()


COUNT = 150
orders = st.sampled_from(["oldest first", "newest first", "a little out of order"])


@settings(max_examples=12, deadline=None)
@given(orders, st.integers(0, 2**32 - 1), st.integers(5, 40))
def test_no_event_is_lost_in_any_order_and_any_chunks(order: str, seed: int, chunk: int) -> None:
    """Equal events of one instant are all there, wherever chunks part them, and a day is written once."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.integers(0, 5 * 24 * 4, COUNT)) * 900
    if order == "newest first":
        times = times[::-1]
    elif order != "oldest first":
        times = times[np.argsort(np.arange(COUNT) + rng.uniform(0, 4, COUNT))]
    events = pd.DataFrame({"time": pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(times, "s")})
    events = events.assign(price=100.0, amount=rng.choice([1.0, 2.0], COUNT), taker_buy=1.0)
    parts = ({"trades": events[at : at + chunk]} for at in range(0, COUNT, chunk))
    found = [frames["trades"] for frames in reading.by_day(parts)]
    assert sorted(values(pd.concat(found))) == sorted(values(events))
    days = [set(part["time"].dt.date) for part in found]
    assert sum(map(len, days)) == len(set.union(*days))


def test_events_in_no_order_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a day comes back long after others, equal events could be lost: it is said, and sorted it is whole."""
    monkeypatch.setattr(opening, "CHUNK_ROWS", 50)
    times = [f"2024-01-{day:02} 00:00" for day in (*[1] * 50, *[2] * 50, *[3] * 50, *[4] * 50, *[1] * 50)]
    lines = [f"{time},100,1,1" for time in times]
    path = put(tmp_path, "t.csv", "time,price,amount,taker_buy", *lines)
    with pytest.raises(DataError, match=r"Expected trades in the order of time, .* was one of 2024-01-01 long after"):
        liqwidget.store.add(path, venue="okx", symbol="BTC")
    liqwidget.store.add(
        put(tmp_path, "t.csv", "time,price,amount,taker_buy", *sorted(lines)), venue="okx", symbol="BTC"
    )
    assert len(stored("trades", "okx")) == 250
