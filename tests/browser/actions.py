"""What every browser is asked to do: with the quickstart's heatmap in JupyterLab, and with the file that it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.browser.agreement import SHARP, agreement, in_step
from tests.browser.heatmap import changed_share, distance
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.heatmap import Heatmap

BOX = "list(h.selection.price) if h.selection else None"
TICKED = "[one.id for one in h.selected_clusters]"


def paints_and_the_wheel_ends_sharp(heatmap: Heatmap) -> None:
    assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
    home = heatmap.drawn().time
    heatmap.wheel(0.3, 0.4, -200, times=5)
    assert agreement(heatmap, in_step(heatmap)) > SHARP
    near = heatmap.drawn().time
    assert near[1] - near[0] < 0.5 * (home[1] - home[0])
    heatmap.changes(lambda: heatmap.named("Reset").click())
    heatmap.becomes("time_range", None)


def a_box_and_a_tick_reach_python(heatmap: Heatmap) -> None:
    heatmap.button("Drag mode", "select").click()
    drawn = heatmap.drawn()
    heatmap.changes(lambda: heatmap.drag(drawn.at(0.25, 0.2), drawn.at(0.55, 0.8)))
    low, high = eventually(lambda: heatmap.kernel.value(BOX))
    top, span = drawn.price[1], drawn.price[1] - drawn.price[0]
    assert (low, high) == pytest.approx((top - 0.8 * span, top - 0.2 * span), abs=2 * drawn.pixel[1])
    heatmap.kernel.run("h.clear_selection()")
    first = heatmap.listed()[0]
    heatmap.cluster_boxes().nth(0).click()
    eventually(lambda: heatmap.kernel.value(TICKED), lambda ids: ids == [first])
    heatmap.kernel.run("h.selected_clusters = ()")
    eventually(lambda: not heatmap.ticked())


def controls_go_both_ways(heatmap: Heatmap) -> None:
    heatmap.changes(lambda: heatmap.button("Side", "short").click())
    heatmap.becomes("side", "short")
    heatmap.changes(lambda: heatmap.button("Window", "3d").click())
    heatmap.becomes("window", "3d")
    heatmap.options(shown=True)
    heatmap.changes(lambda: heatmap.field("palette").select_option("viridis"))
    heatmap.becomes("palette", "viridis")
    heatmap.options(shown=False)
    heatmap.changes(lambda: heatmap.set(side="both", window="7d", palette="ember"))
    heatmap.presses("Side", "both")
    eventually(lambda: heatmap.field("palette").input_value() == "ember")


def a_replay_goes_back_and_comes_to_its_end(heatmap: Heatmap) -> None:
    replay = heatmap.root.locator(".liq-replay")
    replay.get_by_role("button", name="One candle back").click()
    before = heatmap.kernel.value("h.ledger.end - h.ledger.timeframe")
    eventually(lambda: heatmap.kernel.value("h.as_of and h.as_of.value"), lambda at: at == before)
    eventually(replay.locator(".liq-replay-time").inner_text, lambda words: "as of" in words)
    replay.get_by_role("button", name="Play").click()
    heatmap.becomes("as_of", None)


def zooms_and_pans(heatmap: Heatmap) -> None:
    """Zoom in, drag, and go back to the window, as a page does without a kernel."""
    home = heatmap.steady()
    heatmap.changes(lambda: heatmap.wheel(0.6, 0.5, -200, times=3))
    near = heatmap.steady()
    assert near.time[1] - near.time[0] == pytest.approx(np.exp(-1.2) * (home.time[1] - home.time[0]), rel=1e-3)
    heatmap.changes(lambda: heatmap.drag(near.at(0.5, 0.5), near.at(0.7, 0.5)))
    eventually(lambda: heatmap.drawn().time[0], lambda start: start < near.time[0])
    heatmap.changes(lambda: heatmap.named("Reset").click())
    eventually(lambda: heatmap.drawn().time, lambda time: time == pytest.approx(home.time))


def the_file_works_alone(heatmap: Heatmap, downloads: Path) -> None:
    """Do what needs no kernel; a box and a replay do, and are not offered."""
    assert changed_share(heatmap.steady_picture(), heatmap.without("liq-heat-image")) > 0.1
    zooms_and_pans(heatmap)
    heatmap.changes(lambda: heatmap.button("Side", "long").click())
    heatmap.changes(lambda: heatmap.button("Measure", "size").click())
    first = heatmap.listed()[0]
    heatmap.cluster_boxes().nth(0).click()
    eventually(heatmap.ticked, lambda ids: ids == [first])
    assert heatmap.button("Drag mode", "select").is_disabled()
    assert heatmap.root.locator(".liq-replay").count() == 0
    saves(heatmap, downloads)


def saves(heatmap: Heatmap, folder: Path) -> None:
    """Press 'Save PNG', and hold what comes into `folder` against what is shown."""
    for older in folder.glob("*.png"):
        older.unlink()
    heatmap.options(shown=True)
    # Before anything is saved: a window may become smaller by a bar that tells of it.
    shown, frame = heatmap.steady_picture(), heatmap.steady().frame
    main = heatmap.root.locator(".liq-main").bounding_box()
    assert main is not None
    heatmap.named("Save PNG").click()
    path = eventually(lambda: next(iter(folder.glob("BTC-*.png")), None))
    assert path is not None
    # No browser but Chromium tells of a download, so its end is that of the file.
    eventually(lambda: path.read_bytes()[-8:-4], lambda last: last == b"IEND")
    saved = np.asarray(Image.open(path).convert("RGB"))
    assert abs(saved.shape[1] - main["width"]) <= 1
    left, top = round(frame["x"] - main["x"]), round(frame["y"] - main["y"])
    same = saved[top : top + shown.shape[0], left : left + shown.shape[1]]
    assert (distance(same, shown) > 40)[40:-40, 60:-60].mean() < 0.05
    heatmap.options(shown=False)
