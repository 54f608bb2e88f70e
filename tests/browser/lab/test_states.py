"""Each state has its look and its words: busy, gone, stale, simulated, error; kept as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.lab.sheet import SAMPLE
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.sheet import Desk, Sheet

DEAF = "LiqHeatmap._answer = lambda *_: None"
SLOW = """
import pathlib, time
for _ in range(4000):
    if pathlib.Path("let-go").exists():
        break
    time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def sheet(desk: Desk) -> Iterator[Sheet]:
    with desk.sheet("states", SAMPLE, SLOW, run=False) as sheet:
        sheet.run_cell(0)
        sheet.heatmap().sharp()
        yield sheet


def keep(heatmap: Heatmap, folder: Path, name: str) -> None:
    """Keep a picture of a state."""
    heatmap.root.screenshot(path=folder / f"state-{name}.png", animations="disabled")


def turn(heatmap: Heatmap) -> None:
    """Zoom, so that the kernel is asked for a picture."""
    heatmap.wheel(0.5, 0.5, -200)


def test_simulated_is_said_in_the_page(sheet: Sheet, artefacts: Path) -> None:
    heatmap = sheet.heatmap()
    fact = heatmap.root.locator(".liq-fact[data-kind=simulated]")
    expect(fact).to_be_visible()
    expect(fact).to_contain_text("not real")
    keep(heatmap, artefacts, "simulated")


def test_stale_and_error_stand_over_the_picture(sheet: Sheet, artefacts: Path) -> None:
    heatmap = sheet.heatmap()
    sheet.kernel.run("h._market = {**h._market, 'stale': 'binance has sent nothing since 12:05 UTC.'}")
    sheet.kernel.run("h._error = 'The candles could not be read again: binance answered 429.'")
    for kind, words in (("stale", "since 12:05"), ("error", "answered 429")):
        banner = heatmap.root.locator(f".liq-banner[data-kind={kind}]")
        expect(banner).to_be_visible()
        expect(banner).to_contain_text(words)
        assert banner.locator("svg").count() == 1
    keep(heatmap, artefacts, "stale-and-error")
    sheet.kernel.run("h._error = ''; h._market = {**h._market, 'stale': None}")
    expect(heatmap.root.locator(".liq-banner")).to_have_count(0)


def test_busy_then_ready_then_gone(desk: Desk, sheet: Sheet, artefacts: Path) -> None:
    heatmap = sheet.heatmap()
    chip, gone = heatmap.root.locator(".liq-chip"), heatmap.root.locator(".liq-banner[data-kind=gone]")
    sheet.kernel.run(f"answer = LiqHeatmap._answer; {DEAF}")
    sheet.run_cell(1)
    expect(sheet.page.get_by_text("| Busy")).to_be_visible()
    turn(heatmap)
    expect(chip).to_contain_text("Kernel busy")
    expect(gone).to_have_count(0)
    keep(heatmap, artefacts, "busy")
    desk.lab.folder.joinpath("let-go").touch()
    sheet.idle()
    sheet.kernel.run("LiqHeatmap._answer = answer")
    turn(heatmap)
    expect(chip).to_be_hidden()
    time = heatmap.drawn().time
    sheet.menu("Kernel", "Shut Down Kernel")
    expect(gone).to_contain_text("Kernel gone")
    expect(gone).to_contain_text("run the cell again")
    turn(heatmap)
    eventually(lambda: heatmap.drawn().time, lambda now: now != time)
    heatmap.button("Side", "long").click()
    heatmap.presses("Side", "long")
    keep(heatmap, artefacts, "gone")
