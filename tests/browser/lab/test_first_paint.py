"""Run All shows the map, whatever the kernel is doing; what cannot be shown is a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from liqwidget.widget.session import BASE_PIXELS
from tests.browser.heatmap import changed_share
from tests.browser.lab.sheet import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab.sheet import Desk, Sheet

PARTS = {
    "liq-heat-image": 0.1,
    "liq-candle-body": 0.005,
    "liq-candle-wick": 0.0005,
    "liq-last": 0.0005,
    "liq-title": 0.001,
    "liq-notice": 0.001,
    "liq-bracket-lines": 0.0005,
    "liq-cluster-text": 0.002,
}
"""Names of models of the figure, and which share of the picture changes at least without them."""
DEAF = """
from liqwidget import LiqHeatmap
LiqHeatmap._answer = lambda *_: None
h = LiqHeatmap("BTC", source="sample")
h
"""
BUSY = """
import pathlib, time
for _ in range(4000):
    if pathlib.Path("released").exists():
        break
    time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def sheet(desk: Desk) -> Iterator[Sheet]:
    with desk.sheet(
        "first",
        SAMPLE,
        'LiqHeatmap("NOPE", source="sample")',
        "LiqHeatmap('<img src=x onerror=hacked=1>', source='sample')",
    ) as sheet:
        yield sheet


def test_each_part_is_on_the_picture(sheet: Sheet) -> None:
    heatmap = sheet.heatmap()
    heatmap.sharp()
    whole = heatmap.steady_picture()
    missing = {part: changed_share(whole, heatmap.without(part)) for part in PARTS}
    assert {part: share for part, share in missing.items() if share < PARTS[part]} == {}


def test_the_notice_of_the_market_stands_on_the_picture(sheet: Sheet) -> None:
    heatmap = sheet.heatmap()
    drawn = heatmap.sharp()
    assert drawn.notice == sheet.kernel.value("h._market['notice']")
    assert "imulated market" in drawn.notice
    assert drawn.last_price == sheet.kernel.value("h.ledger.last_price()")
    assert len(drawn.candles) > 40


def test_a_sentence_instead_of_a_traceback(sheet: Sheet) -> None:
    expect(sheet.output(1)).to_have_text(re.compile(r"^\s*SourceError: Expected a symbol .* was 'NOPE'"))
    expect(sheet.output(1)).not_to_contain_text("Traceback")
    expect(sheet.output(1)).not_to_contain_text("line ")


def test_a_hostile_symbol_is_text(sheet: Sheet) -> None:
    sheet.run_cell(2)
    expect(sheet.output(2)).to_contain_text("<img src=x onerror=hacked=1>")
    assert sheet.output(2).locator("img").count() == 0
    assert sheet.page.evaluate("globalThis.hacked === undefined")


def test_paints_while_the_kernel_is_busy_and_answers_nothing(desk: Desk) -> None:
    with desk.sheet("busy", DEAF, BUSY) as sheet:
        heatmap = sheet.heatmap()
        expect(sheet.page.get_by_text("| Busy")).to_be_visible()
        drawn = heatmap.drawn()
        assert drawn.heat is not None
        assert (drawn.heat.width, drawn.heat.height) == BASE_PIXELS
        assert len(drawn.candles) > 40
        assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
        expect(heatmap.root.locator(".liq-chip")).to_contain_text("Kernel busy")
        heatmap.options(shown=True)
        heatmap.changes(lambda: heatmap.field("palette").select_option("viridis"))
        desk.lab.folder.joinpath("released").touch()
        sheet.idle()
