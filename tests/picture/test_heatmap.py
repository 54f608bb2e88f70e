"""The static picture: the same parts as on the screen, in a place each, with the sizes of the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.image
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from liqwidget import profile
from liqwidget.domain.time import DAY, HOUR, time_ns
from liqwidget.picture.axes import axis_decimals, draw_times
from liqwidget.picture.layout import Place, layout
from liqwidget.picture.profile import stacked, sums
from liqwidget.raster.palette import look_up_table
from liqwidget.widget.scene import Scene, scene_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from liqwidget import LiqHeatmap


def pixels(heatmap: LiqHeatmap, path: Path, width: int = 800, height: int = 450) -> npt.NDArray[np.float32]:
    return np.asarray(matplotlib.image.imread(heatmap.to_png(path / "map.png", width=width, height=height)))[..., :3]


def scene(heatmap: LiqHeatmap) -> Scene:
    return scene_of(heatmap, heatmap._shown(), dict(heatmap._market))


def box(place: Place) -> tuple[float, float, float, float]:
    left, bottom, wide, high = place
    return left, bottom, left + wide, bottom + high


@pytest.mark.parametrize("stack", ["leverage", "venue"])
def test_the_profile_has_the_sizes_of_profile(heatmap: LiqHeatmap, stack: str) -> None:
    heatmap.profile, heatmap.leverage = stack, ("5-10x", "10-25x", "25-50x")
    last = heatmap._market["last_price"]
    edges = np.linspace(0.9 * last, 1.1 * last, 61)
    expected = profile(heatmap.ledger, edges=edges, leverage=heatmap.leverage)
    parts = stacked(scene(heatmap), edges)
    assert parts.shape == ({"leverage": 3, "venue": 2}[stack], 2, 60)
    np.testing.assert_allclose(parts.sum(axis=0), [expected.long, expected.short], rtol=1e-9)
    added = sums(scene(heatmap), edges, last)
    below, above = edges[edges < last], edges[edges > last]
    down = profile(heatmap.ledger, edges=[*below, last], leverage=heatmap.leverage).long[::-1].cumsum()[::-1]
    up = profile(heatmap.ledger, edges=[last, *above], leverage=heatmap.leverage).short.cumsum()
    np.testing.assert_allclose(added[0, edges < last], down, rtol=1e-9)
    np.testing.assert_allclose(added[1, edges > last], up, rtol=1e-9)
    assert np.isnan(added[0, edges > last]).all()
    assert np.isnan(added[1, edges < last]).all()


def test_what_adds_up_begins_at_the_last_price_also_out_of_sight(heatmap: LiqHeatmap) -> None:
    last = heatmap._market["last_price"]
    added = sums(scene(heatmap), np.array([1.04, 1.06]) * last, last)
    assert added[1, 0] == pytest.approx(profile(heatmap.ledger, edges=[last, 1.04 * last]).short[0])
    assert np.isnan(added[0]).all()


def test_every_trait_of_the_picture_shows(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    before = pixels(heatmap, tmp_path)
    assert before.shape == (450, 800, 3)
    for name, value, part in (
        ("profile", "venue", np.s_[60:330, 700:]),
        ("profile", "off", np.s_[60:330, 700:]),
        ("panels", ("funding",), np.s_[350:, :600]),
        ("price_style", "line", np.s_[60:310, :500]),
        ("price_style", "off", np.s_[60:310, :500]),
        ("view", "map", np.s_[60:400, :600]),
    ):
        kept = getattr(heatmap, name)
        setattr(heatmap, name, value)
        after = pixels(heatmap, tmp_path)
        assert (np.abs(after[part] - before[part]).max(axis=-1) > 0.1).mean() > 0.003, (name, value)
        setattr(heatmap, name, kept)


@given(
    st.integers(200, 2400), st.integers(200, 1600), st.floats(40, 110), st.booleans(), st.integers(0, 4)
)  # fmt: skip
def test_parts_lie_side_by_side_inside_the_picture(
    width: int,
    height: int,
    axis: float,
    beside: bool,  # noqa: FBT001 - drawn by Hypothesis
    panels: int,
) -> None:
    found = layout(width, height, axis, profile=beside, panels=panels)
    main = box(found.main)
    for place in (found.main, found.profile, *found.panels):
        if place is not None:
            left, bottom, right, top = box(place)
            assert 0 <= left < right <= 1
            assert 0 <= bottom < top <= 1
    if found.profile is not None:
        assert found.profile[1::2] == found.main[1::2]
        assert found.profile[0] - main[2] >= axis / width - 1e-9
    ends = [main[1], *(box(place)[1] for place in found.panels)]
    assert all(box(place)[3] < end for place, end in zip(found.panels, ends, strict=False))
    assert not found.panels or found.main[3] * height >= max(220, height / 2) - 1e-6
    assert (found.profile is not None) == (beside and width >= 560)


def test_small_pictures_drop_panels_from_the_last() -> None:
    counts = {
        size: len(layout(*size, 80, profile=True, panels=4).panels) for size in ((1600, 900), (800, 450), (400, 300))
    }
    assert counts == {(1600, 900): 4, (800, 450): 2, (400, 300): 0}


def test_times_are_round_and_apart() -> None:
    axes = Figure(figsize=(8, 4), dpi=100).add_axes((0, 0, 1, 1))
    start = time_ns("2026-01-05 09:10")
    for length, first in ((7 * DAY, ["06 Jan", "07 Jan"]), (10 * HOUR, ["10:00", "12:00"]), (900 * DAY, ["Feb 2026"])):
        axes.set_xlim(start / DAY, (start + length) / DAY)
        draw_times(axes)
        shown = [label.get_text() for label in axes.get_xticklabels()]
        assert shown[: len(first)] == first
        assert np.diff(axes.get_xticks()).min() * 800 * DAY / length >= 90


@pytest.mark.parametrize(("price", "decimals"), [((80_000, 90_000), 0), ((1.0, 1.5), 2), ((0.00001, 0.00002), 6)])
def test_prices_on_the_axis_have_as_many_decimals_as_tell_them_apart(price: tuple[float, float], decimals: int) -> None:
    assert axis_decimals(price) == decimals


def test_rank_gives_the_strongest_of_the_side_shown_the_strongest_colour(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    heatmap.side, heatmap.scale, heatmap.price_style, heatmap.circles = "long", "rank", "off", False
    heatmap.profile, heatmap.panels = "off", ()
    strongest = look_up_table(heatmap.palette, "dark")[127, :3] / 255
    near = np.abs(pixels(heatmap, tmp_path)[60:360, 20:600] - strongest).max(axis=-1) < 0.01
    assert near.sum() > 20
