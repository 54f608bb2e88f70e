"""Prices that no market has are refused in words; those that markets have had are drawn, in bounded time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from liqwidget import DataError, LiqHeatmap, MarketData, estimate
from liqwidget.estimate import books
from liqwidget.market.venue.rows import candle_frame
from tests.answers import START, STEP, candle_rows, instrument

if TYPE_CHECKING:
    import numpy.typing as npt

COUNT = 300


def frames(close: npt.NDArray[np.float64]) -> tuple[pd.DataFrame, pd.DataFrame]:
    opened = np.r_[close[0], close[:-1]]
    time = pd.date_range("2022-05-07", periods=len(close), freq="5min", tz="UTC")
    candles = {"open": opened, "close": close, "high": np.maximum(opened, close), "low": np.minimum(opened, close)}
    interest = pd.DataFrame({"time": time, "open_interest": 1e9 / close})
    return pd.DataFrame({"time": time, **candles, "volume": 1e8 / close}), interest


def walk(scale: float) -> npt.NDArray[np.float64]:
    return np.asarray(scale * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.002, COUNT))))


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_prices_of_the_smallest_and_largest_are_as_any_other(scale: float) -> None:
    """A market counted in other units is the same market: prices times a number, amounts through it."""
    plain, scaled = (LiqHeatmap.from_frames(*frames(walk(size)), symbol="BTC") for size in (1.0, scale))
    assert len(scaled.clusters) == len(plain.clusters) > 0
    for one, other in zip(scaled.clusters, plain.clusters, strict=True):
        assert one.size == pytest.approx(other.size, rel=1e-2)
        assert one.near_edge == pytest.approx(scale * other.near_edge, rel=2e-3)
    low, high = scaled._frames[0]["price"]
    assert low < scaled.ledger.last_price() * 0.98
    assert high > scaled.ledger.last_price() * 1.02


@pytest.mark.parametrize(
    ("scale", "words"), [(1e-17, "prices of at least 1e-15"), (1e17, r"prices of at most 1e\+15"), (1e300, "at most")]
)
def test_prices_that_no_market_has_are_refused(scale: float, words: str) -> None:
    with pytest.raises(DataError, match=words):
        MarketData.from_frames(*frames(walk(scale)), symbol="BTC")


@pytest.mark.parametrize(("column", "factor"), [("high", 1e6), ("low", 1e-6), ("high", 1001.0)])
def test_a_candle_that_moves_as_no_price_does_is_named(column: str, factor: float) -> None:
    candles, interest = frames(walk(100.0))
    candles[column] = candles[column] * np.where(np.arange(COUNT) == 17, factor * (1.01 if factor > 1 else 0.99), 1.0)
    with pytest.raises(DataError, match=r"at most 1,000 times the low.* in row 17 \(2022-05-07 01:25.*Leave such rows"):
        MarketData.from_frames(candles, interest, symbol="BTC")


@pytest.mark.parametrize("price", [1e-16, 1e16, 9.1e7 * 1000])
def test_of_a_venue_they_cost_the_row_alone(price: float) -> None:
    rows = candle_rows(20)
    rows[7][2] = max(price, rows[7][2])
    rows[7][3] = min(price, rows[7][3])
    found, notes = candle_frame(rows, instrument("binance"), STEP * 1_000_000, (START + 10**9) * 1_000_000)
    assert len(found) == 19
    assert any("1 unreadable candle" in note for note in notes)


@pytest.mark.slow
def test_a_price_that_falls_to_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coin went from 80 dollars to less than a ten-thousandth of one within days; the range of prices grew seldom."""
    times = list[int]()
    grow = books.grown

    def counted(*given: Any) -> Any:
        times.append(len(times))
        return grow(*given)

    monkeypatch.setattr(books, "grown", counted)
    candles, interest = frames(80 * np.exp(-np.linspace(0, 15, COUNT)))
    market = MarketData.from_frames(candles, interest, symbol="LUNA")
    ledger = estimate(market)
    assert len(times) < 60
    heatmap = LiqHeatmap("LUNA", source=market, window="all")
    assert ledger.last_price() == pytest.approx(80 * np.exp(-15))
    low, high = heatmap._frames[0]["price"]
    assert 0 < low < ledger.last_price()
    assert high > 80
