"""Wheel and drag move the view; what is drawn after it settles is what the kernel computes for that view."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.heatmap import changed_share, distance
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Drawn, Heatmap, Levels

SLOW = """
import time
fast = h.session.frame
def slow(*arguments):
    time.sleep(0.15)
    return fast(*arguments)
h.session.frame = slow
"""
PIXELS = """root => [...root.querySelectorAll(".liq-profile canvas, .liq-panels canvas")]
  .map((one) => one.width / one.clientWidth)"""
SHARP, COARSE = 0.99, 0.95
CLOSE = 8
"""Largest difference of a channel between a screenshot and the colour that the numbers give."""


def in_step(heatmap: Heatmap) -> Drawn:
    """Wait until the kernel's ranges are those on the picture, and the picture is sharp."""

    def ranges() -> tuple[list[float], list[float]]:
        drawn = heatmap.drawn()
        known = [*(heatmap.trait("time_range") or [0, 0]), *(heatmap.trait("price_range") or [0, 0])]
        return known, [*drawn.time, *drawn.price]

    eventually(ranges, lambda two: two[0] == pytest.approx(two[1], rel=1e-9, abs=1))
    return heatmap.sharp()


def agreement(heatmap: Heatmap, drawn: Drawn, levels: Levels | None = None) -> float:
    """Return the share of the heat's pixels that look as the kernel's numbers say (or as other levels would)."""
    assert drawn.heat is not None
    expected = heatmap.coloured(heatmap.levels(drawn) if levels is None else levels)
    rows, columns = expected.shape[:2]
    left = round((drawn.heat.time[0] - drawn.time[0]) / drawn.pixel[0])
    seen = heatmap.without("*")[1 : rows - 1, left + 1 : left + columns - 1]
    # Bokeh draws half a pixel off the grid, so a pixel of the screen may show the cell before or after its own.
    height, width = seen.shape[:2]
    shifted = [expected[row : row + height, column : column + width] for row in range(3) for column in range(3)]
    nearest = np.min([distance(seen, one) for one in shifted], axis=0)
    return float((nearest <= CLOSE).mean())


def stretched(heatmap: Heatmap, drawn: Drawn) -> Levels:
    """Return the pixel bytes of the first, coarse picture stretched over what is drawn."""
    assert drawn.heat is not None
    base = "h.session.base_frame(h.settings)"
    (start, end), (low, high), width, height = heatmap.kernel.value(
        f"(lambda frame: [frame.time, frame.price, frame.width, frame.height])({base})"
    )
    coarse = heatmap.bytes(f"{base}.pixels").reshape(height, width)[::-1]
    times = np.linspace(*drawn.heat.time, drawn.heat.width)
    prices = np.linspace(*drawn.heat.price[::-1], drawn.heat.height)
    columns = ((times - start) / (end - start) * (width - 1)).astype(int).clip(0, width - 1)
    rows = ((high - prices) / (high - low) * (height - 1)).astype(int).clip(0, height - 1)
    return coarse[np.ix_(rows, columns)]


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
    assert agreement(heatmap, lower) > SHARP


def turn(heatmap: Heatmap, point: tuple[float, float], key: str | None, times: int) -> None:
    """Zoom in at a point of the page with a key held."""
    heatmap.page.mouse.move(*point)
    if key:
        heatmap.page.keyboard.down(key)
    for _ in range(times):
        heatmap.page.mouse.wheel(0, -200)
    if key:
        heatmap.page.keyboard.up(key)


def test_heat_down_to_single_candles_and_a_basis_point(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    levels = heatmap.levels(drawn) & 127
    rows, columns = levels.shape
    part = levels[rows // 10 : -rows // 10, columns // 5 : columns // 2]
    row, column = np.unravel_index(part.argmax(), part.shape)
    place = float(drawn.frame["x"] + columns // 5 + column), float(drawn.frame["y"] + rows // 10 + row)
    turn(heatmap, place, None, 22)
    deep = in_step(heatmap)
    candle_ms, last = heatmap.kernel.value("[h.market_state['timeframe_ms'], h.market_state['last_price']]")
    assert deep.time[1] - deep.time[0] == pytest.approx(4 * candle_ms)
    assert deep.price[1] - deep.price[0] == pytest.approx(1e-4 * last)
    assert (heatmap.levels(deep) & 127).max() > 60
    assert agreement(heatmap, deep) > SHARP
    assert (distance(heatmap.without("*"), np.zeros(3, np.uint8) + 255) > CLOSE).mean() > 0.9


def test_candles_down_to_single_candles_and_a_basis_point(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    candle_ms = heatmap.kernel.value("h.market_state['timeframe_ms']")
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


def test_a_burst_of_wheel_events_ends_with_the_newest_range(heatmap: Heatmap) -> None:
    heatmap.kernel.run(SLOW)
    try:
        began = time.monotonic()
        heatmap.wheel(0.5, 0.5, -40, times=30)
        took = time.monotonic() - began
        at_once = heatmap.kernel.value("sum(one['type'] == 'view' for one in asked)")
        drawn = in_step(heatmap)
        views = heatmap.kernel.value("[one for one in asked if one['type'] == 'view']")
    finally:
        heatmap.kernel.run("h.session.frame = fast")
    assert 1 <= len(views) <= took / 0.15 + 5
    assert len(views) < 20
    assert len(views) - at_once <= 4
    assert [one["id"] for one in views] == sorted({one["id"] for one in views})
    assert drawn.heat is not None
    assert views[-1]["price"] == pytest.approx(drawn.price)
    assert views[-1]["time"] == pytest.approx(drawn.heat.time)
    assert agreement(heatmap, drawn) > SHARP


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
        assert heatmap.root.evaluate(PIXELS) == pytest.approx([2] * 3, rel=0.01)
    finally:
        session.send("Emulation.clearDeviceMetricsOverride")
        session.detach()
        page.set_viewport_size(size)
    heatmap.sharp()


def test_python_moves_the_view(heatmap: Heatmap) -> None:
    heatmap.kernel.run("h.time_range = (h.ledger.end - 86_400 * 10**9, h.ledger.end)")
    drawn = heatmap.sharp()
    assert drawn.time == pytest.approx(tuple(heatmap.trait("time_range")))
    assert heatmap.trait("price_range") is None
    heatmap.set(price_range=(100_000.0, 101_000.0))
    assert heatmap.sharp().price == (100_000.0, 101_000.0)
