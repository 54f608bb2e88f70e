"""Themes and widths: all follows JupyterLab's theme, no control overlaps; main states are kept as pictures."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.heatmap import GROUND, Heatmap, changed_share
from tests.browser.lab.sheet import SAMPLE
from tests.recorded import BINANCE
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.heatmap import Theme
    from tests.browser.lab.sheet import Desk, Sheet

REAL = """
import pandas as pd
from tests.recorded import BINANCE
candles = pd.read_csv(BINANCE / "BTCUSDT_ohlcv_5m.csv.gz")
candles["time"] = pd.to_datetime(candles["date"], utc=True)
interest = pd.read_csv(BINANCE / "BTCUSDT_oi_5m.csv.gz").rename(columns={"oi": "open_interest"})
interest["time"] = pd.to_datetime(interest["t"], unit="ms", utc=True)
candles = candles[candles["time"] >= interest["time"].iloc[0].floor("5min")]
r = LiqHeatmap.from_frames(candles, interest[["time", "open_interest"]], symbol="BTC")
r
"""
HEIGHT = 2600
WIDTHS = (900, 1600)
WIDEST = (800, 2400)
THEMES: tuple[Theme, Theme] = ("dark", "light")
NAMES = ("h", "r") if BINANCE.is_dir() else ("h",)
TARGETS = ("button", "select", "input", "output")
CONTROLS = ", ".join(f"{part} {kind}" for part in (".liq-toolbar", ".liq-drawer", ".liq-replay") for kind in TARGETS)
PARTS = (
    ".liq-toolbar:not(.liq-picture-line), .liq-help, .liq-readout, .liq-drawer, .liq-plots, .liq-panels-host, "
    ".liq-list, .liq-foot"
)
CUT = """all => all.filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.className}: ${one.textContent}`)"""
BRIGHTNESS = "node => getComputedStyle(node).color.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0)"


@pytest.fixture(scope="module")
def sheet(desk: Desk) -> Iterator[Sheet]:
    with desk.sheet("look", *(SAMPLE, REAL)[: len(NAMES)], run=False) as sheet:
        sheet.page.set_viewport_size({"width": 1600, "height": HEIGHT})
        sheet.run_all()
        for heatmap in heatmaps(sheet):
            heatmap.sharp()
        yield sheet
        sheet.theme("light")


def heatmaps(sheet: Sheet) -> list[Heatmap]:
    """Return the sample's heatmap, and the real market's if there is one."""
    return [sheet.heatmap(index, name) for index, name in enumerate(NAMES)]


def keep(heatmap: Heatmap, folder: Path, *words: object) -> None:
    """Keep a picture of the widget."""
    market = "sample" if heatmap.name == "h" else "real"
    heatmap.root.screenshot(path=folder / f"{'-'.join(map(str, (market, *words)))}.png", animations="disabled")


def boxes(heatmap: Heatmap) -> dict[str, dict[str, float]]:
    """Return the bounding boxes of the controls, by name."""
    return heatmap.root.locator(CONTROLS).evaluate_all(  # type: ignore[no-any-return]
        "all => Object.fromEntries(all.filter(one => one.checkVisibility()).map(one => "
        "[one.dataset.value || one.name || one.ariaLabel || one.textContent, one.getBoundingClientRect().toJSON()]))"
    )


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Tell whether two boxes share more than an edge."""
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 0.5 and down > 0.5


@pytest.mark.parametrize("width", WIDEST)
def test_nothing_overlaps_leaves_the_widget_or_is_cut_off(sheet: Sheet, width: int) -> None:
    sheet.page.set_viewport_size({"width": width, "height": HEIGHT})
    for heatmap in heatmaps(sheet):
        heatmap.sharp()
        top = heatmap.kernel.value(f"{heatmap.name}._display.session.ends({heatmap.name}._settings())[1]")
        heatmap.set(threshold=0.3 * top, panels=("volume", "open_interest", "funding", "liquidations"))
        eventually(lambda heatmap=heatmap: heatmap.field("threshold").input_value() != "0")  # type: ignore[misc]
        heatmap.named("Help").click()
        expect(heatmap.root.locator(".liq-help")).to_be_visible()
        for shown in (False, True):
            heatmap.options(shown=shown)
            # What has no room finds its place a moment after the page has its width.
            eventually(partial(misplaced, heatmap), lambda found: found == [])
        heatmap.options(shown=False)
        heatmap.named("Help").click()
        heatmap.page.mouse.move(*heatmap.drawn().at(0.6, 0.2))
        eventually(lambda heatmap=heatmap: "made of" in heatmap.root.locator(".liq-cell-made").inner_text())  # type: ignore[misc]
        eventually(partial(hidden, heatmap), lambda found: found == [])
        heatmap.set(threshold=0.0, panels=("volume", "open_interest"))


def misplaced(heatmap: Heatmap) -> list[object]:
    """Return which controls and parts overlap, leave the widget or do not show all their words."""
    found = boxes(heatmap)
    wrong: list[object] = [] if len(found) >= 23 else [f"{len(found)} controls"]
    wrong += [pair for pair in combinations(found, 2) if overlap(*(found[one] for one in pair))]
    root = heatmap.evaluate("node => node.getBoundingClientRect().toJSON()")
    wrong += [name for name, box in found.items() if box["left"] < root["left"] or box["right"] > root["right"]]
    words = (
        f"{CONTROLS}, .liq-toolbar, .liq-segment, .liq-caption, .liq-check-label, .liq-ways dd, .liq-fact, .liq-sort"
    )
    wrong += heatmap.root.locator(words).evaluate_all(CUT)
    parts = heatmap.root.locator(PARTS).evaluate_all(
        "all => all.filter(one => one.checkVisibility({ visibilityProperty: true }))"
        ".map(one => one.getBoundingClientRect().toJSON())"
    )
    return wrong + [pair for pair in combinations(parts, 2) if overlap(*pair)]


def hidden(heatmap: Heatmap) -> list[object]:
    """Return what is read out under the pointer and not seen, but for the end of what made it."""
    line = heatmap.root.locator(".liq-readout").evaluate("node => node.getBoundingClientRect().toJSON()")
    # A cell that has no room in its line is not shown at all.
    cells = heatmap.root.locator(".liq-cell:visible").evaluate_all(
        "all => all.map(one => [one, one.parentElement].map(part => part.getBoundingClientRect().toJSON()))"
        ".filter(([one, line]) => one.top < line.bottom - 2).map(([one]) => one)"
    )
    if len(cells) < 7:
        return [f"{len(cells)} cells"]
    seen = [one for one in cells if line["top"] <= one["top"] < one["bottom"] <= line["bottom"]]
    wrong = [one for one in cells if one not in seen or one["right"] > line["right"]]
    return [*wrong, *(pair for pair in combinations(cells, 2) if overlap(*pair))]


@pytest.mark.parametrize("theme", THEMES)
def test_all_follows_the_theme(sheet: Sheet, theme: Theme) -> None:
    sheet.page.set_viewport_size({"width": 1600, "height": HEIGHT})
    first = heatmaps(sheet)[0]
    first.sharp()
    if theme == "dark":
        sheet.theme(theme)
    else:
        sheet.theme("dark")
        eventually(lambda: first.root.get_attribute("data-theme") == "dark")
        sheet.theme(theme)
    for heatmap in heatmaps(sheet):
        eventually(lambda heatmap=heatmap: heatmap.root.get_attribute("data-theme") == theme)  # type: ignore[misc]
        check_theme(heatmap, theme)


def check_theme(heatmap: Heatmap, theme: Theme) -> None:
    """Check the colours of text and axes, and that the map is dark in both themes."""
    assert heatmap.root.get_attribute("data-theme") == theme
    bright = heatmap.evaluate(BRIGHTNESS)
    label = heatmap.drawn().label_colour
    assert (bright > 3 * 150) == (theme == "dark")
    assert (sum(bytes.fromhex(label[1:])) > 3 * 128) == (theme == "dark")
    drawn = heatmap.sharp()
    bare = heatmap.without("*")
    assert tuple(bare[5, -5]) == GROUND["dark"]
    levels = heatmap.levels(drawn)
    rows, columns = levels.shape
    inner = slice(2, rows - 2), slice(2, columns - 2)
    assert changed_share(bare[:rows, :columns][inner], heatmap.coloured(levels, "dark")[inner]) < 0.5
    assert changed_share(bare[:rows, :columns][inner], heatmap.coloured(levels, "light")[inner]) > 0.8


def test_main_states_are_kept_as_pictures(sheet: Sheet, artefacts: Path) -> None:
    """Start, a box selected with a reading under the pointer, zoom, at each width: all in one theme, then in the other.

    Of the real market, if there is one: the simulated one's are compared with golden pictures.
    """
    heatmap = heatmaps(sheet)[-1]
    for theme in THEMES:
        sheet.theme(theme)
        for width in WIDTHS:
            sheet.page.set_viewport_size({"width": width, "height": HEIGHT})
            for state, bring in (("start", Heatmap.sharp), ("selection", select), ("zoom", zoom)):
                bring(heatmap)
                themed(heatmap, theme)
                if state == "selection":
                    point(heatmap)
                keep(heatmap, artefacts, theme, width, state)
            heatmap.named("Reset").click()
            heatmap.becomes("time_range", None)


def themed(heatmap: Heatmap, theme: Theme) -> None:
    """Wait until a heatmap is in a theme, and painted."""
    eventually(lambda: heatmap.root.get_attribute("data-theme") == theme)
    heatmap.steady()


def select(heatmap: Heatmap) -> None:
    """Select a box: the middle third of the prices, the first half of the time."""
    drawn = heatmap.drawn()
    low, high = drawn.price
    third = (high - low) / 3
    start, end = drawn.time[0], (drawn.time[0] + drawn.time[1]) / 2
    heatmap.kernel.run(
        f"{heatmap.name}.select(price=({low + third}, {high - third}), time=({start * 1e6:.0f}, {end * 1e6:.0f}))"
    )
    eventually(lambda: heatmap.drawn().selection)


def point(heatmap: Heatmap) -> None:
    """Have something read out under the pointer."""
    heatmap.page.mouse.move(*heatmap.drawn().at(0.6, 0.2))
    eventually(lambda: "est." in heatmap.root.locator(".liq-cell-size").inner_text())


def zoom(heatmap: Heatmap) -> None:
    """Clear what is selected, and zoom in."""
    heatmap.kernel.run(f"{heatmap.name}.clear_selection()")
    heatmap.wheel(0.7, 0.5, -200, times=4)
    eventually(lambda: heatmap.trait("time_range"))
    heatmap.sharp()
