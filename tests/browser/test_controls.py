"""Every control, by mouse and by keyboard: the trait changes in the kernel, and set in Python the control moves."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    ("horizon", "Horizon", "24h", "3d"),
    ("timeframe", "Timeframe", "5m", "30m"),
    ("price_style", "Price style", "candles", "off"),
    ("view", "View", "heatmap", "map"),
]
PLAIN = {
    "horizon": "24h",
    "timeframe": "5m",
    "price_style": "candles",
    "profile": "leverage",
    "view": "heatmap",
    "panels": ("volume", "open_interest"),
    "circles": True,
}
CHECKS = [
    ("leverage", [">50x", "25-50x", "10-25x", "5-10x", "3-5x", "<3x"]),
    ("venues", ["binance", "bybit", "okx", "hyperliquid"]),
]


@pytest.fixture(autouse=True)
def drawer_put_back(heatmap: Heatmap) -> Iterator[None]:
    """Put back what the drawer moves and the other tests do not."""
    yield
    heatmap.set(**PLAIN)
    heatmap.kernel.run("h.leverage = h.trait_defaults('leverage'); h.venues = h.ledger.names")


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
            for _ in range(options.index(value) - options.index(start)):
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
    top = heatmap.kernel.value("h._frames[0]['top']")
    assert 1e-3 * top < threshold < 0.5 * top
    heatmap.changes(lambda: heatmap.set(threshold=top / 10))
    step = int(slider.input_value())
    assert abs(step - 127 * 3 / 4) <= 3
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
    for _ in range(70):
        reached.append(heatmap.page.evaluate(
            "(({ dataset, name, className, ariaLabel, textContent }) => dataset.value || name || "
            "(className.includes('liq-figure') ? 'figure' : ariaLabel || textContent))(document.activeElement)"
        ))  # fmt: skip
        if reached[-1] == "figure":
            break
        heatmap.page.keyboard.press("Tab")
    assert reached == [
        "both", "long", "short", "12h", "24h", "3d", "7d", "30d", "all", "expected", "size", "threshold", "Follow",
        "pan", "select", "Reset", "Options", "Help", "Close options",
        ">50x", "25-50x", "10-25x", "5-10x", "3-5x", "<3x", "binance", "bybit", "okx", "hyperliquid",
        "prior", "horizon", "timeframe", "sensitivity", "view", "palette", "side_colours", "scale", "smooth_cells",
        "price_style", "profile", "liquidation_circles", "whiskers",
        "Lower panels: choose all", "volume", "open_interest", "funding", "liquidations",
        "Save PNG", "Save HTML", "Copy code", "Full screen", "figure",
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
@pytest.mark.parametrize(("trait", "names"), CHECKS)
def test_a_check_list_never_lets_the_last_one_go(heatmap: Heatmap, how: str, trait: str, names: list[str]) -> None:
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
    heatmap.root.get_by_role("button", name=f"{trait.title()}: choose all").click()
    heatmap.becomes(trait, names)
    heatmap.set(**{trait: names[:1]})
    expect(boxes[0]).to_be_checked()
    expect(boxes[1]).not_to_be_checked()


def test_panels_may_all_go_and_python_brings_them_back(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    for name in ("volume", "open_interest"):
        heatmap.root.locator(f'.liq-drawer [data-value="{name}"]').click()
    heatmap.becomes("panels", [])
    heatmap.set(panels=("funding",))
    expect(heatmap.root.locator('.liq-drawer [data-value="funding"]')).to_be_checked()


def test_profile_circles_and_sensitivity(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    heatmap.field("profile").select_option("venue")
    heatmap.becomes("profile", "venue")
    heatmap.set(profile="off")
    expect(heatmap.field("profile")).to_have_value("off")
    heatmap.field("liquidation_circles").click()
    heatmap.becomes("circles", value=False)
    heatmap.set(circles=True)
    expect(heatmap.field("liquidation_circles")).to_be_checked()
    slider = heatmap.field("sensitivity")
    slider.focus()
    slider.press("ArrowRight")
    heatmap.becomes("sensitivity", 0.55)
    heatmap.set(sensitivity=0.2)
    expect(slider).to_have_value("0.2")


def test_the_drawer_closes_by_escape_and_gives_the_focus_back(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    heatmap.field("palette").focus()
    heatmap.page.keyboard.press("Escape")
    expect(heatmap.root.locator(".liq-drawer")).to_be_hidden()
    expect(heatmap.named("Options")).to_be_focused()


def test_copied_code_makes_the_same_view(heatmap: Heatmap) -> None:
    """Whatever the public traits are set to, also the prior: the copied cell makes a heatmap that has them all."""
    said = heatmap.root.locator(".liq-said")

    def copied() -> str:
        heatmap.named("Copy code").click()
        return (said.text_content() or "").partition(": ")[2] if said.is_visible() else ""

    heatmap.options(shown=True)
    plain = 'from liqwidget import LiqHeatmap\nLiqHeatmap("BTC", source="sample")'
    assert eventually(copied, lambda code: code == plain)
    heatmap.kernel.run("from tests.browser.settings import differing, set_at_random")
    for seed, prior in enumerate(("nominal", (3.25, 0.8), {10: 0.25, 25: 0.5})):
        threshold = 1000.5 + seed
        heatmap.kernel.run(f"with h.hold_sync(): set_at_random(h, {seed}, {prior!r}); h.threshold = {threshold}")
        code = eventually(copied, lambda code, threshold=threshold: f"threshold={threshold}" in code)  # type: ignore[misc]
        made, _, last = code.rpartition("\n")
        heatmap.kernel.run(f"{made}\ntwin = {last}")
        assert heatmap.kernel.value("differing(h, twin)") == [], code
        heatmap.kernel.run("twin.close(); del twin")
    heatmap.kernel.run("h.as_of = None; h.time_range = h.price_range = None; h.prior = 'effective'")


def test_saving_a_picture(heatmap: Heatmap, artefacts: Path) -> None:
    heatmap.options(shown=True)
    with heatmap.page.expect_download() as found:
        heatmap.named("Save PNG").click()
    path = artefacts / "saved.png"
    found.value.save_as(path)
    assert found.value.suggested_filename.startswith("BTC-liquidations-")
    image = np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB"))
    main = heatmap.root.locator(".liq-main").bounding_box()
    assert main is not None
    assert abs(image.shape[1] - main["width"]) <= 1
    assert image.shape[0] > main["height"]
    # The drawer may push a part of the picture out of the page's sight.
    heatmap.options(shown=False)
    shown = heatmap.picture()
    frame, main = heatmap.drawn().frame, heatmap.root.locator(".liq-main").bounding_box()
    assert main is not None
    left, top = round(frame["x"] - main["x"]), round(frame["y"] - main["y"])
    saved = image[top : top + shown.shape[0], left : left + shown.shape[1]]
    apart = np.abs(saved.astype(int) - shown.astype(int)).max(axis=-1) > 40
    assert apart[40:-40, 60:-60].mean() < 0.05


def test_saving_a_file(heatmap: Heatmap, tmp_path: Path) -> None:
    heatmap.options(shown=True)
    with heatmap.page.expect_download() as found:
        heatmap.named("Save HTML").click()
    path = tmp_path / "saved.html"
    found.value.save_as(path)
    assert found.value.suggested_filename == "BTC-liquidations.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    expect(heatmap.root.locator(".liq-said")).to_have_text("Saved BTC-liquidations.html")


def test_full_screen(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    heatmap.named("Full screen").click()
    leave = heatmap.named("Leave full screen")
    expect(leave).to_be_visible()
    size = heatmap.page.evaluate("[innerWidth, innerHeight]")
    eventually(heatmap.root.bounding_box, lambda box: box is not None and [box["width"], box["height"]] == size)
    figure = heatmap.figure.bounding_box()
    assert figure is not None
    assert figure["height"] > 0.6 * size[1]
    leave.click()
    expect(heatmap.named("Full screen")).to_be_visible()
    heatmap.figure.press("f")
    expect(leave).to_be_visible()
    heatmap.figure.press("f")
    expect(heatmap.named("Full screen")).to_be_visible()
    heatmap.sharp()


def test_the_help_opens_by_its_button_and_by_its_key(heatmap: Heatmap) -> None:
    button, shown = heatmap.named("Help"), heatmap.root.locator(".liq-help")
    for key in ("Enter", "?", "?", "Escape"):
        button.press(key)
        expect(shown).to_be_visible(visible=button.get_attribute("aria-expanded") == "true")
    expect(shown).to_be_hidden()
    heatmap.figure.press("?")
    expect(shown).to_contain_text("full screen")
    button.click()
    expect(shown).to_be_hidden()


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
    heatmap.figure.press("Home")
    heatmap.becomes("time_range", None)
    heatmap.figure.press("-")
    eventually(lambda: heatmap.trait("time_range"))
    heatmap.figure.press("0")
    heatmap.becomes("time_range", None)
    heatmap.figure.press("Enter")
    low, high = eventually(lambda: heatmap.kernel.value("list(h.selection.price) if h.selection else None"))
    assert (low, high) == pytest.approx(heatmap.drawn().price)
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
