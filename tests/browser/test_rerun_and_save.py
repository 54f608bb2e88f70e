"""Running a cell again leaves nothing behind; a saved notebook opens with its picture and no kernel."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect

from liqwidget.widget.assets import bokeh_gzip
from tests.browser.eventually import eventually
from tests.browser.heatmap import Heatmap, changed_share
from tests.browser.sheet import SAMPLE

if TYPE_CHECKING:
    from tests.browser.sheet import Desk, Sheet

WATCHED = SAMPLE + '\nasked = []\nh.on_msg(lambda widget, content, buffers: asked.append(content["view"]))\nh'
BOKEH = """async () => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  return [bokeh.documents.length, bokeh.index.roots.length]
}"""
AGAIN = 5


def living_roots(page: Page) -> int:
    """Return how many roots of heatmaps the page's memory holds, those that were taken off the page included."""
    session = page.context.new_cdp_session(page)
    try:
        session.send("HeapProfiler.collectGarbage")
        prototype = session.send("Runtime.evaluate", {"expression": "HTMLDivElement.prototype"})["result"]["objectId"]
        found = session.send("Runtime.queryObjects", {"prototypeObjectId": prototype})["objects"]["objectId"]
        count = "function () { return this.filter((node) => node.classList?.contains('liq-root')).length }"
        asked = {"objectId": found, "functionDeclaration": count, "returnByValue": True}
        return int(session.send("Runtime.callFunctionOn", asked)["result"]["value"])
    finally:
        session.detach()


def view_ids(sheet: Sheet) -> list[str | None]:
    """Return the ids of the views on the page."""
    return [root.get_attribute("data-view") for root in sheet.page.locator(".liq-root").all()]


def run_again(sheet: Sheet, cell: int) -> None:
    """Run a cell that shows a view again and wait for the new one."""
    old = view_ids(sheet)
    sheet.run_cell(cell)
    eventually(lambda: view_ids(sheet), lambda ids: len(ids) == len(old) and ids[cell] != old[cell])
    sheet.heatmap(cell)


def test_running_cells_again_leaves_nothing_behind(desk: Desk) -> None:
    with desk.sheet("rerun", WATCHED, "h") as sheet:
        sheet.heatmap(0)
        sheet.heatmap(1)
        assert sheet.page.evaluate(BOKEH) == [2, 4]
        for _ in range(AGAIN):
            run_again(sheet, 1)
        # A document has two roots of views: the figure and Bokeh's notifications.
        assert sheet.page.evaluate(BOKEH) == [2, 4]
        eventually(lambda: living_roots(sheet.page), lambda count: count == 2)
        sheet.heatmap(1).sharp()
        sheet.kernel.run("asked.clear()")
        sheet.heatmap(0).changes(lambda: sheet.heatmap(0).set(measure="size"))
        sheet.heatmap(1).sharp()
        assert sheet.kernel.value("sorted(set(asked))") == sorted(map(str, view_ids(sheet)))
        run_again(sheet, 0)
        assert sheet.page.evaluate(BOKEH) == [2, 4]


def saved_state(text: str) -> Any:
    """Return the widget state in a notebook's text; None as long as there is none, or the file is being written."""
    try:
        widgets = json.loads(text)["metadata"].get("widgets")
    except json.JSONDecodeError:
        return None
    return widgets and widgets["application/vnd.jupyter.widget-state+json"]["state"]


def test_a_saved_notebook_opens_with_its_picture(desk: Desk) -> None:
    with desk.sheet("saved", SAMPLE, 'LiqHeatmap("ETH", source="sample")') as sheet:
        first = sheet.heatmap(0)
        sheet.heatmap(1)
        first.set(side="short", palette="viridis")
        eventually(lambda: first.pressed("Side") == "short")
        first.sharp()
        kept = first.steady_picture()
        sheet.menu("File", "Save Notebook")
        path = desk.lab.folder / sheet.name
        state = eventually(lambda: saved_state(path.read_text(encoding="utf-8")))
    bokeh = base64.b64encode(bokeh_gzip()).decode()
    assert sum(part["data"] == bokeh for model in state.values() for part in model.get("buffers", [])) == 1
    assert path.stat().st_size < 2_500_000
    with desk.page(sheet.name, "reopened") as page:
        page.get_by_text("| Idle").wait_for()
        heatmap = Heatmap(page, page.locator(".liq-root").first)
        eventually(heatmap.shown)
        assert len(heatmap.drawn().candles) > 40
        assert heatmap.pressed("Side") == "short"
        expect(heatmap.field("palette")).to_have_value("viridis")
        assert heatmap.cluster_boxes().count() > 3
        assert changed_share(kept, heatmap.steady_picture()) < 0.35
        assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.2
    desk.lab.stop_kernels(sheet.name)
