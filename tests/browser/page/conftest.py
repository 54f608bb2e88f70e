"""The sample in one exported file, made once; each test opens it in a page of its own, without network and kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from liqwidget import LiqHeatmap
from tests.browser import contexts
from tests.browser.heatmap import FORGET, WATCHED
from tests.browser.page.own_kernel import OwnKernel, OwnPage, unmounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.heatmap import Heatmap

SIZE = {"width": 1600, "height": 1000}


@pytest.fixture(scope="session")
def source() -> LiqHeatmap:
    """Return the heatmap that was exported. Nobody changes it."""
    return LiqHeatmap("BTC", source="sample")


@pytest.fixture(scope="session")
def exported(source: LiqHeatmap, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file."""
    return source.to_html(tmp_path_factory.mktemp("export") / "btc.html")


@pytest.fixture(scope="session")
def unmounted_file(exported: Path) -> Path:
    """Return the file without the line that shows the widget."""
    path = exported.with_name("unmounted.html")
    path.write_text(unmounted(exported), encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """Return a page without a network."""
    with contexts.opened(browser, viewport=SIZE, offline=True) as context:
        page = context.new_page()
        contexts.listen(page, "page", complaints)
        yield page


@pytest.fixture
def heatmap(page: Page, unmounted_file: Path) -> Heatmap:
    """Return the sample's heatmap, drawn sharp, whose kernel is this process: nobody called back yet."""
    names: dict[str, Any] = {}
    exec(WATCHED, names)  # noqa: S102 - a cell
    heatmap = OwnPage(page, unmounted_file, OwnKernel(names["h"], names)).mounted()
    heatmap.sharp()
    heatmap.kernel.run(FORGET)
    return heatmap
