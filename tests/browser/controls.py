"""Controls and a box by mouse and by keyboard: the trait changes in the kernel, and set in Python the control moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from tests.browser.heatmap import Drawn, Heatmap

ROWS = [
    ("side", "Side", "long", "short"),
    ("window", "Window", "24h", "3d"),
    ("measure", "Measure", "size", "expected"),
    ("view", "View", "map", "heatmap"),
]
LISTS = [
    ("palette", "Palette", "ember", "viridis"),
    ("scale", "Scale", "log", "rank"),
    ("prior", "Model", "effective", "nominal"),
    ("horizon", "Horizon", "24h", "3d"),
    ("timeframe", "Timeframe", "5m", "30m"),
    ("price_style", "Price style", "candles", "off"),
]
CHECKS = [
    ("leverage", [">50x", "25-50x", "10-25x", "5-10x", "3-5x", "<3x"]),
    ("venues", ["binance", "bybit", "okx", "hyperliquid"]),
]


def push(control: Locator, how: str) -> None:
    """Use a button by the mouse or by a key."""
    if how == "mouse":
        control.click()
    else:
        control.focus()
        control.press(how)


def check_row(heatmap: Heatmap, how: str, trait: str, label: str, value: str, other: str) -> None:
    heatmap.changes(lambda: push(heatmap.button(label, value), how))
    heatmap.becomes(trait, value)
    heatmap.presses(label, value)
    if how == "mouse":
        heatmap.changes(lambda: heatmap.set(**{trait: other}))
        heatmap.presses(label, other)


def check_list(heatmap: Heatmap, how: str, trait: str, label: str, start: str, value: str) -> None:
    chosen = heatmap.root.get_by_label(label, exact=True)
    heatmap.options(shown=True)
    options = chosen.locator("option").evaluate_all("all => all.map(one => one.value)")

    def choose() -> None:
        if how == "mouse":
            chosen.select_option(value)
        else:
            chosen.focus()
            for _ in range(options.index(value) - options.index(start)):
                chosen.press("ArrowDown")

    heatmap.changes(choose)
    heatmap.becomes(trait, value)
    heatmap.changes(lambda: heatmap.set(**{trait: start}))
    expect(chosen).to_have_value(start)


def check_threshold(heatmap: Heatmap, how: str) -> None:
    slider = heatmap.field("threshold")
    box = slider.bounding_box()
    assert box is not None

    def move() -> None:
        if how == "mouse":
            slider.click(position={"x": box["width"] * 0.8, "y": box["height"] / 2})
        else:
            slider.focus()
            for _ in range(9):
                slider.press("PageUp")

    heatmap.changes(move)
    threshold = eventually(lambda: heatmap.trait("threshold"))
    expect(heatmap.root.locator(".liq-threshold-value")).to_contain_text("est. $")
    # The slider goes to the top of the picture as it is drawn.
    heatmap.levels(heatmap.sharp())
    top = heatmap.kernel.value("asked_for.top")
    assert 1e-3 * top < threshold < 0.5 * top
    heatmap.changes(lambda: heatmap.set(threshold=top / 10))
    step = int(slider.input_value())
    assert abs(step - 127 * 3 / 4) <= 3
    heatmap.set(threshold=0.0)
    expect(slider).to_have_value("0")
    expect(heatmap.root.locator(".liq-threshold-value")).to_have_text("no minimum")


def check_follow(heatmap: Heatmap, how: str) -> None:
    fitted = heatmap.drawn().price
    heatmap.set(price_range=(fitted[0] * 0.99, fitted[1] * 1.02), follow=False)
    expect(heatmap.named("Follow")).to_have_attribute("aria-pressed", "false")
    eventually(lambda: heatmap.drawn().price, lambda price: price[1] > fitted[1] * 1.01)
    heatmap.sharp()
    heatmap.changes(lambda: push(heatmap.named("Follow"), how))
    heatmap.becomes("follow", value=True)
    expect(heatmap.named("Follow")).to_have_attribute("aria-pressed", "true")
    eventually(lambda: heatmap.drawn().price, lambda price: price == pytest.approx(fitted))
    push(heatmap.named("Follow"), how)
    heatmap.becomes("follow", value=False)


def check_drag_mode_and_reset(heatmap: Heatmap, how: str) -> None:
    home = heatmap.drawn()
    push(heatmap.button("Drag mode", "select"), how)
    heatmap.presses("Drag mode", "select")
    heatmap.drag(home.at(0.4, 0.4), home.at(0.6, 0.6))
    eventually(lambda: heatmap.trait("_selection"))
    assert heatmap.drawn().time == home.time
    heatmap.kernel.run("h.clear_selection()")
    push(heatmap.button("Drag mode", "pan"), how)
    heatmap.presses("Drag mode", "pan")
    heatmap.drag(home.at(0.4, 0.4), home.at(0.6, 0.6))
    eventually(lambda: heatmap.trait("time_range"))
    assert heatmap.trait("_selection") is None
    heatmap.changes(lambda: push(heatmap.named("Reset"), how))
    for trait in ("time_range", "price_range"):
        heatmap.becomes(trait, None)
    heatmap.becomes("follow", value=True)
    back = heatmap.drawn()
    assert (*back.time, *back.price) == pytest.approx((*home.time, *home.price))


def check_boxes(heatmap: Heatmap, how: str, trait: str, names: list[str]) -> None:
    heatmap.options(shown=True)
    boxes = [heatmap.root.locator(f'.liq-drawer [data-value="{name}"]') for name in names]

    def push_box(box: Locator) -> None:
        if how == "mouse":
            box.click()
        else:
            box.focus()
            box.press("Space")

    heatmap.changes(lambda: push_box(boxes[0]))
    heatmap.becomes(trait, names[1:])
    for box in boxes[1:]:
        push_box(box)
    heatmap.becomes(trait, names[-1:])
    expect(boxes[-1]).to_be_checked()
    # By the page: the kernel would take none either.
    expect(heatmap.root.get_by_text(f"{trait.title()}: one always stays chosen", exact=True)).to_be_attached()
    if how != "mouse":
        return
    heatmap.root.get_by_role("button", name=f"{trait.title()}: choose all").click()
    heatmap.becomes(trait, names)
    heatmap.set(**{trait: names[:1]})
    expect(boxes[0]).to_be_checked()
    expect(boxes[1]).not_to_be_checked()


def check_dragged_box(heatmap: Heatmap, start: tuple[float, float], end: tuple[float, float]) -> None:
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
    found = eventually(lambda: selected_box(heatmap))
    assert close_by(drawn, found, expected), (found, expected)
    box = heatmap.drawn().selection
    assert box is not None
    assert close_by(drawn, [*box["time"], *box["price"]], expected)
    assert settled(lambda: heatmap.kernel.value("[boxes, seen]")) == [[True], [True]]
    assert heatmap.kernel.value("list(h.selection.to_frame().columns)")[0] == "side"
    assert heatmap.kernel.value("h.selection.long_size + h.selection.short_size > 0")
    inside = heatmap.kernel.value("[[c.id, c.peak_price] for c in h.clusters]")
    expected_ids = [one for one, peak in inside if found[2] <= peak <= found[3]]
    assert heatmap.kernel.value("[cluster.id for cluster in h.selection.clusters]") == expected_ids


def selected_box(heatmap: Heatmap) -> list[float]:
    """Return the selection in the kernel: from, to [ms], low, high; empty without one."""
    return heatmap.kernel.value(  # type: ignore[no-any-return]
        "[*(part.value / 1e6 for part in h.selection.time), *h.selection.price] if h.selection else []"
    )


def close_by(drawn: Drawn, found: list[float], expected: list[float]) -> bool:
    """Tell whether two boxes differ by a pixel at most."""
    sizes = [drawn.pixel[0]] * 2 + [drawn.pixel[1]] * 2
    parts = zip(found, expected, sizes, strict=False)
    return len(found) == len(expected) and all(abs(one - other) <= 1.01 * size for one, other, size in parts)
