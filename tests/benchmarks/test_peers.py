"""The same jobs by open peers, in the same run: what a reader can hold these times against."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget import Viewport, estimate, rasterise
from liqwidget.study.levels import levels
from tests.benchmarks.peers import grid_walked, lines_of, shaded
from tests.benchmarks.test_budgets import ledger, view, walk

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.benchmark

ROUNDS = 7


def in_turns(*calls: Callable[[], object]) -> list[float]:
    """Return the median time of each call [ms], warm, taken in turns."""
    for call in calls:
        call()
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, times in zip(calls, taken, strict=True):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
    return [float(np.median(times)) * 1e3 for times in taken]


def told(record_property: Callable[[str, object], None], job: str, peer: str, ours: float, theirs: float) -> None:
    record_property("peer", {"job": job, "peer": peer, "ours_ms": ours, "theirs_ms": theirs})


@pytest.mark.parametrize(("minutes", "shown"), [(5, 7), (1, 5)], ids=["month-of-5m", "month-of-1m"])
def test_a_map_from_candles(record_property: Callable[[str, object], None], minutes: int, shown: int) -> None:
    """From a month of candles and open interest to the picture of the last days, 600 rows and a column a candle."""
    market, last = walk(minutes, 30), view(ledger(minutes, 30), shown)
    columns = shown * 1440 // minutes
    viewport = Viewport(last.time, last.price, columns, 600)
    ours, theirs = in_turns(lambda: rasterise(estimate(market), viewport), lambda: grid_walked(market, viewport))
    assert grid_walked(market, viewport).shape == (600, columns)
    told(record_property, f"map of a month of {minutes}m candles", "a grid walker in NumPy", ours, theirs)


def test_a_picture_of_levels(record_property: Callable[[str, object], None]) -> None:
    """From what is known of two months to 1200 x 600 of the last week: our ledger, and datashader over its levels."""
    pytest.importorskip("datashader", reason="pip install 'liqwidget[bench]' brings datashader")
    source = ledger(5, 60)
    viewport, lines = view(source, 7), lines_of(levels(source))
    ours, theirs = in_turns(lambda: rasterise(source, viewport), lambda: shaded(lines, viewport))
    drawn, exact = shaded(lines, viewport), rasterise(source, viewport)
    assert drawn.shape == exact.total.shape == (600, 1200)
    assert np.isfinite(drawn).any()
    told(record_property, f"picture of {len(lines):,} levels, 1200x600", "datashader", ours, theirs)
