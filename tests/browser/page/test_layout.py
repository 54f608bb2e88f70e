"""The map comes first, labels keep off candles, the page scrolls, axes stretch: measured on the page."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from liqwidget.domain.time import milliseconds_ns, timestamp
from tests.browser.agreement import in_step
from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

    from tests.browser.heatmap import Heatmap

LABELS = """async (root) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  for (const document of bokeh.documents) {
    const view = bokeh.index.get_one(document.get_model_by_name("liq-figure"))
    if (!view || !root.contains(view.el)) continue
    const renderer = view.views.get_one(document.get_model_by_name("liq-cluster-text"))
    const { text } = Object.fromEntries(document.get_model_by_name("liq-cluster-labels").data)
    const { top, left, width } = view.frame.bbox
    const glyph = renderer.glyph
    return [...text].flatMap((said, i) => said ? [{ said, x: glyph.sx[i] - left, y: glyph.sy[i] - top, width }] : [])
  }
}"""
CANDLES = """async (root) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  for (const document of bokeh.documents) {
    const view = bokeh.index.get_one(document.get_model_by_name("liq-figure"))
    if (!view || !root.contains(view.el)) continue
    const data = document.get_model_by_name("liq-candles").data
    const { x_scale, y_scale, bbox } = view.frame
    const rows = ["end", "low", "high"].map((name) => [...data.get(name)])
    return rows[0].map((end, i) => ({
      right: x_scale.compute(end) - bbox.left, top: y_scale.compute(rows[2][i]) - bbox.top,
      bottom: y_scale.compute(rows[1][i]) - bbox.top,
    }))
  }
}"""
LETTER, LINE = 6.7, 17
AXIS = 24
"""Pixels that the times take under the map at least."""


def size(heatmap: Heatmap, which: str = "") -> tuple[float, float]:
    box = (heatmap.root.locator(which) if which else heatmap.root).bounding_box()
    assert box is not None
    return box["width"], box["height"]


@pytest.mark.parametrize("width", [960, 1130, 1630])
def test_the_map_has_most_of_the_widget_and_the_table_stands_below(heatmap: Heatmap, width: int) -> None:
    heatmap.page.set_viewport_size({"width": width, "height": 1000})
    # Bokeh lays the map out a moment after the page has its width.
    eventually(lambda: (heatmap.drawn().frame, size(heatmap), place_of(heatmap, ".liq-list")), below_a_large_map)
    drawn = heatmap.sharp()
    now = heatmap.kernel.value("h._market['time'][1]")
    assert (drawn.time[1] - now) / (drawn.time[1] - drawn.time[0]) <= 0.1 + 1e-9
    keep_off(heatmap)


def place_of(heatmap: Heatmap, which: str) -> FloatRect:
    """Return where a part of the widget is."""
    box = heatmap.root.locator(which).bounding_box()
    assert box is not None
    return box


def below_a_large_map(now: tuple[dict[str, float], tuple[float, float], FloatRect]) -> bool:
    """Tell whether the map's frame has most of a widget of a size, and a table stands below it."""
    frame, (across, down), table = now
    large = frame["width"] >= 0.65 * across and frame["height"] >= 0.55 * down
    return large and table["y"] > frame["y"] + frame["height"]


def keep_off(heatmap: Heatmap) -> None:
    """Assert that labels are there and cover neither each other nor candles."""
    labels, candles = heatmap.evaluate(LABELS), heatmap.evaluate(CANDLES)
    assert labels
    heights = sorted(label["y"] for label in labels)
    assert all(below - above >= LINE - 1 for above, below in pairwise(heights))
    for label in labels:
        left = label["width"] - LETTER * len(label["said"]) - 6
        near = [candle for candle in candles if candle["right"] > left]
        covered = [one for one in near if one["top"] < label["y"] + 8 and one["bottom"] > label["y"] - 8]
        assert covered == [], label["said"]


@pytest.mark.parametrize("width", [1380, 1450])
def test_a_threshold_pushes_no_button_out_of_its_line(heatmap: Heatmap, width: int) -> None:
    heatmap.page.set_viewport_size({"width": width, "height": 1000})
    top = heatmap.kernel.value("h._display.session.ends(h._settings())[1]")
    heatmap.set(threshold=0.9 * top)
    expect(heatmap.root.locator(".liq-hides")).to_contain_text("cluster")
    eventually(
        heatmap.named("Latest").bounding_box,
        lambda last: last is not None and last["x"] + last["width"] <= width - 10,
    )


def test_labels_belong_to_the_time_shown(heatmap: Heatmap) -> None:
    assert heatmap.evaluate(LABELS)
    end = heatmap.kernel.value("h._market['time'][1]")
    heatmap.set(time_range=tuple(int(end - back) * 1_000_000 for back in (200_000_000, 100_000_000)))
    eventually(lambda: heatmap.evaluate(LABELS), lambda labels: labels == [])


def test_a_height_goes_to_the_map(heatmap: Heatmap) -> None:
    before = heatmap.drawn().frame["height"]
    _, natural = size(heatmap)
    heatmap.set(height=natural + 200)
    eventually(lambda: heatmap.drawn().frame["height"], lambda now: abs(now - before - 200) <= 2)
    heatmap.set(height=None)
    eventually(lambda: heatmap.drawn().frame["height"], lambda now: abs(now - before) <= 2)


@pytest.mark.parametrize("height", [420, 600, 900])
def test_a_low_height_is_the_maps_and_no_part_lies_on_another(heatmap: Heatmap, height: int) -> None:
    heatmap.set(height=height)
    eventually(lambda: size(heatmap)[1], lambda now: now == height)
    # Bokeh lays the map out a moment after the page has its height; the line below has its place later still.
    low, _ = eventually(
        lambda: (heatmap.drawn().frame, heatmap.root.locator(".liq-picture-line").bounding_box()),
        lambda now: now[1] is not None and now[0]["y"] + now[0]["height"] + AXIS <= now[1]["y"],
    )
    assert low["height"] >= 0.5 * height
    heatmap.set(height=None)
    eventually(lambda: heatmap.root.get_attribute("class") or "", lambda names: "liq-short" not in names)


