"""One JupyterLab and one Chromium for all browser tests; no page may complain in any of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.browser.lab import ROOT, Lab, running_lab
from tests.browser.sheet import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="session")
def desk(lab: Lab, browser: Browser) -> Iterator[Desk]:
    """Return where notebooks are opened: one browser context, so that JupyterLab's files are fetched once."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(30_000)
    yield Desk(lab, context)
    context.close()


@pytest.fixture(autouse=True)
def no_complaints(desk: Desk) -> Iterator[None]:
    """Fail the test during which a page logged an error or a warning, or let an exception through."""
    desk.complaints.clear()
    yield
    assert desk.complaints == []


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return the folder, outside git, that keeps the screenshots."""
    folder = ROOT / "artefacts" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
