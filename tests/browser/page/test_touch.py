"""The picture by touch: two fingers zoom it, a tap or a rest reads out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.fingers import touch_screen
from tests.browser.heatmap import DOUBLE_CLICK_MS
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.fingers import Fingers
    from tests.browser.heatmap import Heatmap

SMALLEST = 24
"""CSS pixels of a target: WCAG 2.2, success criterion 2.5.8."""
TARGETS = "button, select, input:not([type=checkbox]), .liq-check-label, .liq-row"
SMALL = """(root, [targets, least]) => {
  const seen = [...root.querySelectorAll(targets)].filter((one) => one.checkVisibility())
  const sizes = seen.map((one) => [one.ariaLabel || one.textContent || one.name, one.clientWidth, one.clientHeight])
  return sizes.filter(([, width, height]) => width < least || height < least)
}"""


@pytest.fixture
def fingers(heatmap: Heatmap) -> Iterator[Fingers]:
    with touch_screen(heatmap.page) as fingers:
        yield fingers
        # What a tap has read out stays until a finger touches elsewhere.
        fingers.tap(heatmap.drawn().at(0.5, -0.1))


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
    assert heatmap.steady().price == before.price
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
    assert heatmap.evaluate(SMALL, [TARGETS, SMALLEST]) == []
    heatmap.options(shown=False)
