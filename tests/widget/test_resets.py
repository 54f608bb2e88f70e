"""Each measure has a threshold of its own, in its unit: it comes back with it, and one that is set with it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqwidget.widget.resets import Thresholds

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap

MEASURES = ("heat", "size", "expected")
steps = st.lists(st.tuples(st.sampled_from(MEASURES), st.none() | st.floats(1, 1e9)), max_size=12)


@given(steps)
def test_a_measure_has_the_threshold_that_was_set_last_with_it(steps: list[tuple[str, float | None]]) -> None:
    kept, measure, threshold = Thresholds("heat", 0.0), "heat", 0.0
    wanted = dict.fromkeys(MEASURES, 0.0)
    for other, value in steps:
        if other != measure:
            threshold = kept.after(measure, other, threshold)
            measure = other
            kept.set(measure, threshold)
        if value is not None:
            threshold = wanted[measure] = value
            kept.set(measure, threshold)
        assert threshold == wanted[measure]


def test_setting_the_measure_back_brings_its_threshold_back(heatmap: LiqHeatmap) -> None:
    heatmap.measure = "heat"
    heatmap.threshold = 40
    heatmap.measure = "size"
    assert heatmap.threshold == 0
    heatmap.threshold = 2e6
    heatmap.measure = "heat"
    assert heatmap.threshold == 40
    heatmap.measure = "size"
    assert heatmap.threshold == 2e6


@pytest.mark.parametrize("order", [("measure", "threshold"), ("threshold", "measure")])
def test_a_threshold_that_is_set_with_its_measure_stays(heatmap: LiqHeatmap, order: tuple[str, str]) -> None:
    heatmap.measure = "heat"
    heatmap.threshold = 40
    with heatmap.hold_trait_notifications():
        for name in order:
            setattr(heatmap, name, {"measure": "size", "threshold": 3e6}[name])
    assert (heatmap.measure, heatmap.threshold) == ("size", 3e6)
    heatmap.set_state({"measure": "heat"})
    assert heatmap.threshold == 40
    heatmap.set_state({"measure": "expected", "threshold": 5.0})
    assert heatmap.threshold == 5


def test_ranges_go_back_with_another_window_and_not_with_another_measure(heatmap: LiqHeatmap) -> None:
    last = heatmap.ledger.last_price()
    heatmap.price_range = (0.9 * last, 1.1 * last)
    heatmap.measure = "expected" if heatmap.measure != "expected" else "size"
    assert heatmap.price_range is not None
    heatmap.window = "24h" if heatmap.window != "24h" else "3d"
    assert heatmap.price_range is None
