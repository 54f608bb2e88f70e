"""Liquidations by the hour: the two sets that the map is judged on first, read as a user would read them.

B: BTC on Binance, Bybit and OKX together, held against a map of Binance's 5m candles and open interest.
K: BTC, ETH and SOL on Binance, held against maps of Binance's own 1h candles and open interest.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd

from liqwidget.domain.frames import MarketData
from tests.accuracy.recorded_truth import COINS, HOUR, REAL

Pair = tuple[MarketData, pd.DataFrame]

PRICES = ["open", "high", "low", "close", "volume"]
NEAREST = {"BTC": 0.004, "ETH": 1 / 125 - 0.0052, "SOL": 1 / 75 - 0.008}
"""Nearest distances of the scorer beside the data, so that its figures can be compared."""


def timed(path: str) -> pd.DataFrame:
    """Return a recorded file by time, UTC."""
    frame = pd.read_csv(REAL / path)
    stamps = frame.pop("t") if "t" in frame else frame["date"]
    numbers = pd.api.types.is_numeric_dtype(stamps)
    return frame.set_index(pd.to_datetime(stamps, unit="ms" if numbers else None, utc=True).rename("time"))


def _sides(long: pd.Series, short: pd.Series) -> pd.DataFrame:
    both = {"long": long, "short": short}
    return pd.concat([part.to_frame("size").assign(side=side) for side, part in both.items()])


def market_b() -> MarketData:
    """Return Binance's BTC of 5m candles from December 2025 to February 2026."""
    candles = timed("candles_5m_2024-12/binance_BTCUSDT_5m.csv.gz")[PRICES]
    interest = timed("binance_um_5m_2025-12/BTCUSDT_oi_5m.csv.gz")[["oi"]].rename(columns={"oi": "open_interest"})
    candles = candles[candles.index >= interest.index[0].floor("5min")]
    return MarketData.from_frames(candles, interest, symbol="BTC", venue="binance", minimum_distance=NEAREST["BTC"])


def market_k(coin: str) -> MarketData:
    """Return Binance's market of 1h candles of June and July 2024."""
    frame = timed(f"coinalyze_binance_1h_2024-06/{coin}USDT_1h.csv.gz")
    interest = pd.concat([frame["oi_open"].iloc[:1], frame["oi_close"].set_axis(frame.index + HOUR)])
    return MarketData.from_frames(
        frame[PRICES], interest.to_frame("open_interest"), symbol=coin, venue="binance", minimum_distance=NEAREST[coin]
    )


def with_nearest(market: MarketData, distance: float) -> MarketData:
    """Return the same market with another nearest distance."""
    return replace(market, minimum_distance=distance)


def labels_b() -> pd.DataFrame:
    """Return what was liquidated an hour and side on three venues together."""
    frame = timed("coinglass_btc_liq_1h_2025-11/liq_1h_binance_bybit_okx.csv.gz")
    return _sides(frame["long_usd"], frame["short_usd"])


def labels_k(coin: str) -> pd.DataFrame:
    """Return what was liquidated an hour and side on Binance, at least: its feed tells one order a second at most."""
    frame = timed(f"coinalyze_binance_1h_2024-06/{coin}USDT_1h.csv.gz")
    return _sides(frame["liq_long"] * frame["close"], frame["liq_short"] * frame["close"])


@cache
def hours(name: str) -> tuple[Pair, ...]:
    """Return markets and liquidations of set 'B' or 'K', with the scorer's nearest distances."""
    if name == "B":
        return ((market_b(), labels_b()),)
    return tuple((market_k(coin), labels_k(coin)) for coin in COINS)
