"""Sums by calendar block, and what many questions leave of a p value: worked by hand, and held against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from liqwidget.domain.time import DAY
from liqwidget.trust.block_statistics import BLOCK_DAYS, FEWEST_BLOCKS, Tally, block_of, holm

BLOCK = BLOCK_DAYS * DAY


def times(*blocks: int) -> np.ndarray:
    return np.array(blocks, np.int64) * BLOCK + 17


def test_a_mean_of_equal_blocks_is_the_t_interval_of_their_means() -> None:
    values = np.array([1.0, 4.0, -2.0, 3.0, 0.5, 2.0, -1.0, 6.0])
    found = Tally.of(times(*range(8)), values).estimate()
    low, high = stats.t.interval(0.95, 7, values.mean(), stats.sem(values))
    assert (found.effect, found.low, found.high) == pytest.approx((values.mean(), low, high))
    assert found.p == pytest.approx(stats.ttest_1samp(values, 0).pvalue)
    assert found.blocks == 8
    assert found.error == pytest.approx(stats.sem(values))


def test_events_of_a_block_are_one_observation() -> None:
    once = Tally.of(times(*range(7)), np.arange(7.0)).estimate()
    often = Tally.of(np.repeat(times(*range(7)), 50), np.repeat(np.arange(7.0), 50)).estimate()
    assert often[:5] == pytest.approx(once[:5])


def test_fewer_than_six_blocks_give_no_interval() -> None:
    few, enough = (Tally.of(times(*range(n)), np.arange(n, dtype=float)).estimate() for n in (5, FEWEST_BLOCKS))
    assert few.effect == 2.0
    assert math.isnan(few.low)
    assert math.isfinite(enough.low)
    assert math.isnan(Tally.none().estimate().effect)


def test_a_difference_is_of_two_means_and_its_blocks_are_common() -> None:
    first = Tally.of(times(*range(8)), np.arange(8.0) + 3)
    second = Tally.of(times(*range(8)), np.arange(8.0))
    found = first.less(second).estimate()
    assert found.effect == pytest.approx(3.0)
    assert found.error == pytest.approx(0.0, abs=1e-12), "what both have in a block is no scatter"


def test_what_controls_take_off_enters_their_own_blocks() -> None:
    tally = Tally.of(times(*range(8)), np.full(8, 2.0), base=8.0)
    moved = tally.moved(times(9, 9), np.array([-4.0, -4.0]))
    assert moved.estimate().effect == pytest.approx(1.0)
    assert (moved.events, moved.usual) == (8, 1.0)
    assert moved.estimate().error > 0


@given(st.lists(st.tuples(st.integers(0, 12), st.floats(-5, 5)), min_size=1, max_size=40), st.integers(0, 40))
def test_parts_in_any_cut_are_the_whole(rows: list[tuple[int, float]], cut: int) -> None:
    time, values = times(*(block for block, _ in rows)), np.array([value for _, value in rows])
    whole = Tally.of(time, values)
    parts = Tally.of(time[:cut], values[:cut]).plus(Tally.of(time[cut:], values[cut:]))
    np.testing.assert_array_equal(parts.blocks, whole.blocks)
    np.testing.assert_allclose(parts.sums, whole.sums, atol=1e-12)
    assert parts.events == whole.events


def test_blocks_are_of_the_calendar() -> None:
    assert block_of(np.array([0, BLOCK - 1, BLOCK])).tolist() == [0, 0, 1]


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]).tolist() == pytest.approx([1.0, 1.0])


def test_what_could_not_be_asked_is_counted() -> None:
    found = holm([0.01, math.nan, 0.2, math.nan])
    assert found[[0, 2]].tolist() == pytest.approx([0.04, 0.6])
    assert np.isnan(found[[1, 3]]).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_never_helps(p: list[float]) -> None:
    found = holm(p)
    assert (found >= np.array(p) - 1e-12).all()
    assert (np.diff(found[np.argsort(p, kind="stable")]) >= 0).all()
    assert found.max() <= 1
