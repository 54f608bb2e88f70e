"""Random and hand-made markets for tests: candles as walks with gaps, wicks and flat stretches, and open interest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import duration_ns

START = pd.Timestamp("2026-01-01", tz="UTC")
TIMEFRAMES = ("1m", "5m", "1h", "1d")
INTEREST_KINDS = ("walk", "constant", "drops", "missing", "none")
VOLUME_KINDS = ("random", "zero", "unknown", "bursts")


@dataclass(frozen=True)
class Frames:
    """What a user would pass: candles stamped at their open, open interest stamped at closes (or none)."""

    candles: pd.DataFrame
    open_interest: pd.DataFrame | None
    timeframe: str

    def market(self, **options: Any) -> MarketData:
        given: dict[str, Any] = {
            "symbol": "BTC",
            "venue": "binance",
            "minimum_distance": 0.004,
            "timeframe": self.timeframe,
        }
        return MarketData.from_frames(self.candles, self.open_interest, **(given | options))

    def scaled(self, price: float, coins: float) -> Frames:
        columns = ["open", "high", "low", "close"]
        candles = self.candles.assign(**{name: self.candles[name] * price for name in columns})
        candles["volume"] *= coins
        interest = None if self.open_interest is None else self.open_interest * coins
        return Frames(candles, interest, self.timeframe)


def stamps(count: int, timeframe: str) -> pd.DatetimeIndex:
    """Return START and the times one timeframe apart that follow it."""
    return pd.date_range(START, periods=count, freq=pd.Timedelta(duration_ns(timeframe), unit="ns"))


def candles_of(
    prices: list[tuple[float, float, float, float]], timeframe: str = "5m", volume: float | list[float] = 10.0
) -> pd.DataFrame:
    """Return candles from (open, high, low, close) rows, the first one opening at START."""
    columns = ["open", "high", "low", "close"]
    return pd.DataFrame(prices, columns=columns, index=stamps(len(prices), timeframe)).assign(volume=volume)


def interest_of(values: list[float], timeframe: str = "5m") -> pd.DataFrame:
    """Return open interest known at START and then at each close."""
    return pd.DataFrame({"open_interest": values}, index=stamps(len(values), timeframe))


def walk(
    seed: int,
    count: int = 200,
    timeframe: str = "5m",
    *,
    volatility: float = 0.003,
    interest: str = "walk",
    volume: str = "random",
    gaps: bool = False,
    price: float = 100.0,
) -> Frames:
    """Return a random market, the same for the same arguments."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(0, volatility, count) * (rng.random(count) > 0.1)
    close = price * np.exp(np.cumsum(moves))
    open_ = np.append(price, close[:-1]) * np.exp(rng.normal(0, volatility / 10, count) * (rng.random(count) < 0.2))
    wick = rng.exponential(volatility / 2, (2, count)) * (rng.random((2, count)) < 0.7)
    high, low = np.maximum(open_, close) * np.exp(wick[0]), np.minimum(open_, close) * np.exp(-wick[1])
    volumes = {
        "random": rng.exponential(10, count),
        "zero": np.zeros(count),
        "unknown": np.full(count, np.nan),
        "bursts": rng.exponential(10, count) * (rng.random(count) < 0.4),
    }
    prices = {"open": open_, "high": high, "low": low, "close": close}
    candles = pd.DataFrame(prices | {"volume": volumes[volume]}, index=stamps(count, timeframe))
    if gaps and count > 4:
        keep = rng.random(count) > 0.15
        keep[[0, 1, -1]] = True
        candles = candles[keep]
    return Frames(candles, _interest(rng, interest, stamps(count + 1, timeframe)), timeframe)


def _interest(rng: np.random.Generator, kind: str, times: pd.DatetimeIndex) -> pd.DataFrame | None:
    count = len(times)
    values = 1000 * np.exp(np.cumsum(rng.normal(0, 0.02, count)))
    if kind == "none":
        return None
    if kind == "constant":
        values[:] = 1000.0
    if kind == "drops":
        values *= np.where(rng.random(count) < 0.15, rng.uniform(0.3, 0.9, count), 1.0)
        values[rng.integers(0, count) :] *= 0.4
    if kind == "missing":
        values[rng.random(count) < 0.3] = np.nan
        first = int(rng.integers(0, count))
        values[first : first + 30] = np.nan
        values[-1 if rng.random() < 0.5 else 0] = 1000.0
    late = pd.to_timedelta(rng.integers(0, 2, count), unit="s")
    return pd.DataFrame({"open_interest": values}, index=times + late)


@st.composite
def frames(draw: st.DrawFn, *, most: int = 60, interest: tuple[str, ...] = INTEREST_KINDS) -> Frames:
    """Draw a market of any kind."""
    return walk(
        draw(st.integers(0, 10_000)),
        draw(st.integers(2, most)),
        draw(st.sampled_from(TIMEFRAMES)),
        volatility=draw(st.sampled_from((0.0, 0.0004, 0.003, 0.02, 0.08))),
        interest=draw(st.sampled_from(interest)),
        volume=draw(st.sampled_from(VOLUME_KINDS)),
        gaps=draw(st.booleans()),
        price=draw(st.sampled_from((0.00003, 0.9, 100.0, 95_000.0))),
    )


def two_venues(seed: int, count: int = 150) -> list[MarketData]:
    """Return one symbol on two venues, whose prices, spacing and nearest distance differ a little."""
    return [
        walk(seed, count).market(venue="binance"),
        walk(seed, count, price=100.3, gaps=True).market(venue="bybit", minimum_distance=0.01),
    ]
