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

    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.browser.heatmap import Heatmap

SIZE: ViewportSize = {"width": 1600, "height": 1000}


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


@pytest.fixture(scope="module")
def own_page(browser: Browser, complaints: list[str], unmounted_file: Path) -> Iterator[OwnPage]:
    """Return a page without a network for the heatmaps of a file's tests: it loads BokehJS once."""
    with contexts.opened(browser, viewport=SIZE, offline=True) as context:
        page = context.new_page()
        contexts.listen(page, "own", complaints)
        yield OwnPage(page, unmounted_file)


@pytest.fixture
def heatmap(own_page: OwnPage) -> Heatmap:
    """Return a new heatmap of the sample, drawn sharp, whose kernel is this process: nobody called back yet."""
    own_page.page.set_viewport_size(SIZE)
    own_page.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    names: dict[str, Any] = {}
    exec(WATCHED, names)  # noqa: S102 - a cell
    heatmap = own_page.mounted(OwnKernel(names["h"], names))
    heatmap.sharp()
    heatmap.kernel.run(FORGET)
    return heatmap
