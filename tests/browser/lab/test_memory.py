"""Memory stays flat however often one zooms, replays, and runs a cell again: a short form, and `make soak`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.lab.memory import held
from tests.browser.lab.sheet import SIZE
from tests.browser.lab.test_rerun import BOKEH, living_roots, run_again
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.browser.heatmap import Heatmap
    from tests.browser.lab.sheet import Sheet

SPEED = Path(__file__).with_name("speed.js").read_text(encoding="utf-8")
TURNS = 20

ZOOMS: Mapping[str, float] = {
    "heatmaps": 0,
    "ledgers": 0,
    "documents": 0,
    "objects": 4000,
    "widgets": 0,
    "resident": 80,
    "heap": 5,
    "buffers": 4,
    "nodes": 60,
    "listeners": 200,
}
"""By how much each may grow in all [counts and MB]: 40 pictures that stay would be 40 MB of buffers in the page.

One root of JupyterLab's own (React, 133 listeners) may come once; one listener a zoom would be 500 in the long form.

What the kernel's process has resident moves by tens of MB with its threads: the counts are what tells there.
"""

EACH_RUN = 0.4
"""MB of the page's heap for each run of a cell.

The browser translates the front end's functions to machine code as they are used again: 0.3 MB a run at first, 4 MB
over 50. A front end that is loaded for every heatmap would be 0.7 to 0.9 MB; a figure that stays 1.4 MB of the heap,
0.4 MB of buffers and 260 nodes.
"""


def grows(sheet: Sheet, limits: Mapping[str, float], act: Callable[[], object]) -> dict[str, float]:
    """Do something, and return by how much memory has grown once nothing exceeds its limit."""
    before = held(sheet.page, sheet.kernel)
    act()
    return eventually(
        lambda: held(sheet.page, sheet.kernel).minus(before),
        lambda grown: all(grown[name] <= most for name, most in limits.items()),
    )


def zoom(heatmap: Heatmap, times: int) -> None:
    for _ in range(times // TURNS):
        assert max(heatmap.evaluate(SPEED, [TURNS, 0])) < 5000


def replay(sheet: Sheet, steps: int) -> None:
    """Step through the past, and come back: the list of clusters is as long as the moment shown has them."""
    for first in range(0, steps, TURNS):
        moves = f"for step in range({first}, {first + TURNS}): h.as_of = h.ledger.end - (1 + step % 200) * 300 * 10**9"
        sheet.kernel.run(moves)
    sheet.kernel.run("h.as_of = None")


def run(sheet: Sheet, times: int) -> set[str]:
    """Run the cell again; return the views that others have taken the place of."""
    return {run_again(sheet, 0) for _ in range(times)}


def runs(times: int) -> dict[str, float]:
    """Return the limits: some of the newest view's 28 ledgers and 130 listeners may be made or gone yet."""
    limits = {"ledgers": 28, "buffers": 1, "heap": 0.4 + min(EACH_RUN * times, 8)}
    limits["nodes"] = 60 + 2 * times  # JupyterLab keeps the two empty places of each view.
    return {**ZOOMS, **limits}


@pytest.fixture
def narrow(workbench: Sheet) -> Iterator[None]:
    """Give the pictures half of their width: 40 that stay would be 20 MB. What is below them need not be painted."""
    workbench.page.set_viewport_size({"width": 760, "height": 700})
    yield
    workbench.page.set_viewport_size(SIZE)


@pytest.mark.usefixtures("narrow")
def test_zooming_and_running_again_keep_memory_flat(workbench: Sheet, heatmap: Heatmap) -> None:
    first = heatmap.drawn()
    zoom(heatmap, TURNS)
    grows(workbench, ZOOMS, lambda: zoom(heatmap, 40))
    # The view that was zoomed, whatever Chromium has compiled for it, may live on for some views.
    run(workbench, 1)
    gone: set[str] = set()
    grows(workbench, runs(4), lambda: gone.update(run(workbench, 4)))
    assert workbench.page.evaluate(BOKEH) == [1, 2]
    assert len(gone) == 4
    eventually(lambda: living_roots(workbench.page), lambda living: not living & gone)
    assert workbench.heatmap().sharp().digest == first.digest


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_memory_over_500_zooms_500_replay_steps_and_50_runs(
    workbench: Sheet, heatmap: Heatmap, capsys: pytest.CaptureFixture[str]
) -> None:
    stages: Mapping[str, tuple[Mapping[str, float], Callable[[], object], Callable[[], object]]] = {
        "500 zooms": (ZOOMS, lambda: zoom(heatmap, 2 * TURNS), lambda: zoom(heatmap, 500)),
        "500 steps of replay": (ZOOMS, lambda: replay(workbench, 20), lambda: replay(workbench, 500)),
        "50 runs": (runs(50), lambda: run(workbench, 3), lambda: run(workbench, 50)),
    }
    for what, (limits, warm, act) in stages.items():
        warm()
        grown = grows(workbench, limits, act)
        with capsys.disabled():
            sys.stdout.write(f"\n{what}: {grown}")
            sys.stdout.flush()
