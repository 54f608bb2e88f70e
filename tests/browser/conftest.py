"""One Chromium for all browser tests of a process; no page may complain in any of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import chromium
from tests.waiting import patience_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("benchmark") is None:
            item.add_marker(pytest.mark.browser)
            item.add_marker(item.path.parent.name)


@pytest.fixture(scope="session")
def playwright(chromium_path: Path) -> Iterator[Playwright]:
    """Return the one Playwright of a process, which takes no second; a Chromium was looked for by one before."""
    del chromium_path
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: Path, pytestconfig: pytest.Config) -> Iterator[Browser]:
    quick = [chromium.SHORT_LIVED] if pytestconfig.getoption("benchmark_disable") else []
    browser = playwright.chromium.launch(executable_path=chromium_path, args=[*chromium.FLAGS, *quick], timeout=0)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def complaints() -> list[str]:
    """Return the list of errors and warnings that pages have logged since the test began."""
    return []


@pytest.fixture(autouse=True)
def patience() -> None:
    """Let Playwright wait as long as the tests do."""
    expect.set_options(timeout=1000 * patience_s())


@pytest.fixture(autouse=True)
def no_complaints(complaints: list[str]) -> Iterator[None]:
    """Fail the test during which a page logged an error or a warning, or let an exception through."""
    complaints.clear()
    yield
    assert complaints == []


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return the folder, outside git, that keeps the screenshots."""
    folder = HERE.parents[1] / "artefacts" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
