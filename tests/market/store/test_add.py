"""`liqwidget.store.add`: files that an analyst has, with rows as they stand in public repositories and documents."""

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
from tests.recorded import FOLDER, needs_recordings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANDLES = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
ROW = (
    "1736351700000,95261.80,95291.60,95196.20,95223.10,180.760,1736351759999,17214864.01220,3401,124.045,"
    "11813167.63560,0"
)
NEXT = "1736351760000,95223.10,95291.60,95196.20,95230.00,10.5,1736351819999,999.0,34,4.5,428000.0,0"


def put(folder: Path, name: str, *lines: str) -> Path:
    text, path = "\n".join(lines) + "\n", folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    elif name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name.replace(".zip", ".csv"), text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def stored(kind: str, venue: str = "binance", symbol: str = "BTC") -> pd.DataFrame:
    return liqwidget.store.read(venue, symbol, kind)


def values(frame: pd.DataFrame) -> list[list[Any]]:
    return frame.to_numpy().tolist()


@pytest.mark.parametrize("lines", [(CANDLES, ROW, NEXT), (ROW, NEXT)], ids=["header", "none"])
def test_candles_of_binance(tmp_path: Path, lines: tuple[str, ...]) -> None:
    made = liqwidget.store.add(put(tmp_path, "BTCUSDT-1m-2025-01.zip", *lines), venue="binance", symbol="BTC")
    assert values(made) == [
        ["binance", "BTC/USDT:USDT", "candles", "1m", pd.Timestamp("2025-01-08 15:55", tz="UTC"),
         pd.Timestamp("2025-01-08 15:56", tz="UTC"), 2],
    ]  # fmt: skip
    assert values(stored("candles"))[0] == [95261.8, 95291.6, 95196.2, 95223.1, 180.76, 124.045]


def test_microseconds_and_milliseconds_are_told_apart(tmp_path: Path) -> None:
    late = NEXT.replace("1736351760000", "1736351760000000").replace("1736351819999", "1736351819999999")
    liqwidget.store.add(put(tmp_path, "a.csv", ROW, late), venue="binance", symbol="BTC")
    assert stored("candles").index.tolist() == list(pd.date_range("2025-01-08 15:55", periods=2, freq="1min", tz="UTC"))


def test_metrics_of_binance_give_three_kinds(tmp_path: Path) -> None:
    header = (
        "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
        "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
    )
    rows = [
        *["2025-05-30 12:00:00,HYPEUSDT,66203.0000000000000000,2195291.4800000000000000,0.81,0.93,0.51,1.76"] * 2,
        "2025-05-30 12:05:00,HYPEUSDT,0,0,,,,1.14100100",
    ]
    made = liqwidget.store.add(put(tmp_path, "m.csv", header, *rows), venue="binance", symbol="HYPE")
    assert made["kind"].tolist() == ["open_interest", "long_short", "taker_volume"]
    assert made.attrs["notes"] == [
        "1 values of open interest that cannot be left out", "1 rows without a long/short ratio left out",
    ]  # fmt: skip
    found = stored("open_interest", symbol="HYPE")
    assert found["open_interest"].to_dict() == {pd.Timestamp("2025-05-30 12:05", tz="UTC"): 66203.0}
    assert len(stored("taker_volume", symbol="HYPE")) == 2


@needs_recordings
def test_a_recorded_row_of_metrics_is_of_five_minutes_later() -> None:
    """The price in the row of 12:55 is that at which the candle of 13:00 opened, 33.38; that of 13:00 is 70 bps off."""
    (path,) = (FOLDER / "data" / "real" / "payloads").glob("binance_um_metrics_*_sample.csv")
    told = pd.read_csv(path)
    worth = (told["sum_open_interest_value"] / told["sum_open_interest"]).set_axis(told["create_time"])
    liqwidget.store.add(path, venue="binance", symbol="HYPE", kind="open_interest")
    row = stored("open_interest", symbol="HYPE").loc[pd.Timestamp("2025-05-30 13:00", tz="UTC"), "open_interest"]
    assert row == told["sum_open_interest"].to_numpy()[told["create_time"] == "2025-05-30 12:55:00"].item()
    assert abs(np.log(worth["2025-05-30 12:55:00"] / 33.38)) < 4e-4 < abs(np.log(worth["2025-05-30 13:00:00"] / 33.38))


def test_orders_that_were_recorded_without_a_header(tmp_path: Path) -> None:
    """symbol, side, type, in force, quantity, price, average, status, last, accumulated, time, USD."""
    row = "BTCUSDT,SELL,LIMIT,IOC,0.014,58500.1,58750.5,FILLED,0.014,0.014,1723868201000,822.5"
    liqwidget.store.add(put(tmp_path, "f.csv", row, row.replace("SELL", "BUY")), venue="binance", symbol="BTC")
    assert values(stored("liquidations").drop(columns="time")) == [
        ["long", 58750.5, 0.014 * 58750.5], ["short", 58750.5, 0.014 * 58750.5],
    ]  # fmt: skip


