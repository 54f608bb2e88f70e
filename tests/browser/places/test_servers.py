"""Voila, Panel and marimo show the heatmap, and Python answers its zoom."""

from __future__ import annotations

import json
from dataclasses import dataclass
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


PLACES = {
    "voila": Place(
        ["voila"],
        ["voila", "book.ipynb", "--no-browser", "--port={port}", f"--Voila.ip={HERE}"],
        "book.ipynb",
        NOTEBOOK,
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
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_it_paints_and_python_answers_a_zoom(name: str, place: Callable[..., str], browser: Browser) -> None:
    known = PLACES[name]
    address = place(known.packages, known.command, known.file, known.text)
    with contexts.opened(browser, viewport={"width": 1400, "height": 1200}) as context:
        context.route(lambda url: f"//{HERE}" not in url, answer)
        page = context.new_page()
        page.goto(address + known.path)
        heatmap = Heatmap(page, page.locator(".liq-root"))
        eventually(lambda: under_way(heatmap, page), lambda way: way[0])
        assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
        heatmap.changes(lambda: heatmap.button("Side", "short").click())
        heatmap.presses("Side", "short")
        heatmap.figure.scroll_into_view_if_needed()
        heatmap.wheel(0.6, 0.5, -200, times=3)
        # No picture that came first has these prices: Python has made one for them.
        eventually(heatmap.drawn, lambda drawn: drawn.heat is not None and drawn.heat.price == drawn.price)


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
