"""The quickstart's first cell in JupyterLab, and the file that it writes, in WebKitGTK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.heatmap import changed_share
from tests.browser.lab.server import running_lab
from tests.browser.lab.sheet import SAMPLE
from tests.browser.places import webkit
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.places.webkit import WebKit

BOOK = "webkit.ipynb"
SELECTED = "list(h.selection.price) if h.selection else None"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[WebKit]:
    """Return a page of WebKitGTK."""
    missing = webkit.lacks()
    if missing:
        pytest.skip(
            f"Expected WebKitGTK and its driver, found no {', '.join(missing)} (Debian: webkit2gtk-driver, xvfb)"
        )
    with webkit.running(tmp_path) as page:
        yield page


def test_the_lab_and_the_file(page: WebKit, tmp_path: Path) -> None:
    with running_lab(tmp_path / "lab") as lab:
        lab.write(BOOK, (SAMPLE,))
        with lab.kernel(BOOK) as kernel:
            page.tell("/url", {"url": lab.url(BOOK, "webkit")})
            eventually(lambda: page.value("document.body.innerText.includes('| Idle')"))
            page.click(".jp-CodeCell .cm-content")
            page.keys(webkit.CONTROL, "\ue007")
            eventually(page.painted)
            paints_and_zooms(page)
            # Python has made a picture of these very prices.
            eventually(page.drawn, lambda drawn: drawn["heat"]["price"] == drawn["price"])
            page.click('[aria-label="Side"] [data-value="short"]')
            eventually(lambda: kernel.value("h.side"), lambda side: side == "short")
            kernel.run("h.side = 'both'")
            page.click('[aria-label="Drag mode"] [data-value="select"]')
            drawn = page.drawn()
            left, top, width, height = (drawn["frame"][name] for name in ("x", "y", "width", "height"))
            page.drag((left + 0.3 * width, top + 0.2 * height), (left + 0.6 * width, top + 0.8 * height))
            low, high = eventually(lambda: kernel.value(SELECTED))
            span = drawn["price"][1] - drawn["price"][0]
            pixel = span / height
            assert low == pytest.approx(drawn["price"][0] + 0.2 * span, abs=3 * pixel)
            assert high == pytest.approx(drawn["price"][1] - 0.2 * span, abs=3 * pixel)
            kernel.run("h.clear_selection(); h.to_html('btc.html')")
        page.tell("/url", {"url": (lab.folder / "btc.html").as_uri()})
        eventually(page.painted)
        paints_and_zooms(page)
        page.click(".liq-row input")
        eventually(lambda: page.value("document.querySelectorAll('.liq-row.liq-selected').length"))


def paints_and_zooms(page: WebKit) -> None:
    """Hold a picture against itself without heat, and let the wheel go closer."""
    assert changed_share(page.steady_picture(), page.without("liq-heat-image")) > 0.1
    home = page.drawn()["time"]
    page.wheel(0.05, 0.9, -600)
    eventually(page.drawn, lambda drawn: drawn["time"][1] - drawn["time"][0] < 0.5 * (home[1] - home[0]))
