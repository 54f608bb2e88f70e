"""Whatever hands do to a heatmap, it answers to the next hand as a new one does: a monkey, and what it has found."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser.page import laws
from tests.browser.page.conftest import at_start
from tests.browser.page.monkey import Monkey

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

SEEDS, ACTS = (1, 2), 10
MANY, LONG = int(os.environ.get("MONKEYS", "150")), 14


def hands_on(heatmap: Heatmap, seed: int, acts: int, complaints: list[str]) -> None:
    """Let a monkey at a heatmap, and hold it to the laws afterwards."""
    fresh = laws.whole_picture(heatmap)
    monkey = Monkey(heatmap, seed)
    try:
        monkey.act(acts)
        monkey.rest()
        laws.ranges_are_those_drawn(heatmap)
        laws.nothing_is_left(heatmap)
        laws.controls_show_traits(heatmap)
        laws.a_drag_pans_as_far_as_the_hand_goes(heatmap)
        laws.the_wheel_zooms_about_the_pointer(heatmap)
        laws.escape_leaves_nothing(heatmap)
        at_start(heatmap)
        laws.looks_like(heatmap, fresh)
        assert complaints == []
    except BaseException as error:
        error.add_note(f"seed {seed}: " + "; ".join(monkey.done))
        raise


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_gestures_all_is_as_it_was(heatmap: Heatmap, seed: int, complaints: list[str]) -> None:
    hands_on(heatmap, seed, ACTS, complaints)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 100 + MANY))
def test_after_many_gestures_all_is_as_it_was(heatmap: Heatmap, seed: int, complaints: list[str]) -> None:
    hands_on(heatmap, seed, LONG, complaints)
