"""The recorded markets that evidence is asked of: long enough, and without a venue twice for a coin.

BTC on Binance in 5m candles, ETH and SOL there in 1h candles, and all three on Bybit in 5m candles. The first questions
were put to the same recordings; open interest is missing in most of them and left out in all.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from liqwidget.domain.frames import MarketData
from tests.accuracy.recorded_hours import PRICES, timed
from tests.accuracy.recorded_truth import REAL

MARKETS = (
    ("BTC", "binance"),
    ("ETH", "binance"),
    ("SOL", "binance"),
    ("BTC", "bybit"),
    ("ETH", "bybit"),
    ("SOL", "bybit"),
)
NEAREST = {"BTC": 0.004, "ETH": 0.004, "SOL": 0.005}
"""Nearest distances from entry to liquidation, the same on both venues."""


def _stamped(path: str) -> pd.DataFrame:
    frame = pd.read_csv(REAL / path)
    return frame.set_index(pd.to_datetime(frame["timestamp"], utc=True, format="mixed").rename("time"))


@cache
def _hourly() -> pd.DataFrame:
    frame = _stamped("multi_venue_1h_2025-03/candles_1h.csv.gz")
    return frame[frame["venue"] == "binance"].rename(columns=dict(zip("ohlcv", PRICES, strict=True)))


def _candles(coin: str, venue: str) -> pd.DataFrame:
    if venue == "bybit" or coin == "BTC":
        return timed(f"candles_5m_2024-12/{venue}_{coin}USDT_5m.csv.gz")[PRICES]
    later = _hourly()
    later = later.loc[later["coin"] == coin, PRICES]
    if coin != "ETH":
        return later[~later.index.duplicated()].sort_index()
    earlier = _stamped("binance_um_eth_1h_taker_2024-09/ETHUSDT_ohlcv_1h_taker.csv.gz")[PRICES]
    both = pd.concat([earlier, later])
    return both[~both.index.duplicated()].sort_index()


@cache
def market(coin: str, venue: str) -> MarketData:
    """Return one of `MARKETS`."""
    return MarketData.from_frames(_candles(coin, venue), symbol=coin, venue=venue, minimum_distance=NEAREST[coin])
