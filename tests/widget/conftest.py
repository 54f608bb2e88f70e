"""A small market of two venues whose last day is known by heart, and heatmaps on it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget import LiqHeatmap, MarketData
from liqwidget.estimate.estimator import estimate
from liqwidget.run import reckoning
from liqwidget.widget import export_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def market(venue: str = "binance", *, seed: int = 7, days: int = 9, open_interest: float = 1000.0) -> MarketData:
    """Return a random walk of 15m candles with steady open interest."""
    random = np.random.default_rng(seed)
    count = days * 96
    close = 30_000 * np.exp(np.cumsum(random.normal(0, 0.002, count)))
    opens = np.append(30_000, close[:-1])
    wick = 1 + np.abs(random.normal(0, 0.0008, (2, count)))
    times = pd.date_range("2026-01-01", periods=count, freq="15min", tz="UTC")
    candles = pd.DataFrame(
        {
            "open": opens,
            "high": np.maximum(opens, close) * wick[0],
            "low": np.minimum(opens, close) / wick[1],
            "close": close,
            "volume": random.gamma(2, 50, count),
        },
        index=times,
    ).round(1)
    stamps = times.append(times[-1:] + pd.Timedelta("15min"))
    interest = pd.DataFrame({"open_interest": np.full(len(stamps), open_interest)}, index=stamps)
    return MarketData.from_frames(candles, interest, symbol="BTC", venue=venue)


class Recorder:
    """Stands where the comm sends: keeps every message."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []

    def __call__(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.messages.append((content, buffers or []))


@pytest.fixture(scope="session")
def markets() -> tuple[MarketData, MarketData]:
    return market("binance"), market("bybit", open_interest=400.0)


estimated_once = lru_cache(maxsize=1)(estimate)
"""The ledger of the markets: no test changes it, and some four hundred begin with it."""


def opened(markets: tuple[MarketData, ...]) -> LiqHeatmap:
    """Return a new heatmap of markets whose ledger may be there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reckoning, "estimate", estimated_once)
        return LiqHeatmap("BTC", source=markets)


@pytest.fixture
def heatmap(markets: tuple[MarketData, ...]) -> Iterator[LiqHeatmap]:
    made = opened(markets)
    yield made
    # ipywidgets hold what nobody closes.
    made.close()


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files hold small pictures, which keep to the same rules."""
    for name, value in (("_WINDOWS", ((160, 72), (80, 36))), ("_PART", (100, 50)), ("_TALL", (80, 80))):
        monkeypatch.setattr(export_frames, name, value)
    monkeypatch.setattr(export_frames, "_MOST_HALVINGS", 3)


@pytest.fixture
def ask(heatmap: LiqHeatmap) -> Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]:
    """Return a function that sends the heatmap one message as the browser does and returns the answer."""
    sent = Recorder()
    heatmap.send = sent

    def ask(content: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        heatmap._handle_custom_msg(content, [])
        return sent.messages[-1]

    return ask
