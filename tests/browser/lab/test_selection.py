"""A box drawn, a cluster ticked by mouse or key in JupyterLab is a Python object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.controls import check_dragged_box
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

IDS = "[cluster.id for cluster in h.selected_clusters]"


def test_a_dragged_box(heatmap: Heatmap) -> None:
    check_dragged_box(heatmap, (0.25, 0.3), (0.55, 0.7))


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
