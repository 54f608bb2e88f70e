"""One JupyterLab for all tests that need one, and two notebooks that they share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import contexts
from tests.browser.heatmap import FORGET, WATCHED
from tests.browser.lab.server import Lab, running_lab
from tests.browser.lab.sheet import SAMPLE, SIZE, Desk, Sheet
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.heatmap import Heatmap

OTHER = 'g = LiqHeatmap("ETH", source="sample")\ng'
REFUSED = (
    'LiqHeatmap("NOPE", source="sample")',
    "LiqHeatmap('<img src=x onerror=hacked=1>', source='sample')",
)
WATCH_LOADING = """() => {
  globalThis.loading = []
  globalThis.modules = []
  const note = (_, watcher) => {
    const text = document.querySelector(".liq-panel:not([hidden])")?.textContent
    if (text && loading.at(-1) !== text) loading.push(text)
    if (document.querySelectorAll(".liq-root").length === 3) watcher.disconnect()
  }
  new MutationObserver(note).observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["hidden"],
  })
  const make = URL.createObjectURL
  URL.createObjectURL = (blob) => {
    modules.push(blob.size)
    return make.call(URL, blob)
  }
}"""
"""Notes what stands in the place of a picture until there are three, and the size of each text imported as a module."""
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
    "horizon": "24h",
    "timeframe": "5m",
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
CONTROLS = """root => {
  const values = (selector, name, value) => [...root.querySelectorAll(selector)].map((one) => [name(one), value(one)])
  return Object.fromEntries([
    ...values("[role=radiogroup] :checked", (one) => one.closest("[role=radiogroup]").ariaLabel, (one) => one.value),
    ...values("select, input[type=range]", (one) => one.name, (one) => one.value),
    ...values("button[aria-pressed]", (one) => one.textContent.trim(), (one) => one.ariaPressed),
    ["ticked", root.querySelectorAll(".liq-row.liq-selected").length],
  ])
}"""
"""What controls show, by their labels and names."""
SHOWN = {
    "Side": "both",
    "Window": "7d",
    "Measure": "expected",
    "Drag mode": "pan",
    "Follow": "true",
    "palette": "ember",
    "scale": "log",
    "prior": "effective",
    "threshold": "0",
    "ticked": 0,
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a page that must be new be the first, and touch come last, whose page is of no use to others.

    To load one takes longer than most tests.
    """
    order = {"test_views.py": 0, "test_touch.py": 2}
    items.sort(key=lambda item: order.get(item.path.name, 1) if item.path.parent == Path(__file__).parent else 1)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="session")
def desk(lab: Lab, browser: Browser, complaints: list[str]) -> Iterator[Desk]:
    """Return where notebooks are opened: one browser context, so that JupyterLab's files are fetched once."""
    with contexts.opened(browser, viewport=SIZE) as context:
        yield Desk(lab, context, complaints)


@pytest.fixture(scope="session")
def other_desk(lab: Lab, browser: Browser, complaints: list[str]) -> Iterator[Desk]:
    """Return where others open what was written at the desk: a browser that shares nothing with it."""
    with contexts.opened(browser, viewport=SIZE) as context:
        yield Desk(lab, context, complaints)


@pytest.fixture(scope="session")
def workbench(desk: Desk) -> Iterator[Sheet]:
    """Return one notebook with one heatmap, which tests share and put back to its start, each before it begins."""
    with desk.sheet("workbench", WATCHED, "again", *REFUSED, run=False) as sheet:
        sheet.run_cell(0)
        yield sheet


@pytest.fixture(scope="module")
def pair(desk: Desk) -> Iterator[Sheet]:
    """Return one notebook with two views of the heatmap h and one of g, all in sight."""
    with desk.sheet("pair", SAMPLE, "h", OTHER, "exec(later)", run=False, fresh=True) as sheet:
        sheet.page.set_viewport_size({**SIZE, "height": 4000})
        sheet.page.evaluate(WATCH_LOADING)
        for cell in range(3):
            sheet.run_cell(cell)
        yield sheet


@pytest.fixture
def heatmap(workbench: Sheet) -> Heatmap:
    """Return the heatmap of the workbench as it starts: drawn sharp, nothing selected, nobody called back yet."""
    heatmap = workbench.heatmap()
    heatmap.options(shown=False)
    if heatmap.pressed("Drag mode") != "pan":
        heatmap.button("Drag mode", "pan").click()
    heatmap.kernel.run(f"for name, value in {START!r}.items(): setattr(h, name, value)")
    heatmap.kernel.run("h.clear_selection(); h.leverage = h.trait_defaults('leverage')")
    eventually(lambda: heatmap.evaluate(CONTROLS), lambda found: found | SHOWN == found)
    eventually(lambda: heatmap.drawn().selection is None)
    # Controls stand under the picture too: whoever clicked one may have scrolled the picture away.
    heatmap.evaluate("node => void node.scrollIntoView({ block: 'start' })")
    heatmap.sharp()
    heatmap.kernel.run(FORGET)
    return heatmap
