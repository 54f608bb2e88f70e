"""Five years of 1-minute candles as a heatmap and as a file: seconds and memory, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

MEASURED = """
import json, sys, time
from liqwidget import LiqHeatmap
from tests.benchmarks.test_budgets import walk

def resident(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

def measured(call):
    open("/proc/self/clear_refs", "w").write("5")
    before, begun = resident("VmRSS"), time.perf_counter()
    made = call()
    return made, [round(time.perf_counter() - begun, 1), round(resident("VmHWM") - before)]

LiqHeatmap("BTC", source=walk(1, 2)).close()
market = walk(1, 5 * 365)
heatmap, shown = measured(lambda: LiqHeatmap("BTC", source=market))
_, written = measured(lambda: heatmap.to_html(sys.argv[1]))
print(json.dumps({"shown": shown, "written": written}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_five_years_of_minutes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Budgets: a heatmap in 30 s and 2 GB, `to_html` in 15 s and 1 GB more."""
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "five.html")]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for name, (seconds, megabytes) in told.items():
        record_property(f"{name}_s", seconds)
        record_property(f"{name}_mb", megabytes)
    with capsys.disabled():
        for name, (seconds, megabytes) in told.items():
            sys.stdout.write(f"\nfive years of 1m, {name}: {seconds} s, {megabytes:,} MB more at the peak")
        sys.stdout.write(" (budgets 30 s, 2,000 MB; 15 s, 1,000 MB)\n")
    assert told["shown"][1] < 2 * 2000
