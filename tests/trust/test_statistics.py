"""Ranks, correlations and intervals, against the plain formulas and against rows drawn one by one."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.time import DAY, HOUR
from liqwidget.errors import DataError
from liqwidget.trust.statistics import (
    FEWEST,
    Moments,
    block_numbers,
    centred,
    draw_blocks,
    interval,
    means,
    partial_correlation,
    quantiles,
    rank_correlation,
    ranks,
    tail,
)

SEEDS = st.integers(0, 100_000)


def series(seed: int, count: int, *, ties: bool = False) -> Any:
    """Return a truth and a prediction that have something to do with two controls and with each other."""
    rng = np.random.default_rng(seed)
    first, second, common = rng.standard_normal((3, count))
    truth = common + first + 0.3 * rng.standard_normal(count)
    said = common + second - 0.5 * first
    if ties:
        truth, said = np.round(truth), np.maximum(said, 0)
    return truth, said, [first, second]


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(1, 60), ties=st.booleans())
def test_ranks_are_those_of_each_group(seed: int, count: int, *, ties: bool) -> None:
    values = series(seed, count, ties=ties)[0]
    groups = np.random.default_rng(seed).integers(0, 3, count)
    found = ranks(values, groups)
    for group in np.unique(groups):
        rows = groups == group
        wanted = pd.Series(values[rows]).rank(pct=True).to_numpy()
        assert found[rows] == pytest.approx(wanted - wanted.mean())


def spearman(first: Any, second: Any) -> float:
    return float(np.corrcoef(pd.Series(first).rank(), pd.Series(second).rank())[0, 1])


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(5, 60), ties=st.booleans())
def test_rank_correlation_is_spearmans(seed: int, count: int, *, ties: bool) -> None:
    truth, said, _ = series(seed, count, ties=ties)
    if np.ptp(truth) > 0 and np.ptp(said) > 0:
        assert rank_correlation(said, truth) == pytest.approx(spearman(said, truth), abs=1e-9)


def test_the_rank_correlation_of_a_constant_is_nothing() -> None:
    assert rank_correlation(np.ones(9), np.arange(9)) == 0


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(6, 60))
def test_nothing_is_left_of_what_the_controls_say(seed: int, count: int) -> None:
    truth, _, controls = series(seed, count)
    assert partial_correlation(truth, 2 * controls[0] - controls[1] + 3, controls) == 0


def test_a_partial_correlation_is_the_textbooks() -> None:
    truth, said, (held, _) = series(5, 50)
    xy, xz, yz = (np.corrcoef(pair)[0, 1] for pair in ((truth, said), (truth, held), (said, held)))
    wanted = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    assert partial_correlation(truth, said, [held]) == pytest.approx(wanted)


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(20, 80), ties=st.booleans())
def test_every_draw_is_what_the_drawn_rows_say(seed: int, count: int, *, ties: bool) -> None:
    truth, said, controls = series(seed, count, ties=ties)
    blocks = np.sort(np.random.default_rng(seed).integers(0, 9, count))
    blocks = np.unique(blocks, return_inverse=True)[1]
    weights = draw_blocks(int(blocks.max()) + 1, 5, seed)
    moments = Moments.of(said, truth, controls, blocks, weights)
    plain, given_controls, gain = moments.correlation(), moments.correlation(given_controls=True), moments.added()
    middle, mean = quantiles(said, blocks, weights, (0.5,))[0], means(said, blocks, weights)
    for draw, weight in enumerate(weights):
        rows = np.repeat(np.arange(count), weight[blocks].astype(int))
        assert middle[draw] == pytest.approx(np.median(said[rows]))
        assert mean[draw] == pytest.approx(said[rows].mean())
        held = [control[rows] for control in controls]
        if len(np.unique(rows)) < 8 or np.ptp(truth[rows]) == 0 or np.ptp(said[rows]) == 0:
            continue
        assert plain[draw] == pytest.approx(np.corrcoef(said[rows], truth[rows])[0, 1], abs=1e-6)
        assert given_controls[draw] == pytest.approx(partial_correlation(said[rows], truth[rows], held), abs=1e-6)
        assert gain[draw] == pytest.approx(explained(truth[rows], [*held, said[rows]]) - explained(truth[rows], held),
                                           abs=1e-6)  # fmt: skip


def explained(truth: Any, known: list[Any]) -> float:
    design = np.column_stack([np.ones(len(truth)), *known])
    left = truth - design @ np.linalg.lstsq(design, truth, rcond=None)[0]
    return float(1 - (left**2).sum() / ((truth - truth.mean()) ** 2).sum())


def test_quartiles_lie_between_their_neighbours() -> None:
    values, blocks = np.arange(101.0), np.zeros(101, np.int64)
    assert quantiles(values, blocks, np.ones((1, 1)), (0.25, 0.5, 0.75))[:, 0].tolist() == [25, 50, 75]


@settings(deadline=None)
@given(seed=SEEDS, draws=st.integers(1, 50))
def test_an_interval_holds_its_value(seed: int, draws: int) -> None:
    drawn = np.random.default_rng(seed).standard_normal(draws + 1) + np.append(3.0, np.zeros(draws))
    found = interval(drawn, 10)
    assert found.low <= found.value <= found.high


@pytest.mark.slow
@pytest.mark.parametrize("count", [9, 13, 60])
def test_an_interval_covers_as_often_as_it_says(count: int) -> None:
    rng = np.random.default_rng(3)
    blocks = np.arange(count)
    inside = 0
    for trial in range(300):
        found = interval(means(rng.standard_normal(count), blocks, draw_blocks(count, 300, trial)), count)
        inside += found.low <= 0 <= found.high
    assert 0.92 <= inside / 300 <= 0.98


@pytest.mark.parametrize(("blocks", "student"), [(8, 2.364624), (20, 2.093024), (400, 1.965927)])
def test_the_tail_is_that_of_students_quantile(blocks: int, student: float) -> None:
    wanted = NormalDist().cdf(-student * (blocks / (blocks - 1)) ** 0.5)
    assert tail(blocks) == pytest.approx(wanted, rel=1e-5)


def test_centred_values_have_no_mean_in_any_group() -> None:
    groups = np.array([0, 1, 0, 1, 2])
    assert np.bincount(groups, centred([1.0, 5.0, 3.0, 7.0, 9.0], groups)) == pytest.approx([0, 0, 0])


@settings(deadline=None)
@given(count=st.integers(1, 400), step=st.sampled_from([HOUR, 6 * HOUR, DAY, 7 * DAY]), sides=st.integers(1, 3))
def test_blocks_are_runs_of_time(count: int, step: int, sides: int) -> None:
    times = np.tile(np.arange(count) * step, sides)
    blocks = block_numbers(times)
    assert (blocks.reshape(sides, count) == blocks[:count]).all()
    assert (np.diff(blocks[:count]) >= 0).all()
    assert len(np.unique(blocks)) == blocks.max() + 1
    assert len(np.unique(blocks)) >= min(count, FEWEST)
    if step == HOUR and count > 8 * 24:
        assert blocks[:24].tolist() == [0] * 24


@pytest.mark.parametrize(("draws", "seed"), [(0, 1), (True, 1), (10, -1), (2.5, 1)])
def test_draws_and_seed_are_whole_numbers(draws: Any, seed: Any) -> None:
    with pytest.raises(DataError, match="whole number"):
        draw_blocks(10, draws, seed)
