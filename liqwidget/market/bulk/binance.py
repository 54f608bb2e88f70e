"""Binance: its public files of USD-M and COIN-M futures, and how their rows are read.

Read in the README of binance-public-data and in public code that reads the files, on 2026-11-29. Older files have no
header. Times are milliseconds or, since 2025 in some, microseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget.domain.time import DAY, MINUTE, duration_ns, duration_text
from liqwidget.market.bulk import cleaning
from liqwidget.market.bulk.archive import LARGEST_OF_TRADES, Archive, Series
from liqwidget.market.bulk.cleaning import Frames, Reading, numbers, times_ns
from liqwidget.market.bulk.layout import Layout

if TYPE_CHECKING:
    from liqwidget.market.venue.instrument import Instrument

_FILES = "https://data.binance.vision/data/futures"
_SUM = ".CHECKSUM"
_LENGTHS = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d")
METRICS_STEP = 5 * MINUTE
LATE_STAMPS = pd.Timestamp("2024-03-04", tz="UTC").value
"""From here on a row of `metrics` is stamped 5 minutes before what it tells was counted [ns].

Before, a row stamped T has the taker volume of the 5 minutes until T and the price at T; from here on those of 5
minutes later (measured in public by others over all days of BTC; a recorded file of 2025-05-30 has the price of 13:00
in the row of 12:55). The venue's endpoint stamps by the time of counting all along.
"""


def _candles(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read candles; of COIN-M files the volume in coins stands where others have the turnover."""
    coins, bought = ("quote_volume", "taker_buy_quote_volume") if reading.inverse else ("volume", "taker_buy_volume")
    opened, high, low, close = (numbers(rows, name) for name in ("open", "high", "low", "close"))
    prices = opened, high, low, close
    return {
        "candles": cleaning.candles(
            reading, times_ns(rows["open_time"]), prices, numbers(rows, coins), numbers(rows, bought)
        )
    }


