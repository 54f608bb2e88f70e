"""The picture by touch: a finger moves it, two zoom it, a tap or a rest reads out, and the page still scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WATCHED
from tests.browser.fingers import touch_screen
from tests.browser.test_selection import DOUBLE_CLICK_MS
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.fingers import Fingers
    from tests.browser.heatmap import Heatmap
    from tests.browser.sheet import Desk, Sheet

SMALLEST = 24
"""CSS pixels of a target: WCAG 2.2, success criterion 2.5.8."""
TARGETS = "button, select, input:not([type=checkbox]), .liq-check-label, .liq-row"
SMALL = """(root, [targets, least]) => {
  const seen = [...root.querySelectorAll(targets)].filter((one) => one.checkVisibility())
  const sizes = seen.map((one) => [one.ariaLabel || one.textContent || one.name, one.clientWidth, one.clientHeight])
  return sizes.filter(([, width, height]) => width < least || height < least)
}"""
TOP = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"


@pytest.fixture(scope="module")
def workbench(desk: Desk) -> Iterator[Sheet]:
    """Return a notebook of its own: a page that has been touched does not forget it."""
    with desk.sheet("touch", WATCHED, "again", run=False) as sheet:
        sheet.run_cell(0)
        yield sheet


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


def test_two_fingers_zoom_about_their_middle_and_move(heatmap: Heatmap, fingers: Fingers) -> None:
    before = heatmap.drawn()
    (x, y), half = before.at(0.4, 0.5), 50.0
    fingers.pinch(((x - half, y), (x + half, y)), ((x - 2 * half, y), (x + 2 * half, y)))
    after = heatmap.drawn()
    for old, new, middle in ((before.time, after.time, 0.4), (before.price, after.price, 0.5)):
        assert new[1] - new[0] == pytest.approx((old[1] - old[0]) / 2, rel=0.02)
        at = old[0] + middle * (old[1] - old[0])
        assert new[0] + middle * (new[1] - new[0]) == pytest.approx(at, abs=0.02 * (old[1] - old[0]))
    eventually(lambda: heatmap.trait("price_range"), lambda found: found == pytest.approx(after.price))
    far = 60.0
    fingers.pinch(((x - half, y), (x + half, y)), ((x - half + far, y), (x + half + far, y)))
    moved = heatmap.drawn()
    assert after.time[0] - moved.time[0] == pytest.approx(far * after.pixel[0], rel=0.02)
    assert moved.time[1] - moved.time[0] == pytest.approx(after.time[1] - after.time[0])


def test_up_and_down_scrolls_the_page(heatmap: Heatmap, fingers: Fingers) -> None:
    page = heatmap.page
    page.set_viewport_size({"width": 1600, "height": 700})
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
        page.set_viewport_size({"width": 1600, "height": 1000})


def test_a_tap_reads_out_and_ticks_a_cluster(heatmap: Heatmap, fingers: Fingers) -> None:
    drawn = heatmap.drawn()
    fingers.tap(drawn.at(0.5, 0.15))
    expect(heatmap.root.locator(".liq-cell-side")).to_have_text("short")
    expect(heatmap.root.locator(".liq-cell-size")).to_contain_text("est.")
    found = heatmap.kernel.value("[[c.id, c.peak_price] for c in h.clusters]")
    tapped = heatmap.page.evaluate("performance.now()")
    heatmap.page.wait_for_function(f"performance.now() > {tapped + DOUBLE_CLICK_MS}")
    name, peak = next(one for one in found if drawn.price[0] < one[1] < drawn.price[1])
    fingers.tap(drawn.point(drawn.time[1] - 5 * drawn.pixel[0], peak))
    eventually(lambda: heatmap.kernel.value("[c.id for c in h.selected_clusters]"), lambda ids: ids == [name])
    fingers.tap((drawn.frame["x"], drawn.frame["y"] - 20))
    expect(heatmap.root.locator(".liq-hint")).to_be_visible()
    heatmap.kernel.run("h.selected_clusters = ()")


def test_a_finger_that_rests_reads_out_and_moves_the_crosshair_alone(heatmap: Heatmap, fingers: Fingers) -> None:
    before = heatmap.drawn()
    price = heatmap.root.locator(".liq-cell-price")
    fingers.down(before.at(0.5, 0.2))
    expect(price).to_be_visible()
    first = price.inner_text()
    fingers.move(before.at(0.5, 0.4))
    eventually(price.inner_text, lambda now: now != first)
    fingers.up()
    assert settled(heatmap.drawn).price == before.price
    assert heatmap.drawn().time == before.time


def test_a_finger_draws_the_box(heatmap: Heatmap, fingers: Fingers) -> None:
    heatmap.button("Drag mode", "select").click()
    drawn = heatmap.drawn()
    fingers.drag(drawn.at(0.3, 0.2), drawn.at(0.5, 0.8))
    low, high = eventually(lambda: heatmap.kernel.value("list(h.selection.price) if h.selection else None"))
    top, span = drawn.price[1], drawn.price[1] - drawn.price[0]
    assert (low, high) == pytest.approx((top - 0.8 * span, top - 0.2 * span), abs=0.05 * span)


@pytest.mark.usefixtures("fingers")
def test_targets_are_large_enough_for_a_finger(heatmap: Heatmap) -> None:
    assert heatmap.page.evaluate("matchMedia('(pointer: coarse)').matches")
    heatmap.options(shown=True)
    assert heatmap.root.evaluate(SMALL, [TARGETS, SMALLEST]) == []
    heatmap.options(shown=False)
