"""Voila, Solara, Panel, marimo, nbclassic and jupyter-collaboration show the heatmap, and Python answers it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from liqwidget.widget.elsewhere import SENTENCE
from tests.browser import contexts
from tests.browser.heatmap import Heatmap, changed_share
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page, Route

CELL = 'from liqwidget import LiqHeatmap\nh = LiqHeatmap("BTC", source="sample")\n'
NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code", "execution_count": None, "id": "one", "metadata": {}, "outputs": [],
                "source": f"{CELL}h",
            }
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)  # fmt: skip
HERE = "127.0.0.1"


@dataclass(frozen=True)
class Place:
    """What is installed, what is run, and what file with which text is shown at which path."""

    packages: list[str]
    command: list[str]
    file: str
    text: str
    path: str = ""
    ready: str = "body"
    """What is there once a cell can be run."""
    run: list[str] = field(default_factory=list)
    """What is clicked to run the cell, where that is to be done."""


MARIMO = (
    "import marimo\napp = marimo.App(width='full')\n\n@app.cell\ndef _():\n"
    + "".join(f"    {line}\n" for line in [*CELL.splitlines(), "h", "return"])
    + "\nif __name__ == '__main__':\n    app.run()\n"
)
SOLARA = """
import solara
from liqwidget import LiqHeatmap

@solara.component
def Page():
    solara.display(solara.use_memo(lambda: LiqHeatmap("BTC", source="sample"), []))
"""
OPEN = ["--allow-root", f"--ip={HERE}", "--port={port}", "--IdentityProvider.token=", "--ServerApp.password="]
"""How a Jupyter server lets anyone of this machine in."""
PLACES = {
    "voila": Place(
        ["voila"],
        ["voila", "book.ipynb", "--no-browser", "--port={port}", f"--Voila.ip={HERE}"],
        "book.ipynb",
        NOTEBOOK,
    ),
    "solara": Place(
        # Without its assets, which are those for Vuetify 2, the server fetches its own scripts from a public one.
        ["solara", "solara-assets", "ipyvuetify<3"],
        ["solara", "run", "app.py", f"--host={HERE}", "--port={port}", "--no-open"],
        "app.py",
        SOLARA,
    ),
    "panel": Place(
        ["panel", "ipywidgets_bokeh"],
        ["panel", "serve", "app.py", f"--address={HERE}", "--port={port}"],
        "app.py",
        f"import panel as pn\npn.extension('ipywidgets')\n{CELL}pn.pane.IPyWidget(h, width=1200).servable()\n",
        "/app",
    ),
    "marimo run": Place(
        ["marimo"],
        ["marimo", "run", "app.py", f"--host={HERE}", "--port={port}", "--headless", "--no-token"],
        "app.py",
        MARIMO,
    ),
    "marimo edit": Place(
        ["marimo"],
        [
            "marimo",
            "edit",
            "app.py",
            f"--host={HERE}",
            "--port={port}",
            "--headless",
            "--no-token",
            "--skip-update-check",
        ],
        "app.py",
        MARIMO,
    ),
    "nbclassic": Place(
        ["nbclassic"],
        ["nbclassic", "--no-browser", *OPEN],
        "book.ipynb",
        NOTEBOOK,
        "/notebooks/book.ipynb",
        ".kernel_idle_icon",
        ["#celllink", "#run_all_cells"],
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_it_paints_and_python_answers(name: str, place: Callable[..., str], browser: Browser) -> None:
    known = PLACES[name]
    address = place(known.packages, known.command, known.file, known.text)
    with contexts.opened(browser, viewport={"width": 1400, "height": 1200}) as context:
        context.route(lambda url: f"//{HERE}" not in url, answer)
        page = context.new_page()
        page.goto(address + known.path)
        page.locator(known.ready).wait_for(state="attached")
        for button in known.run:
            page.locator(button).first.click()
        heatmap = Heatmap(page, page.locator(".liq-root"))
        eventually(lambda: under_way(heatmap, page), lambda way: way[0])
        assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
        heatmap.changes(lambda: heatmap.button("Side", "short").click())
        heatmap.presses("Side", "short")
        heatmap.figure.evaluate("node => void node.scrollIntoView({ block: 'start' })")
        heatmap.wheel(0.6, 0.3, -200, times=3)
        # No picture that came first has these prices: Python has made one for them.
        eventually(heatmap.drawn, lambda drawn: drawn.heat is not None and drawn.heat.price == drawn.price)
        heatmap.button("Drag mode", "select").click()
        heatmap.figure.evaluate("node => void node.scrollIntoView({ block: 'start' })")
        drawn = heatmap.drawn()
        heatmap.drag(drawn.at(0.3, 0.1), drawn.at(0.6, 0.4))
        # What stands in the box Python alone knows.
        expect(heatmap.root.locator('.liq-chosen[data-kind="box"]')).to_contain_text("h.selection")


def test_who_did_not_run_the_cell_reads_what_to_do_and_sees_the_picture(
    place: Callable[..., str], browser: Browser
) -> None:
    command = ["jupyterlab", "--no-browser", *OPEN, "--LabApp.news_url=", "--LabApp.extension_manager=readonly"]
    packages = ["jupyterlab>=4.4,<5", "jupyter-collaboration"]
    address = f"{place(packages, command, 'book.ipynb', NOTEBOOK)}/lab/tree/book.ipynb"
    with (
        contexts.opened(browser, viewport={"width": 1400, "height": 1200}) as ours,
        contexts.opened(browser, viewport={"width": 1400, "height": 1200}) as theirs,
    ):
        page, other = ours.new_page(), theirs.new_page()
        for opened in (page, other):
            opened.goto(address)
            opened.get_by_text("| Idle").wait_for()
        page.locator(".jp-CodeCell .cm-content").click()
        page.keyboard.press("Control+Enter")
        heatmap = Heatmap(page, page.locator(".liq-root"))
        eventually(lambda: under_way(heatmap, page), lambda way: way[0])
        expect(other.locator(".jp-CodeCell .jp-OutputArea-output")).to_contain_text(SENTENCE)
        other.reload()
        seen = Heatmap(other, other.locator(".liq-root"))
        eventually(lambda: under_way(seen, other), lambda way: way[0])
        seen.changes(lambda: heatmap.button("Side", "short").click())
        seen.presses("Side", "short")


def under_way(heatmap: Heatmap, page: Page) -> tuple[bool, str]:
    """Tell whether a picture stands, and what the page says meanwhile."""
    if heatmap.root.count() == 0:
        return False, page.locator("body").inner_text()
    return heatmap.under_way()


def answer(route: Route) -> None:
    """Answer for public servers: with anywidget's script from this machine, with nothing else."""
    origin = find_spec("anywidget")
    assert origin is not None
    assert origin.origin is not None
    if "anywidget" in route.request.url:
        script = Path(origin.origin).parent / "nbextension" / "index.js"
        return route.fulfill(path=script, content_type="text/javascript")
    return route.abort()
