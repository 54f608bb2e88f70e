"""Files of the venues' archives that an analyst has: `liqwidget.store.add` reads each as it is packed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import liqwidget
from liqwidget.errors import DataError
from tests.market.bulk.written import CANDLES, NEXT, ROW, put, stored, values
from tests.recorded import FOLDER, needs_recordings

if TYPE_CHECKING:
    from pathlib import Path


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
        "left out: 1 values of open interest that cannot be (missing, 0 or below)",
        "left out: 1 rows without a long/short ratio",
        *(
            f"left out: 1 rows of {kind} whose time comes again (the last counts)"
            for kind in ("open_interest", "long_short", "taker_volume")
        ),
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


def test_rows_of_a_coin_are_taken_of_many(tmp_path: Path) -> None:
    """In recorded orders most symbols lack USDT; a chunk without the coin is no error, a file without it is."""
    rows = [
        "RARE,BUY,LIMIT,IOC,4421,0.2226588,0.2185000,FILLED,3750,4421,1723895903305,984.3745547999999",
        "BTC,SELL,LIMIT,IOC,0.014,58500.1,58750.5,FILLED,0.014,0.014,1723895926128,822.5",
        "BTCUSDC,SELL,LIMIT,IOC,0.014,58500.1,58750.5,FILLED,0.014,0.014,1723895926129,822.5",
        "BTCUSDT,BUY,LIMIT,IOC,0.5,58500.1,58000.5,FILLED,0.5,0.5,1723895926130,29000.25",
    ]
    path = put(tmp_path, "orders.csv", *rows)
    liqwidget.store.add(path, venue="binance", symbol="BTC")
    assert stored("liquidations")["price"].tolist() == [58750.5, 58000.5]
    with pytest.raises(DataError, match=r"Expected rows of SOL in orders\.csv, was RARE, BTC, BTCUSDC"):
        liqwidget.store.add(path, venue="binance", symbol="SOL")


@needs_recordings
def test_recorded_orders_are_read() -> None:
    path = FOLDER / "data" / "real" / "payloads" / "binance_um_forceorder_csv_2024-08-17_binance.csv"
    told = pd.read_csv(path, header=None)
    coin = told[0].str.removesuffix("USDT").value_counts().index[0]
    rows = told[told[0].isin([coin, f"{coin}USDT"])]
    liqwidget.store.add(path, venue="binance", symbol=coin)
    found = stored("liquidations", symbol=coin)
    assert len(found) == len(rows) > 1
    np.testing.assert_allclose(found["size"].sum(), rows[11].sum(), rtol=0.05)
