"""Where Numba, pyarrow, ccxt and aiohttp are not, as in a browser's Python: they are left out, and the rest works."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LACKED = ("numba", "pyarrow", "ccxt", "aiohttp")
"""What Pyodide lacks; its page has an ipykernel of its own."""
SCRIPT = f"""
import sys
for name in {LACKED!r}:
    sys.modules[name] = None
import liqwidget
for name in liqwidget.__all__:
    getattr(liqwidget, name)
market = liqwidget.sample_market(days=2).markets()[0].until("2026-01-29 04:00")
h = liqwidget.LiqHeatmap("BTC", source=market, whiskers=False)
late = [name for name in ("bokeh.models", "matplotlib") if name in sys.modules]
print(h.ledger.heat is not None, len(h.clusters_frame()) > 0, late, h.to_png("map.png", width=400, height=300))
try:
    liqwidget.LiqHeatmap("BTC", source="binance", live=False)
except liqwidget.MissingExtraError as error:
    print(error)
"""


def test_markers_leave_out_what_pyodide_lacks() -> None:
    lines = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    wanted = {one.name: one.marker for one in map(Requirement, lines)}
    there = {"sys_platform": "emscripten"}
    left_out = {name for name, marker in wanted.items() if marker is not None and not marker.evaluate(there)}
    assert left_out == {*LACKED, "ipykernel"}
    assert all(marker is None or marker.evaluate({"sys_platform": "linux"}) for marker in wanted.values())


@pytest.mark.slow
def test_the_map_is_drawn_and_an_exchange_refused_without_them(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    drawn, refused = done.stdout.strip().splitlines()
    assert drawn == "True True [] map.png", "what no first picture needs is imported when it is used"
    assert "pip install aiohttp ccxt" in refused
    assert (tmp_path / "map.png").stat().st_size > 1000
