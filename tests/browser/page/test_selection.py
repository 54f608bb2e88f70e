"""A box drawn and a cluster clicked are Python objects; Python moves the picture in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.controls import check_dragged_box
from tests.browser.heatmap import DOUBLE_CLICK_MS, changed_share
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

IDS = "[cluster.id for cluster in h.selected_clusters]"


def test_a_box_dragged_up_and_to_the_left(heatmap: Heatmap) -> None:
    check_dragged_box(heatmap, (0.8, 0.85), (0.6, 0.1))


def test_python_draws_and_removes_the_box(heatmap: Heatmap) -> None:
    drawn = heatmap.drawn()
    third = (drawn.price[1] - drawn.price[0]) / 3
    price = drawn.price[0] + third, drawn.price[1] - third
    time = [part * 1e6 for part in (drawn.time[0], (drawn.time[0] + drawn.time[1]) / 2)]
    before = heatmap.steady_picture()
    heatmap.changes(lambda: heatmap.kernel.run(f"h.select(price={price}, time=({time[0]:.0f}, {time[1]:.0f}))"))
    after = heatmap.steady_picture()
    height, width = after.shape[:2]
    inside = slice(height // 3 + 3, 2 * height // 3 - 3), slice(3, width // 2 - 3)
    outside = slice(3, height // 3 - 3), slice(3, width)
    assert changed_share(before[inside], after[inside]) > 0.5
    assert changed_share(before[outside], after[outside]) < 0.001
    assert heatmap.kernel.value("[boxes, seen]") == [[True], [True]]
    heatmap.changes(lambda: heatmap.kernel.run("h.clear_selection()"))
    assert changed_share(before, heatmap.steady_picture()) < 0.001
    assert heatmap.kernel.value("[boxes, seen, h.selection is None]") == [[True, False], [True, False], True]


def test_a_callback_that_was_stopped_is_not_called(heatmap: Heatmap) -> None:
    heatmap.kernel.run("more = []; end = h.on_select(lambda selection: more.append(1))")
    price = "price=h._display.session.fitted(h._settings(), h._display.session.window(h._settings()))"
    heatmap.kernel.run(f"h.select({price}); end(); h.clear_selection()")
    assert heatmap.kernel.value("[more, boxes]") == [[1], [True, False]]


def test_a_click_on_the_map_selects_a_cluster(heatmap: Heatmap) -> None:
    cluster = heatmap.kernel.value("[[c.id, c.peak_price] for c in h.clusters]")
    drawn = heatmap.drawn()
    name, peak = next(one for one in cluster if drawn.price[0] < one[1] < drawn.price[1])
    x, y = drawn.point(drawn.time[1] - 5 * drawn.pixel[0], peak)
    heatmap.changes(lambda: heatmap.page.mouse.click(x, y))
    clicked = heatmap.page.evaluate("performance.now()")
    eventually(lambda: heatmap.kernel.value(IDS), lambda ids: ids == [name])
    eventually(heatmap.ticked, lambda ticked: ticked == [name])
    heatmap.page.wait_for_function(f"performance.now() > {clicked + DOUBLE_CLICK_MS}")
    heatmap.page.mouse.click(x, y)
    eventually(lambda: heatmap.kernel.value(IDS), lambda ids: ids == [])
    assert settled(lambda: heatmap.kernel.value("ticks")) == [[name], []]


def test_python_ticks_the_list(heatmap: Heatmap) -> None:
    ids = heatmap.kernel.value("[cluster.id for cluster in h.clusters[:2]]")
    heatmap.changes(lambda: heatmap.kernel.run("h.selected_clusters = h.clusters[:2]"))
    eventually(heatmap.ticked, lambda ticked: sorted(ticked) == sorted(ids))
    expect(heatmap.cluster_boxes().nth(0)).to_be_checked()
    heatmap.changes(lambda: heatmap.kernel.run("h.selected_clusters = ()"))
    eventually(heatmap.ticked, lambda ticked: ticked == [])
    assert heatmap.kernel.value("ticks") == [ids, []]
