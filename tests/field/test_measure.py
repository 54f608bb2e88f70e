"""The chance that price gets somewhere: the volatility it is said from, and the law it is said by."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from liqwidget.domain.frames import MarketData
from liqwidget.domain.lattice import PRICE_CELL, cell_centre, cell_edge, cell_of
from liqwidget.domain.time import DAY, HOUR
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.field.measure import chance, parse_measure, touch_chance, volatility
from liqwidget.field.touching import touch_chances
from liqwidget.study.profile import profile
from tests.ledgers import content
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


SPECIFIED = {
    4 / 24: (0.7552, 0.5426, 0.2607, 0.0659, 0.0096, 0.0011),
    0.5: (0.7665, 0.5611, 0.2801, 0.0743, 0.0111, 0.0013),
    1.0: (0.7734, 0.5725, 0.2926, 0.0801, 0.0122, 0.0014),
    3.0: (0.7839, 0.5903, 0.3127, 0.0898, 0.0141, 0.0016),
}
"""Chances at x of 0.25, 0.5, 1, 2, 4 and 8 by horizon in days: docs/method.md, section 5."""


@pytest.mark.parametrize("days", SPECIFIED)
def test_the_chance_is_that_of_the_specification(days: float) -> None:
    x = np.array([0.25, 0.5, 1, 2, 4, 8])
    assert chance(x * 0.03 * math.sqrt(days), 0.03, days) == pytest.approx(SPECIFIED[days], abs=6e-5)
    assert chance(-x * 0.03 * math.sqrt(days), 0.03, days) == pytest.approx(SPECIFIED[days], abs=6e-5)
    assert chance(0.0, 0.03, days) == 1.0


@given(x=st.floats(0, 3), days=st.sampled_from([1 / 24, 0.5, 7.0]))
def test_the_table_is_the_distribution_as_far_as_it_reaches_and_its_power_behind(x: float, days: float) -> None:
    distance = 10**x - 1
    expected = 2 * t(3.3).sf(1.25 * days**-0.045 * distance)
    assert chance(distance * math.sqrt(days), 1.0, days) == pytest.approx(expected, abs=2e-6, rel=2e-3)


def test_the_table_falls_and_cannot_be_written() -> None:
    table = touch_chances()
    assert table[0] == 1.0
    assert 0 < table[-1] < 2e-6
    assert (np.diff(table) < 0).all()
    assert not table.flags.writeable


def test_the_chance_of_a_price_is_that_from_the_last_close() -> None:
    part = estimate(walk(3, 100, "1h").market()).venues[0]
    time = int(part.time[60]) + HOUR // 2
    distance = np.arange(-40, 41, 20) * PRICE_CELL
    expected = 2 * t(3.3).sf(1.25 * 0.5**-0.045 * np.abs(distance) / (volatility(part)[60] * math.sqrt(0.5)))
    prices = part.close[60] * np.exp(distance)
    assert touch_chance(part, time, prices, 0.5) == pytest.approx(expected, abs=2e-6)
    assert not touch_chance(part, int(part.time[0]), prices, 0.5).any()


def test_expected_is_size_times_the_chance_at_the_centre_of_each_cell() -> None:
    ledger = estimate(walk(3, 100, "1h").market())
    part, cells = ledger.venues[0], np.arange(-300, 301) + int(cell_of(ledger.last_price()))
    edges = cell_edge(np.append(cells, cells[-1] + 1))
    size, expected = (profile(ledger, edges, measure=measure, horizon="12h") for measure in ("size", "expected"))
    chances = touch_chance(part, ledger.end, cell_centre(cells), 0.5)
    np.testing.assert_allclose(expected.total, size.total * chances, rtol=1e-9)


def test_heat_is_what_stands_under_the_nominal_prior_without_the_book_at_the_cap() -> None:
    market = walk(3, 100, "1h").market()
    ledger, edges = estimate(market, (3.0, 0.8)), np.geomspace(80, 125, 40)
    nominal = estimate(market, "nominal", near=0)
    assert content(profile(ledger, edges, measure="heat")) == content(profile(nominal, edges))
    again = advance(estimate(market.until(market.close_time[40]), (3.0, 0.8)), market)
    assert content(profile(again, edges, measure="heat")) == content(profile(nominal, edges))
    with pytest.raises(DataError, match="with heat"):
        profile(replace(ledger, heat=None), edges, measure="heat")


def test_measures_and_horizons() -> None:
    assert parse_measure("expected", "12h") == 0.5
    assert parse_measure("size", "12h") == 0.0
    assert parse_measure("heat", "12h", heat=True) == 0.0
    with pytest.raises(DataError, match="'expected' or 'size', was 'likely'"):
        parse_measure("likely", "24h")
    with pytest.raises(DataError, match="'expected' or 'size', was 'heat'"):
        parse_measure("heat", "24h")
    with pytest.raises(DataError, match="duration"):
        parse_measure("expected", "soon")