def test_escape_clears_what_the_mouse_has_drawn(heatmap: Heatmap) -> None:
    heatmap.button("Drag mode", "select").click()
    drawn = heatmap.drawn()
    heatmap.drag(drawn.at(0.3, 0.3), drawn.at(0.6, 0.7))
    eventually(lambda: heatmap.trait("_selection"))
    heatmap.page.keyboard.press("Escape")
    heatmap.becomes("_selection", None)
    heatmap.presses("Drag mode", "select")
    heatmap.page.keyboard.press("Escape")
    eventually(lambda: heatmap.pressed("Drag mode") == "pan")


def test_the_price_axis_names_the_clusters_that_are_labelled(heatmap: Heatmap) -> None:
    named = heatmap.root.locator(".liq-tag-cluster:visible").all_inner_texts()
    peaks = heatmap.kernel.value("[f'{one.peak_price:,.0f}' for one in h.clusters]")
    assert named
    assert set(named) <= set(peaks)


def test_the_page_scrolls_until_the_picture_is_clicked(heatmap: Heatmap) -> None:
    page = heatmap.page
    page.evaluate("document.body.style.minHeight = '4000px'")
    try:
        drawn = heatmap.drawn()
        page.mouse.move(*drawn.at(0.4, 0.5))
        page.mouse.wheel(0, 60)
        eventually(lambda: page.evaluate("scrollY"), lambda at: at > 0)
        expect(heatmap.root.locator(".liq-wheel-hint")).to_contain_text("Click the picture")
        assert heatmap.drawn().time == drawn.time
        place = heatmap.drawn().at(0.4, 0.5)
        page.mouse.click(*place)
        at = page.evaluate("scrollY")
        page.mouse.wheel(0, -100)
        zoomed = eventually(heatmap.drawn, lambda now: now.time != drawn.time)
        assert page.evaluate("scrollY") == at
        page.keyboard.press("Escape")
        page.mouse.wheel(0, -40)
        eventually(lambda: page.evaluate("scrollY"), lambda now: now < at)
        assert heatmap.drawn().time == zoomed.time
    finally:
        page.evaluate("document.body.style.minHeight = ''; scrollTo(0, 0)")


def cursor(heatmap: Heatmap, x: float, y: float) -> Any:
    heatmap.page.mouse.move(x, y)
    return heatmap.root.locator(".liq-canvas").evaluate("node => getComputedStyle(node).cursor")


def test_axes_stretch_by_dragging_and_cursors_say_so(heatmap: Heatmap) -> None:
    home = heatmap.drawn()
    frame = home.frame
    right, bottom = frame["x"] + frame["width"] + 30, frame["y"] + frame["height"] + 10
    middle = frame["y"] + frame["height"] / 2
    assert cursor(heatmap, right, middle) == "ns-resize"
    assert cursor(heatmap, frame["x"] + 200, bottom) == "ew-resize"
    assert cursor(heatmap, *home.at(0.3, 0.5)) == "grab"
    heatmap.drag((right, middle), (right, middle + 80))
    taller = eventually(heatmap.drawn, lambda now: now.price[1] - now.price[0] > 1.2 * (home.price[1] - home.price[0]))
    assert taller.time == home.time
    heatmap.becomes("follow", value=False)
    heatmap.drag((frame["x"] + 200, bottom), (frame["x"] + 100, bottom))
    wider = eventually(heatmap.drawn, lambda now: now.time != home.time)
    assert wider.time[1] == pytest.approx(home.time[1], abs=2)
    assert wider.time[0] > home.time[0]
    heatmap.page.evaluate("getSelection().selectAllChildren(document.body)")
    drawn = in_step(heatmap)
    heatmap.drag(drawn.at(0.5, 0.5), drawn.at(0.7, 0.5))
    earlier = pytest.approx(drawn.time[0] - 0.2 * (drawn.time[1] - drawn.time[0]), abs=6 * drawn.pixel[0])
    eventually(heatmap.drawn, lambda now: now.time[0] == earlier)


def test_enter_and_escape_leave_nothing_behind(heatmap: Heatmap) -> None:
    heatmap.figure.focus()
    heatmap.page.keyboard.press("Enter")
    eventually(lambda: heatmap.drawn().selection, lambda box: box is not None)
    eventually(lambda: heatmap.drawn().opened_text, lambda text: text != "")
    heatmap.page.keyboard.press("Escape")
    gone = eventually(heatmap.drawn, lambda now: now.selection is None and now.opened_text == "")
    assert gone.opened == []
    assert heatmap.kernel.value("h.selection is None")


def test_help_closes_with_escape_however_it_was_opened(heatmap: Heatmap) -> None:
    note = heatmap.root.get_by_role("region", name="Help")
    for key in (None, "?"):
        if key is None:
            heatmap.named("Help").click()
        else:
            heatmap.figure.press(key)
        expect(note).to_be_visible()
        heatmap.page.keyboard.press("Escape")
        expect(note).to_be_hidden()


def test_save_png_is_named_after_the_data(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    with heatmap.page.expect_download() as saved:
        heatmap.named("Save PNG").click()
    end = timestamp(milliseconds_ns(heatmap.kernel.value("h._market['time'][1]")))
    assert saved.value.suggested_filename == f"BTC-expected-{end:%Y-%m-%dT%H%MZ}.png"
    heatmap.options(shown=False)
