"""Running a cell again leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.sheet import Sheet

BOKEH = """async () => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  return [bokeh.documents.length, bokeh.index.roots.length]
}"""
SEEN = """roots => roots.map((root) => {
  (globalThis.__liqwidget_views__ ??= new Map()).set(root.dataset.view, new WeakRef(root))
  return root.dataset.view
})"""
LIVING = "() => [...globalThis.__liqwidget_views__].filter(([, root]) => root.deref()).map(([view]) => view)"
AGAIN = 3


def living_roots(page: Page) -> set[str]:
    """Return the views whose roots the page's memory holds, of those that `view_ids` has told of."""
    session = page.context.new_cdp_session(page)
    try:
        session.send("HeapProfiler.collectGarbage")
    finally:
        session.detach()
    return set(page.evaluate(LIVING))


def view_ids(sheet: Sheet) -> list[str]:
    """Return the ids of the views on the page, which remembers them without holding them."""
    return sheet.page.locator(".liq-root").evaluate_all(SEEN)  # type: ignore[no-any-return]


def run_again(sheet: Sheet, cell: int) -> str:
    """Run a cell that shows a view again and wait for the new one; return the one that it takes the place of."""
    old = view_ids(sheet)
    sheet.run_cell(cell)
    eventually(lambda: view_ids(sheet), lambda ids: len(ids) == len(old) and ids[cell] != old[cell])
    sheet.heatmap(cell)
    return old[cell]


def test_showing_a_heatmap_again_leaves_nothing_behind(workbench: Sheet, heatmap: Heatmap) -> None:
    assert workbench.page.evaluate(BOKEH) == [1, 2]
    workbench.kernel.run("again = h")
    workbench.run_cell(1)
    workbench.heatmap(1)
    gone = {run_again(workbench, 1) for _ in range(AGAIN)}
    assert workbench.page.evaluate(BOKEH) == [2, 4]
    eventually(lambda: living_roots(workbench.page), lambda living: not living & gone)
    workbench.heatmap(1).sharp()
    workbench.kernel.run("asked.clear()")
    heatmap.changes(lambda: heatmap.set(measure="size"))
    workbench.heatmap(1).sharp()
    eventually(
        lambda: workbench.kernel.value("sorted({one['view'] for one in asked})"),
        lambda ids: ids == sorted(map(str, view_ids(workbench))),
    )
    workbench.kernel.run("again = None")
    workbench.run_cell(1)
    eventually(lambda: len(view_ids(workbench)) == 1)
    eventually(lambda: workbench.page.evaluate(BOKEH) == [1, 2])
