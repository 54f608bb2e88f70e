"""A box drawn, a cluster clicked or ticked is a Python object; Python moves the picture in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.heatmap import DOUBLE_CLICK_MS, changed_share
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from tests.browser.heatmap import Drawn, Heatmap

IDS = "[cluster.id for cluster in h.selected_clusters]"


def in_kernel(heatmap: Heatmap) -> list[float]:
    """Return the selection in the kernel: from, to [ms], low, high; empty without one."""
    return heatmap.kernel.value(  # type: ignore[no-any-return]
        "[*(part.value / 1e6 for part in h.selection.time), *h.selection.price] if h.selection else []"
    )


def close(drawn: Drawn, found: list[float], expected: list[float]) -> bool:
    """Tell whether two boxes differ by a pixel at most."""
    sizes = [drawn.pixel[0]] * 2 + [drawn.pixel[1]] * 2
    parts = zip(found, expected, sizes, strict=False)
    return len(found) == len(expected) and all(abs(one - other) <= 1.01 * size for one, other, size in parts)


@pytest.mark.parametrize(("start", "end"), [((0.25, 0.3), (0.55, 0.7)), ((0.8, 0.85), (0.6, 0.1))])
def test_a_dragged_box(heatmap: Heatmap, start: tuple[float, float], end: tuple[float, float]) -> None:
    heatmap.button("Drag mode", "select").click()
    drawn = heatmap.drawn()
    heatmap.changes(lambda: heatmap.drag(drawn.at(*start), drawn.at(*end)))
    width, height = drawn.time[1] - drawn.time[0], drawn.price[1] - drawn.price[0]
    left, right, top, bottom = sorted((start[0], end[0])) + sorted((start[1], end[1]))
    expected = [
        drawn.time[0] + left * width,
        drawn.time[0] + right * width,
        drawn.price[1] - bottom * height,
        drawn.price[1] - top * height,
    ]
    found = eventually(lambda: in_kernel(heatmap))
    assert close(drawn, found, expected), (found, expected)
    box = heatmap.drawn().selection
    assert box is not None
    assert close(drawn, [*box["time"], *box["price"]], expected)
    assert settled(lambda: heatmap.kernel.value("[boxes, seen]")) == [[True], [True]]
    assert heatmap.kernel.value("list(h.selection.to_frame().columns)")[0] == "side"
    assert heatmap.kernel.value("h.selection.long_size + h.selection.short_size > 0")
    inside = heatmap.kernel.value("[[c.id, c.peak_price] for c in h.clusters]")
    expected_ids = [one for one, peak in inside if found[2] <= peak <= found[3]]
    assert heatmap.kernel.value("[cluster.id for cluster in h.selection.clusters]") == expected_ids


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


def test_a_tick_in_the_list_selects_a_cluster(heatmap: Heatmap) -> None:
    rows = heatmap.root.locator(".liq-row")
    first, second = (str(rows.nth(number).get_attribute("data-id")) for number in (0, 1))
    heatmap.changes(lambda: heatmap.cluster_boxes().nth(0).click())
    eventually(lambda: heatmap.kernel.value(IDS), lambda ids: ids == [first])
    rows.nth(1).locator(".liq-side").click()
    eventually(lambda: heatmap.kernel.value(IDS), lambda ids: ids == [first, second])
    expect(heatmap.root.locator(".liq-count")).to_contain_text("2 of")
    heatmap.cluster_boxes().nth(0).click()
    eventually(lambda: heatmap.kernel.value(IDS), lambda ids: ids == [second])
    assert settled(lambda: heatmap.kernel.value("ticks")) == [[first], [first, second], [second]]


def test_the_list_by_keyboard(heatmap: Heatmap) -> None:
    boxes = heatmap.cluster_boxes()
    ids = heatmap.listed()
    boxes.nth(0).focus()
    heatmap.page.keyboard.press("Tab")
    expect(boxes.nth(1)).to_be_focused()
    heatmap.page.keyboard.press("Space")
    eventually(lambda: heatmap.kernel.value(IDS), lambda found: found == [ids[1]])
    expect(boxes.nth(1)).to_be_checked()
    expect(boxes.nth(1)).to_be_focused()
    heatmap.page.keyboard.press("Space")
    eventually(lambda: heatmap.kernel.value(IDS), lambda found: found == [])
    assert settled(lambda: heatmap.kernel.value("ticks")) == [[ids[1]], []]


def test_python_ticks_the_list(heatmap: Heatmap) -> None:
    ids = heatmap.kernel.value("[cluster.id for cluster in h.clusters[:2]]")
    heatmap.changes(lambda: heatmap.kernel.run("h.selected_clusters = h.clusters[:2]"))
    eventually(heatmap.ticked, lambda ticked: sorted(ticked) == sorted(ids))
    expect(heatmap.cluster_boxes().nth(0)).to_be_checked()
    heatmap.changes(lambda: heatmap.kernel.run("h.selected_clusters = ()"))
    eventually(heatmap.ticked, lambda ticked: ticked == [])
    assert heatmap.kernel.value("ticks") == [ids, []]
