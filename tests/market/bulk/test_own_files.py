"""Files of vendors, and plain ones, that an analyst has: `liqwidget.store.add` knows them by their columns."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import liqwidget
from liqwidget.errors import DataError
from liqwidget.market.bulk import opening, reading
from tests.market.bulk.written import CANDLES, NEXT, ROW, put, stored, values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_files_of_tardis(tmp_path: Path) -> None:
    """Trades and liquidations have the same columns: the file's name tells them apart, or `kind`."""
    header = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount"
    row = "binance-futures,BTCUSDT,1640995200000000,1640995200100000,trade1,buy,50000.0,1.5"
    unnamed = put(tmp_path, "day.csv.gz", header, row)
    with pytest.raises(DataError, match="Expected kind= one of 'liquidations', 'trades', was None"):
        liqwidget.store.add(unnamed, venue="binance", symbol="BTC")
    named = put(tmp_path, "binance-futures_liquidations_2022-01-01_BTCUSDT.csv.gz", header, row)
    liqwidget.store.add(named, venue="binance", symbol="BTC")
    assert values(stored("liquidations").drop(columns="time")) == [["short", 50000.0, 75000.0]]
    liqwidget.store.add(unnamed, venue="binance", symbol="BTC", kind="trades")
    assert values(stored("trades").drop(columns="time")) == [[50000.0, 1.5, 1.0]]


def test_the_ticker_of_tardis_is_what_was_known_by_each_candle(tmp_path: Path) -> None:
    header = (
        "exchange,symbol,timestamp,local_timestamp,funding_timestamp,funding_rate,predicted_funding_rate,open_interest,"
        "last_price,index_price,mark_price"
    )

    def at(text: str) -> int:
        return pd.Timestamp(text, tz="UTC").value // 1000  # microseconds

    settled = at("2020-06-01 08:00")
    rows = [
        f"binance-futures,BTCUSDT,{at(time)},{at(time) + 9},{settled},{rate},,{amount},9364.51,,9360.0"
        for time, rate, amount in (
            ("2020-06-01 00:01", "0.0001", "34653.577"), ("2020-06-01 00:05", "0.00011", "34700.5"),
            ("2020-06-01 00:05:00.001", "0.00012", ""), ("2020-06-01 00:09", "0.00013", "34800.25"),
        )
    ]  # fmt: skip
    liqwidget.store.add(put(tmp_path, "ticker.csv", header, *rows), venue="binance", symbol="BTC")
    assert stored("open_interest")["open_interest"].to_dict() == {
        pd.Timestamp("2020-06-01 00:05", tz="UTC"): 34700.5, pd.Timestamp("2020-06-01 00:10", tz="UTC"): 34800.25,
    }  # fmt: skip
    assert stored("funding")["funding_rate"].to_dict() == {pd.Timestamp("2020-06-01 08:00", tz="UTC"): 0.00013}


def test_candles_of_cryptodatadownload_are_newest_first(tmp_path: Path) -> None:
    path = put(
        tmp_path, "Binance_BTCUSDT_1h.csv", "https://www.CryptoDataDownload.com",
        "Unix,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USDT,tradecount",
        "1704070800000,2024-01-01 01:00:00,BTCUSDT,42500,42600,42400,42550,12.3,522000,1000",
        "1704067200000,2024-01-01 00:00:00,BTCUSDT,42400,42500,42300,42450,10.5,446000,900",
    )  # fmt: skip
    made = liqwidget.store.add(path, venue="binance", symbol="BTC")
    assert made["timeframe"].tolist() == ["1h"]
    assert stored("candles")["volume"].tolist() == [10.5, 12.3]
    old = put(
        tmp_path, "Bitstamp_BTCUSD.csv", "https://www.CryptoDataDownload.com",
        "unix,date,symbol,open,high,low,close,Volume BTC,Volume USD",
        "1690588800,2023-07-29 00:00:00,BTC/USD,29316,29316,29296,29296,0.32297518,9461.880873279999",
        "1690588860,2023-07-29 00:01:00,BTC/USD,29296,29316,29296,29300,0.5,14650",
    )  # fmt: skip
    liqwidget.store.add(old, venue="bitstamp", symbol="BTC/USD:USD", timeframe="1m")
    assert stored("candles", "bitstamp", "BTC/USD:USD")["volume"].tolist() == [0.32297518, 0.5]


