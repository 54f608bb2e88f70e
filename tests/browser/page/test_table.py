"""The table of clusters: it says what the kernel found, sorts, lights up with the map, and holds thousands of rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.heatmap import Heatmap

MANY = """
first = h._clusters[0]
step = (first["price_high"] - first["price_low"]) / 5000
h._clusters = [
    {**first, "id": f"many-{n}", "price_low": first["price_low"] + n * step, "size": first["size"] / (n + 1),
     "price_high": first["price_low"] + (n + 1) * step, "expected_size": first["expected_size"] / (n + 1)}
    for n in range(5000)
]
"""
TOLD = "h._clusters = [{**one, 'persistence': 0.5, 'venues_agreeing': 3, 'agreement': 0.75} for one in h._clusters]"


def head(heatmap: Heatmap, name: str) -> Locator:
    """Return a heading of the table."""
    return heatmap.root.locator(f'th[data-field="{name}"]')


def sort(heatmap: Heatmap, name: str, key: str | None = None) -> None:
    """Sort by a heading, by mouse or by a key."""
    button = head(heatmap, name).locator("button")
    if key is None:
        button.click()
    else:
        button.focus()
        button.press(key)


def column(heatmap: Heatmap, name: str) -> list[str]:
    """Return the texts of a column, top to bottom."""
    return heatmap.root.locator(f"tbody .liq-col-{name}").all_inner_texts()


def test_the_table_says_what_the_kernel_found(heatmap: Heatmap) -> None:
    found = heatmap.kernel.value(
        "[[c.id, c.side.label, c.price_low, c.price_high, c.distance_pct] for c in h.clusters]"
    )
    assert heatmap.listed() == [one[0] for one in found]
    assert column(heatmap, "side") == [one[1] for one in found]
    for text, (_, _, low, high, _) in zip(column(heatmap, "range"), found, strict=True):
        first, last = (float(part.replace(",", "")) for part in re.findall(r"[\d,.]+", text))
        assert (first, last) == pytest.approx((low, high), rel=1e-4)
    for text, one in zip(column(heatmap, "to_peak"), found, strict=True):
        size = float(re.findall(r"[\d.]+", text)[0])
        assert (size if text[0] == "+" else -size) == pytest.approx(one[4], abs=0.051)
    shown = heatmap.root.locator(".liq-count").inner_text()
    assert shown == str(len(found))


@pytest.mark.parametrize("key", [None, "Enter", "Space"])
def test_a_heading_sorts(heatmap: Heatmap, key: str | None) -> None:
    expect(head(heatmap, "heat")).to_have_attribute("aria-sort", "descending")
    by_age = heatmap.kernel.value("[c.id for c in sorted(h.clusters, key=lambda c: c.age)]")
    sort(heatmap, "age", key)
    expect(head(heatmap, "age")).to_have_attribute("aria-sort", "descending")
    eventually(lambda: heatmap.listed()[0], lambda first: first == by_age[-1])
    sort(heatmap, "age", key)
    expect(head(heatmap, "age")).to_have_attribute("aria-sort", "ascending")
    eventually(lambda: heatmap.listed()[0], lambda first: first == by_age[0])
    if key:
        expect(head(heatmap, "age").locator("button")).to_be_focused()
    sort(heatmap, "heat")


def test_row_and_map_light_each_other_up(heatmap: Heatmap) -> None:
    # All of it is in sight: a screenshot would scroll the row from under the mouse.
    heatmap.page.set_viewport_size({"width": 1280, "height": 1400})
    before = heatmap.steady_picture()
    drawn = heatmap.drawn()
    rows = heatmap.root.locator(".liq-row")
    rows.first.hover()
    eventually(lambda: (heatmap.picture() != before).any(axis=-1).mean(), lambda share: share > 0.02)
    found = heatmap.kernel.value("[[c.id, c.peak_price] for c in h.clusters]")
    name, peak = next(one for one in found if drawn.price[0] < one[1] < drawn.price[1])
    heatmap.page.mouse.move(*drawn.point(drawn.time[1] - 5 * drawn.pixel[0], peak))
    expect(heatmap.root.locator(".liq-row.liq-hovered")).to_have_attribute("data-id", name)


@pytest.mark.slow
def test_thousands_of_rows(heatmap: Heatmap) -> None:
    heatmap.kernel.run(MANY)
    expect(heatmap.root.locator(".liq-count")).to_have_text("5,000")
    rows = heatmap.root.locator(".liq-row")
    assert rows.count() <= 200
    eventually(lambda: heatmap.listed()[0], lambda first: first == "many-0")
    assert heatmap.root.locator(".liq-table").get_attribute("aria-rowcount") == "5001"
    assert heatmap.root.locator("*").count() < 9000
    heatmap.root.locator(".liq-scroll").evaluate("node => { node.scrollTop = node.scrollHeight }")
    eventually(lambda: heatmap.listed()[-1], lambda last: last == "many-4999")
    place = heatmap.root.locator(".liq-scroll").bounding_box()
    assert place is not None
    ends = place["y"], place["y"] + place["height"] + 1
    eventually(
        rows.last.bounding_box,
        lambda last: last is not None and ends[0] < last["y"] < last["y"] + last["height"] <= ends[1],
    )
    assert rows.count() <= 200
    rows.last.locator("input").focus()
    heatmap.page.keyboard.press("Shift+Tab")
    expect(rows.nth(-2).locator("input")).to_be_focused()
    for _ in range(2):
        sort(heatmap, "expected")
    eventually(lambda: heatmap.listed()[0], lambda first: first == "many-4999")
    sort(heatmap, "heat")


def test_columns_that_the_kernel_tells_and_all_of_them(heatmap: Heatmap) -> None:
    assert head(heatmap, "persistence").count() == heatmap.kernel.value("int('persistence' in h._clusters[0])")
    heatmap.kernel.run(TOLD)
    heatmap.page.set_viewport_size({"width": 2400, "height": 1000})
    heatmap.root.get_by_role("button", name="All columns").click()
    for name in ("peak", "expected", "size", "persistence", "venues", "leverage"):
        expect(head(heatmap, name)).to_be_visible()
    assert column(heatmap, "venues")[0] == "3 of 4"
    assert column(heatmap, "persistence")[0] == "50 %"
    scroll = heatmap.root.locator(".liq-scroll")
    assert scroll.evaluate("node => node.scrollWidth - node.clientWidth") <= 0
    mix = heatmap.kernel.value("max(h.clusters[0].leverage_mix, key=h.clusters[0].leverage_mix.get)")
    expect(heatmap.root.locator(".liq-row .liq-mix .liq-spoken").first).to_contain_text(f"{mix} ")
    heatmap.root.get_by_role("button", name="All columns").click()


@pytest.mark.parametrize("width", [800, 1200, 1600])
def test_the_table_fits_its_place(heatmap: Heatmap, width: int) -> None:
    heatmap.kernel.run(TOLD)
    heatmap.page.set_viewport_size({"width": width, "height": 1000})
    scroll = heatmap.root.locator(".liq-scroll")
    eventually(lambda: scroll.evaluate("node => node.scrollWidth - node.clientWidth"), lambda over: over <= 0)
    heatmap.page.set_viewport_size({"width": 1600, "height": 1000})
    heatmap.sharp()
