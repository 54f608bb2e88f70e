"""The product behind the scorer's interface: ``evaluate_map.py --provider tests/accuracy/provider.py:liqwidget``.

A provider gets a market as arrays, as-of times and price edges, and returns what stands at each time between the edges.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget import MarketData, profile
from liqwidget.domain.leverage import NEAR_SHARE
from tests.ledgers import unheated

Floats = npt.NDArray[np.float64]


def _frames(market: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return candles by open time, and open interest stamped at the first open and at each close."""
    times = pd.to_datetime(market["t"], unit="ms", utc=True)
    names = {"o": "open", "h": "high", "l": "low", "c": "close", "vol": "volume"}
    candles = pd.DataFrame({name: market[key] for key, name in names.items()}, index=times)
    stamps = times[:1].append(times + pd.Timedelta(market["step_ms"], unit="ms"))
    return candles, pd.DataFrame({"open_interest": np.append(market["oi0"], market["oi"])}, index=stamps)


def liqwidget(market: dict[str, Any], asof_ms: npt.NDArray[np.int64], edges: Floats) -> tuple[Floats, Floats]:
    """Return long and short quote currency standing, each shape (times, edges - 1)."""
    return standing(market, asof_ms, edges, near=NEAR_SHARE)


def standing(
    market: dict[str, Any], asof_ms: npt.NDArray[np.int64], edges: Floats, *, near: float
) -> tuple[Floats, Floats]:
    """Return the same with another share in the book at the cap."""
    candles, open_interest = _frames(market)
    data = MarketData.from_frames(
        candles,
        open_interest,
        symbol=market["symbol"],
        venue=market["venue"],
        minimum_distance=market["d_min"],
    )
    found = profile(unheated(data, near=near), edges, np.asarray(asof_ms, dtype=np.int64) * 1_000_000)
    return found.long, found.short
