"""What the page says: one line of what matters, what is under the pointer wherever it is, what is selected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from liqwidget import LiqHeatmap
from tests.browser.page.own_kernel import OwnKernel
from tests.markets import walk
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap
    from tests.browser.page.own_kernel import OwnPage

MONEY = re.compile(r"^(?!.*volume .* a day).*\$.*$", re.MULTILINE)
"""Lines with a dollar; what is traded in a day is money."""


@pytest.mark.parametrize("width", [800, 1100])
def test_what_matters_stands_in_one_line(heatmap: Heatmap, width: int) -> None:
    heatmap.page.set_viewport_size({"width": width, "height": 1000})
    line = heatmap.root.locator(".liq-first-line")
    eventually(lambda: line.evaluate("node => node.clientHeight < 48 && node.scrollWidth <= node.clientWidth"))


def test_panels_profile_and_picture_are_read_out(heatmap: Heatmap) -> None:
    line = heatmap.root.locator(".liq-readout")
    heatmap.root.locator(".liq-panel-row").first.hover(position={"x": 300, "y": 20})
    expect(line.locator(".liq-cell-candle")).to_have_text(re.compile(r"\d+[mhd] candle"))
    expect(line.locator(".liq-cell-volume")).to_contain_text("BTC")
    heatmap.root.locator(".liq-profile").hover(position={"x": 30, "y": 60})
    expect(line.locator(".liq-cell-size")).to_have_text(re.compile(r"est\. per 0\.1 %\$"))
    expect(line.locator(".liq-cell-time")).to_contain_text("as of")
    heatmap.page.mouse.move(*heatmap.drawn().at(0.4, 0.2))
    expect(line.locator(".liq-cell-cumulative")).to_have_text(re.compile(r"from price then to here est\.\$"))


def test_a_selection_answers_and_stays(heatmap: Heatmap) -> None:
    line = heatmap.root.locator(".liq-chosen span")
    heatmap.cluster_boxes().first.check()
    expect(line).to_have_text(re.compile(r"^est\. \$.* long, \$.* short, 1 cluster: h\.selection$"))
    assert heatmap.kernel.value("h.selection.long_size + h.selection.short_size > 0")
    heatmap.page.mouse.move(*heatmap.drawn().at(0.4, 0.2))
    expect(line).to_be_visible()
    heatmap.root.get_by_label("Clear the selection").click()
    expect(line).to_have_count(0)
    eventually(lambda: heatmap.kernel.value("h.selection is None and h.selected_clusters == ()"))


def test_sizes_are_no_money_where_no_open_interest_is_known(emptied: OwnPage) -> None:
    bare = walk(5, 2000, interest="none").market()
    heatmap = emptied.mounted(OwnKernel(LiqHeatmap("BTC", source=bare)))
    heatmap.sharp()
    expect(heatmap.root.locator(".liq-row").first).to_contain_text("rel.")
    for measure in ("size", "expected", "heat"):
        heatmap.set(measure=measure)
        heatmap.sharp()
        heatmap.page.mouse.move(3, 3)
        heatmap.page.mouse.move(*heatmap.drawn().at(0.4, 0.2))
        expect(heatmap.root.locator(".liq-cell-size, .liq-cell-cumulative").first).to_contain_text("rel.")
        eventually(lambda: MONEY.findall(heatmap.root.inner_text()), lambda told: told == [])