def _metrics(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read open interest and ratios; all are stamped when they were counted."""
    time = times_ns(rows["create_time"])
    time = np.where(time >= LATE_STAMPS, time + METRICS_STEP, time)
    amount = numbers(rows, "sum_open_interest")
    frames = {
        "open_interest": cleaning.interest(
            reading, time, amount * (reading.contract_size if reading.inverse else 1.0), quoted=reading.inverse
        )
    }
    names = {
        "long_short_ratio": "count_long_short_ratio",
        "top_account_ratio": "count_toptrader_long_short_ratio",
        "top_position_ratio": "sum_toptrader_long_short_ratio",
    }
    ratios = {name: numbers(rows, column) for name, column in names.items() if column in rows}
    if "long_short_ratio" in ratios:
        frames["long_short"] = cleaning.rates(reading, time, ratios, "rows without a long/short ratio")
    if "sum_taker_long_short_vol_ratio" in rows:
        taker = {"taker_ratio": numbers(rows, "sum_taker_long_short_vol_ratio")}
        frames["taker_volume"] = cleaning.rates(reading, time, taker, "rows without a taker ratio")
    return frames


def _funding(rows: pd.DataFrame, reading: Reading) -> Frames:
    return {"funding": cleaning.funding(reading, times_ns(rows["calc_time"]), numbers(rows, "last_funding_rate"))}


def _liquidations(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read orders: `side` is that of the ORDER, `average_price` the fill."""
    filled = numbers(rows, "average_price")
    price = np.where(filled > 0, filled, numbers(rows, "price"))
    amount = numbers(rows, "accumulated_fill_quantity")
    worth = amount * (reading.contract_size if reading.inverse else price)
    return {"liquidations": cleaning.liquidations(reading, times_ns(rows["time"]), rows["side"], price, worth)}


def _trades(rows: pd.DataFrame, reading: Reading) -> Frames:
    """Read trades, aggregated or not: where the buyer was the maker, the taker sold."""
    time = times_ns(rows["transact_time" if "transact_time" in rows else "time"])
    price, amount = numbers(rows, "price"), numbers(rows, "quantity" if "quantity" in rows else "qty")
    if reading.inverse:
        amount = amount * reading.contract_size / price
    maker = rows["is_buyer_maker"].astype(str).str.strip().str.lower()
    bought = (maker == "false").to_numpy()
    good = reading.kept(bought | (maker == "true").to_numpy(), "trades without a side")
    return {"trades": cleaning.trades(reading, time[good], price[good], amount[good], bought[good])}


def _numeric(rows: pd.DataFrame, *columns: int) -> bool:
    kinds = [rows[column].dtype for column in columns]
    return all(pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in kinds)


def _told(rows: pd.DataFrame, column: int) -> bool:
    """Return whether a column says true or false."""
    return {str(value).strip().lower() for value in rows[column].head(20)} <= {"true", "false"}


def _sided(rows: pd.DataFrame) -> bool:
    return {str(value).lower() for value in rows[1].head(20)} <= {"buy", "sell"}


_ORDER: tuple[str, ...] = (
    "side", "order_type", "time_in_force", "original_quantity", "price", "average_price", "order_status",
    "last_fill_quantity", "accumulated_fill_quantity",
)  # fmt: skip
LAYOUTS = (
    Layout(
        "Binance, candles", ("candles",),
        (
            "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count",
            "taker_buy_volume", "taker_buy_quote_volume", "ignore",
        ),
        _candles, bare=(12,), looks=lambda rows: _numeric(rows, 0, 1, 2, 6),
    ),
    Layout(
        "Binance, metrics", ("open_interest", "long_short", "taker_volume"),
        ("create_time", "sum_open_interest"), _metrics,
    ),
    Layout("Binance, funding", ("funding",), ("calc_time", "last_funding_rate"), _funding),
    Layout("Binance, liquidation orders", ("liquidations",), ("time", *_ORDER), _liquidations),
    Layout(
        "Binance, recorded liquidation orders", ("liquidations",), ("symbol", *_ORDER, "time"), _liquidations,
        headed=False, bare=(11, 12), looks=_sided,
    ),
    Layout(
        "Binance, aggregated trades", ("trades",),
        ("agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time", "is_buyer_maker"),
        _trades, bare=(7,), looks=lambda rows: _numeric(rows, 0, 1, 2, 5) and _told(rows, 6),
    ),
    Layout(
        "Binance, trades", ("trades",), ("id", "price", "qty", "quote_qty", "time", "is_buyer_maker"), _trades,
        bare=(6,), looks=lambda rows: _numeric(rows, 0, 1, 2, 4) and _told(rows, 5),
    ),
    Layout(
        "Binance, trades of COIN-M", ("trades",), ("id", "price", "qty", "base_qty", "time", "is_buyer_maker"), _trades,
    ),
)  # fmt: skip
"""What its files look like."""


def series(contract: Instrument, step: int) -> tuple[Series, ...]:
    """Return the series of a contract."""
    side, name, length = ("cm" if contract.inverse else "um"), contract.id, duration_text(step)
    daily, monthly = f"{_FILES}/{side}/daily", f"{_FILES}/{side}/monthly"
    found = [
        Series(
            "open interest and ratios", ("open_interest", "long_short", "taker_volume"),
            f"{daily}/metrics/{name}/{name}-metrics-{{day:%Y-%m-%d}}.zip", checksum=_SUM, first="2020-09-01",
        ),
        Series(
            "funding", ("funding",), month=f"{monthly}/fundingRate/{name}/{name}-fundingRate-{{month:%Y-%m}}.zip",
            checksum=_SUM, first="2019-09-01",
        ),
        Series(
            "trades", ("trades",), f"{daily}/aggTrades/{name}/{name}-aggTrades-{{day:%Y-%m-%d}}.zip",
            checksum=_SUM, first="2019-12-31", largest=LARGEST_OF_TRADES,
        ),
    ]  # fmt: skip
    if length in _LENGTHS and step <= duration_ns("1d"):
        candles = f"{name}-{length}"
        candle_series = Series(
            "candles", ("candles",), f"{daily}/klines/{name}/{length}/{candles}-{{day:%Y-%m-%d}}.zip",
            f"{monthly}/klines/{name}/{length}/{candles}-{{month:%Y-%m}}.zip", _SUM, "2019-09-01", part=step,
        )  # fmt: skip
        found.insert(0, candle_series)
    if contract.inverse:
        orders = f"{daily}/liquidationSnapshot/{name}/{name}-liquidationSnapshot-{{day:%Y-%m-%d}}.zip"
        found.append(Series("liquidations", ("liquidations",), orders, checksum=_SUM, first="2023-06-25"))
    return tuple(found)


ARCHIVE = Archive(
    "binance",
    series,
    told=30 * DAY,
    note="open interest of the files begins 2020-09-01 (BTC) or 2021-12-01 (most others); after an outage of the venue "
    "it rises for up to half an hour to what it was; long/short ratios are missing in 2022",
)
"""What it publishes in files."""
