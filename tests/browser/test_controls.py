"""Every control, by mouse and by keyboard: the trait changes in the kernel, and set in Python the control moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.eventually import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Heatmap

ROWS = [
    ("side", "Side", "long", "short"),
    ("window", "Window", "24h", "3d"),
    ("measure", "Measure", "size", "expected"),
]
LISTS = [
    ("palette", "Palette", "ember", "viridis"),
    ("scale", "Scale", "log", "rank"),
    ("prior", "Prior", "effective", "nominal"),
]


def clusters_listed(heatmap: Heatmap) -> list[str | None]:
    """Return the ids of the rows of the list."""
    return [row.get_attribute("data-id") for row in heatmap.root.locator(".liq-row").all()]


def push(control: Locator, how: str) -> None:
    """Use a button by the mouse or by a key."""
    if how == "mouse":
        control.click()
    else:
        control.focus()
        control.press(how)


@pytest.mark.parametrize("how", ["mouse", "Enter"])
@pytest.mark.parametrize(("trait", "label", "value", "other"), ROWS)
def test_a_row_of_buttons(heatmap: Heatmap, how: str, trait: str, label: str, value: str, other: str) -> None:
    heatmap.changes(lambda: push(heatmap.button(label, value), how))
    heatmap.becomes(trait, value)
    assert heatmap.pressed(label) == value
    if how == "mouse":
        heatmap.changes(lambda: heatmap.set(**{trait: other}))
        assert heatmap.pressed(label) == other


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
@pytest.mark.parametrize(("trait", "label", "start", "value"), LISTS)
def test_a_list(heatmap: Heatmap, how: str, trait: str, label: str, start: str, value: str) -> None:
    chosen = heatmap.root.get_by_label(label, exact=True)
    heatmap.options(shown=True)
    options = chosen.locator("option").evaluate_all("all => all.map(one => one.value)")

    def choose() -> None:
        if how == "mouse":
            chosen.select_option(value)
        else:
            chosen.focus()
            for _ in range(options.index(value)):
                chosen.press("ArrowDown")

    heatmap.changes(choose)
    heatmap.becomes(trait, value)
    heatmap.changes(lambda: heatmap.set(**{trait: start}))
    expect(chosen).to_have_value(start)


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_the_threshold(heatmap: Heatmap, how: str) -> None:
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
    top = heatmap.kernel.value("h.session.top(h.settings)")
    assert 1e-3 * top < threshold < 0.5 * top
    heatmap.changes(lambda: heatmap.set(threshold=top / 10))
    step = int(slider.input_value())
    assert abs(step - 127 * 3 / 4) <= 1.5
    heatmap.set(threshold=0.0)
    expect(slider).to_have_value("0")
    expect(heatmap.root.locator(".liq-threshold-value")).to_have_text("no minimum")


@pytest.mark.parametrize("how", ["mouse", "Space"])
def test_follow(heatmap: Heatmap, how: str) -> None:
    fitted = heatmap.drawn().price
    heatmap.set(price_range=(fitted[0] * 0.99, fitted[1] * 1.02), follow=False)
    expect(heatmap.named("Follow")).to_have_attribute("aria-pressed", "false")
    eventually(lambda: heatmap.drawn().price, lambda price: price[1] > fitted[1] * 1.01)
    heatmap.sharp()
    heatmap.changes(lambda: push(heatmap.named("Follow"), how))
    heatmap.becomes("follow", value=True)
    expect(heatmap.named("Follow")).to_have_attribute("aria-pressed", "true")
    assert heatmap.drawn().price == pytest.approx(fitted)
    push(heatmap.named("Follow"), how)
    heatmap.becomes("follow", value=False)


@pytest.mark.parametrize("how", ["mouse", "Space"])
def test_drag_mode_and_reset(heatmap: Heatmap, how: str) -> None:
    home = heatmap.drawn()
    push(heatmap.button("Drag mode", "select"), how)
    assert heatmap.pressed("Drag mode") == "select"
    heatmap.drag(home.at(0.4, 0.4), home.at(0.6, 0.6))
    eventually(lambda: heatmap.trait("_selection"))
    assert heatmap.drawn().time == home.time
    heatmap.kernel.run("h.clear_selection()")
    push(heatmap.button("Drag mode", "pan"), how)
    assert heatmap.pressed("Drag mode") == "pan"
    heatmap.drag(home.at(0.4, 0.4), home.at(0.6, 0.6))
    eventually(lambda: heatmap.trait("time_range"))
    assert heatmap.trait("_selection") is None
    heatmap.changes(lambda: push(heatmap.named("Reset"), how))
    for trait in ("time_range", "price_range"):
        heatmap.becomes(trait, None)
    heatmap.becomes("follow", value=True)
    back = heatmap.drawn()
    assert (*back.time, *back.price) == pytest.approx((*home.time, *home.price))


def test_tab_reaches_every_control_in_order(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    heatmap.button("Side", "both").focus()
    reached = []
    for _ in range(25):
        reached.append(heatmap.page.evaluate(
            "(({ dataset, name, className, textContent }) => dataset.value || name || "
            "(className.includes('liq-figure') ? 'figure' : textContent))(document.activeElement)"
        ))  # fmt: skip
        if reached[-1] == "figure":
            break
        heatmap.page.keyboard.press("Tab")
    assert reached == [
        "both", "long", "short", "12h", "24h", "3d", "7d", "30d", "all", "expected", "size", "threshold", "Options",
        "Follow", "pan", "select", "Reset", "prior", "palette", "scale", "figure",
    ]  # fmt: skip


def test_keys_on_the_figure_move_zoom_and_reset(heatmap: Heatmap) -> None:
    home = heatmap.drawn()
    heatmap.figure.focus()
    heatmap.figure.press("ArrowLeft")
    moved = eventually(lambda: heatmap.trait("time_range"))
    width = home.time[1] - home.time[0]
    assert moved[0] == pytest.approx(home.time[0] - 0.1 * width, abs=0.01 * width)
    heatmap.figure.press("+")
    zoomed = eventually(lambda: heatmap.trait("time_range"), lambda found: found[1] - found[0] < 0.9 * width)
    assert zoomed[1] - zoomed[0] == pytest.approx(0.8 * width, rel=0.01)
    heatmap.figure.press("0")
    heatmap.becomes("time_range", None)
    heatmap.kernel.run("h.select(price=h.session.fitted(h.settings, h.session.window(h.settings)))")
    eventually(lambda: heatmap.drawn().selection)
    heatmap.figure.press("Escape")
    heatmap.becomes("_selection", None)


def test_traits_without_a_control_of_their_own_change_the_picture(heatmap: Heatmap) -> None:
    heatmap.changes(lambda: heatmap.set(leverage=(">50x",)))
    heatmap.changes(lambda: heatmap.kernel.run("h.leverage = h.trait_defaults('leverage')"))
    assert len(clusters_listed(heatmap)) > 3
    heatmap.set(sensitivity=0.0)
    fewer = heatmap.kernel.value("[cluster.id for cluster in h.clusters]")
    assert eventually(lambda: clusters_listed(heatmap), lambda listed: listed == fewer)
    heatmap.set(sensitivity=0.5)
    assert eventually(lambda: clusters_listed(heatmap), lambda listed: len(listed) > len(fewer))
    heatmap.changes(lambda: heatmap.kernel.run("h.as_of = h.ledger.end - 3 * 86_400 * 10**9"))
    heatmap.changes(lambda: heatmap.set(as_of=None))
