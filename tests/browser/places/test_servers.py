"""Voila, Solara, Panel, marimo and nbclassic show the heatmap, and Python answers its zoom."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
    run: list[str] = field(default_factory=list)
    """What is clicked to run the cell, where that is to be done."""


PLACES = {
    "voila": Place(
        ["voila"],
        ["voila", "book.ipynb", "--no-browser", "--port={port}", f"--Voila.ip={HERE}"],
        "book.ipynb",
        NOTEBOOK,
    ),
    "solara": Place(
        # Else its server fetches its own scripts from a public one.
        ["solara", "solara-assets"],
        ["solara", "run", "app.py", f"--host={HERE}", "--port={port}", "--no-open"],
        "app.py",
        f"import solara\n{CELL}\n@solara.component\ndef Page():\n    solara.display(h)\n",
    ),
    "panel": Place(
        ["panel", "ipywidgets_bokeh"],
        ["panel", "serve", "app.py", f"--address={HERE}", "--port={port}"],
        "app.py",
        f"import panel as pn\npn.extension('ipywidgets')\n{CELL}pn.pane.IPyWidget(h, width=1200).servable()\n",
        "/app",
    ),
    "marimo": Place(
        ["marimo"],
        ["marimo", "run", "app.py", f"--host={HERE}", "--port={port}", "--headless", "--no-token"],
        "app.py",
        "import marimo\napp = marimo.App(width='full')\n\n@app.cell\ndef _():\n"
        + "".join(f"    {line}\n" for line in [*CELL.splitlines(), "h", "return"])
        + "\nif __name__ == '__main__':\n    app.run()\n",
    ),
    "nbclassic": Place(
        ["nbclassic"],
        [
            "nbclassic", "--no-browser", "--allow-root", f"--ip={HERE}", "--port={port}",
            "--IdentityProvider.token=", "--ServerApp.password=",
        ],
        "book.ipynb",
        NOTEBOOK,
        "/notebooks/book.ipynb",
        ["text=Cell", "text=Run All"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_it_paints_and_python_answers_a_zoom(name: str, place: Callable[..., str], browser: Browser) -> None:
    known = PLACES[name]
    address = place(known.packages, known.command, known.file, known.text)
    with contexts.opened(browser, viewport={"width": 1400, "height": 1200}) as context:
        context.route(lambda url: f"//{HERE}" not in url, answer)
        page = context.new_page()
        page.goto(address + known.path)
        if known.run:
            page.locator(".kernel_idle_icon").wait_for(state="attached")
        for button in known.run:
            page.locator(button).first.click()
        heatmap = Heatmap(page, page.locator(".liq-root"))
        eventually(lambda: under_way(heatmap, page), lambda way: way[0])
        assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
        heatmap.changes(lambda: heatmap.button("Side", "short").click())
        assert heatmap.pressed("Side") == "short"
        heatmap.figure.scroll_into_view_if_needed()
        heatmap.wheel(0.6, 0.5, -200, times=3)
        # No picture that came first has these prices: Python has made one for them.
        eventually(heatmap.drawn, lambda drawn: drawn.heat is not None and drawn.heat.price == drawn.price)


def test_who_did_not_run_the_cell_sees_the_picture_too(place: Callable[..., str], browser: Browser) -> None:
    command = [
        "jupyterlab", "--no-browser", "--allow-root", f"--ip={HERE}", "--port={port}", "--IdentityProvider.token=",
        "--ServerApp.password=", "--LabApp.news_url=", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    packages = ["jupyterlab>=4.4,<5", "jupyter-collaboration"]
    address = f"{place(packages, command, 'book.ipynb', NOTEBOOK)}/lab/tree/book.ipynb"
    with (
        contexts.opened(browser, viewport={"width": 1400, "height": 1200}) as ours,
        contexts.opened(browser, viewport={"width": 1400, "height": 1200}) as theirs,
    ):
        page = ours.new_page()
        page.goto(address)
        page.get_by_text("| Idle").wait_for()
        page.locator(".jp-CodeCell .cm-content").click()
        page.keyboard.press("Control+Enter")
        heatmap = Heatmap(page, page.locator(".liq-root"))
        eventually(lambda: under_way(heatmap, page), lambda way: way[0])
        other = theirs.new_page()
        other.goto(address)
        seen = Heatmap(other, other.locator(".liq-root"))
        other.get_by_text("| Idle").wait_for()
        eventually(lambda: under_way(seen, other), lambda way: way[0])
        seen.changes(lambda: heatmap.button("Side", "short").click())
        assert seen.pressed("Side") == "short"


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
