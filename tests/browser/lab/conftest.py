"""One JupyterLab for all tests that need one, and two notebooks that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import contexts
from tests.browser.heatmap import FORGET, WATCHED
from tests.browser.lab.server import Lab, running_lab
from tests.browser.lab.sheet import SAMPLE, Desk, Sheet
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.heatmap import Heatmap

OTHER = 'g = LiqHeatmap("ETH", source="sample")\ng'
START = {
    "side": "both",
    "window": "7d",
    "measure": "expected",
    "prior": "effective",
    "threshold": 0.0,
    "palette": "ember",
    "side_colours": "red-green",
    "scale": "log",
    "smooth": False,
    "sensitivity": 0.5,
    "time_range": None,
    "price_range": None,
    "follow": True,
    "as_of": None,
    "future": False,
    "price_style": "candles",
    "circles": True,
    "whiskers": True,
    "panels": ("volume", "open_interest"),
    "profile": "leverage",
    "view": "heatmap",
}


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="session")
def desk(lab: Lab, browser: Browser, complaints: list[str]) -> Iterator[Desk]:
    """Return where notebooks are opened: one browser context, so that JupyterLab's files are fetched once."""
    with contexts.opened(browser, viewport={"width": 1600, "height": 1700}) as context:
        yield Desk(lab, context, complaints)


@pytest.fixture(scope="session")
def workbench(desk: Desk) -> Iterator[Sheet]:
    """Return one notebook with one heatmap, which tests share and put back to its start, each before it begins."""
    with desk.sheet("workbench", WATCHED, "again", run=False) as sheet:
        sheet.run_cell(0)
        yield sheet


@pytest.fixture(scope="session")
def pair(desk: Desk) -> Iterator[Sheet]:
    """Return one notebook with two views of the heatmap h and one of g, all in sight."""
    with desk.sheet("pair", SAMPLE, "h", OTHER, "exec(later)", run=False) as sheet:
        sheet.page.set_viewport_size({"width": 1600, "height": 4200})
        for cell in range(3):
            sheet.run_cell(cell)
        yield sheet


@pytest.fixture
def heatmap(workbench: Sheet) -> Heatmap:
    """Return the heatmap of the workbench as it starts: drawn sharp, nothing selected, nobody called back yet."""
    heatmap = workbench.heatmap()
    heatmap.set(**START)
    heatmap.kernel.run("h.clear_selection(); h.leverage = h.trait_defaults('leverage')")
    heatmap.button("Drag mode", "pan").click()
    heatmap.options(shown=True)
    for trait, label in (("side", "Side"), ("window", "Window"), ("measure", "Measure")):
        eventually(lambda label=label, trait=trait: heatmap.pressed(label) == START[trait])  # type: ignore[misc]
    for trait, value in (("palette", "ember"), ("scale", "log"), ("prior", "effective"), ("threshold", "0")):
        expect(heatmap.field(trait)).to_have_value(value)
    heatmap.options(shown=False)
    expect(heatmap.named("Follow")).to_have_attribute("aria-pressed", "true")
    eventually(lambda: heatmap.drawn().selection is None and not heatmap.ticked())
    # Controls stand under the picture too: whoever clicked one may have scrolled the picture away.
    heatmap.root.evaluate("node => void node.scrollIntoView({ block: 'start' })")
    heatmap.sharp()
    heatmap.kernel.run(FORGET)
    return heatmap
