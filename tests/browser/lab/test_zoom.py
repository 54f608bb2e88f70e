"""Wheel and Python move the view; what is drawn after it settles is what the kernel computes for that view."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.agreement import COARSE, SHARP, agreement, in_step, stretched
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

SLOW = """
import time
fast = h._display.session.frame
def slow(*arguments):
    time.sleep(0.15)
    return fast(*arguments)
h._display.session.frame = slow
"""


def test_the_first_sharp_picture_is_the_kernels_numbers(heatmap: Heatmap) -> None:
    assert agreement(heatmap, heatmap.sharp()) > SHARP


def test_the_wheel_zooms_at_the_pointer(heatmap: Heatmap) -> None:
    home = heatmap.drawn()
    across, down = 0.3, 0.4
    heatmap.wheel(across, down, -200, times=5)
    drawn = in_step(heatmap)
    factor = np.exp(-1000 / 500)
    assert drawn.time[1] - drawn.time[0] == pytest.approx(factor * (home.time[1] - home.time[0]), rel=1e-3)
    assert drawn.price[1] - drawn.price[0] == pytest.approx(factor * (home.price[1] - home.price[0]), rel=1e-3)
    fixed = home.time[0] + across * (home.time[1] - home.time[0])
    assert drawn.time[0] + across * (drawn.time[1] - drawn.time[0]) == pytest.approx(fixed, abs=2 * home.pixel[0])
    assert heatmap.trait("follow") is False
    assert agreement(heatmap, drawn) > SHARP
    assert agreement(heatmap, drawn, stretched(heatmap, drawn)) < COARSE


def test_a_burst_of_wheel_events_ends_with_the_newest_range(heatmap: Heatmap) -> None:
    heatmap.kernel.run(SLOW)
    try:
        began = time.monotonic()
        heatmap.wheel(0.5, 0.5, -40, times=30)
        took = time.monotonic() - began
        at_once = heatmap.kernel.value("sum(one['type'] == 'viewport' for one in asked)")
        drawn = in_step(heatmap)
        views = heatmap.kernel.value("[one for one in asked if one['type'] == 'viewport']")
    finally:
        heatmap.kernel.run("h._display.session.frame = fast")
    assert 1 <= len(views) <= took / 0.15 + 5
    assert len(views) < 20
    assert len(views) - at_once <= 4
    assert [one["id"] for one in views] == sorted({one["id"] for one in views})
    assert drawn.heat is not None
    assert views[-1]["price"] == pytest.approx(drawn.price)
    assert views[-1]["time"] == pytest.approx(drawn.heat.time)
    assert agreement(heatmap, drawn) > SHARP


def test_python_moves_the_view(heatmap: Heatmap) -> None:
    heatmap.kernel.run("h.time_range = (h.ledger.end - 86_400 * 10**9, h.ledger.end)")
    wanted = pytest.approx(tuple(heatmap.trait("time_range")))
    eventually(lambda: heatmap.drawn().time, lambda time: time == wanted)
    assert heatmap.sharp().time == wanted
    assert heatmap.trait("price_range") is None
    heatmap.set(price_range=(100_000.0, 101_000.0))
    eventually(lambda: heatmap.drawn().price, lambda price: price == (100_000.0, 101_000.0))
    assert heatmap.sharp().price == (100_000.0, 101_000.0)
