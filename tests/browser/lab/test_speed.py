"""The budgets of speed in a real JupyterLab, measured by `make bench`: told, not pass or fail."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser import contexts
from tests.browser.lab.server import FRESH
from tests.browser.lab.sheet import SAMPLE, SIZE, Desk
from tests.browser.lab.test_live import FEED, SHOW
from tests.browser.slow_line import SlowLine, slow_line
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.server import Lab

    Record = Callable[[str, object], None]

pytestmark = pytest.mark.benchmark

SPEED = Path(__file__).with_name("speed.js").read_text(encoding="utf-8")
EIGHT = "from IPython.display import display\nfor _ in range(8): display(LiqHeatmap('BTC', source='sample'))"
FORGETFUL = "h._display.session._frames._most = 0"
"""No picture is kept: the wheel turns in and out again."""
STEPS = 4.0
"""Of a replay at speed 1: candles a second."""
PAINTED = "count => document.querySelectorAll('.liq-root .liq-panel[hidden]').length === count"


def tell(capsys: pytest.CaptureFixture[str], sentence: str) -> None:
    """Write a line among pytest's own."""
    with capsys.disabled():
        sys.stdout.write(f"\n{sentence}\n")


def test_wheel_to_sharp(heatmap: Heatmap, capsys: pytest.CaptureFixture[str], record_property: Record) -> None:
    heatmap.kernel.run(FORGETFUL)
    heatmap.evaluate(SPEED, [10, 400])
    times = heatmap.evaluate(SPEED, [60, 400])
    p50, p95 = (float(np.quantile(times, share)) for share in (0.5, 0.95))
    record_property("p50_ms", p50)
    record_property("p95_ms", p95)
    tell(capsys, f"wheel to sharp picture: p50 {p50:.0f} ms (budget 70), p95 {p95:.0f} ms (budget 120)")
    assert np.isfinite(times).all()


def test_run_to_painted(desk: Desk, capsys: pytest.CaptureFixture[str], record_property: Record) -> None:
    with desk.sheet("speed", SAMPLE, EIGHT, run=False) as sheet:
        sheet.kernel.value("1")
        taken = []
        for cell, count in ((0, 1), (1, 9)):
            began = time.monotonic()
            sheet.run_cell(cell)
            sheet.page.wait_for_function(PAINTED, arg=count)
            taken.append(time.monotonic() - began)
    record_property("first_s", taken[0])
    record_property("eight_s", taken[1])
    tell(capsys, f"run to painted: {taken[0]:.2f} s (budget 3), eight more {taken[1]:.2f} s (budget 4)")


def replayed_for_8_s(heatmap: Heatmap, line: SlowLine, times: int) -> tuple[float, float]:
    """Replay from the window's beginning; return what came over the line [MB], and how much of its speed it kept."""
    heatmap.root.get_by_label("Replay speed").select_option(str(times))
    heatmap.root.get_by_role("button", name="Play").click()
    eventually(lambda: heatmap.kernel.value("h.as_of is not None and h.as_of.value"), bool)
    at, told, began = heatmap.kernel.value("h.as_of.value"), line.down.bytes, time.monotonic()
    time.sleep(8)
    candles, taken = (heatmap.kernel.value("h.as_of.value") - at) / 300e9, time.monotonic() - began
    told = line.down.bytes - told
    heatmap.root.get_by_role("button", name="Latest").click()
    eventually(lambda: heatmap.kernel.value("h.as_of is None"), bool)
    return told / 1e6, candles / taken / (STEPS * times)


def test_over_a_slow_line(
    lab: Lab, browser: Browser, complaints: list[str], capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    """A kernel far away: 150 ms there and back, 5 Mbit/s."""
    with slow_line(lab.port) as (port, line), contexts.opened(browser, viewport=SIZE) as context:
        far = Desk(replace(lab, port=port), context, complaints)
        with far.sheet("far", SAMPLE, run=False, fresh=True, kernel=FRESH) as sheet:
            began = time.monotonic()
            sheet.run_cell(0)
            sheet.page.wait_for_function(PAINTED, arg=1)
            first = time.monotonic() - began
            heatmap = sheet.heatmap()
            heatmap.sharp()
            heatmap.kernel.run(FORGETFUL)
            heatmap.evaluate(SPEED, [5, 800])
            zooms = heatmap.evaluate(SPEED, [30, 800])
            replayed = {times: replayed_for_8_s(heatmap, line, times) for times in (1, 50)}
    (told, speed), (_, quick) = replayed.values()
    p50 = float(np.median(zooms)) / 1000
    for name, value in (("first_s", first), ("wheel_p50_s", p50), ("replay_mb", told), ("replay_speed", speed)):
        record_property(name, value)
    record_property("replay_speed_50", quick)
    tell(
        capsys,
        f"over a slow line: first picture {first:.1f} s (budget 5), wheel to sharp {p50:.2f} s (budget 0.5), 8 s of "
        f"replay {told:.2f} MB (budget 0.8) at {speed:.2f} of its speed, at 50x {quick:.2f}",
    )
    assert np.isfinite(zooms).all()


def test_live_updates_taken_by_the_page(
    desk: Desk, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    stream = (
        "def stream():\n    for _ in range(600):\n        tell(0.002); time.sleep(0.02)\n"
        "threading.Thread(target=stream, daemon=True).start()"
    )
    with desk.sheet("live-speed", FEED.replace("[:2]", "[:3]"), SHOW, stream, run=False) as sheet:
        sheet.run_cell(0)
        sheet.run_cell(1)
        sheet.heatmap().sharp()
        sheet.run_cell(2)
        count = "(time.monotonic(), h._live['number'] if h._live else 0)"
        eventually(lambda: sheet.kernel.value(f"{count}[1]") > 10)
        began, first = sheet.kernel.value(f"list({count})")
        time.sleep(8)
        ended, last = sheet.kernel.value(f"list({count})")
    record_property("per_second", (last - first) / (ended - began))
    tell(capsys, f"live, 3 venues, in the page: {(last - first) / (ended - began):.1f} updates a second (budget 10)")
    assert last > first
