"""The legend of a picture: the colours as they are drawn, between the values that they stand for, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from liqwidget.picture.ink import ink_of
from liqwidget.picture.layout import layout
from liqwidget.picture.legend import draw_ramps
from liqwidget.raster.palette import look_up_table
from liqwidget.raster.scale import Ladder, palette_entries

LADDER = Ladder(4_480_000.0, 4)
HEAT: dict[str, Any] = {"measure": "expected", "horizon": "24h", "threshold": 0.0, "quote": "USD"}


def ramps(
    palette: str, side: str = "both", width: int = 800, threshold: float = 0.0
) -> tuple[list[str], list[np.ndarray]]:
    """Return what a legend says, and the colours of its ramps."""
    figure = Figure(figsize=(width / 100, 4.5), dpi=100)
    entries = palette_entries(np.zeros(0, np.uint8), LADDER, side=side, scale="log", threshold=threshold)
    colours = look_up_table(palette, "dark")[entries]
    place = layout(width, 450, 80, profile=True, panels=0).heat
    draw_ramps(figure, colours, LADDER, ink_of("dark"), place, ground="#0d1017", **(HEAT | {"threshold": threshold}))
    images = [np.asarray(axes.images[0].get_array())[0] for axes in figure.axes]
    return [text.get_text() for text in figure.texts], images


def test_it_has_the_colours_between_the_least_and_the_highest_value() -> None:
    said, images = ramps("ember", width=760)
    words = "Est. USD expected in 24h per 0.1 % of price, clear: $0 to $448"
    assert said == ["$448", "$4.48M", words]
    assert ramps("ember", width=1200)[0][2] == f"{words}; brightness follows volatility"
    assert len(images) == 1
    np.testing.assert_array_equal(images[0], look_up_table("ember", "dark")[1:128])


@pytest.mark.parametrize(("side", "parts"), [("both", 2), ("long", 1), ("short", 1)])
def test_a_palette_with_a_ramp_a_side_has_one_of_each_side_shown(side: str, parts: int) -> None:
    assert len(ramps("duo", side)[1]) == parts


def test_a_threshold_clears_colours_and_stretches_none() -> None:
    said, (image,) = ramps("ember", threshold=44_800.0)
    assert said[0] == "$448"
    assert (image[:, 3] == 0).tolist() == [True] * 63 + [False] * 64
    np.testing.assert_array_equal(image[63:], look_up_table("ember", "dark")[64:128])
    assert ramps("ember", threshold=1e9) == ([], [])


def test_a_narrow_picture_keeps_the_ramp_and_the_values() -> None:
    assert ramps("ember", width=300)[0] == ["$448", "$4.48M"]
