"""The rules by which price cells belong together, on any heat."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from liqwidget.errors import DataError
from liqwidget.study.clustering import Rule, gaps, runs

Floats = npt.NDArray[np.float64]

HEAT = arrays.arrays(np.float64, st.integers(1, 60), elements=st.just(0.0) | st.floats(1e-3, 100))
DEFAULT = Rule.of(0.5)


def test_the_default_is_a_tenth_and_the_half() -> None:
    assert pytest.approx((0.1, 0.5)) == DEFAULT


@pytest.mark.parametrize("sensitivity", [-0.1, 1.1, float("nan"), "high", None])
def test_another_sensitivity_is_refused(sensitivity: object) -> None:
    with pytest.raises(DataError, match="sensitivity from 0"):
        Rule.of(sensitivity)


def test_by_hand() -> None:
    heat = np.array([0, 1, 8, 9, 10, 9, 7.5, 5, 0, 0.9, 0, 0, 3, 2.9, 0.5])
    assert runs(heat, DEFAULT, 10) == [(2, 6), (12, 13)], "5 is a step of a third, 0.9 under a tenth"
    assert runs(heat, DEFAULT, 3) == [(3, 5), (12, 13)]
    assert runs(heat, DEFAULT, 1) == [(4, 4), (12, 12)]
    assert gaps(heat) == []
    assert gaps(np.array([0.0] * 5 + [1.0] + [0.05] * 4 + [0.2] + [0.01] * 7)) == [(0, 4), (11, 17)]


@given(HEAT, st.floats(0, 1), st.integers(1, 12))
def test_clusters_are_apart_narrow_and_hot(heat: Floats, sensitivity: float, most: int) -> None:
    rule = Rule.of(sensitivity)
    found = runs(heat, rule, most)
    cells = [cell for first, last in found for cell in range(first, last + 1)]
    assert len(cells) == len(set(cells))
    for first, last in found:
        inside = heat[first : last + 1]
        assert 1 <= last - first + 1 <= most
        assert inside.max() >= rule.least * heat.max()
        assert (inside >= rule.grows * inside.max()).all()
        steps = np.abs(np.diff(inside)) / np.minimum(inside[:-1], inside[1:])
        assert (steps < 1 / 3 + 1e-9).all()


@given(HEAT, st.integers(1, 12))
def test_each_hottest_cell_of_its_surroundings_is_in_a_cluster(heat: Floats, most: int) -> None:
    """What is no less than both neighbours and a tenth of the peak starts one, or another one grew over it."""
    found = runs(heat, DEFAULT, most)
    inside = np.zeros(len(heat), np.bool_)
    for first, last in found:
        inside[first : last + 1] = True
    padded = np.concatenate([[0.0], heat, [0.0]])
    tops = (heat >= padded[:-2]) & (heat >= padded[2:]) & (heat >= 0.1 * heat.max()) & (heat > 0)
    assert inside[tops].all()
    assert bool(found) == bool(heat.any())


@given(HEAT, st.floats(0, 1), st.floats(1e-6, 1e6))
def test_the_unit_of_heat_does_not_matter(heat: Floats, sensitivity: float, factor: float) -> None:
    power = 2.0 ** round(np.log2(factor))
    assert runs(heat * power, Rule.of(sensitivity), 10) == runs(heat, Rule.of(sensitivity), 10)
    assert gaps(heat * power) == gaps(heat)


@given(HEAT, st.floats(0, 1), st.floats(0, 1))
def test_more_sensitivity_never_gives_fewer_starts(heat: Floats, one: float, other: float) -> None:
    fewer, more = sorted((one, other))
    assert len(runs(heat, Rule.of(fewer), 1)) <= len(runs(heat, Rule.of(more), 1))


def test_no_cells_and_cold_cells_hold_no_cluster() -> None:
    assert runs(np.empty(0), DEFAULT, 10) == []
    assert runs(np.zeros(4), DEFAULT, 10) == []
