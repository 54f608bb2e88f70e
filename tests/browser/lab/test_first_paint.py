"""Run All shows the map, whatever the kernel is doing; what cannot be shown is a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from liqwidget.widget.session import BASE_PIXELS
from tests.browser.heatmap import changed_share
from tests.browser.lab.server import FRESH

if TYPE_CHECKING:
    from tests.browser.lab.sheet import Desk, Sheet

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


def test_a_sentence_instead_of_a_traceback(workbench: Sheet) -> None:
    workbench.run_cell(2)
    expect(workbench.output(2)).to_have_text(re.compile(r"^\s*SourceError: Expected a symbol .* was 'NOPE'"))
    expect(workbench.output(2)).not_to_contain_text("Traceback")
    expect(workbench.output(2)).not_to_contain_text("line ")


def test_a_hostile_symbol_is_text(workbench: Sheet) -> None:
    workbench.run_cell(3)
    expect(workbench.output(3)).to_contain_text("<img src=x onerror=hacked=1>")
    assert workbench.output(3).locator("img").count() == 0
    assert workbench.page.evaluate("globalThis.hacked === undefined")


def test_paints_while_the_kernel_is_busy_and_answers_nothing(desk: Desk) -> None:
    with desk.sheet("busy", DEAF, BUSY, fresh=True, kernel=FRESH) as sheet:
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
