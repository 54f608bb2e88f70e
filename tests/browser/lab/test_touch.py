"""The picture by touch in JupyterLab: a finger moves it, and the notebook still scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.fingers import touch_screen
from tests.browser.heatmap import WATCHED
from tests.browser.lab.sheet import SIZE
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.fingers import Fingers
    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.sheet import Desk, Sheet

TOP = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"


@pytest.fixture(scope="module")
def workbench(desk: Desk) -> Iterator[Sheet]:
    """Return a notebook of its own: a page that has been touched does not forget it."""
    with desk.sheet("touch", WATCHED, "again", run=False) as sheet:
        sheet.run_cell(0)
        yield sheet
        sheet.page.close()


@pytest.fixture
def fingers(heatmap: Heatmap) -> Iterator[Fingers]:
    with touch_screen(heatmap.page) as fingers:
        yield fingers
        # What a tap has read out stays until a finger touches elsewhere.
        fingers.tap(heatmap.drawn().at(0.5, -0.1))


def test_one_finger_moves_the_picture(heatmap: Heatmap, fingers: Fingers) -> None:
    before = heatmap.drawn()
    fingers.drag(before.at(0.5, 0.5), before.at(0.3, 0.5))
    span = before.time[1] - before.time[0]
    shown = eventually(lambda: heatmap.trait("time_range"))
    after = heatmap.drawn()
    assert after.time[0] - before.time[0] == pytest.approx(0.2 * span, rel=0.15)
    assert after.time[1] - after.time[0] == pytest.approx(span)
    assert shown is not None


def test_up_and_down_scrolls_the_page(heatmap: Heatmap, fingers: Fingers) -> None:
    page = heatmap.page
    page.set_viewport_size({**SIZE, "height": 700})
    try:
        top = page.evaluate(TOP)
        before = heatmap.sharp()
        x, y = before.at(0.5, 0.1)
        fingers.drag((x, 660.0), (x, y))
        eventually(lambda: page.evaluate(TOP), lambda now: now > top + 50)
        after = heatmap.drawn()
        assert (after.time, after.price) == (before.time, before.price)
    finally:
        page.evaluate(f"{TOP} = {top}")
        page.set_viewport_size(SIZE)
