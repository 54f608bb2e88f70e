"""The quickstart in JupyterLab, and the file that it writes, in Firefox: what all else is tested for in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import firefox
from tests.browser import actions, contexts
from tests.browser.heatmap import Heatmap
from tests.browser.lab.sheet import SIZE, Desk, quickstart
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Playwright

    from tests.browser.lab.server import Lab
    from tests.browser.lab.sheet import Sheet

FETCHED = "performance.getEntriesByType('resource').map(entry => entry.name)"


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
        contexts.opened(browser, viewport=SIZE) as context,
    ):
        yield context


@pytest.fixture(scope="module")
def sheet(lab: Lab, window: BrowserContext, complaints: list[str]) -> Iterator[Sheet]:
    """Return the quickstart's cells in a notebook, of which the first was run."""
    with Desk(lab, window, complaints).sheet("firefox", *quickstart(), run=False) as sheet:
        sheet.run_cell(0)
        yield sheet


@pytest.fixture
def heatmap(sheet: Sheet) -> Heatmap:
    """Return its heatmap, sharp."""
    heatmap = sheet.heatmap()
    heatmap.sharp()
    return heatmap


def test_it_paints_and_the_wheel_ends_sharp(heatmap: Heatmap) -> None:
    actions.paints_and_the_wheel_ends_sharp(heatmap)


def test_a_box_and_a_tick_reach_python(heatmap: Heatmap) -> None:
    actions.a_box_and_a_tick_reach_python(heatmap)


def test_controls_go_both_ways(heatmap: Heatmap) -> None:
    actions.controls_go_both_ways(heatmap)


def test_a_replay_goes_back_and_comes_to_its_end(heatmap: Heatmap) -> None:
    actions.a_replay_goes_back_and_comes_to_its_end(heatmap)


def test_the_picture_is_saved(heatmap: Heatmap, downloads: Path) -> None:
    actions.saves(heatmap, downloads)


def test_the_file_it_writes_works_alone(
    sheet: Sheet, window: BrowserContext, lab: Lab, downloads: Path, complaints: list[str]
) -> None:
    sheet.kernel.run("h.to_html('btc.html')")
    page = window.new_page()
    contexts.listen(page, "file", complaints)
    page.goto((lab.folder / "btc.html").as_uri())
    heatmap = Heatmap(page, page.locator(".liq-root"))
    eventually(heatmap.shown)
    actions.the_file_works_alone(heatmap, downloads)
    fetched = page.evaluate(FETCHED)
    assert [url for url in fetched if not url.startswith("blob:")] == []
    page.close()
