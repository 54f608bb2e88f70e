"""Files as the venues write them: headers and rows as they stand in public repositories and documents."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING, Any

import pandas as pd

import liqwidget
from tests.market.bulk.served import rows

if TYPE_CHECKING:
    from pathlib import Path

CANDLES = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)
"""Of Binance's files, from about 2022 on; before there is none."""
METRICS = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)
FUNDING = "calc_time,funding_interval_hours,last_funding_rate"
ORDERS = (
    "time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,last_fill_quantity,"
    "accumulated_fill_quantity"
)
BINANCE = "data.binance.vision/data/futures"


def price_at(time: int) -> float:
    """Return the price of a time [ms]: it goes up and down, and never leaves what a price can be."""
    return 60_000.0 + (time // 60_000 * 7919) % 1_000


def candle_rows(start: str, end: str, step: str = "5m", *, unit: int = 1) -> list[str]:
    """Return Binance's rows of candles from one time to before another; `unit` 1000 stamps microseconds."""
    length = pd.Timedelta(step).value // 1_000_000
    low, high = (pd.Timestamp(time, tz="UTC").value // 1_000_000 for time in (start, end))
    return [
        f"{time * unit},{price_at(time):.1f},{price_at(time) + 9:.1f},{price_at(time) - 9:.1f},"
        f"{price_at(time) + 1:.1f},12.500,{(time + length) * unit - 1},750000.0,100,5.250,315000.0,0"
        for time in range(low, high, length)
    ]


def metric_rows(start: str, end: str, symbol: str = "BTCUSDT") -> list[str]:
    """Return Binance's rows of metrics from one stamp to before another, with prices of 16 decimals."""
    times = pd.date_range(start, end, freq="5min", inclusive="left")
    return [
        f"{time:%Y-%m-%d %H:%M:%S},{symbol},{77_000 + number}.0180000000000000,4694947098.0000000000000000,"
        f"1.17000000,1.23000000,{1 + number / 1000:.8f},0.78000000"
        for number, time in enumerate(times)
    ]


def candle_file(*parts: list[str], header: bool = True) -> str:
    return rows([row for part in parts for row in part], CANDLES if header else "")


ROW = (
    "1736351700000,95261.80,95291.60,95196.20,95223.10,180.760,1736351759999,17214864.01220,3401,124.045,"
    "11813167.63560,0"
)
NEXT = "1736351760000,95223.10,95291.60,95196.20,95230.00,10.5,1736351819999,999.0,34,4.5,428000.0,0"
"""Rows of Binance's files of 1m candles."""


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
