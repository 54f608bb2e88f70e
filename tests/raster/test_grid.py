"""Law 1, raster: sums over price are exact at any resolution, columns show the last close, maps add."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.viewport import Viewport
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate
from liqwidget.raster.grid import Grid, rasterise
from liqwidget.study.profile import profile
from tests.markets import Frames, candles_of, frames, interest_of, two_venues, walk

LEDGER = estimate(two_venues(5))
SINGLE = 3e-7
"""Grids are float32."""

laws = settings(max_examples=12, deadline=None)


@st.composite
def viewports(draw: st.DrawFn, width: int = 12, height: int = 16) -> Viewport:
    """Draw a view of LEDGER whose columns and rows can be split evenly, at any depth of zoom."""
    column = draw(st.integers(1, 4_000)) * 12_000_000_000
    start = LEDGER.start + draw(st.integers(-50, 120)) * 300_000_000_000 + draw(st.integers(0, 300_000)) * 1_000_000
    middle, span = draw(st.floats(60, 160)), draw(st.sampled_from((0.0004, 0.01, 0.3, 1.5)))
    scale = draw(st.sampled_from(("linear", "log")))
    time, price = (start, start + column * width), (middle / (1 + span), middle * (1 + span))
    return Viewport(time, price, width=width, height=height, price_scale=scale)


def finer(view: Viewport, width: int = 1, height: int = 1) -> Viewport:
    return Viewport(view.time, view.price, view.width * width, view.height * height, view.price_scale)


def sides(grid: Grid) -> np.ndarray:
    return np.stack([grid.long, grid.short])


@laws
@given(viewports(), st.sampled_from(["size", "expected"]))
def test_sum_over_rows_is_the_profile_at_the_columns_end(view: Viewport, measure: str) -> None:
    """Law 1: the sum over rows at a column = the profile at its end."""
    grid = rasterise(LEDGER, view, measure=measure)
    found = profile(LEDGER, view.price, grid.time_edges[1:], measure=measure)
    np.testing.assert_allclose(
        sides(grid).sum(axis=1, dtype=float), np.stack([found.long, found.short])[..., 0], rtol=SINGLE, atol=1e-30
    )


@laws
@given(viewports(), st.integers(2, 5), st.sampled_from(["size", "expected"]))
def test_finer_rows_add_up_to_coarser_rows(view: Viewport, parts: int, measure: str) -> None:
    """Law 1: finer rows added = coarser rows."""
    coarse, fine = rasterise(LEDGER, view, measure), rasterise(LEDGER, finer(view, height=parts), measure)
    added = sides(fine).reshape(2, view.height, parts, view.width).sum(axis=2, dtype=float)
    largest = sides(coarse).max(initial=0.0)
    np.testing.assert_allclose(added, sides(coarse), rtol=1e-6, atol=1e-7 * largest)


@laws
@given(st.lists(st.floats(40, 260), min_size=3, max_size=20, unique=True))
def test_finer_bins_add_up_to_coarser_bins_in_float64(prices: list[float]) -> None:
    """Law 1: the same for the profile, to rounding."""
    edges = np.sort(prices)
    fine, whole = profile(LEDGER, edges), profile(LEDGER, edges[[0, -1]])
    assert fine.long.sum() == pytest.approx(whole.long[0], rel=1e-9)
    assert fine.short.sum() == pytest.approx(whole.short[0], rel=1e-9)


@laws
@given(viewports(), st.integers(2, 5), st.sampled_from(["size", "expected"]))
def test_last_of_finer_columns_is_the_coarser_column(view: Viewport, parts: int, measure: str) -> None:
    """Law 1: the last of finer columns = the coarser column."""
    coarse, fine = rasterise(LEDGER, view, measure), rasterise(LEDGER, finer(view, width=parts), measure)
    assert (fine.time_edges[::parts] == coarse.time_edges).all()
    np.testing.assert_allclose(sides(fine)[:, :, parts - 1 :: parts], sides(coarse), rtol=SINGLE, atol=1e-30)


@laws
@given(viewports(), st.integers(1, 11), st.integers(1, 15), st.sampled_from(["size", "expected"]))
def test_moved_by_whole_pixels_a_picture_is_the_same_picture(view: Viewport, right: int, up: int, measure: str) -> None:
    """No shimmer: the columns and rows that stay in sight keep their values."""
    column, edges = (view.time[1] - view.time[0]) // view.width, view.price_edges
    rest = (float(edges[up]), float(edges[-1]))
    moved = Viewport(
        (view.time[0] + right * column, view.time[1] + right * column), rest, view.width, view.height - up,
        view.price_scale,
    )  # fmt: skip
    stay, came = sides(rasterise(LEDGER, view, measure)), sides(rasterise(LEDGER, moved, measure))
    before, after = stay[:, up:, right:], came[:, :, : view.width - right]
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-6 * stay.max(initial=0.0))


@laws
@given(viewports(), st.integers(2, 6), st.data(), st.sampled_from(["size", "expected"]))
def test_moved_by_a_part_of_a_pixel_nothing_comes_or_goes(
    view: Viewport, parts: int, data: st.DataObject, measure: str
) -> None:
    """No shimmer: a row holds the sum of what is in it wherever it begins; a sampled one would hold one point of it."""
    shift = data.draw(st.integers(1, parts - 1))
    fine = rasterise(LEDGER, finer(view, height=parts), measure)
    rows = view.height - 1
    edges = fine.price_edges[shift : shift + rows * parts + 1]
    moved = Viewport(view.time, (float(edges[0]), float(edges[-1])), view.width, rows, view.price_scale)
    added = sides(fine)[:, shift : shift + rows * parts].reshape(2, rows, parts, -1).sum(axis=2, dtype=float)
    largest = sides(fine).max(initial=0.0)
    np.testing.assert_allclose(sides(rasterise(LEDGER, moved, measure)), added, rtol=1e-5, atol=1e-6 * largest)


def test_from_a_year_to_one_candle_and_back_sums_are_exact() -> None:
    """Each view shows one row and the last columns of the view before: they hold the same, down to one candle."""
    ledger = estimate(walk(5, 365 * 24, "1h").market())
    year = Viewport((ledger.start, ledger.end), (30.0, 300.0), 100, 90)
    views, grid = [year], rasterise(ledger, year)
    first = sides(grid).copy()
    end = int(grid.time_edges[-1])
    while views[-1].time[1] - views[-1].time[0] > ledger.timeframe:
        row = int(sides(grid)[..., -1].sum(axis=0).argmax())
        length = max((end - int(grid.time_edges[0])) // 90, ledger.timeframe)
        low, high = float(grid.price_edges[row]), float(grid.price_edges[row + 1])
        assert sides(grid)[:, row, -1].max() > 0
        near = rasterise(ledger, Viewport((end - length, end), (low, high), 100, 90))
        views.append(Viewport((end - length, end), (low, high), 100, 90))
        np.testing.assert_allclose(
            sides(near)[..., -1].sum(axis=1, dtype=float), sides(grid)[:, row, -1], rtol=SINGLE * 10, atol=1e-6
        )
        grid = near
    assert len(views) >= 4
    assert (sides(rasterise(ledger, views[0])) == first).all()


@laws
@given(viewports(), st.sampled_from(["size", "expected"]))
def test_maps_add_over_venues_groups_and_sides(view: Viewport, measure: str) -> None:
    """Law 1: additive over venues, sides, groups."""
    whole = sides(rasterise(LEDGER, view, measure)).astype(float)
    by_venue = sum(sides(rasterise(LEDGER, view, measure, venues=[name])).astype(float) for name in LEDGER.names)
    by_group = sum(sides(rasterise(LEDGER, view, measure, leverage=[name])).astype(float) for name in LEVERAGE_GROUPS)
    np.testing.assert_allclose(by_venue, whole, rtol=1e-6)
    np.testing.assert_allclose(by_group, whole, rtol=1e-6)
    np.testing.assert_allclose(rasterise(LEDGER, view, measure).total, whole.sum(axis=0), rtol=1e-6)


def test_venues_add_after_each_was_estimated_alone() -> None:
    """Law 1: a map of two venues is the sum of the maps of either, estimated alone."""
    markets = two_venues(8)
    view = Viewport(("2026-01-01", "2026-01-02"), (70, 140), 30, 40)
    alone = sum(rasterise(estimate(market), view).total.astype(float) for market in markets)
    np.testing.assert_allclose(rasterise(estimate(markets), view).total, alone, rtol=1e-6)


@laws
@given(st.floats(0.05, 0.5), st.floats(0.05, 0.5), st.integers(0, 100))
def test_maps_are_linear_in_the_group_weights(near: float, far: float, seed: int) -> None:
    """Law 1: books do not interact, so a mixed prior gives the mixed map. 25x and 10x lie in different groups."""
    market = walk(seed, 80, volatility=0.01).market()
    edges = np.geomspace(50, 200, 300)
    one, other, mixed = (
        profile(estimate(market, prior=ladder, near=0), edges).total
        for ladder in ({25.0: 1.0}, {10.0: 1.0}, {25.0: near, 10.0: far})
    )
    np.testing.assert_allclose(mixed, near * one + far * other, rtol=1e-9, atol=1e-9)


@laws
@given(viewports(), st.sampled_from(["1h", "24h", "30d"]))
def test_expected_never_exceeds_size(view: Viewport, horizon: str) -> None:
    size, expected = rasterise(LEDGER, view), rasterise(LEDGER, view, "expected", horizon)
    assert (expected.long <= size.long * (1 + 1e-6)).all()
    assert (expected.short <= size.short * (1 + 1e-6)).all()
    assert (expected.total >= 0).all()


def test_a_longer_horizon_never_expects_less() -> None:
    view = Viewport(("2026-01-01", "2026-01-02"), (70, 140), 20, 40)
    grids = [rasterise(LEDGER, view, "expected", horizon).total for horizon in ("1h", "4h", "24h", "7d", "365d")]
    for shorter, longer in itertools.pairwise(grids):
        assert (shorter <= longer * (1 + 1e-6)).all()
    assert grids[0].sum() < grids[-1].sum() * 0.9


@laws
@given(frames(most=30))
def test_a_column_shows_the_last_candle_that_had_closed(drawn: Frames) -> None:
    """A candle is known at its close, not before; before the first close nothing is."""
    ledger = estimate(drawn.market())
    part, price = ledger.venues[0], ledger.last_price()
    edges = np.array([price / 20, price * 5])
    for row in range(1, len(part.time)):
        times = [part.time[row] - 1, part.time[row]]
        before, after = profile(ledger, edges, times).total[:, 0]
        assert after == pytest.approx(profile(ledger, edges, part.time[row] + 1).total[0], rel=1e-9)
        assert (before == 0) == (row == 1 or part.open_interest[row - 1] == 0)
        assert after > 0 or part.open_interest[row] == 0


def test_grid_has_the_documented_shapes_and_dtypes() -> None:
    view = Viewport(("2026-01-01", "2026-01-01 06:00"), (90, 110), width=7, height=5)
    grid = rasterise(LEDGER, view)
    assert grid.long.shape == grid.short.shape == grid.total.shape == (5, 7)
    assert grid.long.dtype == grid.short.dtype == np.float32
    assert grid.price_edges.shape == (6,)
    assert grid.price_edges.dtype == np.float64
    assert grid.time_edges.shape == (8,)
    assert grid.time_edges.dtype == np.int64
    assert pd.Timestamp(grid.time_edges[-1], tz="UTC") == pd.Timestamp("2026-01-01 06:00", tz="UTC")
    row_of_price = np.searchsorted(grid.price_edges, LEDGER.last_price()) - 1
    assert grid.long[0, -1] > 0
    assert grid.short[0, -1] == 0 or row_of_price <= 0
    assert grid.short[-1, -1] > 0
    assert grid.long[-1, -1] == 0


def test_zoomed_below_a_cell_each_row_holds_its_share() -> None:
    """A tenth of a lattice cell in ln(price) holds a tenth of the cell."""
    ledger = estimate(Frames(candles_of([(100.0, 100.0, 100.0, 100.0)]), interest_of([500.0, 500.0]), "5m").market())
    cell = np.exp(np.arange(22500, 22501.05, 0.1) * 0.0002)
    found = profile(ledger, cell).long
    assert found.min() > 0
    np.testing.assert_allclose(found, found.mean(), rtol=1e-9)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"measure": "volume"}, "'expected' or 'size'"),
        ({"horizon": "soon"}, "duration such as '5m'"),
        ({"horizon": "9" * 400 + "d"}, "duration such as '5m'"),
        ({"leverage": ["100x"]}, ">50x"),
        ({"leverage": 5}, ">50x"),
        ({"venues": ["mtgox"]}, "binance, bybit"),
    ],
)
def test_wrong_options_are_named(wrong: dict[str, Any], words: str) -> None:
    view = Viewport(("2026-01-01", "2026-01-02"), (70, 140), 20, 40)
    for call in (lambda: rasterise(LEDGER, view, **wrong), lambda: profile(LEDGER, (70, 140), **wrong)):
        with pytest.raises(DataError, match=words):
            call()


def test_no_group_and_no_venue_is_an_empty_map() -> None:
    view = Viewport(("2026-01-01", "2026-01-02"), (70, 140), 20, 40)
    assert not rasterise(LEDGER, view, leverage=[]).total.any()
    assert not rasterise(LEDGER, view, venues=[]).total.any()
    assert rasterise(LEDGER, view, venues="binance").total.any()
