"""Moving averages and the RSI against published tables, and when momentum is extreme."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from liqwidget import MarketData, ReferenceRules
from liqwidget.decide.market_states import relative_strength
from liqwidget.decide.reference_levels import references_of
from liqwidget.domain.side import Side
from tests.markets import candles_of


def closing(prices: list[float]) -> MarketData:
    candles = candles_of([(c, c, c, c) for c in prices], "1h", 10.0)
    return MarketData.from_frames(candles, minimum_distance=0.004, timeframe="1h")


WORKED = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
    45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515,
    45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
]  # fmt: skip
"""QQQQ's closes in StockCharts' worked example of the RSI (ChartSchool, cs-rsi.xls), and its figures."""
FIGURES = [
    70.5328, 66.3186, 66.5498, 69.4063, 66.3552, 57.9749, 62.9296, 63.2571, 56.0593, 62.3771, 54.7076, 50.4228,
    39.9898, 41.4605, 41.8689, 45.4632, 37.3040, 33.0795, 37.7730,
]  # fmt: skip
MEANS = [
    22.2734, 22.1940, 22.0847, 22.1741, 22.1840, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933, 22.1542, 22.3926,
    22.3816, 22.6109, 23.3558, 24.0519, 23.7530, 23.8324, 23.9516, 23.6338, 23.8225, 23.8722, 23.6537, 23.1870,
    23.0976, 23.3260, 22.6805, 23.0976, 22.4025, 22.1725,
]  # fmt: skip
"""Closes of the same school's moving averages: 23.13 and 22.92 are the last simple and exponential one of 10."""


def test_moving_averages_are_those_of_the_published_table() -> None:
    market, rules = closing(MEANS), ReferenceRules(simple=(10,), exponential=(10,))
    levels = references_of(market, int(market.close_time[-1]), rules=rules).levels
    found = {one.name: one.price for one in levels if one.kind == "moving average"}
    assert found["SMA 10"] == pytest.approx(23.13121, abs=1e-5)
    assert found["EMA 10"] == pytest.approx(22.91556, abs=1e-3)  # the table begins with a simple mean of ten


def test_the_rsi_is_that_of_the_published_table() -> None:
    found = relative_strength(WORKED)
    assert np.isnan(found[:14]).all()
    assert found[14:] == pytest.approx(FIGURES, abs=6e-5)
    assert np.isnan(relative_strength([5.0] * 40)).all()
    assert relative_strength(np.arange(1.0, 40.0))[-1] == 100
    assert np.isnan(relative_strength([1.0, 2.0])).all()


def test_momentum_is_extreme_at_the_clusters_ahead_of_it() -> None:
    def states(prices: list[float]) -> Any:
        market = closing(prices)
        return {one.kind: one for one in references_of(market, int(market.close_time[-1])).states}

    up, down = states(list(np.geomspace(100, 120, 220))), states(list(np.geomspace(100, 80, 220)))
    assert (up["momentum"].extreme, up["momentum"].side, up["momentum"].value) == (True, Side.SHORT, 100)
    assert (down["momentum"].extreme, down["momentum"].side) == (True, Side.LONG)
    assert not up["trend"].extreme
    assert up["trend"].value > 0 > down["trend"].value
    assert not states(WORKED)["momentum"].extreme
