"""What is drawn beside the heat, against sums made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liqwidget import LiqHeatmap, MarketData, profile
from liqwidget.domain.frames import Liquidations
from liqwidget.domain.lattice import price_cell_edge
from liqwidget.domain.time import HOUR, MILLISECOND
from liqwidget.widget.series import MOST_EVENTS, SERIES, events, series

MINUTES_15 = HOUR // 4


def with_events(market: MarketData) -> MarketData:
    """Return the market with a liquidation in the middle of each candle: longs of 1, 2, ... by turns with shorts."""
    count = len(market.time)
    times = market.time + market.timeframe // 2
    side = np.where(np.arange(count) % 2 == 0, 1, -1).astype(np.int8)
    return replace(market, liquidations=Liquidations(times, side, market.close, np.arange(1.0, count + 1)))


def rows_of(market: MarketData, first: int, count: int, known: int | None = None) -> dict[str, np.ndarray]:
    """Return the rows of hours from a candle on, by name."""
    begin = market.time[first] // HOUR * HOUR + HOUR * np.arange(count)
    found = series([market], market, begin, HOUR, known or int(market.close_time[-1]))
    return dict(zip(SERIES, found, strict=True))


def test_amounts_add_up_by_candle(markets: tuple[MarketData, ...]) -> None:
    market = with_events(markets[0])
    found = rows_of(market, 40, 3)
    assert found["volume"] == pytest.approx(market.volume[40:52].reshape(3, 4).sum(axis=1))
    assert found["liquidated_long"] == pytest.approx([41 + 43, 45 + 47, 49 + 51])
    assert found["liquidated_short"] == pytest.approx([42 + 44, 46 + 48, 50 + 52])
    assert found["open_interest"] == pytest.approx([1000.0] * 3)


def test_what_is_not_known_is_nan_and_not_zero(markets: tuple[MarketData, ...]) -> None:
    found = rows_of(markets[0], 40, 3)
    for name in ("taker_buy_volume", "funding_rate", "liquidated_long", "liquidated_short"):
        assert np.isnan(found[name]).all()
    relative = MarketData.from_frames(markets[0].to_frame())
    assert np.isnan(rows_of(relative, 40, 3)["open_interest"]).all()


def test_nothing_after_the_known_time_counts(markets: tuple[MarketData, ...]) -> None:
    market = with_events(markets[0])
    known = int(market.close_time[45])
    found = rows_of(market, 40, 4, known)
    assert found["volume"][1] == pytest.approx(market.volume[44:46].sum())
    assert all(np.isnan(row[2:]).all() for row in found.values())


def test_venues_add(markets: tuple[MarketData, ...]) -> None:
    begin = markets[0].time[40] // HOUR * HOUR + HOUR * np.arange(3)
    both = series(markets, markets[0], begin, HOUR, int(markets[0].close_time[-1]))
    assert both[2] == pytest.approx([1400.0] * 3)
    assert both[0] == pytest.approx(sum(part.volume[40:52].reshape(3, 4).sum(axis=1) for part in markets))


def test_the_largest_liquidations_of_a_view_are_drawn(markets: tuple[MarketData, ...]) -> None:
    market = with_events(markets[0])
    found = events([market], (int(market.time[0]), int(market.close_time[-1])), (1.0, 1e9))
    assert found.shape == (4, MOST_EVENTS)
    assert found[2] == pytest.approx(np.arange(len(market.time) - MOST_EVENTS, len(market.time)) + 1.0)
    few = events([market], (int(market.time[4]), int(market.time[6])), (1.0, 1e9))
    assert few[0] == pytest.approx((market.time[4:6] + market.timeframe // 2) / MILLISECOND)
    assert events([market], (int(market.time[4]), int(market.time[6])), (1.0, 2.0)).shape == (4, 0)


@pytest.mark.parametrize("stack", ["leverage", "venue"])
def test_the_book_is_the_profile_of_the_time_shown(heatmap: LiqHeatmap, stack: str) -> None:
    heatmap.as_of = pd.Timestamp("2026-01-06", tz="UTC")
    book = heatmap.get_state(["_standing"])["_standing"]
    sizes = np.frombuffer(book[stack], "<f4")
    edges = price_cell_edge(book["base"] + np.arange(book["columns"] + 1))
    for name, (first, count) in zip(book[f"{stack}_names"], book[f"{stack}_cells"], strict=True):
        row = np.zeros(book["columns"])
        row[first : first + count], sizes = sizes[:count], sizes[count:]
        options: dict[str, Any] = {"venues" if stack == "venue" else stack: [name]}
        alone = profile(heatmap.ledger, edges, heatmap.as_of, **options)
        np.testing.assert_allclose(row, alone.total, rtol=5e-6, atol=5e-4, equal_nan=False)
    assert not len(sizes)


def test_what_followed_is_shown_on_request_alone(heatmap: LiqHeatmap) -> None:
    heatmap.as_of = pd.Timestamp("2026-01-06", tz="UTC")
    session, settings = heatmap._display.session, heatmap._settings()
    end = session.end(settings)
    time = (end - 10 * HOUR, end + 5 * HOUR)
    known = session.candles(settings, time, 200)[1]
    assert session.candles(settings, time, 200, 5 * HOUR)[1] == pytest.approx(known, nan_ok=True)
    heatmap.future = True
    later = session.candles(heatmap._settings(), time, 200, 5 * HOUR)[1]
    assert known[1].max() <= end / MILLISECOND < later[1].max()
    assert later[:, : known.shape[1]] == pytest.approx(known, nan_ok=True)
    assert np.isnan(later[6:, known.shape[1] :]).all()
