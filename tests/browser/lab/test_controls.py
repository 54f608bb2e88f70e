"""One control of a kind by mouse, through JupyterLab; keys that JupyterLab has too, and what only the kernel can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.controls import LISTS, ROWS, check_list, check_row
from tests.waiting import eventually, settled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.heatmap import Heatmap

COMM = ("palette", "timeframe")
"""Lists chosen from through JupyterLab: one that draws, one that reads. The page has them all."""


@pytest.mark.parametrize(("trait", "label", "value", "other"), ROWS[:1])
def test_a_row_of_buttons(heatmap: Heatmap, trait: str, label: str, value: str, other: str) -> None:
    check_row(heatmap, "mouse", trait, label, value, other)


@pytest.mark.parametrize(("trait", "label", "start", "value"), [one for one in LISTS if one[0] in COMM])
def test_a_list(heatmap: Heatmap, trait: str, label: str, start: str, value: str) -> None:
    check_list(heatmap, "mouse", trait, label, start, value)


def test_saving_a_file(heatmap: Heatmap, tmp_path: Path) -> None:
    heatmap.options(shown=True)
    with heatmap.page.expect_download() as found:
        heatmap.named("Save HTML").click()
    path = tmp_path / "saved.html"
    found.value.save_as(path)
    assert found.value.suggested_filename == "BTC-liquidations.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    expect(heatmap.root.locator(".liq-said")).to_have_text("Saved BTC-liquidations.html")


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
    assert (low, high) == pytest.approx(settled(heatmap.drawn).price)
    heatmap.figure.press("Escape")
    heatmap.becomes("_selection", None)


def test_traits_without_a_control_of_their_own_change_the_picture(heatmap: Heatmap) -> None:
    heatmap.changes(lambda: heatmap.set(leverage=(">50x",)))
    heatmap.changes(lambda: heatmap.kernel.run("h.leverage = h.trait_defaults('leverage')"))
    eventually(heatmap.listed, lambda listed: len(listed) > 3)
    heatmap.set(sensitivity=0.0)
    fewer = heatmap.kernel.value("[cluster.id for cluster in h.clusters]")
    assert eventually(heatmap.listed, lambda listed: listed == fewer)
    heatmap.set(sensitivity=0.5)
    assert eventually(heatmap.listed, lambda listed: len(listed) > len(fewer))
    heatmap.changes(lambda: heatmap.kernel.run("h.as_of = h.ledger.end - 3 * 86_400 * 10**9"))
    heatmap.changes(lambda: heatmap.set(as_of=None))
