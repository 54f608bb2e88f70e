"""One byte a pixel: the side in the high bit, 127 levels over four decades."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.raster.grid import Grid
from liqwidget.raster.quantise import DECADES, LEVELS, SHORT_BIT, heat_ends, highest, level_value, per_cell, quantise

EDGES = np.exp(np.arange(4600, 4604) * 0.001)
"""Three rows of one lattice cell each, so that a row's value is its value per cell."""


def grid(
    long: list[list[float]] | np.ndarray, short: list[list[float]] | np.ndarray, edges: np.ndarray = EDGES
) -> Grid:
    longs, shorts = np.asarray(long, np.float32), np.asarray(short, np.float32)
    return Grid(longs, shorts, edges, np.arange(longs.shape[1] + 1), "size", "24h")


def test_hand_computed_pixels() -> None:
    """Top 1e6: the top itself is level 127, a hundredth of it the middle, a ten-thousandth nothing."""
    image = quantise(grid([[1e6, 1e4], [0, 90], [0, 0]], [[0, 0], [1e6, 0], [2e4, 0]]))
    assert image.top == pytest.approx(1e6)
    assert image.pixels.tolist() == [[127, 64], [SHORT_BIT + 127, 0], [SHORT_BIT + 74, 0]]


def test_where_both_sides_stand_the_larger_is_shown() -> None:
    image = quantise(grid([[5.0], [1.0], [3.0]], [[1.0], [5.0], [3.0]]))
    assert (image.pixels >> 7)[:, 0].tolist() == [0, 1, 0]


@settings(max_examples=50, deadline=None)
@given(arrays.arrays(np.float32, (3, 4), elements=st.floats(0, 1e9, width=32)), st.sampled_from([None, 1e3, 1e9, 1e12]))
@example(np.full((3, 4), 1e-45, np.float32), None)
def test_a_level_stands_for_its_value_to_half_a_bin(values: np.ndarray, top: float | None) -> None:
    drawn = grid(values, np.zeros_like(values))
    image = quantise(drawn, top)
    shown = level_value(image.pixels, image.top)
    visible = (values > image.top * 10.0**-DECADES * 1.001) & (values <= image.top)
    ratio = np.log10(np.where(visible, values, 1.0) / np.where(visible, shown, 1.0))
    assert (np.abs(ratio) <= DECADES / LEVELS / 2 + 1e-3).all()
    assert (image.pixels[values < image.top * 10.0**-DECADES * 0.999] == 0).all()
    assert (image.pixels[values > image.top] == LEVELS).all() or image.top == 0


def test_colours_do_not_change_with_the_height_of_rows() -> None:
    """Values are per 10 bps cell: a view with rows three cells high has the same bytes."""
    fine = quantise(grid([[6.0], [6.0], [6.0]], np.zeros((3, 1))), top=10.0)
    coarse = quantise(grid([[18.0]], [[0.0]], EDGES[[0, 3]]), top=10.0)
    assert set(fine.pixels.ravel()) == set(coarse.pixels.ravel())
    np.testing.assert_allclose(per_cell(grid([[18.0]], [[0.0]], EDGES[[0, 3]])), 1 / 3)


@pytest.mark.parametrize("top", [None, 0.0, float("nan"), float("inf")])
def test_nothing_standing_is_an_empty_image(top: float | None) -> None:
    empty = grid(np.zeros((3, 2)), np.zeros((3, 2)))
    assert highest(empty) == 0
    image = quantise(empty, top)
    assert not image.pixels.any()
    assert image.pixels.dtype == np.uint8
    assert image.pixels.shape == (3, 2)


def column(values: np.ndarray) -> Grid:
    """Return a grid of one column of cells as high as a price cell."""
    edges = np.exp(np.arange(len(values) + 1) * PRICE_CELL)
    return Grid(values[:, None], np.zeros_like(values[:, None]), edges, np.arange(2), "heat", "24h")


def test_heat_goes_from_the_40th_percentile_to_the_99_8th_where_bright_is_rare() -> None:
    steep = np.geomspace(1, 1e5, 1001, dtype=np.float32)
    assert heat_ends(column(steep)) == pytest.approx(np.quantile(steep, (0.4, 0.998)), rel=1e-5)


@settings(max_examples=50, deadline=None)
@given(arrays.arrays(np.float32, st.integers(20, 300), elements=st.floats(0.0625, 1e6, width=32)))
@example(np.linspace(1, 100, 200, dtype=np.float32))
def test_ends_of_heat_move_up_as_far_as_bright_is_not_rare_and_no_farther(values: np.ndarray) -> None:
    black, white = heat_ends(column(values))
    least, top, blackest, hottest = np.quantile(values, (0.4, 0.998, 0.6, 1.0))
    slip = 1e-5 * hottest
    assert least - slip <= black <= blackest + slip
    assert top - slip <= white <= hottest + slip
    bright = (values > (black + white) / 2 + slip).mean()
    assert bright <= 0.08 + 1 / len(values) or black == pytest.approx(blackest, abs=slip)
    assert white == pytest.approx(hottest, abs=slip) or black == pytest.approx(least, abs=slip)
