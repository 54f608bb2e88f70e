"""Drags, keys with the wheel, finer screens: what is drawn after it settles is what Python computes for that view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.agreement import CLOSE, SHARP, agreement, in_step
from tests.browser.heatmap import changed_share, distance
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Drawn, Heatmap

PIXELS = """root => [...root.querySelectorAll(".liq-profile canvas, .liq-panels canvas")]
  .map((one) => one.width / one.clientWidth)"""


def test_dragging_pans(heatmap: Heatmap) -> None:
    home = heatmap.drawn()
    heatmap.drag(home.at(0.5, 0.5), home.at(0.7, 0.5))
    earlier = pytest.approx(home.time[0] - 0.2 * (home.time[1] - home.time[0]), abs=6 * home.pixel[0])
    drawn = eventually(lambda: in_step(heatmap), lambda drawn: drawn.time[0] == earlier)
    assert heatmap.trait("follow") is True
    heatmap.drag(drawn.at(0.5, 0.5), drawn.at(0.5, 0.7))
    higher = pytest.approx(drawn.price[0] + 0.2 * (drawn.price[1] - drawn.price[0]), abs=6 * drawn.pixel[1])
    lower = eventually(lambda: in_step(heatmap), lambda lower: lower.price[0] == higher)
    assert heatmap.trait("follow") is False
    assert agreement(heatmap, lower) > SHARP


def turn(heatmap: Heatmap, point: tuple[float, float], key: str | None, times: int) -> None:
    """Zoom in at a point of the page with Ctrl held, and another key."""
    keys = ["Control", *([key] if key else [])]
    heatmap.page.mouse.move(*point)
    for one in keys:
        heatmap.page.keyboard.down(one)
    for _ in range(times):
        heatmap.page.mouse.wheel(0, -200)
    for one in keys:
        heatmap.page.keyboard.up(one)


def test_heat_down_to_single_candles_and_a_basis_point(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    levels = heatmap.levels(drawn) & 127
    rows, columns = levels.shape
    part = levels[rows // 10 : -rows // 10, columns // 5 : columns // 2]
    row, column = np.unravel_index(part.argmax(), part.shape)
    place = float(drawn.frame["x"] + columns // 5 + column), float(drawn.frame["y"] + rows // 10 + row)
    turn(heatmap, place, None, 22)
    deep = in_step(heatmap)
    candle_ms, last = heatmap.kernel.value("[h._market['timeframe_ms'], h._market['last_price']]")
    assert deep.time[1] - deep.time[0] == pytest.approx(4 * candle_ms)
    assert deep.price[1] - deep.price[0] == pytest.approx(1e-4 * last)
    assert (heatmap.levels(deep) & 127).max() > 60
    assert agreement(heatmap, deep) > SHARP
    assert (distance(heatmap.without("*"), np.zeros(3, np.uint8) + 255) > CLOSE).mean() > 0.9


@pytest.mark.slow
def test_candles_down_to_single_candles_and_a_basis_point(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    candle_ms = heatmap.kernel.value("h._market['timeframe_ms']")
    middle = len(drawn.candles) // 2
    turn(heatmap, drawn.point(drawn.candles[middle], drawn.candle_top[middle]), "Shift", 18)
    short = in_step(heatmap)
    assert np.diff(short.candles) == pytest.approx(np.full(len(short.candles) - 1, candle_ms))
    assert 4 <= len(short.candles) <= 6
    bodies = np.subtract(short.candle_top, short.candle_bottom)
    tallest = int(bodies[1:-1].argmax()) + 1
    body = (short.candle_top[tallest] + short.candle_bottom[tallest]) / 2
    turn(heatmap, short.point(short.candles[tallest], body), "Alt", 20)
    deep = in_step(heatmap)
    assert deep.time == short.time
    assert deep.price[1] - deep.price[0] < 2e-4 * body
    assert changed_share(heatmap.steady_picture(), heatmap.without("liq-candle-body")) > 0.05


def cells(drawn: Drawn) -> tuple[int, int]:
    assert drawn.heat is not None
    return drawn.heat.width, drawn.heat.height


def test_a_screen_of_two_pixels_a_point_gets_twice_the_cells(heatmap: Heatmap) -> None:
    page, size, home = heatmap.page, heatmap.page.viewport_size, heatmap.drawn().heat
    assert size is not None
    assert home is not None
    session = page.context.new_cdp_session(page)
    try:
        # Chromium tells the page of another resolution when it lays it out anew.
        other = {"width": size["width"], "height": size["height"] + 1, "deviceScaleFactor": 2, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", other)
        twice = 2 * home.width, 2 * home.height
        eventually(lambda: cells(heatmap.drawn()), lambda now: np.abs(np.subtract(now, twice)).max() <= 2)
        drawn = heatmap.drawn().heat
        assert drawn is not None
        assert (drawn.time, drawn.price) == (home.time, home.price)
        assert heatmap.evaluate(PIXELS) == pytest.approx([2] * 3, rel=0.01)
    finally:
        session.send("Emulation.clearDeviceMetricsOverride")
        session.detach()
        # Playwright does not know that its own size is gone: the same again would change nothing.
        page.set_viewport_size({"width": size["width"], "height": size["height"] + 1})
        page.set_viewport_size(size)
    heatmap.sharp()
