"""The chance that price gets somewhere: the volatility it is said from, and the law it is said by."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import CELL, cell_coordinate
from liqwidget.domain.time import DAY, HOUR
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.field.measure import chance, parse_measure, touch_chance, touch_chances, volatility
from tests.markets import Frames, candles_of, frames, walk


def specified(time: np.ndarray, close: np.ndarray, half_life: float) -> np.ndarray:
    """Return the specification's volatility row by row: weighted sums of squared moves over weighted days."""
    out = np.full(len(time), 1e-4)
    moves, days = np.diff(np.log(close)) ** 2, np.diff(time) / DAY
    for row in range(1, len(time)):
        ends = np.maximum(time[1 : row + 1], time[0] + DAY)
        weight = 0.5 ** ((max(time[row], time[0] + DAY) - ends) / DAY / half_life)
        out[row] = max(1e-4, math.sqrt((weight * moves[:row]).sum() / (weight * days[:row]).sum()))
    return out


@settings(deadline=None)
@given(drawn=frames(most=200))
def test_volatility_is_as_specified(drawn: Frames) -> None:
    part = estimate(drawn.market()).venues[0]
    # The row that crosses the end of the first day decays by its whole step: half a candle on average.
    slack = 0.5 ** (-part.timeframe / DAY / 2) - 1
    assert volatility(part) == pytest.approx(specified(part.time, part.close, 2.0), rel=max(slack, 1e-9))


def test_another_half_life_would_be_seen() -> None:
    part = estimate(walk(3, 2000, "1h").market()).venues[0]
    late = part.time > part.time[0] + 10 * DAY
    right, wrong = (volatility(part) / specified(part.time, part.close, length) - 1 for length in (2.0, 1.8))
    assert np.abs(right[late]).max() < 1e-6
    assert np.abs(wrong[late]).max() > 0.005


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 10_000), cut=st.integers(2, 140))
def test_volatility_does_not_look_ahead(seed: int, cut: int) -> None:
    market = walk(seed, 150, "1h", gaps=True).market()
    first = estimate(market.until(market.close_time[min(cut, len(market.time) - 1)]))
    before = volatility(first.venues[0]).copy()
    whole = volatility(advance(first, market).venues[0])
    assert np.array_equal(whole[: len(before)], before)


def test_volatility_is_that_of_the_moves_whatever_the_candles() -> None:
    market = walk(4, 12 * 24 * 20, "5m", volatility=0.001).market()
    fine, coarse = (estimate(one).venues[0] for one in (market, market.coarser("1h")))
    # One candle in ten does not move.
    assert volatility(fine)[-1] == pytest.approx(0.001 * math.sqrt(288 * 0.9), rel=0.1)
    assert volatility(coarse)[-1] == pytest.approx(volatility(fine)[-1], rel=0.25)


def test_a_still_market_has_a_smallest_volatility() -> None:
    still = candles_of([(100.0, 100.0, 100.0, 100.0)] * 50, "1h")
    part = estimate(MarketData.from_frames(still, minimum_distance=0.004)).venues[0]
    assert (volatility(part) == 1e-4).all()


def test_the_chance_is_that_of_the_reflection_principle() -> None:
    assert chance(0.0, 0.03, 1.0) == 1.0
    assert chance(0.03, 0.03, 1.0) == pytest.approx(0.3173, abs=1e-4)
    assert chance(-0.03, 0.03, 1.0) == chance(0.03, 0.03, 1.0)
    assert chance(0.06, 0.03, 4.0) == pytest.approx(chance(0.03, 0.03, 1.0))
    assert chance(0.03, 0.03, 1 / 6) == pytest.approx(math.erfc(math.sqrt(6) / math.sqrt(2)), abs=1e-4)
    assert chance(0.3, 0.03, 1.0) == 0.0


@given(x=st.floats(0, 9))
def test_the_table_is_exact_to_a_hundredth_of_a_percent(x: float) -> None:
    assert chance(x, 1.0, 1.0) == pytest.approx(math.erfc(x / math.sqrt(2)), abs=1e-5)


def test_the_table_falls_to_nothing_and_cannot_be_written() -> None:
    table = touch_chances()
    assert (table[0], table[-1]) == (1.0, 0.0)
    assert (np.diff(table) < 0).all()
    assert not table.flags.writeable


def test_the_chance_of_a_cell_is_that_of_its_centre_from_the_last_close() -> None:
    part = estimate(walk(3, 100, "1h").market()).venues[0]
    time = int(part.time[60]) + HOUR // 2
    cells = np.arange(-40, 41, 20) + int(np.floor(cell_coordinate(part.close[60])))
    distance = (cells + 0.5) * CELL - np.log(part.close[60])
    expected = [math.erfc(abs(far) / (volatility(part)[60] * math.sqrt(0.5)) / math.sqrt(2)) for far in distance]
    assert touch_chance(part, time, cells, 0.5) == pytest.approx(expected, abs=1e-5)
    assert not touch_chance(part, int(part.time[0]), cells, 0.5).any()


def test_measures_and_horizons() -> None:
    assert parse_measure("expected", "12h") == 0.5
    assert parse_measure("size", "12h") == 0.0
    with pytest.raises(DataError, match="'expected' or 'size'"):
        parse_measure("likely", "24h")
    with pytest.raises(DataError, match="duration"):
        parse_measure("expected", "soon")
