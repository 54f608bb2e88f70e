"""The ladder of a picture: it reaches the highest value on it, and a value has one colour wherever it is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from liqwidget.domain.time import MILLISECOND
from liqwidget.domain.viewport import Viewport
from liqwidget.raster.quantise import DECADES, LEVELS, highest, level_value, per_cell, raised_ladder

if TYPE_CHECKING:
    from liqwidget import LiqHeatmap

BIN = 10 ** (DECADES / LEVELS)


@pytest.mark.parametrize("measure", ["expected", "size"])
@pytest.mark.parametrize("out", [1, 5])
def test_the_ladder_spans_what_is_on_the_picture(heatmap: LiqHeatmap, measure: str, out: float) -> None:
    """No value lies above it, so that a threshold anywhere from nothing to the highest value hides what it says."""
    session, settings = heatmap._display.session, replace(heatmap._settings(), measure=measure)
    start, end = session.window(settings)
    low, high = session.fitted(settings, (start, end))
    price = ((low + high) / 2 - out * (high - low) / 2, (low + high) / 2 + out * (high - low) / 2)
    frame = session.frame(settings, (start / MILLISECOND, end / MILLISECOND), price, 160, 120)
    grid = session._grid(settings, Viewport((start, end), price, 160, 120))
    values = np.maximum(grid.long, grid.short) * per_cell(grid)
    bright = session.ends(settings)[1]
    assert highest(grid) <= frame.top * (1 + 1e-6)
    assert frame.top == pytest.approx(bright * BIN**frame.raised)
    assert frame.raised == 0 or highest(grid) > frame.top / BIN
    shown = level_value(np.frombuffer(frame.pixels, np.uint8).reshape(values.shape) & LEVELS, frame.top)
    seen = values > frame.top * 10.0**-DECADES * BIN
    assert np.abs(np.log(shown[seen] / values[seen])).max() < np.log(BIN) * 0.51


def test_ladders_are_whole_levels_apart_so_that_a_value_keeps_its_colour() -> None:
    assert raised_ladder(99.0, 100.0) == (0, 100.0)
    assert raised_ladder(100.0, 100.0) == (0, 100.0)
    raised, top = raised_ladder(176.0, 100.0)
    assert raised == 8
    assert top == pytest.approx(100 * BIN**8)
    assert raised_ladder(0.0, 100.0) == (0, 100.0)
    assert raised_ladder(3.0, 0.0) == (0, 3.0)
    values = 100.0 * np.geomspace(0.01, 1.7, 200)
    levels = [np.floor(LEVELS + 1 + np.log10(values / ladder) * LEVELS / DECADES) for ladder in (100.0, top)]
    np.testing.assert_array_equal(np.minimum(levels[0], LEVELS), np.minimum(levels[1] + raised, LEVELS))