def test_trades_of_bybit_have_seconds_with_parts(tmp_path: Path) -> None:
    header = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional,RPI"
    rows = [
        "1784851200.0547,BTCUSDT,Buy,0.038,65065.80,ZeroPlusTick,d6b9a5ac-3439-5cea-b590-fd245e5b3992,2.4725004e+11,0.038,2472.5004,0",
        "1784851199.5,BTCUSDT,Sell,0.5,65065.70,ZeroMinusTick,a,0,0,0,0",
    ]
    liqwidget.store.add(put(tmp_path, "BTCUSDT2026-07-24.csv.gz", header, *rows), venue="bybit", symbol="BTC")
    found = stored("trades", "bybit")
    assert found["time"].tolist() == [
        pd.Timestamp("2026-07-23 23:59:59.5", tz="UTC"),
        pd.Timestamp("2026-07-24 00:00:00.0547", tz="UTC"),
    ]
    assert values(found.drop(columns="time")) == [[65065.7, 0.5, 0.0], [65065.8, 0.038, 1.0]]


def test_inverse_trades_of_bybit_are_dollars(tmp_path: Path) -> None:
    header = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional"
    row = "1621036794.507791,BTCUSD,Sell,10,50000.0,ZeroMinusTick,x,20036.06,0.0002,10.0"
    liqwidget.store.add(put(tmp_path, "b.csv.gz", header, row), venue="bybit", symbol="BTC/USD:BTC")
    assert values(stored("trades", "bybit").drop(columns="time")) == [[50000.0, 10 / 50000, 0.0]]


def test_candles_for_metatrader_are_three_hours_ahead(tmp_path: Path) -> None:
    rows = ["2022.01.01 00:00,46210.5,46280,46200.5,46250,120.5", "2022.01.01 00:05,46250,46300,46240,46290,80"]
    path = put(tmp_path, "BTCUSDT_5_2022-01-01_2022-01-31.csv.gz", *rows)
    liqwidget.store.add(path, venue="bybit", symbol="BTC")
    found = stored("candles", "bybit")
    assert found.index[0] == pd.Timestamp("2021-12-31 21:00", tz="UTC")
    assert values(found)[0] == [46210.5, 46280.0, 46200.5, 46250.0, 120.5]


def test_files_of_okx(tmp_path: Path) -> None:
    """Candles by `vol_ccy`, trades in contracts of 0.01 BTC, funding of all swaps in one file."""
    header = "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm"
    rows = [
        "ETH-USDT-SWAP,3839.44,3843.58,3836.71,3838.16,23503.2,2350.32,9024127.30277,1761148800000,1",
        "ETH-USDT-SWAP,3838.16,3843.58,3836.71,3840.0,100,10,38400,1761148860000,1",
        "ETH-USDT-SWAP,3840.0,3840.0,3840.0,3840.0,1,0.1,384,1761148920000,0",
    ]
    liqwidget.store.add(put(tmp_path, "c.zip", header, *rows), venue="okx", symbol="ETH")
    assert stored("candles", "okx", "ETH")["volume"].tolist() == [2350.32, 10.0]
    trades = "instrument_name,trade_id,side,price,size,created_time"
    row = "BTC-USDT-SWAP,1566502282,sell,104503.0,30.14,1748707200008"
    liqwidget.store.add(put(tmp_path, "t.zip", trades, row), venue="okx", symbol="BTC")
    assert values(stored("trades", "okx").drop(columns="time")) == [[104503.0, pytest.approx(0.3014), 0.0]]
    both = "trade_id/撮合id,side/交易方向,size/数量,price/价格,created_time/成交时间"
    row = "1,BUY,2.0,42897.9,1705248000179"
    liqwidget.store.add(put(tmp_path, "old.csv", both, row), venue="okx", symbol="BTC")
    assert len(stored("trades", "okx")) == 2
    funding = "instrument_name,funding_rate,funding_time"
    rows = [f"{coin}-USDT-SWAP,0.000{number},1736035200000" for number, coin in enumerate(("ADA", "BTC", "ETH"), 1)]
    liqwidget.store.add(put(tmp_path, "allswap-fundingrates-2025-01-05.csv", funding, *rows), venue="okx", symbol="BTC")
    assert stored("funding", "okx")["funding_rate"].tolist() == [0.0002]


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
    with pytest.raises(DataError, match="was 1000PEPE by its name: say symbol='1000PEPE'"):
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
    with pytest.raises(DataError, match="grows beyond all measure"):
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
