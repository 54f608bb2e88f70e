"""Measured levels: their lives, and that their sizes add up on any rows and columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget import Box, Viewport, estimate
from liqwidget.domain.lattice import price_cell_centre, price_cell_edge, price_cell_of
from liqwidget.domain.positions import Positions
from liqwidget.trust.measured_levels import cell_parts, measured_levels
from tests.markets import START, Frames, candles_of, interest_of

HOUR = pd.Timedelta("1h")


def positions_of(*rows: tuple[Any, str, float, float]) -> Positions:
    """Return positions from (hours after START, side, liquidation price, size) rows."""
    hours, sides, prices, sizes = zip(*rows, strict=True)
    stamps = [START + pd.Timedelta(hour, unit="h") for hour in hours]
    table = {"side": sides, "liquidation_price": prices, "size": sizes}
    return Positions.from_frame(pd.DataFrame(table, index=pd.DatetimeIndex(stamps)))


def test_positions_in_one_cell_are_one_level() -> None:
    levels = measured_levels(positions_of((0, "long", 80.0, 2.0), (0, "long", 80.0, 3.0), (0, "long", np.nan, 9.0)))
    assert levels.coins.tolist() == [5.0]
    assert levels.positions.tolist() == [2]
    assert levels.size[0] == pytest.approx(5 * 80, rel=0.0006)
    table = levels.to_frame()
    assert table["price_low"][0] <= 80 < table["price_high"][0]
    assert [table[name][0] for name in ("side", "ended_by", "venue")] == ["long", "standing", ""]
    assert pd.isna(table["close_time"][0])


def test_a_level_stands_until_the_next_snapshot() -> None:
    levels = measured_levels(positions_of((0, "long", 80.0, 2.0), (6, "short", 120.0, 1.0)))
    assert levels.to_frame()["ended_by"].tolist() == ["restated", "standing"]
    edges = [70.0, 90.0, 130.0]
    before = levels.profile(START - HOUR, edges)
    between = levels.profile(START + 5 * HOUR, edges)
    after = levels.profile(START + 6 * HOUR, edges)
    assert before.total.tolist() == [0, 0]
    assert between.long[0] > 0
    assert between.short.tolist() == [0, 0]
    assert after.long.tolist() == [0, 0]
    assert after.short[1] > 0


def test_a_level_ends_when_a_candle_touches_it() -> None:
    prices = [(100.0, 101.0, 99.0, 100.0), (100.0, 101.0, 89.0, 100.0), (100.0, 111.0, 99.0, 100.0)]
    ledger = estimate(Frames(candles_of(prices, "1h"), interest_of([5.0] * 4, "1h"), "1h").market())
    positions = positions_of((1, "long", 90.0, 1.0), (1, "long", 80.0, 1.0), (1, "short", 110.0, 1.0))
    table = measured_levels(positions, ledger).to_frame().set_index(["side", "price_low"]).sort_index()
    assert table["ended_by"].tolist() == ["standing", "swept", "swept"]
    assert table["close_time"].tolist()[1:] == [START + 2 * HOUR, START + 3 * HOUR]


def test_the_candle_in_which_the_snapshot_was_taken_sweeps_nothing() -> None:
    prices = [(100.0, 101.0, 89.0, 100.0), (100.0, 101.0, 99.0, 100.0)]
    ledger = estimate(Frames(candles_of(prices, "1h"), interest_of([5.0] * 3, "1h"), "1h").market())
    levels = measured_levels(positions_of((0.5, "long", 90.0, 1.0)), ledger)
    assert levels.to_frame()["ended_by"].tolist() == ["standing"]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_sizes_add_up_on_any_edges(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    count = 30
    sides = random.choice(["long", "short"], count)
    levels = measured_levels(
        positions_of(
            *zip(np.zeros(count), sides, random.uniform(50, 150, count), random.exponential(1, count), strict=True)
        )
    )
    fine = np.exp(np.sort(np.append(random.uniform(np.log(49), np.log(151), rows), np.log([49, 151]))))
    fine = fine[np.append(True, np.diff(fine) > 0)]
    profile = levels.profile(START, fine)
    assert profile.long.sum() == pytest.approx(levels.size[levels.side > 0].sum())
    assert profile.short.sum() == pytest.approx(levels.size[levels.side < 0].sum())
    coarse = levels.profile(START, fine[::2] if len(fine) % 2 else np.append(fine[:-1:2], fine[-1]))
    assert coarse.total.sum() == pytest.approx(profile.total.sum())
    assert (profile.total >= 0).all()


@settings(deadline=None)
@given(st.lists(st.integers(4000, 4020), min_size=1, max_size=5), st.integers(0, 1000), st.booleans())
def test_parts_of_cells_are_their_overlaps(cells: list[int], seed: int, on_borders: bool) -> None:  # noqa: FBT001
    random = np.random.default_rng(seed)
    inner = np.sort(random.choice(np.arange(3998, 4024), 6, replace=False).astype(float))
    places = inner if on_borders else inner + random.uniform(0.05, 0.95, 6)
    edges = price_cell_edge(places)
    index, row, share = cell_parts(np.array(cells), edges)
    found = np.zeros((len(cells), 5))
    np.add.at(found, (index, row), share)
    for place, cell in enumerate(cells):
        for part in range(5):
            overlap = max(0.0, min(places[part + 1], cell + 1) - max(places[part], cell))
            assert found[place, part] == pytest.approx(overlap, abs=1e-6)
    if on_borders:
        assert set(np.unique(share)) <= {1.0}


def test_pixels_are_profiles_at_the_columns_ends() -> None:
    levels = measured_levels(
        positions_of((0, "long", 80.0, 2.0), (3, "long", 85.0, 1.0), (3, "short", 120.0, 1.0), (7, "short", 110.0, 4.0))
    )
    viewport = Viewport((START - HOUR, START + 9 * HOUR), (75, 125), 20, 50)
    long, short = levels.rasterise(viewport)
    assert long.shape == (50, 20)
    assert long.dtype == np.float32
    for column, end in enumerate(viewport.time_edges[1:].tolist()):
        profile = levels.profile(end, viewport.price_edges)
        np.testing.assert_allclose(long[:, column], profile.long, rtol=1e-6)
        np.testing.assert_allclose(short[:, column], profile.short, rtol=1e-6)


def test_later_snapshots_change_nothing_before_them() -> None:
    rows = [(0, "long", 80.0, 2.0), (3, "short", 120.0, 1.0)]
    edges = price_cell_edge(np.arange(4300, 4900, 7))
    early, late = (measured_levels(positions_of(*part)) for part in (rows, [*rows, (6, "long", 90.0, 5.0)]))
    for hour in (0, 2.9, 3, 5.9):
        one, other = (levels.profile(START + hour * HOUR, edges) for levels in (early, late))
        np.testing.assert_array_equal(one.total, other.total)


def test_levels_inside_a_box() -> None:
    levels = measured_levels(positions_of((0, "long", 80.0, 2.0), (3, "short", 120.0, 1.0)))
    assert levels.inside(Box((70, 90), (START, START + HOUR))).coins.tolist() == [2.0]
    assert len(levels.inside(Box((70, 90), (START + 4 * HOUR, START + 5 * HOUR)))) == 0
    assert repr(levels) == "MeasuredLevels(2 levels, 2 snapshots)"


def test_a_level_is_valued_at_its_cells_centre() -> None:
    levels = measured_levels(positions_of((0, "long", 80.0, 2.0)))
    assert levels.size[0] == 2 * price_cell_centre(price_cell_of(80.0))
