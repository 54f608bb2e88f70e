"""A saved notebook opens with its picture, though its kernel is gone."""

from __future__ import annotations

import base64
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from liqwidget.widget.assets import bokeh_gzip
from tests.browser.heatmap import Heatmap, changed_share
from tests.browser.lab.sheet import SAMPLE
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.lab.sheet import Desk, Sheet

REOPENED = "reopened.ipynb"


@pytest.fixture
def two(desk: Desk) -> Iterator[Sheet]:
    """Return a notebook with two heatmaps."""
    with desk.sheet("two", SAMPLE, 'LiqHeatmap("ETH", source="sample")') as sheet:
        sheet.heatmap(1)
        yield sheet


def saved_state(text: str) -> Any:
    """Return the widget state in a notebook's text; None as long as there is none, or the file is being written."""
    try:
        widgets = json.loads(text)["metadata"].get("widgets")
    except json.JSONDecodeError:
        return None
    return widgets and widgets["application/vnd.jupyter.widget-state+json"]["state"]


def restored(page: Page, complaints: list[str]) -> Heatmap:
    """Return the heatmap of a notebook that was opened, once it is painted.

    When JupyterLab reaches the kernel while it restores the widgets, its manager calls itself restored before it has
    read the notebook's state (`restoreWidgets` with `loadNotebook: false`) and gives the output up: as its user does,
    open the page once more.
    """
    heatmap = Heatmap(page, page.locator(".liq-root").first)
    given_up = page.get_by_text("Error displaying widget: model not found")
    for _ in range(5):
        eventually(lambda: heatmap.shown() or given_up.count() > 0)
        if given_up.count() == 0:
            return heatmap
        complaints[:] = [one for one in complaints if "widget model not found" not in one]
        page.reload()
        page.locator(".jp-Notebook").wait_for()
    raise AssertionError("Expected a heatmap after five reloads, JupyterLab found no widget's model")


def test_a_saved_notebook_opens_with_its_picture(desk: Desk, other_desk: Desk, two: Sheet) -> None:
    first = two.heatmap()
    first.set(side="short", palette="viridis")
    eventually(lambda: first.pressed("Side") == "short")
    first.sharp()
    kept, listed = first.steady_picture(), first.cluster_boxes().count()
    heat = changed_share(kept, first.without("liq-heat-image"))
    assert listed > 0
    assert heat > 0.1
    two.menu("File", "Save Notebook")
    path = desk.lab.folder / two.name
    state = eventually(lambda: saved_state(path.read_text(encoding="utf-8")))
    bokeh = base64.b64encode(bokeh_gzip()).decode()
    assert sum(part["data"] == bokeh for model in state.values() for part in model.get("buffers", [])) == 1
    assert path.stat().st_size < 2_500_000
    # Another name is another kernel, in which nothing was run.
    shutil.copy(path, desk.lab.folder / REOPENED)
    with other_desk.page(REOPENED, fresh=True) as page:
        heatmap = restored(page, desk.complaints)
        assert len(heatmap.drawn().candles) > 40
        heatmap.presses("Side", "short")
        heatmap.options(shown=True)
        expect(heatmap.field("palette")).to_have_value("viridis")
        heatmap.options(shown=False)
        assert heatmap.cluster_boxes().count() == listed
        assert changed_share(kept, heatmap.steady_picture()) < 0.35
        assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.5 * heat
    desk.lab.stop_kernels(REOPENED)
