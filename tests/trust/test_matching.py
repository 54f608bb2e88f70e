"""Controls: the nearest, far enough away in time, and what is mended by a regression."""

from __future__ import annotations

import numpy as np
import pytest

from liqwidget.domain.time import DAY
from liqwidget.trust.matching import APART, CONTROLS, Cases, Comparison, nearest, scales, slopes

RNG = np.random.default_rng(5)
POOL = Cases(np.arange(300) * DAY, RNG.normal(size=(300, 3)))
EVENTS = Cases(np.arange(0, 300, 7) * DAY + 5, RNG.normal(size=(43, 3)))


def test_controls_are_the_nearest_that_are_days_apart() -> None:
    found = nearest(EVENTS, POOL)
    for event, mine in enumerate(found):
        distance = ((EVENTS.features[event] - POOL.features) ** 2).sum(axis=1)
        distance[np.abs(EVENTS.time[event] - POOL.time) < APART] = np.inf
        assert mine.tolist() == np.argsort(distance, kind="stable")[:CONTROLS].tolist()


def test_an_event_with_too_few_controls_has_none() -> None:
    near = nearest(Cases(np.array([0, 400 * DAY]), np.zeros((2, 3))), POOL.some(np.arange(CONTROLS + 1)))
    assert (near[0] == -1).all(), "two or three lie within three days"
    assert (near[1] >= 0).all()
    assert nearest(EVENTS, POOL.some(np.arange(0))).tolist() == [[-1] * CONTROLS] * len(EVENTS.time)


def test_slopes_are_common_and_means_are_not() -> None:
    groups = [RNG.normal(size=(50, 3)) for _ in range(4)]
    outcomes = [x @ [1.0, -2.0, 0.5] + number for number, x in enumerate(groups)]
    assert slopes(groups, outcomes).tolist() == pytest.approx([1.0, -2.0, 0.5])


def test_what_features_say_is_no_effect() -> None:
    """Events lie elsewhere than the pool, and the outcome follows from features alone."""
    events = Cases(EVENTS.time, EVENTS.features + 0.7)
    compared = Comparison.of(events, POOL)
    ours, theirs = (cases.features @ [3.0, -1.0, 2.0] for cases in (events, POOL))
    assert compared.tally(ours, theirs).estimate().effect == pytest.approx(0, abs=1e-9)
    assert compared.tally(ours + 4.0, theirs).estimate().effect == pytest.approx(4.0)


def test_outcomes_that_are_unknown_are_left_out() -> None:
    compared = Comparison.of(EVENTS, POOL)
    ours, theirs = np.ones(len(EVENTS.time)), np.zeros(len(POOL.time))
    ours[3] = np.nan
    assert compared.tally(ours, theirs).events == len(EVENTS.time) - 1
    assert compared.tally(ours * np.nan, theirs).events == 0


def test_scales_of_what_does_not_vary() -> None:
    assert scales(np.array([[1.0, 0.0], [1.0, 2.0]])).tolist() == [1.0, 1.0]
