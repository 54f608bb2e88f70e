"""Notebook 7, and the page that nbconvert makes of a notebook saved in it, in the one kernel of this module.

The page of nbconvert loads RequireJS, the HTML manager of ipywidgets and anywidget from public servers. Here the
browser gets the same files from this machine: from the npm packages of ``js/`` and from the wheel of anywidget. Of the
HTML manager only its built file is used, so ``package.json`` puts a small package in the place of all it depends on.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import contexts
from tests.browser.heatmap import Heatmap, changed_share
from tests.browser.lab.sheet import SAMPLE, Sheet
from tests.browser.lab.test_save import saved_state
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

    from tests.browser.lab.sheet import Desk

BOOK = "notebook7"
MODULES = Path(__file__).resolve().parents[3] / "js" / "node_modules"
FETCHED = {
    "require.min.js": MODULES / "requirejs" / "require.js",
    "embed-amd.js": MODULES / "@jupyter-widgets" / "html-manager" / "dist" / "embed-amd.js",
}
"""By the last part of the address, what a page of nbconvert needs beside anywidget."""
PROSE = ("mathjax", "mermaid")
"""What it loads for prose, of which there is none."""
THEIRS = (
    # Notebook 7.6, also in a notebook without a widget.
    " is duplicated.",
    "[yjs#509] Not same Y.Doc",
    "(reading 'schema')",
    # The HTML manager: its own schema, and a look for anywidget.js beside the page before it asks the network.
    "(strictTypes)",
    "net::ERR_FILE_NOT_FOUND",
)
"""How what others complain of ends."""


@pytest.fixture(scope="module")
def book(desk: Desk) -> Iterator[Sheet]:
    """Return a notebook open in Notebook 7, with one heatmap in it."""
    desk.lab.write(f"{BOOK}.ipynb", (SAMPLE,))
    with desk.lab.kernel(f"{BOOK}.ipynb") as kernel:
        kernel.begin("import liqwidget, bokeh.plotting")
        page = desk.context.new_page()
        desk.listen(page, BOOK)
        page.goto(f"http://127.0.0.1:{desk.lab.port}/notebooks/{BOOK}.ipynb")
        # The indicator says idle before there is a connection; cells that run then ask which kernel is meant.
        eventually(lambda: desk.lab.connections(f"{BOOK}.ipynb"))
        page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for(state="attached")
        sheet = Sheet(page, kernel, BOOK)
        sheet.run_all()
        yield sheet
        page.close()


@pytest.fixture(autouse=True)
def no_complaints(desk: Desk) -> Iterator[None]:
    """Fail the test during which a page complained, but for what is not ours."""
    desk.complaints.clear()
    yield
    assert [told for told in desk.complaints if not told.endswith(THEIRS)] == []


def test_notebook_7_shows_the_heatmap_and_its_controls_go_both_ways(book: Sheet) -> None:
    heatmap = book.heatmap()
    heatmap.sharp()
    assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
    heatmap.changes(lambda: heatmap.button("Side", "short").click())
    heatmap.becomes("side", "short")
    heatmap.changes(lambda: heatmap.set(side="both", palette="viridis"))
    heatmap.presses("Side", "both")
    heatmap.options(shown=True)
    expect(heatmap.field("palette")).to_have_value("viridis")
    heatmap.options(shown=False)
    heatmap.wheel(0.7, 0.5, -200, times=3)
    eventually(lambda: heatmap.trait("time_range"))
    heatmap.sharp()


def test_a_box_drawn_in_notebook_7_reaches_python(book: Sheet) -> None:
    heatmap = book.heatmap()
    heatmap.button("Drag mode", "select").click()
    drawn = heatmap.drawn()
    heatmap.drag(drawn.at(0.3, 0.2), drawn.at(0.6, 0.8))
    low, high = eventually(lambda: heatmap.kernel.value("list(h.selection.price) if h.selection else None"))
    top, span = drawn.price[1], drawn.price[1] - drawn.price[0]
    assert (low, high) == pytest.approx((top - 0.8 * span, top - 0.2 * span), abs=2 * drawn.pixel[1])
    heatmap.figure.press("Escape")
    heatmap.figure.press("Escape")
    heatmap.becomes("_selection", None)
    # The key of a cell's command mode would have made a cell.
    assert book.page.locator(".jp-CodeCell").count() == 1
    heatmap.figure.press("b")
    assert settled(book.page.locator(".jp-CodeCell").count) == 1


def test_nbconvert_makes_a_page_of_the_saved_state(book: Sheet, desk: Desk, browser: Browser, tmp_path: Path) -> None:
    import nbformat
    from nbconvert import HTMLExporter

    heatmap = book.heatmap()
    heatmap.kernel.run("h.time_range = h.price_range = None; h.follow = True; h.side = 'short'; h.palette = 'ember'")
    eventually(lambda: heatmap.pressed("Side") == "short")
    heatmap.sharp()
    listed = heatmap.cluster_boxes().count()
    book.menu("File", "Save Notebook")
    path = desk.lab.folder / f"{BOOK}.ipynb"
    eventually(lambda: saved_state(path.read_text(encoding="utf-8")))
    text, _ = HTMLExporter().from_notebook_node(nbformat.read(path, as_version=4))
    with opened(browser, desk, text, tmp_path / "saved.html") as (page, fetched):
        saved = Heatmap(page, page.locator(".liq-root"))
        eventually(saved.shown)
        saved.presses("Side", "short")
        assert saved.cluster_boxes().count() == listed
        assert changed_share(saved.steady_picture(), saved.without("liq-heat-image")) > 0.05
        saved.changes(lambda: saved.button("Side", "long").click())
        saved.changes(lambda: saved.wheel(0.5, 0.5, -200, times=2))
        saved.options(shown=True)
        expect(saved.field("palette")).to_have_value("ember")
        assert {name.rsplit("/", 1)[-1] for name in fetched} == {*FETCHED, "index.js"}


@contextmanager
def opened(browser: Browser, desk: Desk, text: str, path: Path) -> Iterator[tuple[Page, list[str]]]:
    """Open a page of nbconvert whose addresses of public servers are answered from this machine; list them."""
    path.write_text(text, encoding="utf-8")
    origin = find_spec("anywidget")
    assert origin is not None
    assert origin.origin is not None
    ours = {**FETCHED, "index.js": Path(origin.origin).parent / "nbextension" / "index.js"}
    fetched: list[str] = []

    def answer(route: Route) -> None:
        address = route.request.url.partition("?")[0]
        if any(word in address for word in PROSE):
            return route.fulfill(body="", content_type="text/javascript")
        fetched.append(address)
        known = ours.get(address.rsplit("/", 1)[-1])
        return route.abort() if known is None else route.fulfill(path=known, content_type="text/javascript")

    with contexts.opened(browser, viewport={"width": 1300, "height": 900}) as context:
        context.route("http*://**/*", answer)
        page = context.new_page()
        desk.listen(page, path.name)
        page.goto(path.as_uri())
        yield page, fetched
