"""The sample in one exported file, made once; each test opens it in a page of its own, without network and kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from liqwidget import LiqHeatmap
from liqwidget.widget import export
from liqwidget.widget.names import shared_names
from liqwidget.widget.view import HeatmapWidget
from tests import waiting
from tests.browser import contexts
from tests.browser.heatmap import FORGET, WATCHED
from tests.browser.page.own_kernel import OwnKernel, OwnPage, unmounted
from tests.browser.settings import public

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.browser.heatmap import Heatmap

SIZE: ViewportSize = {"width": 1200, "height": 800}
HOSTILE = "<img src=x onerror=hacked=1></script><script>hacked=1</script>&amp;"
TITLE = f"</title>{HOSTILE}"
PUBLIC = [*public(), "prior"]
SHARED = [name for name in shared_names(HeatmapWidget) if name != "_cluster_ranges"]
"""What the page is told; ranges come in a time of their own."""
BACK = """
def put_back():
    h.clear_selection()
    for name, value in start.items(): setattr(h, name, value)
    h._error = ''
    if any(getattr(h, name) != value for name, value in whole.items()): h._refresh()
    return {"Drag mode": "pan", "Side": h.side, "Window": h.window, "Measure": h.measure}

def others():
    found = [name for name, value in start.items() if getattr(h, name) != value]
    if not found:
        %s
    return found
"""
"""Each of them is one question to the kernel, as every test begins with them: what the rows show then, and what is
another still; where nothing is, what was heard is forgotten."""


@pytest.fixture(scope="session")
def source() -> LiqHeatmap:
    """Return the heatmap that was exported. Nobody changes it."""
    return LiqHeatmap("BTC", source="sample")


@pytest.fixture(scope="session")
def exported(source: LiqHeatmap, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file, whose title is as bad as a title can be."""
    return source.to_html(tmp_path_factory.mktemp("export") / "btc.html", title=TITLE)


@pytest.fixture(scope="session")
def unmounted_file(source: LiqHeatmap, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that shows the widget when it is told to; it holds one picture, as its kernel has all others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "stored_frames", lambda session, settings, *_, **__: [session.base_frame(settings)])
        file = source.to_html(tmp_path_factory.mktemp("own") / "unmounted.html")
    file.write_text(unmounted(file), encoding="utf-8")
    return file


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """Return a page without a network."""
    with contexts.opened(browser, viewport=SIZE, offline=True) as context:
        page = context.new_page()
        contexts.listen(page, "page", complaints)
        yield page


@pytest.fixture(scope="session")
def own_page(browser: Browser, complaints: list[str], unmounted_file: Path) -> Iterator[OwnPage]:
    """Return a page without a network for the heatmaps of all tests: it loads BokehJS once."""
    with contexts.opened(browser, viewport=SIZE, offline=True) as context:
        page = context.new_page()
        contexts.listen(page, "own", complaints)
        yield OwnPage(page, unmounted_file)


@pytest.fixture(scope="session")
def kept() -> list[Heatmap]:
    """Return the heatmap that the test before has left, if it went well: to mount one takes longer than most tests."""
    return []


@pytest.fixture
def heatmap(own_page: OwnPage, kept: list[Heatmap]) -> Iterator[Heatmap]:
    """Return a heatmap of the sample as it starts, drawn sharp, nobody called back yet; its kernel is this process."""
    heatmap = at_start(kept.pop()) if kept else mounted(own_page)
    failures = waiting.failures()
    yield heatmap
    if waiting.failures() == failures:
        kept.append(heatmap)


@pytest.fixture
def emptied(own_page: OwnPage, kept: list[Heatmap]) -> OwnPage:
    """Return the page for a test that shows something else in it."""
    kept.clear()
    plain(own_page.page)
    return own_page


def mounted(own_page: OwnPage) -> Heatmap:
    """Mount a new heatmap in place of what was there."""
    plain(own_page.page)
    names: dict[str, Any] = {}
    exec(WATCHED, names)  # noqa: S102 - a cell
    exec(BACK % FORGET, names)  # noqa: S102 - a cell
    names["start"], names["whole"] = ({name: getattr(names["h"], name) for name in part} for part in (PUBLIC, SHARED))
    heatmap = own_page.mounted(OwnKernel(names["h"], names))
    heatmap.sharp()
    heatmap.kernel.run(FORGET)
    return heatmap


PLAIN = """async () => {
  if (document.fullscreenElement) await document.exitFullscreen()
  document.activeElement.blur()
  // A picture that was clicked into has the wheel until a click elsewhere.
  document.documentElement.dispatchEvent(new PointerEvent("pointerdown"))
  getSelection().removeAllRanges()
  scrollTo(0, 0)
  const themed = (one) => matchMedia(`(prefers-${one})`).matches
  return [innerWidth, innerHeight, themed("color-scheme: light") && themed("reduced-motion: no-preference")]
}"""


def plain(page: Page) -> None:
    """Give a page the size and the theme that tests begin with; nothing is focused, selected or scrolled."""
    if page.viewport_size != SIZE:
        page.set_viewport_size(SIZE)
    *_, themed = waiting.eventually(lambda: page.evaluate(PLAIN), lambda now: now[:2] == [*SIZE.values()])
    if not themed:
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def at_start(heatmap: Heatmap) -> Heatmap:
    """Put a heatmap back to where it started."""
    heatmap.options(shown=False)
    plain(heatmap.page)
    # A gesture may tell of its end a moment after the test that made it: then it is put back once more.
    waiting.eventually(lambda: put_back(heatmap), lambda others: others == [])
    return heatmap


def put_back(heatmap: Heatmap) -> list[str]:
    """Set every trait to what it was at the start; return those that are another once all is drawn."""
    wanted = heatmap.kernel.value("put_back()")

    def found() -> dict[str, str | None]:
        choices = heatmap.choices()
        if choices.get("Drag mode") != wanted["Drag mode"]:
            heatmap.button("Drag mode", wanted["Drag mode"]).click()
        return {label: choices.get(label) for label in wanted}

    waiting.eventually(found, lambda found: found == wanted)
    heatmap.sharp()
    others: list[str] = heatmap.kernel.value("others()")
    return others
