"""Running a cell again leaves nothing behind; a saved notebook opens with its picture and no kernel state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect

from tests.browser.eventually import eventually, settled
from tests.browser.heatmap import Heatmap, changed_share
from tests.browser.sheet import SAMPLE

if TYPE_CHECKING:
    from tests.browser.sheet import Desk, Sheet

WATCHED = SAMPLE + '\nasked = []\nh.on_msg(lambda widget, content, buffers: asked.append(content["view"]))\nh'
DOCUMENTS = "async () => (await [...globalThis.__liqwidget_bokeh__.values()][0]).documents.length"
ROOTS = "async () => (await [...globalThis.__liqwidget_bokeh__.values()][0]).index.roots.length"
AGAIN = 5


def counts(page: Page) -> dict[str, float]:
    """Return how much is alive on the page after a garbage collection."""
    session = page.context.new_cdp_session(page)
    try:
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
    finally:
        session.detach()
    known = {metric["name"]: metric["value"] for metric in metrics}
    return {name: known[name] for name in ("Nodes", "JSEventListeners")}


def view_id(sheet: Sheet, index: int) -> str:
    """Return the id of the view that stands n-th."""
    return str(sheet.page.locator(".liq-root").nth(index).get_attribute("data-view"))


def run_again(sheet: Sheet, cell: int, index: int) -> Heatmap:
    """Run a cell again and wait for its new view."""
    old = view_id(sheet, index)
    sheet.run_cell(cell)
    roots = sheet.page.locator(f'.liq-root:not([data-view="{old}"])')
    eventually(lambda: roots.count() == sheet.page.locator(".liq-root").count())
    return sheet.heatmap(index)


def test_running_cells_again_leaves_nothing_behind(desk: Desk) -> None:
    with desk.sheet("rerun", WATCHED, "h") as sheet:
        sheet.heatmap(0).sharp()
        eventually(lambda: sheet.page.locator(".liq-root").count() == 2)
        sheet.heatmap(1)
        seen = {view_id(sheet, 0), view_id(sheet, 1)}
        run_again_second(sheet)
        before = settled(lambda: counts(sheet.page), times=2)
        for _ in range(AGAIN):
            run_again_second(sheet)
            seen.add(view_id(sheet, 1))
        assert len(seen) == 2 + AGAIN
        assert sheet.page.evaluate(DOCUMENTS) == 2
        roots = sheet.page.evaluate(ROOTS)
        after = counts(sheet.page)
        sheet.kernel.run("asked.clear()")
        sheet.heatmap(0).changes(lambda: sheet.heatmap(0).set(measure="size"))
        asked = eventually(lambda: sheet.kernel.value("sorted(set(asked))"), lambda ids: len(ids) >= 2)
        assert asked == sorted([view_id(sheet, 0), view_id(sheet, 1)])
        print(before, after, roots)


def run_again_second(sheet: Sheet) -> None:
    """Run the second cell again."""
    old = view_id(sheet, 1)
    sheet.run_cell(1)
    eventually(lambda: sheet.page.locator(f'.liq-root[data-view="{old}"]').count() == 0)
    eventually(lambda: sheet.page.locator(".liq-root").count() == 2)
    sheet.heatmap(1)


def binary_sizes(state: dict[str, Any]) -> list[int]:
    """Return the sizes of the large buffers of a saved widget state, largest first."""
    buffers = [len(part["data"]) for model in state.values() for part in model.get("buffers", [])]
    return sorted((size for size in buffers if size > 200_000), reverse=True)


def test_a_saved_notebook_opens_with_its_picture(desk: Desk) -> None:
    with desk.sheet("saved", SAMPLE, 'LiqHeatmap("ETH", source="sample")') as sheet:
        first = sheet.heatmap(0)
        sheet.heatmap(1)
        first.kernel.run("h.side = 'short'; h.palette = 'viridis'")
        first.sharp()
        saved_picture = first.steady_picture()
        sheet.menu("File", "Save Notebook")
        path = desk.lab.folder / sheet.name

        def saved() -> Any:
            try:
                return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("widgets")
            except json.JSONDecodeError:  # while it is being written
                return None

        widgets = eventually(saved)
        book = path.read_text(encoding="utf-8")
    state = widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assets = [model for model in state.values() if model["state"].get("bokeh") or len(model.get("buffers", [])) == 1]
    print(len(book), binary_sizes(state), len(assets))
    with desk.page(sheet.name, "reopened") as page:
        page.get_by_text("| Idle").wait_for()
        heatmap = Heatmap(page, page.locator(".liq-root").first)
        eventually(heatmap.shown)
        drawn = heatmap.drawn()
        assert len(drawn.candles) > 40
        assert heatmap.pressed("Side") == "short"
        expect(heatmap.field("palette")).to_have_value("viridis")
        assert heatmap.cluster_boxes().count() > 3
        assert changed_share(saved_picture, heatmap.steady_picture()) < 0.35
    desk.lab.stop_kernels(sheet.name)
