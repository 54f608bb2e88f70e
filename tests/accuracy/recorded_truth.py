"""Recorded markets with what was liquidated or held there; they lie beside the checkout (see `tests.recorded`).

Each function returns what the scorer beside the data reads, as the product's own inputs.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from liqwidget.domain.frames import MarketData
from tests.recorded import FOLDER, binance

REAL = FOLDER / "data" / "real"
COINS = ("BTC", "ETH", "SOL")
HOUR = pd.Timedelta("1h")

_RATES = {"BTC": 0.0125, "ETH": 0.02, "SOL": 0.025}
"""Maintenance margin rates of Hyperliquid, which are its nearest distances as well (1 / Lmax = 2 rates)."""


@cache
def _hourly(name: str) -> pd.DataFrame:
    frame = pd.read_csv(REAL / "multi_venue_1h_2025-03" / f"{name}_1h.csv.gz")
    return frame.assign(time=pd.to_datetime(frame["timestamp"], utc=True, format="mixed"))


@cache
def hyperliquid_hourly(coin: str) -> MarketData:
    """Return Hyperliquid open interest with Binance's hourly candles, from March 2025 on."""
    candles, interest = _hourly("candles"), _hourly("open_interest")
    candles = candles[(candles.venue == "binance") & (candles.coin == coin)]
    candles = candles.drop_duplicates("time").sort_values("time").set_index("time")
    interest = interest[(interest.venue == "hyperliquid") & (interest.coin == coin)]
    interest = interest.drop_duplicates("time").sort_values("time").set_index("time")
    candles = candles[candles.index >= interest.index[0]]
    candles = candles.rename(columns=dict(zip("ohlcv", ("open", "high", "low", "close", "volume"), strict=True)))
    closes = candles.index + HOUR
    held = np.searchsorted(interest.index, closes, side="right") - 1
    seconds = [index.astype("datetime64[ns, UTC]").astype(np.int64) for index in (interest.index, closes)]
    coins = interest.oi_usd.to_numpy() / np.interp(seconds[0], seconds[1], candles.close)
    first = interest.oi_usd.iloc[0] / candles.open.iloc[0]
    return MarketData.from_frames(
        candles[["open", "high", "low", "close", "volume"]],
        pd.DataFrame({"open_interest": np.append(first, coins[held])}, index=candles.index[:1].append(closes)),
        symbol=coin,
        venue="hyperliquid",
        minimum_distance=_RATES[coin],
    )


@cache
def _daily() -> pd.DataFrame:
    frame = pd.read_csv(REAL / "hyperliquid_liquidation_daily_2025-12" / "daily.csv")
    return frame.assign(time=pd.to_datetime(frame["timestamp"], utc=True))


def hyperliquid_daily(coin: str) -> tuple[MarketData, pd.DataFrame]:
    """Return the hourly market and what was liquidated on Hyperliquid per day of December 2025."""
    frame = _daily()[_daily().coin == coin].set_index("time")
    sides = [frame[[f"{side}_usd"]].set_axis(["size"], axis=1).assign(side=side) for side in ("long", "short")]
    return hyperliquid_hourly(coin), pd.concat(sides)


def unreliable_days() -> list[pd.Timestamp]:
    """Return the days whose record is known to be short: Saturdays, as in the scorer, and days that are missing."""
    days = _daily().time
    whole = pd.date_range(days.min(), days.max(), freq="D")
    return [day for day in whole if day.day_of_week == 5 or day not in set(days)]


def hyperliquid_events(coin: str) -> tuple[MarketData, pd.DataFrame]:
    """Return the hourly market and single liquidations of shorts of May and June 2025, those of a second as one."""
    frame = pd.read_csv(REAL / "hyperliquid_liquidations_2025-05" / "events.csv.gz")
    frame = frame.assign(time=pd.to_datetime(frame["timestamp"], utc=True, format="mixed"), side="short")
    frame = frame[frame.coin == coin].rename(columns={"size_usd": "size"})
    return hyperliquid_hourly(coin), frame[["time", "side", "size"]]


def binance_5m(coin: str) -> tuple[MarketData, pd.DataFrame]:
    """Return the Binance market of 5m candles with Hyperliquid's daily liquidations: another venue's labels."""
    return binance(coin), hyperliquid_daily(coin)[1]


@cache
def _positions() -> pd.DataFrame:
    frame = pd.read_csv(REAL / "hyperliquid_positions_2026-02" / "positions.csv.gz").dropna(subset=["liquidation_px"])
    frame = frame.assign(
        time=pd.to_datetime(frame["ts"], utc=True, format="mixed"),
        mark_price=frame["position_value"] / frame["size"].abs(),
        size=frame["position_value"],
    )
    return frame.rename(columns={"liquidation_px": "liquidation_price"})


def hyperliquid_positions(coin: str) -> tuple[MarketData, pd.DataFrame]:
    """Return the hourly market and snapshots of positions of February 2026 that have a liquidation price."""
    frame = _positions()
    return hyperliquid_hourly(coin), frame[frame.coin == coin][
        ["time", "side", "liquidation_price", "size", "mark_price"]
    ]
