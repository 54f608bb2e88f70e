"""Two views of one heatmap agree, two heatmaps are independent, and all share one BokehJS; the analyst's own glyphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.eventually import eventually
from tests.browser.heatmap import changed_share
from tests.browser.sheet import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.heatmap import Heatmap
    from tests.browser.sheet import Desk, Sheet

OTHER = """
import numpy as np
g = LiqHeatmap("ETH", source="sample")
g
"""
OVERLAY = """
times = h.figure.line(
    [h.market_state["time"][0], h.market_state["time"][1]], [h.market_state["last_price"] * 0.985] * 2,
    line_color="#ff00ff", line_width=7, name="mine",
)
"""


@pytest.fixture(scope="module")
def sheet(desk: Desk) -> Iterator[Sheet]:
    with desk.sheet("views", SAMPLE, "h", OTHER, OVERLAY, run=False) as sheet:
        sheet.page.set_viewport_size({"width": 1600, "height": 2400})
        for cell in range(3):
            sheet.run_cell(cell)
        yield sheet


@pytest.fixture
def views(sheet: Sheet) -> tuple[Heatmap, Heatmap, Heatmap]:
    """Return two views of h and one of g, as they start."""
    found = sheet.heatmap(0), sheet.heatmap(1), sheet.heatmap(2, "g")
    sheet.kernel.run("for one in (h, g): one.clear_selection(); one.side = 'both'")
    for view in (found[0], found[2]):
        view.named("Reset").click()
        view.becomes("time_range", None)
    for view in found:
        view.sharp()
    return found


def test_controls_of_two_views_agree(views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    first, second, other = views
    untouched = other.steady_picture()
    second.changes(lambda: first.button("Side", "long").click())
    assert second.pressed("Side") == "long"
    first.changes(lambda: second.root.get_by_label("Palette", exact=True).select_option("mono"))
    assert first.field("palette").input_value() == "mono"
    assert other.pressed("Side") == "both"
    assert other.trait("palette") == "ember"
    assert changed_share(untouched, other.steady_picture()) < 0.001
    first.set(palette="ember")


def test_selections_of_two_views_agree(views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    first, second, other = views
    first.button("Drag mode", "select").click()
    drawn = first.drawn()
    second.changes(lambda: first.drag(drawn.at(0.2, 0.2), drawn.at(0.5, 0.5)))
    first.button("Drag mode", "pan").click()
    assert second.drawn().selection == first.drawn().selection
    assert other.drawn().selection is None
    assert second.pressed("Drag mode") == "pan"
    second.cluster_boxes().nth(0).click()
    eventually(first.ticked, bool)
    assert first.ticked() == second.ticked()
    assert other.ticked() == []


def test_zooms_of_two_views_agree(views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    first, second, other = views
    before = other.drawn()
    second.wheel(0.5, 0.5, -200, times=2)
    eventually(lambda: first.trait("time_range"))
    one, two = first.sharp(), second.sharp()
    assert one.time == pytest.approx(two.time, abs=1)
    assert one.price == pytest.approx(two.price)
    assert one.digest == two.digest
    assert other.drawn() == before
    assert other.trait("time_range") is None


def test_bokehjs_is_on_the_page_and_in_the_kernel_once(sheet: Sheet, views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    assert len(views) == 3
    assert sheet.page.evaluate("globalThis.__liqwidget_bokeh__.size") == 1
    assert sheet.page.evaluate("globalThis.Bokeh === undefined")
    assert sheet.kernel.value("h._assets is g._assets")
    named = "[type(one).__name__ for one in __import__('ipywidgets').Widget.widgets.values()]"
    eventually(lambda: sheet.kernel.value(named), lambda names: "LiqHeatmap" in names)
    names = sheet.kernel.value(named)
    assert names.count("BokehAsset") == 1
    assert names.count("LiqHeatmap") == 2


def test_a_glyph_of_the_analyst_appears_on_open_pictures(
    sheet: Sheet, views: tuple[Heatmap, Heatmap, Heatmap]
) -> None:
    first, second, other = views
    untouched = other.steady_picture()
    first.changes(lambda: second.changes(lambda: sheet.run_cell(3), least=0.003), least=0.003)
    for view in (first, second):
        picture = view.steady_picture().astype(int)
        magenta = (picture[..., 0] > 240) & (picture[..., 1] < 15) & (picture[..., 2] > 240)
        rows = magenta.any(axis=1).nonzero()[0]
        drawn = view.drawn()
        down = drawn.point(drawn.time[0], sheet.kernel.value("h.market_state['last_price']") * 0.985)[1]
        assert abs(rows.mean() - (down - drawn.frame["y"])) < 2
        assert 6 <= len(rows) <= 9
    assert changed_share(untouched, other.steady_picture()) < 0.001
