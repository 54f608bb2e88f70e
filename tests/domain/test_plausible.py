"""Changes of unit, open interest beside volume, zeros that last, and rows that are asked for again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from liqwidget.domain.frames import MarketData
from liqwidget.domain.plausible import doubtful_rows, known_values, odd_start
from liqwidget.domain.time import HOUR
from liqwidget.errors import DataError
from tests.markets import interest_of, walk

LONG = walk(3, 60, "1h")
"""Two and a half days."""


def market(interest: list[float] | np.ndarray, volume: float | list[float] = 1000.0) -> MarketData:
    known = interest_of(list(interest), "1h")
    candles = LONG.candles.assign(volume=volume)
    return MarketData.from_frames(candles, known, symbol="ABC", venue="okx", timeframe="1h", minimum_distance=0.01)


@pytest.mark.parametrize("factor", [25, 100, 1000, 0.01, 1e-4, 100.0 * 1.05])
def test_a_change_of_unit_is_refused(factor: float) -> None:
    values = 1000 + 10 * np.arange(61.0)
    values[40:] *= factor
    with pytest.raises(DataError, match=r"of okx ABC in one unit, was .* after 1,390 from 2026-01-02 16:00"):
        market(values)


def test_coins_that_become_dollars_are_a_change_of_unit() -> None:
    values = np.full(61, 1000.0)
    values[10:] *= LONG.candles["close"].iloc[10]
    with pytest.raises(DataError, match="one unit"):
        market(values)


@pytest.mark.parametrize(
    "values",
    [
        [1000.0] * 40 + [30_000.0] + [1000.0] * 20,
        [1000.0] * 40 + [100_000.0] * 3 + [1000.0] * 18,
        [100.0] + [5000.0] * 60,
        [100.0] * 5 + [5000.0 + step for step in range(56)],
        [1000.0] * 30 + [300.0] * 31,
        [1000.0 * 1.15**step for step in range(61)],
        [1000.0] * 40 + [0.0] * 21,
    ],
)  # fmt: skip
def test_what_markets_do_is_taken(values: list[float]) -> None:
    assert market(values).interest[-1] == values[-1]


def test_a_rise_that_volume_shares_is_no_change_of_unit() -> None:
    assert market([100.0] * 40 + [10_000.0] * 21, [10.0] * 40 + [900.0] * 20).interest[-1] == 10_000


@pytest.mark.parametrize(
    ("interest", "doubted"),
    [(1000.0 * 24 * 99, False), (1000.0 * 24 * 101, True), (1000.0 / 60 * 0.9, True), (1000.0 / 60 * 1.1, False)],
)
def test_open_interest_beside_volume(interest: float, *, doubted: bool) -> None:
    said = doubts(market([interest] * 61))
    assert bool(said) == doubted
    if said:
        assert ("101 days" in said[0]) == (interest > 1000)


def doubts(found: MarketData) -> list[str]:
    return [note for note in found.notes if "of volume" in note]


def test_nothing_is_said_where_volume_or_open_interest_is_unknown() -> None:
    assert not doubts(market([1e12] * 61, float("nan")))
    assert not doubts(market([1e12] * 61, 0.0))
    replace(market([1.0] * 61), relative=True).check_unit()


def test_zeros_that_last_or_stand_last_are_values() -> None:
    values = np.array([0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 3, -1, 0, np.nan, 0], float)
    kept = [False, True, False, False, False, True, True, True, True, True, True, False, False, False, True]
    assert known_values(values).tolist() == kept


def test_rows_far_from_the_others_are_doubted_until_they_come_back() -> None:
    times = np.arange(80, dtype=np.int64) * HOUR
    values = np.full(80, 10.0)
    values[[5, 6]], values[79] = 300.0, 1.0
    assert np.flatnonzero(doubtful_rows(times, values)).tolist() == [5, 6, 79]
    values[20:] *= 30
    assert np.flatnonzero(doubtful_rows(times, values)).tolist() == [5, 6, 79]
    assert not doubtful_rows(times[:0], values[:0]).any()


@pytest.mark.parametrize("factor", [1e-6, 0.01, 30.0, 1e6])
@pytest.mark.parametrize("count", [1, 3])
def test_wrong_first_rows_cost_no_map(factor: float, count: int) -> None:
    values = np.full(61, 1000.0)
    values[:count] *= factor
    found = market(values)
    assert found.interest.max() == 1000
    assert any("were left out" in note for note in found.notes) == (factor > 1)
    assert odd_start(values) == (count if factor > 1 else 0)
    assert odd_start(np.array([100.0, 90, 40, 20, 5, 4, 3, 2, 1])) == 0
