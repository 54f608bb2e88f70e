"""On the picture and in the list: how far a cluster moves under other assumptions, and when a selection was opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.heatmap import Drawn, Heatmap

STEPS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9}
RANGES = "(lambda frame: {name: [row.expected_low, row.expected_high] for name, row in frame.iterrows()})"


def amounts(text: str) -> list[float]:
    """Return the amounts in a text such as "$18M to $77M"."""
    return [float(number) * STEPS[step] for number, step in re.findall(r"(\d[\d.]*)([KMB]?)", text)]


def test_whiskers_say_how_far_a_cluster_moves_and_can_go(heatmap: Heatmap, artefacts: Path) -> None:
    # The column of ranges wants a wide page.
    heatmap.page.set_viewport_size({"width": 1600, "height": 1000})
    eventually(lambda: heatmap.drawn().whiskers > 0)
    ranges = heatmap.kernel.value(f"{RANGES}(h.uncertainty().to_frame())")
    for row in heatmap.root.locator(".liq-row").all():
        shown = amounts(row.locator(".liq-col-size_range").inner_text())
        assert shown == pytest.approx(ranges[row.get_attribute("data-id")], rel=0.05)
    expect(heatmap.root.locator(".liq-fact[data-kind=whiskers]")).to_contain_text("under other assumptions")
    drawn = heatmap.drawn()
    low, high = drawn.price
    inside = [price for price in heatmap.kernel.value("[one.peak_price for one in h.clusters]") if low < price < high]
    heatmap.page.mouse.move(*drawn.point(drawn.time[1] - 20 * drawn.pixel[0], inside[0]))
    told = heatmap.root.locator(".liq-cell-cluster")
    expect(told).to_have_text(
        re.compile(r"^(long|short) cluster\$[\d.]+[KMB]? est\., \$.* to \$.* under other assumptions$")
    )
    heatmap.root.screenshot(path=artefacts / "whiskers.png", animations="disabled")
    heatmap.page.mouse.move(3, 3)
    heatmap.options(shown=True)
    heatmap.field("whiskers").click()
    heatmap.becomes("whiskers", value=False)
    eventually(lambda: heatmap.drawn().whiskers == 0)
    expect(heatmap.root.locator("th[data-field=size_range]")).to_have_count(0)
    heatmap.set(whiskers=True)
    expect(heatmap.field("whiskers")).to_be_checked()
    # Options take their room beside the map.
    heatmap.options(shown=False)
    eventually(lambda: heatmap.drawn().whiskers > 0)
    heatmap.set(view="map")
    expect(heatmap.root.locator(".liq-fact[data-kind=whiskers]")).to_have_count(0)


def test_bars_say_when_what_is_selected_was_opened(heatmap: Heatmap, artefacts: Path) -> None:
    assert heatmap.drawn().opened == []
    heatmap.kernel.run("h.selected_clusters = h.clusters[:1]")
    first = eventually(heatmap.drawn, lambda drawn: len(drawn.opened) > 3)
    assert first.opened_text.startswith("opened: share of est. size $")
    assert amounts(first.opened_text)[0] == pytest.approx(heatmap.kernel.value("h.provenance().total"), rel=0.01)
    heatmap.root.screenshot(path=artefacts / "opened.png", animations="disabled")
    heatmap.wheel(0.5, 0.4, -200, times=3)
    heatmap.page.mouse.move(3, 3)

    def fits(drawn: Drawn) -> bool:
        """Tell whether the columns are those of the view: as wide as a few pixels of it."""
        (left, right), pixel = drawn.opened[0], drawn.pixel[0]
        return left >= drawn.time[0] - pixel and right - left < 6 * pixel

    near = eventually(heatmap.drawn, lambda drawn: drawn.time != first.time and len(drawn.opened) > 3 and fits(drawn))
    assert near.opened_text != first.opened_text
    heatmap.kernel.run("h.select(price=(h.ledger.last_price() * 0.9, h.ledger.last_price() * 1.1))")
    eventually(lambda: "in the box" in heatmap.drawn().opened_text)
    heatmap.kernel.run("h.clear_selection()")
    gone = eventually(heatmap.drawn, lambda drawn: drawn.opened == [])
    assert gone.opened_text == ""
    assert {part["type"] for part in heatmap.kernel.value("asked")} >= {"provenance"}
