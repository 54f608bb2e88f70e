"""Scores of the map against real positions and liquidations: at least what a right implementation must reach.

Hourly scores are in `test_hours`; E3b is no target any more (`targets` says why).
"""

from __future__ import annotations

import pytest

from tests.accuracy.scorer import scores
from tests.accuracy.targets import DAYS, THREE_MARKETS, Target
from tests.recorded import needs_recordings

pytestmark = needs_recordings

SLOW = pytest.mark.soak


@pytest.mark.slow
@pytest.mark.parametrize(
    "target",
    [
        pytest.param(one, id=f"{one.name}-{one.metric}", marks=[SLOW] if one.name == THREE_MARKETS else [])
        for one in DAYS
    ],
)
def test_the_map_scores_what_it_must(target: Target) -> None:
    low, high = target.must
    assert low <= scores(target.name)[target.metric] <= high


@pytest.mark.slow
def test_the_map_is_near_the_true_one_of_a_simulated_market() -> None:
    found = scores("E4")
    assert found["rho@20%"] >= 0.48
    assert found["tv_dist@20%"] <= 0.25


@pytest.mark.slow
def test_no_side_ever_holds_more_than_the_open_interest() -> None:
    assert scores("E4")["max_mass/OI"] <= 1


def test_amounts_are_of_the_right_order() -> None:
    assert 0.2 <= scores("E2")["median_pred/actual"] <= 5
