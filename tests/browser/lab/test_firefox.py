"""The quickstart in JupyterLab, and the file that it writes, in Firefox: what all else is tested for in Chromium."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests import firefox
from tests.browser import contexts
from tests.browser.agreement import SHARP, agreement, in_step
from tests.browser.heatmap import Heatmap, changed_share, distance
from tests.browser.lab.server import ROOT
from tests.browser.lab.sheet import Desk
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Playwright

    from tests.browser.lab.server import Lab
    from tests.browser.lab.sheet import Sheet

FETCHED = "performance.getEntriesByType('resource').map(entry => entry.name)"
QUICKSTART = ROOT / "notebooks" / "01_quickstart.ipynb"


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where Firefox keeps what it saves."""
    return tmp_path_factory.mktemp("firefox")


@pytest.fixture(scope="module")
def window(playwright: Playwright, downloads: Path) -> Iterator[BrowserContext]:
    """Return a window of the one Firefox of these tests."""
    found = firefox.find()
    if found is None:
        pytest.skip(firefox.MISSING)
    with (
        firefox.running(playwright, found, downloads) as browser,
        contexts.opened(browser, viewport={"width": 1600, "height": 1700}) as context,
    ):
        yield context


@pytest.fixture(scope="module")
def sheet(lab: Lab, window: BrowserContext, complaints: list[str]) -> Iterator[Sheet]:
    """Return the quickstart's cells in a notebook, of which the first was run."""
    cells = json.loads(QUICKSTART.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    with Desk(lab, window, complaints).sheet("firefox", *sources, run=False) as sheet:
        sheet.run_cell(0)
        yield sheet


@pytest.fixture
def heatmap(sheet: Sheet) -> Heatmap:
    """Return its heatmap, sharp."""
    heatmap = sheet.heatmap()
    heatmap.sharp()
    return heatmap


def test_it_paints_and_the_wheel_ends_sharp(heatmap: Heatmap) -> None:
    assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
    heatmap.wheel(0.3, 0.4, -200, times=5)
    assert agreement(heatmap, in_step(heatmap)) > SHARP
    heatmap.changes(lambda: heatmap.named("Reset").click())
    heatmap.becomes("time_range", None)


def test_a_box_and_a_tick_reach_python(heatmap: Heatmap) -> None:
    heatmap.button("Drag mode", "select").click()
    drawn = heatmap.drawn()
    heatmap.changes(lambda: heatmap.drag(drawn.at(0.25, 0.2), drawn.at(0.55, 0.8)))
    low, high = eventually(lambda: heatmap.kernel.value("list(h.selection.price) if h.selection else None"))
    top, span = drawn.price[1], drawn.price[1] - drawn.price[0]
    assert (low, high) == pytest.approx((top - 0.8 * span, top - 0.2 * span), abs=2 * drawn.pixel[1])
    heatmap.kernel.run("h.clear_selection()")
    first = heatmap.listed()[0]
    heatmap.cluster_boxes().nth(0).click()
    eventually(lambda: heatmap.kernel.value("[one.id for one in h.selected_clusters]"), lambda ids: ids == [first])
    heatmap.kernel.run("h.selected_clusters = ()")
    eventually(lambda: not heatmap.ticked())


def test_controls_go_both_ways(heatmap: Heatmap) -> None:
    heatmap.changes(lambda: heatmap.button("Side", "short").click())
    heatmap.becomes("side", "short")
    heatmap.changes(lambda: heatmap.button("Window", "3d").click())
    heatmap.becomes("window", "3d")
    heatmap.options(shown=True)
    heatmap.changes(lambda: heatmap.field("palette").select_option("viridis"))
    heatmap.becomes("palette", "viridis")
    heatmap.options(shown=False)
    heatmap.changes(lambda: heatmap.set(side="both", window="7d", palette="ember"))
    heatmap.presses("Side", "both")
    expect(heatmap.field("palette")).to_have_value("ember")


def test_a_replay_goes_back_and_comes_to_its_end(heatmap: Heatmap) -> None:
    replay = heatmap.root.locator(".liq-replay")
    replay.get_by_role("button", name="One candle back").click()
    before = heatmap.kernel.value("h.ledger.end - h.ledger.timeframe")
    eventually(lambda: heatmap.kernel.value("h.as_of and h.as_of.value"), lambda at: at == before)
    expect(replay.locator(".liq-replay-time")).to_contain_text("as of")
    replay.get_by_role("button", name="Play").click()
    heatmap.becomes("as_of", None)


def test_the_picture_is_saved(heatmap: Heatmap, downloads: Path) -> None:
    saves(heatmap, downloads)


def test_the_file_it_writes_works_alone(
    sheet: Sheet, window: BrowserContext, lab: Lab, downloads: Path, complaints: list[str]
) -> None:
    sheet.kernel.run("h.to_html('btc.html')")
    page = window.new_page()
    contexts.listen(page, "file", complaints)
    page.goto((lab.folder / "btc.html").as_uri())
    heatmap = Heatmap(page, page.locator(".liq-root"))
    eventually(heatmap.shown)
    assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
    home = settled(heatmap.drawn)
    heatmap.changes(lambda: heatmap.wheel(0.6, 0.5, -200, times=3))
    near = settled(heatmap.drawn)
    assert near.time[1] - near.time[0] == pytest.approx(np.exp(-1.2) * (home.time[1] - home.time[0]), rel=1e-3)
    heatmap.changes(lambda: heatmap.drag(near.at(0.5, 0.5), near.at(0.7, 0.5)))
    eventually(lambda: heatmap.drawn().time[0], lambda start: start < near.time[0])
    heatmap.changes(lambda: heatmap.named("Reset").click())
    heatmap.changes(lambda: heatmap.button("Side", "long").click())
    heatmap.changes(lambda: heatmap.button("Measure", "size").click())
    first = heatmap.listed()[0]
    heatmap.cluster_boxes().nth(0).click()
    eventually(heatmap.ticked, lambda ids: ids == [first])
    saves(heatmap, downloads)
    fetched = page.evaluate(FETCHED)
    assert [url for url in fetched if not url.startswith("blob:")] == []
    page.close()


def saves(heatmap: Heatmap, folder: Path) -> None:
    """Press 'Save PNG', and hold what comes against what is shown."""
    for older in folder.glob("*.png"):
        older.unlink()
    heatmap.options(shown=True)
    heatmap.named("Save PNG").click()
    path = eventually(lambda: next(iter(folder.glob("BTC-*.png")), None))
    assert path is not None
    # Playwright hears of no download in Firefox, so its end is that of the file.
    eventually(lambda: path.read_bytes()[-8:-4], lambda last: last == b"IEND")
    saved = np.asarray(Image.open(path).convert("RGB"))
    shown, frame, main = (
        heatmap.steady_picture(),
        heatmap.drawn().frame,
        heatmap.root.locator(".liq-main").bounding_box(),
    )
    assert main is not None
    assert abs(saved.shape[1] - main["width"]) <= 1
    left, top = round(frame["x"] - main["x"]), round(frame["y"] - main["y"])
    same = saved[top : top + shown.shape[0], left : left + shown.shape[1]]
    assert (distance(same, shown) > 40)[40:-40, 60:-60].mean() < 0.05
    heatmap.options(shown=False)
