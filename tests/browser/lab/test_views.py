"""Two views of one heatmap agree, two heatmaps are independent, all share one BokehJS and say what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import expect

from liqwidget.widget.assets import ON_DEMAND, on_demand_gzip
from tests.browser.heatmap import changed_share
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.sheet import Sheet

OVERLAY = """
times = h.figure.line(
    [h._market["time"][0], h._market["time"][1]], [h._market["last_price"] * 0.985] * 2,
    line_color="#ff00ff", line_width=7, name="mine",
)
"""


@pytest.fixture
def views(pair: Sheet) -> tuple[Heatmap, Heatmap, Heatmap]:
    """Return two views of h and one of g, as they start."""
    found = pair.heatmap(0), pair.heatmap(1), pair.heatmap(2, "g")
    pair.kernel.run("for one in (h, g): one.clear_selection(); one.side = 'both'; one.palette = 'ember'")
    for view in (found[0], found[2]):
        if view.trait("time_range") is not None:
            view.named("Reset").click()
            view.becomes("time_range", None)
    for view in found:
        view.sharp()
    return found


def test_controls_of_two_views_agree(views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    first, second, other = views
    untouched = other.steady_picture()
    second.changes(lambda: first.button("Side", "long").click())
    second.presses("Side", "long")
    second.options(shown=True)
    first.changes(lambda: second.root.get_by_label("Palette", exact=True).select_option("mono"))
    expect(first.field("palette")).to_have_value("mono")
    second.options(shown=False)
    other.presses("Side", "both")
    assert other.trait("palette") == "ember"
    assert changed_share(untouched, other.steady_picture()) < 0.001
    first.set(palette="ember")


def test_selections_of_two_views_agree(views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    first, second, other = views
    first.button("Drag mode", "select").click()
    drawn = first.drawn()
    second.changes(lambda: first.drag(drawn.at(0.2, 0.2), drawn.at(0.5, 0.5)))
    first.button("Drag mode", "pan").click()
    eventually(lambda: second.drawn().selection == first.drawn().selection)
    assert other.drawn().selection is None
    second.presses("Drag mode", "pan")
    second.cluster_boxes().nth(0).click()
    eventually(first.ticked, bool)
    eventually(lambda: first.ticked() == second.ticked())
    assert other.ticked() == []


def test_zooms_of_two_views_agree(views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    first, second, other = views
    before = other.drawn()

    def zoomed() -> object:
        # On a busy machine Chromium may lose a turn of the wheel.
        second.wheel(0.5, 0.5, -200)
        return first.trait("time_range")

    eventually(zoomed, interval_s=0.5)
    one, two = first.sharp(), second.sharp()
    assert one.time == pytest.approx(two.time, abs=1)
    assert one.price == pytest.approx(two.price)
    assert one.digest == two.digest
    assert other.drawn() == before
    assert other.trait("time_range") is None


def test_what_follows_the_first_picture_is_loaded_once_a_page(
    pair: Sheet, views: tuple[Heatmap, Heatmap, Heatmap]
) -> None:
    for view in views[:2]:
        view.options(shown=True)
        expect(view.root.locator(".liq-drawer")).to_be_visible()
        view.named("Help").click()
        expect(view.root.locator(".liq-help")).to_be_visible()
    sizes = pair.page.evaluate("modules")
    assert sum(0 <= size - len(ON_DEMAND) < 200 for size in sizes) == 1
    assert pair.kernel.value("len(h._assets.on_demand)") == len(on_demand_gzip())
    for view in views[:2]:
        view.named("Help").click()
        expect(view.root.locator(".liq-help")).to_be_hidden()
        view.options(shown=False)


def test_loading_says_how_far_it_is(pair: Sheet) -> None:
    pair.heatmap()
    said = pair.page.evaluate("loading")
    assert any("Step 1 of 2: preparing BokehJS" in text for text in said)
    assert any("Step 2 of 2: building the figure" in text for text in said)


def test_bokehjs_and_the_front_end_are_on_the_page_and_in_the_kernel_once(
    pair: Sheet, views: tuple[Heatmap, Heatmap, Heatmap]
) -> None:
    assert len(views) == 3
    assert pair.page.evaluate("globalThis.__liqwidget_bokeh__.size") == 1
    assert pair.page.evaluate("globalThis.__liqwidget_code__.size") == 1
    assert pair.page.evaluate("globalThis.Bokeh === undefined")
    assert pair.kernel.value("h._assets is g._assets")
    named = "[type(one).__name__ for one in __import__('ipywidgets').Widget.widgets.values()]"
    eventually(lambda: pair.kernel.value(named), lambda names: "LiqHeatmap" in names)
    names = pair.kernel.value(named)
    assert names.count("BokehAsset") == 1
    assert names.count("LiqHeatmap") == 2


def test_a_glyph_of_the_analyst_appears_on_open_pictures(pair: Sheet, views: tuple[Heatmap, Heatmap, Heatmap]) -> None:
    first, second, other = views
    untouched = other.steady_picture()
    pair.kernel.run(f"later = {OVERLAY!r}")
    first.changes(lambda: second.changes(lambda: pair.run_cell(3), least=0.003), least=0.003)
    for view in (first, second):
        picture = view.steady_picture().astype(int)
        magenta = (picture[..., 0] > 240) & (picture[..., 1] < 15) & (picture[..., 2] > 240)
        rows = np.flatnonzero(magenta.any(axis=1))
        drawn = view.drawn()
        down = drawn.point(drawn.time[0], pair.kernel.value("h._market['last_price']") * 0.985)[1]
        assert abs(rows.mean() - (down - drawn.frame["y"])) < 2
        assert 6 <= len(rows) <= 9
    assert changed_share(untouched, other.steady_picture()) < 0.001