def test_feather_of_freqtrade(tmp_path: Path) -> None:
    """Its candles, and its funding, which stands in `open`."""
    index = pd.date_range("2024-01-01", periods=3, freq="5min", tz="UTC")
    frame = pd.DataFrame({"date": index.astype("datetime64[ms, UTC]")})
    frame = frame.assign(open=100.0, high=102.0, low=99.0, close=[100.5, 101.0, 101.5], volume=7.0)
    path = tmp_path / "BTC_USDT_USDT-5m-futures.feather"
    frame.to_feather(path)
    liqwidget.store.add(path, venue="okx", symbol="BTC")
    assert stored("candles", "okx")["close"].tolist() == [100.5, 101.0, 101.5]
    rate = frame.assign(open=[0.0001, -0.0002, 0.0003], high=0.0, low=0.0, close=0.0, volume=0.0)
    path = tmp_path / "BTC_USDT_USDT-8h-funding_rate.feather"
    rate.to_feather(path)
    made = liqwidget.store.add(path, venue="okx", symbol="BTC")
    assert made["kind"].tolist() == ["funding"]
    assert stored("funding", "okx")["funding_rate"].tolist() == [0.0001, -0.0002, 0.0003]


def answer(folder: Path, name: str, found: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def test_answers_of_coinalyze(tmp_path: Path) -> None:
    """Open interest is that at the end of its candle; liquidations are sums of coins, at the close of their candle."""
    t = 1704067200
    told = [{"symbol": "BTCUSDT_PERP.A", "history": []}]
    candles = [
        {"t": t + 300 * n, "o": 100, "h": 110, "l": 90, "c": 101 + n, "v": 5, "bv": 2, "tx": 9, "btx": 4}
        for n in range(2)
    ]
    interest = [{"t": t + 300 * n, "o": 7, "h": 9, "l": 6, "c": 8 + n} for n in range(2)]
    sums = [{"t": t, "l": 0.5, "s": 0}, {"t": t + 300, "l": 0, "s": 2}]
    with pytest.raises(DataError, match="add the candles first"):
        liqwidget.store.add(answer(tmp_path, "l.json", [told[0] | {"history": sums}]), venue="binance", symbol="BTC")
    with pytest.raises(DataError, match="Expected kind= such as 'open_interest', was None"):
        liqwidget.store.add(
            answer(tmp_path, "o.json", [told[0] | {"history": interest}]), venue="binance", symbol="BTC"
        )
    for name, rows in (("c", candles), ("open-interest-history", interest), ("l", sums)):
        liqwidget.store.add(
            answer(tmp_path, f"{name}.json", [told[0] | {"history": rows}]), venue="binance", symbol="BTC"
        )
    assert stored("candles")["taker_buy_volume"].tolist() == [2.0, 2.0]
    assert stored("open_interest")["open_interest"].to_dict() == {
        pd.Timestamp(t + 300, unit="s", tz="UTC"): 8.0, pd.Timestamp(t + 600, unit="s", tz="UTC"): 9.0,
    }  # fmt: skip
    assert values(stored("liquidations").drop(columns="time")) == [["long", 101.0, 50.5], ["short", 102.0, 204.0]]
    ratios = put(tmp_path, "r.csv", "t,r,l,s", f"{t},2.4977,71.41,28.59", f"{t + 300},2.5,71.4,28.6")
    liqwidget.store.add(ratios, venue="binance", symbol="BTC")
    assert stored("long_short")["long_short_ratio"].tolist() == [2.4977, 2.5]


def test_answers_of_coinglass(tmp_path: Path) -> None:
    t = 1704067200000
    prices = pd.DataFrame({"time": pd.to_datetime([t, t + 3_600_000], unit="ms", utc=True), "volume": 1.0})
    prices = prices.assign(open=100.0, high=110.0, low=90.0, close=[100.0, 104.0])
    liqwidget.store.add(prices, venue="bybit", symbol="BTC")
    found = {
        "code": "0", "msg": "success",
        "data": [
            {"time": t, "aggregated_long_liquidation_usd": "1000000", "aggregated_short_liquidation_usd": 0},
            {"time": t + 3_600_000, "aggregated_long_liquidation_usd": 0, "aggregated_short_liquidation_usd": 3000.5},
        ],
    }  # fmt: skip
    liqwidget.store.add(answer(tmp_path, "l.json", found), venue="bybit", symbol="BTC")
    assert values(stored("liquidations", "bybit").drop(columns="time")) == [
        ["long", 100.0, 1e6],
        ["short", 104.0, 3000.5],
    ]
    rows = [{"time": t + 3_600_000 * n, "open": 6e9, "high": 7e9, "low": 5e9, "close": 6e9 + n} for n in range(2)]
    path = answer(tmp_path, "o.json", {"code": "0", "data": rows})
    with pytest.raises(DataError, match=r"Expected unit= 'coins', 'contracts' or 'quote'"):
        liqwidget.store.add(path, venue="bybit", symbol="BTC", kind="open_interest")
    made = liqwidget.store.add(path, venue="bybit", symbol="BTC", kind="open_interest", unit="quote")
    assert made["timeframe"].tolist() == ["1h"]
    assert stored("open_interest", "bybit")["open_interest_value"].tolist() == [6e9, 6e9 + 1]
    rows = [{"time": t + 3_600_000 * n, "global_account_long_percent": 42.46, "global_account_short_percent": 57.54,
             "global_account_long_short_ratio": 0.74} for n in range(2)]  # fmt: skip
    liqwidget.store.add(answer(tmp_path, "r.json", {"data": rows}), venue="bybit", symbol="BTC")
    assert stored("long_short", "bybit").index[0] == pd.Timestamp(t + 3_600_000, unit="ms", tz="UTC")


@pytest.mark.parametrize("form", ["parquet", "csv", "frame"])
def test_what_the_store_exports_is_added_again(tmp_path: Path, form: str) -> None:
    sample = liqwidget.sample_market("BTC", days=2).venues["okx"]
    kinds = ("candles", "open_interest", "funding", "liquidations")
    for kind in kinds:
        frame = getattr(sample, kind)
        given: Any = frame
        if form != "frame":
            given = tmp_path / f"{kind}.{form}"
            frame.to_parquet(given) if form == "parquet" else frame.to_csv(given, index=kind != "liquidations")
        liqwidget.store.add(given, venue="okx", symbol="BTC")
        pd.testing.assert_frame_equal(stored(kind, "okx"), frame, check_freq=False, check_dtype=False)
    before = liqwidget.store.list()
    for kind in kinds:
        liqwidget.store.add(getattr(sample, kind), venue="okx", symbol="BTC")
    pd.testing.assert_frame_equal(liqwidget.store.list(), before)


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    add = liqwidget.store.add
    cases = {
        "a layout that is known, was columns day, mood in odd.csv": put(
            tmp_path, "odd.csv", "day,mood", "2024-01-01,good"
        ),
        "Expected rows of BTC in eth.csv, was ETHUSDT": put(
            tmp_path, "eth.csv", "timestamp,symbol,side,size,price,trdMatchID", "1784851200.5,ETHUSDT,Buy,1,2000,a"
        ),
        "Expected CSV .* or JSON, was 'x.pkl'": put(tmp_path, "x.pkl", "cos"),
        "Expected a file, was none": tmp_path / "gone.csv",
        "whole, was 'cut.csv.gz', which cannot be read": put(tmp_path, "cut.csv.gz", CANDLES, *[ROW] * 50),
        "one file in 'two.zip', was 2": tmp_path / "two.zip",
        "times from 2009 to 2100 in column 'open_time', was": put(
            tmp_path, "early.csv", CANDLES, ROW.replace("1736351700000", "17363517")
        ),
    }
    content = (tmp_path / "cut.csv.gz").read_bytes()
    (tmp_path / "cut.csv.gz").write_bytes(content[: len(content) // 2])
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "a")
        archive.writestr("b.csv", "b")
    for words, path in cases.items():
        with pytest.raises(DataError, match=words):
            add(path, venue="binance", symbol="BTC")
    with pytest.raises(DataError, match=r"Expected funding in a\.csv, was Binance, candles"):
        add(put(tmp_path, "a.csv", CANDLES, ROW, NEXT), venue="binance", symbol="BTC", kind="funding")
    with pytest.raises(DataError, match="Expected candles of 5m, was 1m: leave timeframe out"):
        add(tmp_path / "a.csv", venue="binance", symbol="BTC", timeframe="5m")
    with pytest.raises(DataError, match=r"was 1000PEPE by its name, .*: say symbol='1000PEPE'"):
        add(put(tmp_path, "1000PEPEUSDT-1m-2025-01.csv", ROW, NEXT), venue="binance", symbol="PEPE")
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(DataError, match="which cannot be read"):
        add(deep, venue="binance", symbol="BTC")
    with pytest.raises(DataError, match="Expected kind as one of candles"):
        add(tmp_path / "a.csv", venue="binance", symbol="BTC", kind="klines")
    assert liqwidget.store.list().empty


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_ROOM", 2**12)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"1" * 2**22))
    with pytest.raises(DataError, match="unpacks to more than it can hold"):
        liqwidget.store.add(path, venue="binance", symbol="BTC")


def test_chunks_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are read a few at a time, over days, are those that are read at once; equal trades are all there."""
    lines = ["timestamp,symbol,side,size,price,trdMatchID"]
    start = pd.Timestamp("2024-01-01", tz="UTC").timestamp()
    lines += [f"{start + 3600 * (n // 2):.1f},BTCUSDT,Buy,1,{50_000 + n // 2},id{n}" for n in range(200)]
    path = put(tmp_path, "t.csv.gz", *lines)
    liqwidget.store.add(path, venue="bybit", symbol="BTC")
    whole = stored("trades", "bybit")
    assert len(whole) == 200
    liqwidget.store.prune(venue="bybit")
    monkeypatch.setattr(opening, "CHUNK_ROWS", 7)
    liqwidget.store.add(path, venue="bybit", symbol="BTC")
    pd.testing.assert_frame_equal(stored("trades", "bybit"), whole)


def test_few_days_are_held_at_a_time() -> None:
    """What is written comes while the rest is still to be read."""
    read = 0

    def chunks() -> Iterator[dict[str, pd.DataFrame]]:
        nonlocal read
        for times in np.array_split(np.arange(240), 40):
            read += 1
            yield {"trades": pd.DataFrame({"time": pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(times, "h")})}

    seen = [(read, len(frames["trades"])) for frames in reading.by_day(chunks())]
    assert sum(rows for _, rows in seen) == 240
    assert max(rows for _, rows in seen) <= 3 * 24
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[0][0] <= 40 // 10 * 3


def test_layouts_are_told_apart() -> None:
    """No layout of one kind has exactly the columns of another of the same kind."""
    names = [(frozenset(one.columns), one.kinds[0]) for one in reading.LAYOUTS]
    assert len(set(names)) == len(names)
    frame = pd.read_csv(io.StringIO(f"{CANDLES}\n{ROW}"))
    assert reading.layout_of(frame, None).name == "Binance, candles"
