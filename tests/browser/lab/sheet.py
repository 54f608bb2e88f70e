"""A notebook open in JupyterLab, in a browser, with a second connection to its kernel."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests import waiting
from tests.browser import contexts
from tests.browser.heatmap import Heatmap
from tests.browser.lab.server import FORKED, ROOT
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize

    from tests.browser.lab.server import Kernel, Lab

SIZE: ViewportSize = {"width": 1200, "height": 1300}
"""A heatmap and its controls in sight: Chromium paints what is larger more slowly."""
SAMPLE = 'from liqwidget import LiqHeatmap\nh = LiqHeatmap("BTC", source="sample")\nh'
QUICKSTART = ROOT / "notebooks" / "01_quickstart.ipynb"
OPEN = """async ([path, url]) => {
  history.replaceState(null, "", url)
  const opened = await jupyterapp.commands.execute("docmanager:open", { path, factory: "Notebook" })
  await opened.sessionContext.ready
}"""
"""Opens a notebook in a JupyterLab that is loaded; reloaded, it opens it again."""
THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })"
CLOSE = """() => {
  for (const opened of [...jupyterapp.shell.widgets("main")]) {
    if (opened.context) opened.context.model.dirty = false
    opened.close()
  }
}"""
"""Closes what is open; nobody is asked whether it was saved."""


def quickstart() -> tuple[str, ...]:
    """Return the code cells of the quickstart."""
    cells = json.loads(QUICKSTART.read_text(encoding="utf-8"))["cells"]
    return tuple("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


@dataclass
class Sheet:
    """One notebook on one page."""

    page: Page
    kernel: Kernel
    name: str

    def heatmap(self, index: int = 0, name: str = "h") -> Heatmap:
        """Return the heatmap that stands n-th on the page, once it is painted."""
        # A page behind another one is drawn about once a second.
        self.page.bring_to_front()
        heatmap = Heatmap(self.page, self.page.locator(".liq-root").nth(index), self.kernel, name)
        eventually(heatmap.under_way, lambda way: way[0], interval_s=0.1)
        return heatmap

    def run_all(self) -> None:
        """Run all cells by the menu."""
        self.menu("Run", "Run All Cells")

    def menu(self, *labels: str) -> None:
        """Choose from the menu bar."""
        bar, *items = labels
        self.page.locator(".lm-MenuBar-item", has_text=bar).click()
        for label in items:
            self.page.locator(".lm-Menu-item").get_by_text(label, exact=True).click()

    def cell(self, index: int) -> Locator:
        """Return a code cell."""
        return self.page.locator(".jp-CodeCell").nth(index)

    def output(self, index: int) -> Locator:
        """Return what a cell put out."""
        return self.cell(index).locator(".jp-OutputArea-output")

    def run_cell(self, index: int) -> None:
        """Run one cell by its keys."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    def theme(self, name: str) -> None:
        """Switch JupyterLab's theme to 'light' or 'dark', as its menu does, while all is open."""
        self.page.evaluate(THEME, f"JupyterLab {name.title()}")
        self.page.locator(f'body[data-jp-theme-light="{str(name == "light").lower()}"]').wait_for(state="attached")

    def idle(self) -> None:
        """Wait until the kernel is ready, as JupyterLab sees it."""
        self.page.get_by_text("| Idle").wait_for()


@dataclass
class Desk:
    """Where notebooks are opened; collects what pages complain about."""

    lab: Lab
    context: BrowserContext
    complaints: list[str]
    loaded: list[Page] = field(default_factory=list)
    """Pages with a JupyterLab in which nothing is open: to load one takes longer than most tests."""

    @contextmanager
    def sheet(
        self, name: str, *cells: str, run: bool = True, fresh: bool = False, kernel: str = FORKED
    ) -> Iterator[Sheet]:
        """Open a new notebook, and run it; `fresh`: on a page that nothing has run in before; `kernel`: its name."""
        book = f"{name}.ipynb"
        self.lab.write(book, cells)
        with self.lab.kernel(book, kernel) as started, self.page(book, fresh=fresh) as page:
            sheet = Sheet(page, started, book)
            sheet.idle()
            if run:
                sheet.run_all()
            yield sheet

    @contextmanager
    def page(self, book: str, workspace: str = "", *, fresh: bool = False) -> Iterator[Page]:
        """Open a notebook in a workspace of its own, with the side bar closed."""
        url = self.lab.url(book, workspace or book.split(".", maxsplit=1)[0])
        page = self._load(url) if fresh or not self.loaded else self.loaded.pop()
        failures = waiting.failures()
        try:
            page.bring_to_front()
            page.evaluate(OPEN, [book, url])
            page.locator(".jp-Notebook").wait_for()
            yield page
        except BaseException:
            page.close()
            raise
        if waiting.failures() > failures:
            page.close()
        elif not page.is_closed():
            page.evaluate(CLOSE)
            page.set_viewport_size(SIZE)
            self.loaded.append(page)

    def _load(self, url: str) -> Page:
        page = self.context.new_page()
        self.listen(page, "lab")
        page.goto(url)
        page.locator(".jp-Notebook").wait_for()
        # A workspace that was open before may have it closed already.
        page.evaluate("jupyterapp.restored.then(() => jupyterapp.shell.collapseLeft())")
        page.locator("#jp-left-stack").wait_for(state="hidden")
        return page

    def listen(self, page: Page, name: str) -> None:
        """Keep the errors and warnings of a page."""
        contexts.listen(page, name, self.complaints)
