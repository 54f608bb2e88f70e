"""Whether what is drawn is what the kernel computes for the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.browser.heatmap import distance
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.browser.heatmap import Drawn, Heatmap, Levels

SHARP, COARSE = 0.99, 0.95
CLOSE = 8
"""Largest difference of a channel between a screenshot and the colour that the numbers give."""


def in_step(heatmap: Heatmap) -> Drawn:
    """Wait until the kernel's ranges are those on the picture, and the picture is sharp."""

    def ranges() -> tuple[list[float], list[float]]:
        drawn = heatmap.drawn()
        known = [*(heatmap.trait("time_range") or [0, 0]), *(heatmap.trait("price_range") or [0, 0])]
        return known, [*drawn.time, *drawn.price]

    eventually(ranges, lambda two: two[0] == pytest.approx(two[1], rel=1e-9, abs=1))
    return heatmap.sharp()


def agreement(heatmap: Heatmap, drawn: Drawn, levels: Levels | None = None) -> float:
    """Return the share of the heat's pixels that look as the kernel's numbers say (or as other levels would)."""
    assert drawn.heat is not None
    expected = heatmap.coloured(heatmap.levels(drawn) if levels is None else levels)
    rows, columns = expected.shape[:2]
    left = round((drawn.heat.time[0] - drawn.time[0]) / drawn.pixel[0])
    seen = heatmap.without("*")[1 : rows - 1, left + 1 : left + columns - 1]
    # Bokeh draws half a pixel off the grid, so a pixel of the screen may show the cell before or after its own.
    height, width = seen.shape[:2]
    shifted = [expected[row : row + height, column : column + width] for row in range(3) for column in range(3)]
    nearest = np.min([distance(seen, one) for one in shifted], axis=0)
    return float((nearest <= CLOSE).mean())


def stretched(heatmap: Heatmap, drawn: Drawn) -> Levels:
    """Return the pixel bytes of the first, coarse picture stretched over what is drawn."""
    assert drawn.heat is not None
    base = "h._display.session.base_frame(h._settings())"
    (start, end), (low, high), width, height = heatmap.kernel.value(
        f"(lambda frame: [frame.time, frame.price, frame.width, frame.height])({base})"
    )
    coarse = heatmap.bytes(f"{base}.pixels").reshape(height, width)[::-1]
    times = np.linspace(*drawn.heat.time, drawn.heat.width)
    prices = np.linspace(*drawn.heat.price[::-1], drawn.heat.height)
    columns = ((times - start) / (end - start) * (width - 1)).astype(int).clip(0, width - 1)
    rows = ((high - prices) / (high - low) * (height - 1)).astype(int).clip(0, height - 1)
    return coarse[np.ix_(rows, columns)]
