"""Levels: lives of price cells between two touches, and the profile of what stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from liqwidget.domain.lattice import CELL, price_cell_edge, price_cell_of
from liqwidget.domain.levels import STANDING
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.study.levels import levels
from liqwidget.study.profile import profile
from tests.ledgers import edges_of, traded_cells
from tests.markets import Frames, candles_of, frames, interest_of, two_venues, walk

laws = settings(max_examples=12, deadline=None)


@laws
@given(frames())
def test_standing_levels_are_the_profile(drawn: Frames) -> None:
    ledger = estimate(drawn.market())
    standing = levels(ledger).standing
    lowest, highest = (int(price_cell_of(edge)) for edge in edges_of(traded_cells(ledger))[[0, -1]])
    cells = np.arange(lowest, highest + 1)
    found = profile(ledger, price_cell_edge(np.append(cells, cells[-1] + 1)))
    for side, values in ((1, found.long), (-1, found.short)):
        mine = standing.side == side
        summed = np.bincount(standing.cell[mine] - cells[0], standing.size[mine], minlength=len(cells))
        np.testing.assert_allclose(summed, values, rtol=1e-6, atol=1e-9 * max(values.max(), 1e-300))


@laws
@given(frames(most=30))
def test_a_level_lives_from_the_first_close_after_a_touch_to_the_next_touch(drawn: Frames) -> None:
    """Each life is touched at its end and never between; lives of one cell, side and group do not overlap.

    To the lattice cell: of a wider level only the touched cells are empty after a touch.
    """
    ledger = estimate(drawn.market(), prior="nominal")
    part, found = ledger.venues[0], levels(ledger, width=CELL)
    low, high, close = np.floor(part.coordinates)
    last_close = np.append(close[0], close[:-1])
    bottom, top = np.minimum(low, last_close), np.maximum(high, last_close)
    assert (found.close_time >= found.open_time).all()
    assert (found.peak_size >= found.size * (1 - 1e-12)).all()
    assert (found.size > 0).all()
    for index in range(0, len(found), max(1, len(found) // 300)):
        cell, side = found.cell[index], found.side[index]
        touches = part.known[bottom <= cell] if side > 0 else part.known[top >= cell]
        inside = (touches > found.open_time[index]) & (touches < found.close_time[index])
        assert not inside.any()
        assert found.settled[index] or found.close_time[index] in {STANDING, *touches.tolist()}
    order = np.lexsort((found.close_time, found.open_time, found.group, found.side, found.cell))
    same = np.all([np.diff(getattr(found, name)[order]) == 0 for name in ("cell", "side", "group")], axis=0)
    assert (found.open_time[order][1:][same] >= found.close_time[order][:-1][same]).all()


def test_a_sweep_ends_levels() -> None:
    """One candle at 100, then one to 90: the longs between are levels of five minutes, swept at the second close."""
    rows = [(100.0, 100.0, 100.0, 100.0), (100.0, 100.0, 90.0, 90.0)]
    ledger = estimate(Frames(candles_of(rows), interest_of([1000.0] * 3), "5m").market(), near=0)
    frame = levels(ledger).to_frame()
    swept = frame[frame["ended_by"] == "swept"]
    assert (swept["side"] == "long").all()
    assert (swept["open_time"] == pd.Timestamp("2026-01-01", tz="UTC")).all()
    assert (swept["close_time"] == pd.Timestamp("2026-01-01 00:10", tz="UTC")).all()
    assert swept["price_high"].max() < 100 * (1 - 0.004) * 1.001
    assert price_cell_of(swept["price_low"].min() * 1.0001) == price_cell_of(90.0)
    before = profile(ledger, [swept["price_low"].min(), 101], "2026-01-01 00:05").long[0]
    kept = np.exp(np.diff(ledger.venues[0].log_survival)[1])
    assert swept["size"].sum() == pytest.approx(before * kept, rel=1e-6)
    left = frame[(frame["ended_by"] == "standing") & (frame["open_time"] == swept["close_time"].iloc[0])]
    assert (left["price_low"] == swept["price_low"].min()).any(), "the lowest level's untouched cells are the next one"
    assert frame.loc[frame["ended_by"] == "standing", "close_time"].isna().all()


def test_frame_has_the_documented_columns() -> None:
    found = levels(estimate(two_venues(3, 40)))
    frame = found.to_frame()
    assert list(frame.columns) == [
        *(
            "price_low",
            "price_high",
            "open_time",
            "close_time",
            "size",
            "peak_size",
            "side",
            "leverage",
            "venue",
            "ended_by",
        )
    ]
    assert str(frame["open_time"].dt.tz) == str(frame["close_time"].dt.tz) == "UTC"
    assert set(frame["venue"]) == {"binance", "bybit"}
    assert len(frame) == len(found)
    assert len(found.standing) == int((frame["ended_by"] == "standing").sum())
    np.testing.assert_allclose(frame["price_high"] / frame["price_low"], np.exp(0.001))


def test_a_touch_of_a_part_ends_a_level_and_leaves_the_rest_as_the_next() -> None:
    """A wick takes the upper cells of one price cell: what stands on is a level that opens with the touch."""
    flat = (100.0, 100.0, 100.0, 100.0)
    low = float(price_cell_edge(price_cell_of(99.0)) * np.exp(3.5 * CELL))
    rows = [flat, (100.0, 100.0, low, 100.0), flat]
    ledger = estimate(Frames(candles_of(rows), interest_of([1000.0] * 4), "5m").market(), near=0)
    frame = levels(ledger).to_frame()
    inside = frame[(frame["price_low"] < low) & (frame["price_high"] > low) & (frame["side"] == "long")]
    ended, left = (inside[inside["ended_by"] == word] for word in ("swept", "standing"))
    assert len(ended) == len(left) == 1
    assert left["open_time"].iloc[0] == ended["close_time"].iloc[0]
    edges = [float(left["price_low"].iloc[0]), float(left["price_high"].iloc[0])]
    assert left["size"].iloc[0] == pytest.approx(profile(ledger, edges).long[0], rel=1e-9)
    assert 0.4 < left["size"].iloc[0] / ended["size"].iloc[0] < 0.8, "three of five cells"


@pytest.mark.parametrize("width", [0, 0.0003, 0.0011, -0.001, 1.0, float("nan"), "0.1 %"])
def test_a_width_that_is_no_multiple_is_refused(width: Any) -> None:
    with pytest.raises(DataError, match=r"Expected width of 0\.0002, or a multiple of 0\.001"):
        levels(estimate(walk(4, 5).market()), width=width)


@pytest.mark.parametrize("width", [0.0002, 0.005])
def test_levels_of_any_width_sum_to_what_stands(width: float) -> None:
    ledger = estimate(walk(4, 60).market())
    standing = levels(ledger, width=width).standing
    assert standing.size.sum() == pytest.approx(profile(ledger, [1e-3, 1e6]).total[0], rel=1e-9)
    np.testing.assert_allclose(standing.price_high / standing.price_low, np.exp(width))


def test_profile_of_many_times_has_a_leading_axis_in_the_order_given() -> None:
    ledger = estimate(walk(4, 60).market())
    edges = np.geomspace(80, 125, 40)
    times = [ledger.end, ledger.start, "2026-01-01 02:00"]
    many = profile(ledger, edges, times)
    assert many.long.shape == (3, 39)
    for row, time in enumerate(times):
        np.testing.assert_allclose(many.total[row], profile(ledger, edges, time).total, rtol=1e-9)
    assert list(profile(ledger, edges).to_frame().columns) == ["price_low", "price_high", "long", "short"]
    with pytest.raises(DataError, match="one time, was 3"):
        many.to_frame()
    assert profile(ledger, edges, []).long.shape == (0, 39)


@pytest.mark.parametrize(
    "edges", [(), (1.0,), (2.0, 1.0), (1.0, 1.0), (0.0, 1.0), (1.0, np.nan), (1.0, np.inf), ("a", "b"), None]
)
def test_wrong_edges_are_named(edges: object) -> None:
    with pytest.raises(DataError, match="two or more ascending prices above 0"):
        profile(estimate(walk(4, 5).market()), edges)  # type: ignore[arg-type]


@pytest.mark.parametrize("at", ["yesterday?", "3000-01-01", pd.NaT, object()])
def test_wrong_times_are_named(at: object) -> None:
    with pytest.raises(DataError, match="Expected at "):
        profile(estimate(walk(4, 5).market()), (1, 2), at)
