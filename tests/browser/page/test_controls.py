"""Every control, by mouse and by key; the order of all, what is saved and copied, the drawer, help and full screen."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.controls import (
    CHECKS,
    LISTS,
    ROWS,
    check_boxes,
    check_drag_mode_and_reset,
    check_follow,
    check_list,
    check_row,
    check_threshold,
)
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.heatmap import Heatmap


@pytest.mark.parametrize(("trait", "label", "value", "other"), ROWS)
def test_a_row_of_buttons(heatmap: Heatmap, trait: str, label: str, value: str, other: str) -> None:
    for how in ("mouse", "Enter"):
        check_row(heatmap, how, trait, label, value, other)


@pytest.mark.parametrize(("trait", "label", "start", "value"), LISTS)
def test_a_list(heatmap: Heatmap, trait: str, label: str, start: str, value: str) -> None:
    for how in ("mouse", "keyboard"):
        check_list(heatmap, how, trait, label, start, value)


def test_the_threshold(heatmap: Heatmap) -> None:
    for how in ("mouse", "keyboard"):
        check_threshold(heatmap, how)


def test_follow(heatmap: Heatmap) -> None:
    for how in ("mouse", "Space"):
        check_follow(heatmap, how)


def test_drag_mode_and_reset(heatmap: Heatmap) -> None:
    for how in ("mouse", "Space"):
        check_drag_mode_and_reset(heatmap, how)


@pytest.mark.slow
@pytest.mark.parametrize(("trait", "names"), CHECKS)
def test_a_check_list_never_lets_the_last_one_go(heatmap: Heatmap, trait: str, names: list[str]) -> None:
    for how in ("mouse", "keyboard"):
        check_boxes(heatmap, how, trait, names)
        heatmap.set(**{trait: names})
        expect(heatmap.root.locator(f'.liq-drawer [data-value="{names[-1]}"]')).to_be_checked()


def test_tab_reaches_every_control_in_order(heatmap: Heatmap) -> None:
    heatmap.options(shown=True)
    heatmap.field("coin").focus()
    reached = []
    for _ in range(70):
        reached.append(heatmap.page.evaluate(
            "(({ dataset, name, className, ariaLabel, textContent }) => dataset.value || name || "
            "(className.includes('liq-figure') ? 'figure' : ariaLabel || textContent))(document.activeElement)"
        ))  # fmt: skip
        if reached[-1] == "Reset":
            break
        heatmap.page.keyboard.press("Tab")
    assert reached == [
        "coin", "7d", "timeframe", "both", "heatmap", "prior", "Full screen", "Options", "Help", "Close options",
        "Save PNG", "Save HTML", "Copy code",
        ">50x", "25-50x", "10-25x", "5-10x", "3-5x", "<3x", "binance", "bybit", "okx", "hyperliquid",
        "horizon", "sensitivity", "palette", "map_ground", "theme", "time_zone", "candle_colours", "side_colours",
        "scale", "smooth_cells", "price_style", "profile", "liquidation_circles", "whiskers",
        "Lower panels: choose all", "volume", "open_interest", "funding", "liquidations",
        "figure", "expected", "threshold", "Follow", "pan", "Reset",
    ]  # fmt: skip


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


@pytest.mark.slow
def test_copied_code_makes_the_same_view(heatmap: Heatmap) -> None:
    """Whatever the public traits are set to, also the prior: the copied cell makes a heatmap that has them all."""
    said = heatmap.root.locator(".liq-said")

    def copied() -> str:
        heatmap.named("Copy code").click()
        return (said.text_content() or "").partition(": ")[2] if said.is_visible() else ""

    heatmap.options(shown=True)
    heatmap.set(measure="heat")
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


@pytest.mark.slow
def test_saving_a_picture(heatmap: Heatmap, artefacts: Path) -> None:
    heatmap.options(shown=True)
    ranges = heatmap.root.locator(".liq-row .liq-col-size_range")
    eventually(ranges.all_inner_texts, lambda texts: len(texts) > 0 and all("\N{EN DASH} " in text for text in texts))
    heatmap.page.evaluate(
        "() => { globalThis.written = []; const pen = CanvasRenderingContext2D.prototype; const fill = pen.fillText;"
        "pen.fillText = function (...given) { written.push(given[0]); return fill.apply(this, given) } }"
    )
    with heatmap.page.expect_download() as found:
        heatmap.named("Save PNG").click()
    path = artefacts / "saved.png"
    found.value.save_as(path)
    assert found.value.suggested_filename.startswith("BTC-expected-")
    opened = np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGBA"))
    assert (opened[..., 3] == 255).all()
    image = opened[..., :3]
    main, buttons = (heatmap.root.locator(part).bounding_box() for part in (".liq-main", ".liq-under"))
    assert main is not None
    assert buttons is not None
    assert abs(image.shape[1] - main["width"]) <= 1
    # Lines of words below, and no empty place where the buttons are on the page.
    below = image.shape[0] - (main["height"] - buttons["height"] + 28)
    assert 32 <= below - 10 == pytest.approx(16 * round((below - 10) / 16), abs=2)
    said = [text.strip() for text in heatmap.page.evaluate("written")]
    listed = sorted(f"({text})" for text in ranges.all_inner_texts())
    assert sorted(text for text in said if text.startswith("($")) == listed
    assert any(text.startswith("Clusters, largest first: peak, distance, est. expected in 24h (low") for text in said)
    assert re.search(r"simulated market · .* · data to .* UTC · made .* UTC with liqwidget$", said[-1])
    shown = heatmap.picture()
    frame, main = heatmap.drawn().frame, heatmap.root.locator(".liq-main").bounding_box()
    assert main is not None
    left, top = round(frame["x"] - main["x"]), round(frame["y"] - main["y"])
    saved = image[top : top + shown.shape[0], left : left + shown.shape[1]]
    apart = np.abs(saved.astype(int) - shown.astype(int)).max(axis=-1) > 40
    assert apart[40:-40, 60:-60].mean() < 0.05
    # Under the liquidation map there is nothing that could be saved with it.
    heatmap.button("View", "map").click()
    expect(heatmap.root.locator(".liq-canvas")).to_be_hidden()
    heatmap.button("View", "heatmap").click()
    heatmap.options(shown=False)


def test_full_screen(heatmap: Heatmap) -> None:
    heatmap.named("Full screen").click()
    leave = heatmap.named("Leave full screen")
    expect(leave).to_be_visible()
    size = heatmap.page.evaluate("[innerWidth, innerHeight]")
    eventually(heatmap.root.bounding_box, lambda box: box is not None and [box["width"], box["height"]] == size)
    eventually(heatmap.figure.bounding_box, lambda box: box is not None and box["height"] > 0.6 * size[1])
    leave.click()
    expect(heatmap.named("Full screen")).to_be_visible()
    heatmap.figure.press("f")
    expect(leave).to_be_visible()
    heatmap.figure.press("f")
    expect(heatmap.named("Full screen")).to_be_visible()
    heatmap.sharp()


def test_the_help_opens_by_its_button_and_by_its_key(heatmap: Heatmap) -> None:
    button, shown = heatmap.named("Help"), heatmap.root.locator(".liq-help")
    for key, opened in (("Enter", True), ("?", False), ("?", True), ("Escape", False)):
        button.press(key)
        expect(shown).to_be_visible(visible=opened)
        expect(button).to_have_attribute("aria-expanded", str(opened).lower())
    expect(shown).to_be_hidden()
    heatmap.figure.press("?")
    expect(shown).to_contain_text("full screen")
    button.click()
    expect(shown).to_be_hidden()


WHOLE = """list => {
  const pen = document.createElement("canvas").getContext("2d")
  pen.font = getComputedStyle(list).font
  return list.clientWidth - pen.measureText(list.selectedOptions[0].text).width
}"""
ARROW = 16
"""Pixels that a closed list needs beside its words."""


@pytest.mark.parametrize("width", [640, 960, 1600])
def test_the_closed_list_of_models_shows_the_longest_whole(heatmap: Heatmap, width: int) -> None:
    heatmap.page.set_viewport_size({"width": width, "height": 1000})
    models = heatmap.field("prior")
    models.select_option("ladder")
    assert models.evaluate(WHOLE) >= ARROW
    heatmap.named("Cancel").click()
    expect(models).to_have_value("effective")
