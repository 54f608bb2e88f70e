"""Wheel and drag move the view; what is drawn after it settles is what the kernel computes for that view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.eventually import eventually
from tests.browser.heatmap import Drawn, Heatmap, Pixels, distance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.sheet import Desk, Sheet

WATCHED = """
from liqwidget import LiqHeatmap
h = LiqHeatmap("BTC", source="sample")
asked = []
h.on_msg(lambda widget, content, buffers: asked.append(content))
h
"""
SLOW = """
import time
fast = h.session.frame
def slow(*arguments):
    time.sleep(0.15)
    return fast(*arguments)
h.session.frame = slow
"""
CLOSE = 8
"""Largest difference of a channel between a screenshot and the colour that the numbers give."""


@pytest.fixture(scope="module")
def sheet(desk: Desk) -> Iterator[Sheet]:
    with desk.sheet("zoom", WATCHED) as sheet:
        yield sheet


@pytest.fixture
def heatmap(sheet: Sheet) -> Heatmap:
    """Return the heatmap at its start."""
    heatmap = sheet.heatmap()
    heatmap.named("Reset").click()
    heatmap.becomes("follow", value=True)
    eventually(lambda: heatmap.trait("time_range") is None)
    heatmap.sharp()
    return heatmap


def in_step(heatmap: Heatmap) -> Drawn:
    """Wait until the kernel's ranges are those on the picture, and the picture is sharp."""

    def ranges() -> tuple[list[float], list[float]]:
        drawn = heatmap.drawn()
        known = [*(heatmap.trait("time_range") or [0, 0]), *(heatmap.trait("price_range") or [0, 0])]
        return known, [*drawn.time, *drawn.price]

    eventually(ranges, lambda two: two[0] == pytest.approx(two[1], rel=1e-9, abs=1))
    return heatmap.sharp()


def agreement(heatmap: Heatmap, drawn: Drawn) -> float:
    """Return the share of the heat's pixels that look as the kernel's numbers say."""
    expected = heatmap.expected_picture(drawn)
    seen = heatmap.without("*")
    rows, columns = expected.shape[:2]
    left = round((drawn.heat.time[0] - drawn.time[0]) / drawn.pixel[0]) if drawn.heat else 0
    part = seen[:rows, left : left + columns]
    expected = expected[: part.shape[0], : part.shape[1]]
    return float((distance(part, expected) <= CLOSE).mean())


def colours(picture: Pixels) -> int:
    """Return how many colours a picture has."""
    return len(np.unique(picture.reshape(-1, 3), axis=0))


def test_the_first_sharp_picture_is_the_kernels_numbers(heatmap: Heatmap) -> None:
    assert agreement(heatmap, heatmap.sharp()) > 0.97


def test_the_wheel_zooms_at_the_pointer(heatmap: Heatmap) -> None:
    home = heatmap.drawn()
    across, down = 0.3, 0.4
    heatmap.wheel(across, down, -200, times=3)
    drawn = in_step(heatmap)
    factor = np.exp(-600 / 500)
    assert drawn.time[1] - drawn.time[0] == pytest.approx(factor * (home.time[1] - home.time[0]), rel=1e-3)
    assert drawn.price[1] - drawn.price[0] == pytest.approx(factor * (home.price[1] - home.price[0]), rel=1e-3)
    fixed = home.time[0] + across * (home.time[1] - home.time[0])
    assert drawn.time[0] + across * (drawn.time[1] - drawn.time[0]) == pytest.approx(fixed, abs=2 * home.pixel[0])
    assert heatmap.trait("follow") is False
    assert agreement(heatmap, drawn) > 0.97


def test_a_coarse_picture_would_not_agree(heatmap: Heatmap) -> None:
    heatmap.wheel(0.3, 0.4, -200, times=3)
    drawn = in_step(heatmap)
    heatmap.kernel.run("sharp = h.session.frame; h.session.frame = lambda *_: h.session.base_frame(h.settings)")
    try:
        assert agreement_with_base(heatmap, drawn) < 0.8
    finally:
        heatmap.kernel.run("h.session.frame = sharp")


def agreement_with_base(heatmap: Heatmap, drawn: Drawn) -> float:
    """Return the agreement of the sharp picture with the first picture stretched over the same view."""
    base = heatmap.kernel.value("[h.session.base_frame(h.settings).time, h.session.base_frame(h.settings).price]")
    assert drawn.heat is not None
    text = heatmap.kernel.value(
        "__import__('base64').b64encode(h.session.base_frame(h.settings).pixels).decode()"
    )
    raise NotImplementedError(base, text)


def test_dragging_pans(heatmap: Heatmap) -> None:
    home = heatmap.drawn()
    heatmap.drag(home.at(0.5, 0.5), home.at(0.7, 0.5))
    drawn = in_step(heatmap)
    assert drawn.time[0] == pytest.approx(home.time[0] - 0.2 * (home.time[1] - home.time[0]), abs=6 * home.pixel[0])
    assert heatmap.trait("follow") is True
    heatmap.drag(drawn.at(0.5, 0.5), drawn.at(0.5, 0.7))
    lower = in_step(heatmap)
    moved = 0.2 * (drawn.price[1] - drawn.price[0])
    assert lower.price[0] == pytest.approx(drawn.price[0] + moved, abs=6 * drawn.pixel[1])
    assert heatmap.trait("follow") is False
    assert agreement(heatmap, lower) > 0.97


def test_down_to_single_candles_and_a_basis_point(heatmap: Heatmap) -> None:
    candle_ms = heatmap.kernel.value("h.market_state['timeframe_ms']")
    last = heatmap.kernel.value("h.market_state['last_price']")
    home = heatmap.drawn()
    number = len(home.candles) // 2
    place = home.point(home.candles[number], home.candle_close[number])
    across = (place[0] - home.frame["x"]) / home.frame["width"]
    down = (place[1] - home.frame["y"]) / home.frame["height"]
    with heatmap.page.keyboard_held("Shift") if hasattr(heatmap.page, "keyboard_held") else _held(heatmap, "Shift"):
        heatmap.wheel(across, down, -200, times=16)
    drawn = in_step(heatmap)
    assert drawn.time[1] - drawn.time[0] == pytest.approx(4 * candle_ms)
    assert len(drawn.candles) in (4, 5, 6)
    steps = np.diff(drawn.candles)
    assert steps == pytest.approx(np.full(len(steps), candle_ms))


def _held(heatmap: Heatmap, key: str) -> object:
    raise NotImplementedError(heatmap, key)
