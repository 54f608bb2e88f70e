"""The quickstart in JupyterLab, and the file that it writes, in WebKitGTK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import actions
from tests.browser.lab.server import Kernel, running_lab
from tests.browser.lab.sheet import quickstart
from tests.browser.places import webkit
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.lab.server import Lab
    from tests.browser.places.webkit import InWebKit, Page

BOOK = "webkit.ipynb"
CONTROL, ENTER = "\ue009", "\ue007"


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where WebKitGTK keeps what it saves."""
    return tmp_path_factory.mktemp("webkit")


@pytest.fixture(scope="module")
def page(downloads: Path) -> Iterator[Page]:
    """Return the page of the one WebKitGTK of these tests."""
    if missing := webkit.lacks():
        pytest.skip(f"Expected WebKitGTK, found no {', no '.join(missing)} (Debian: webkit2gtk-driver, xvfb)")
    with webkit.running(downloads) as page:
        yield page


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a JupyterLab."""
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def kernel(lab: Lab, page: Page) -> Iterator[Kernel]:
    """Return the kernel of the quickstart's cells, of which the first was run."""
    lab.write(BOOK, quickstart())
    with lab.kernel(BOOK) as kernel:
        page.goto(lab.url(BOOK, "webkit"))
        eventually(lambda: page.evaluate("() => document.body.innerText.includes('| Idle')"))
        page.locator(".jp-CodeCell .cm-content").click()
        page.keyboard.press(CONTROL, ENTER)
        yield kernel


@pytest.fixture
def heatmap(page: Page, kernel: Kernel) -> InWebKit:
    """Return its heatmap, sharp."""
    heatmap = webkit.InWebKit(page, kernel)
    eventually(heatmap.under_way, lambda way: way[0])
    heatmap.sharp()
    return heatmap


def test_it_paints_and_the_wheel_ends_sharp(heatmap: InWebKit) -> None:
    actions.paints_and_the_wheel_ends_sharp(heatmap)


def test_a_box_and_a_tick_reach_python(heatmap: InWebKit) -> None:
    actions.a_box_and_a_tick_reach_python(heatmap)


def test_controls_go_both_ways(heatmap: InWebKit) -> None:
    actions.controls_go_both_ways(heatmap)


def test_a_replay_goes_back_and_comes_to_its_end(heatmap: InWebKit) -> None:
    actions.a_replay_goes_back_and_comes_to_its_end(heatmap)


def test_the_picture_is_saved(heatmap: InWebKit, downloads: Path) -> None:
    actions.saves(heatmap, downloads)


def test_the_file_it_writes_works_alone(page: Page, kernel: Kernel, lab: Lab, downloads: Path) -> None:
    kernel.run("h.to_html('btc.html')")
    page.goto((lab.folder / "btc.html").as_uri())
    heatmap = webkit.InWebKit(page)
    eventually(heatmap.shown)
    actions.the_file_works_alone(heatmap, downloads)
