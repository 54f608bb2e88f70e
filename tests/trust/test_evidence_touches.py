"""First touches and what follows them, held against a walk through the candles one by one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from liqwidget.domain.leverage import group_indices
from liqwidget.domain.time import HOUR
from liqwidget.estimate.estimator import estimate
from liqwidget.study.clustering import Rule
from liqwidget.trust import evidence_touches
from liqwidget.trust.evidence_hours import Hours, Map, hours_of
from liqwidget.trust.evidence_touches import Candles, Touched
from tests.markets import walk

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]

SIDES = (-1, 1)


@cache
def seen() -> tuple[Hours, Candles]:
    ledger = estimate(walk(21, 96 * 24, "15m", volatility=0.004, gaps=True).market())
    assert ledger.heat is not None
    hours = hours_of(ledger.heat, HOUR, Map(group_indices(None), Rule.of(0.5), 10), ledger.end)
    return hours, Candles.of(hours)


def first_row(candles: Candles, start: int, end: int, way: int, edge: float) -> int | None:
    """Return the first row that closes after a time, and by another, and reaches a level."""
    for row in np.flatnonzero((candles.known > start) & (candles.known <= end)):
        if (candles.high[row] >= edge) if way > 0 else (candles.low[row] <= edge):
            return int(row)
    return None


def nearest_edge(hours: Hours, number: int, way: int) -> float | None:
    found, price = hours.clusters, hours.price[number]
    mine = found.edge[(found.asked == number) & (found.way == way)]
    beyond = [edge for edge in mine if way * (edge - price) > 0]
    return min(beyond, key=lambda edge: abs(edge - price), default=None)


def test_sweeps_by_hand() -> None:
    hours, candles = seen()
    first, _ = evidence_touches._nearest_touches(hours, candles)
    wanted = []
    for number, time in enumerate(hours.time.tolist()):
        for way in SIDES:
            edge = nearest_edge(hours, number, way)
            row = None if edge is None else first_row(candles, time, time + HOUR, way, edge)
            if row is not None:
                wanted.append((int(candles.known[row]), way, edge, row))
    found = zip(
        candles.known[first.row].tolist(), first.way.tolist(), first.edge.tolist(), first.row.tolist(), strict=True
    )
    assert sorted(found) == sorted(wanted)
    assert len(wanted) > 20
    alone = evidence_touches._alone(first, candles)
    for number, (time, way) in enumerate(zip(candles.known[first.row].tolist(), first.way.tolist(), strict=True)):
        before = [one for one, side, *_ in sorted(wanted)[:number] if side == way]
        assert alone[number] == (not before or time - before[-1] >= 4 * HOUR)


def test_what_sweeps_are_compared_with_reached_no_cluster() -> None:
    hours, candles = seen()
    _, pool = evidence_touches._nearest_touches(hours, candles)
    assert len(pool.asked) > 100
    for one in range(0, len(pool.asked), 53):
        number, way, row = int(pool.asked[one]), int(pool.way[one]), int(pool.row[one])
        time, edge = int(hours.time[number]), nearest_edge(hours, number, way)
        assert first_row(candles, time, time + HOUR, way, float(pool.edge[one])) == row
        if edge is not None:
            assert way * (edge - pool.edge[one]) > 0
            assert not (candles.high[row] >= edge if way > 0 else candles.low[row] <= edge)


def test_what_followed_by_hand() -> None:
    hours, candles = seen()
    first, _ = evidence_touches._nearest_touches(hours, candles)
    first = first.some(evidence_touches._followed(first, candles))
    moved = evidence_touches._reversal(first, candles)
    for number, row in enumerate(first.row.tolist()):
        later = np.flatnonzero(candles.known <= candles.known[row] + 4 * HOUR)[-1]
        back = -first.way[number] * (candles.close[later] - candles.close[row]) * 10
        assert moved[number] == pytest.approx(back), "a tenth of a per cent is ten basis points"


def test_windows_and_their_crossing_by_hand() -> None:
    hours, candles = seen()
    cold, warm = evidence_touches._windows(hours, candles)
    kinds: list[tuple[Touched, Callable[[Floats], bool]]] = [
        (cold, lambda heat: bool(heat.max() < 0.1)),
        (warm, lambda heat: bool(heat.mean() > 0.3)),
    ]
    for windows, fits in kinds:
        crossed = evidence_touches._crossed(windows, candles)
        assert len(crossed) > 10
        for one in range(0, len(crossed), 7):
            number, way, row = int(windows.asked[one]), int(windows.way[one]), int(windows.row[one])
            beyond = (windows.cell[one] - hours.cells[number]) * way
            column = hours.down + way * (beyond + np.arange(5))
            assert fits(hours.heat[number, column].astype(np.float64))
            edge, end = float(windows.edge[one]), int(candles.known[row]) + HOUR
            assert first_row(candles, int(hours.time[number]), int(hours.time[number]) + HOUR, way, edge) == row
            far = first_row(candles, int(candles.known[row]) - 1, end, way, edge + 5 * way)
            assert crossed[one] == (100.0 if far is not None else 0.0)
            for cells in range(1, beyond):
                nearer = hours.heat[number, hours.down + way * (cells + np.arange(5))].astype(np.float64)
                assert not fits(nearer), "it is the nearest of its kind"


def test_outcomes_beside_them_are_known_or_left_out() -> None:
    hours, candles = seen()
    first, _ = evidence_touches._nearest_touches(hours, candles)
    wick = evidence_touches._wick(first, candles)
    assert ((wick >= 0) & (wick <= 100) | np.isnan(wick)).all()
    swept = evidence_touches.sweeps(hours)
    assert swept.reversal.events <= len(first.asked)
    assert swept.size.events <= swept.reversal.events
    assert np.isfinite(swept.volume.estimate().effect)
