"""Real recorded markets: not part of the repository, they lie in a folder beside the checkout, or tests skip."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from liqwidget.domain.frames import MarketData

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / "shared"
BINANCE = FOLDER / "data" / "real" / "binance_um_5m_2025-12"

needs_recordings = pytest.mark.skipif(
    not BINANCE.is_dir(), reason="the recorded markets (folder 'shared' beside the checkout) are not on this machine"
)


@cache
def binance_frames(coin: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return 59 days of 5m candles and open interest of BTC, ETH or SOL."""
    candles = pd.read_csv(BINANCE / f"{coin}USDT_ohlcv_5m.csv.gz")
    candles["time"] = pd.to_datetime(candles["date"], utc=True)
    interest = pd.read_csv(BINANCE / f"{coin}USDT_oi_5m.csv.gz")
    interest["time"] = pd.to_datetime(interest["t"], unit="ms", utc=True)
    interest = interest.rename(columns={"oi": "open_interest"})[["time", "open_interest"]]
    return candles[candles["time"] >= interest["time"].iloc[0].floor("5min")], interest


@cache
def binance(coin: str) -> MarketData:
    """Return the same as a market, with the reference's nearest distance."""
    return MarketData.from_frames(*binance_frames(coin), symbol=coin, minimum_distance=0.004)


@cache
def reference_estimator() -> ModuleType:
    """Return the slow reference of the specification as a module."""
    spec = importlib.util.spec_from_file_location("reference", FOLDER / "evaluation" / "reference_revised.py")
    if spec is None or spec.loader is None:
        pytest.skip("the reference estimator (folder 'shared' beside the checkout) is not on this machine")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
