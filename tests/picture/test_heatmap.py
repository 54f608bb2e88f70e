"""The static picture: the same parts as on the screen, in a place each, with the sizes of the profile."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from liqwidget import profile
from liqwidget.domain.amount import estimate_range, estimate_text
from liqwidget.domain.lattice import price_cell_coordinate, price_cell_edge
from liqwidget.domain.time import DAY, HOUR, time_ns, timestamp
from liqwidget.look import LOOK
from liqwidget.picture.axes import NamedPrice, axis_decimals, draw_prices, draw_times
from liqwidget.picture.ink import ink_of
from liqwidget.picture.layout import Place, layout
from liqwidget.picture.profile import cell_bars, stacked, sums
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


@pytest.mark.parametrize("side", ["both", "long"])
def test_bars_show_the_fullest_price_cell_whatever_their_number(heatmap: LiqHeatmap, side: str) -> None:
    heatmap.side = side
    last = heatmap._market["last_price"]
    shown, price = scene(heatmap), (0.93 * last, 1.08 * last)
    cells = np.arange(*(int(np.floor(price_cell_coordinate(part))) + index for index, part in enumerate(price)))
    whole = profile(heatmap.ledger, price_cell_edge(np.append(cells, cells[-1] + 1)))
    fullest = (whole.total if side == "both" else whole.long).max()
    for most in (1000, 150, 70, 20, 1):
        edges, values = cell_bars(shown, price, most)
        assert values.sum(axis=(0, 1)).max() == pytest.approx(fullest, rel=1e-9)
        assert len(edges[0]) <= max(most, 1) + 1
        assert edges[1][:-1] == pytest.approx(edges[0][1:])


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


@pytest.mark.slow
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
    st.integers(200, 2400), st.integers(200, 1600), st.floats(40, 110), st.booleans(), st.integers(0, 4),
    st.integers(0, 9),
)  # fmt: skip
def test_parts_lie_side_by_side_inside_the_picture(
    width: int,
    height: int,
    axis: float,
    beside: bool,  # noqa: FBT001 - drawn by Hypothesis
    panels: int,
    listed: int,
) -> None:
    found = layout(width, height, axis, profile=beside, panels=panels, listed=listed)
    main = box(found.main)
    for place in (found.main, found.profile, *found.panels):
        if place is not None:
            left, bottom, right, top = box(place)
            assert 0 <= left < right <= 1
            assert 0 <= bottom < top <= 1
    if found.profile is not None:
        assert found.profile[1::2] == found.main[1::2]
        assert found.profile[0] - main[2] >= axis / width - 1e-9
    lines = [row.middle * height for row in found.listed]
    assert len(lines) <= listed
    assert len(lines) != 1, "a heading over nothing"
    assert all(above - below >= 16 - 1e-6 for above, below in pairwise([found.keys.middle * height, *lines]))
    ends = [min([main[1] * height, *lines]) / height, *(box(place)[1] for place in found.panels)]
    assert all(box(place)[3] < end for place, end in zip(found.panels, ends, strict=False))
    least = max(200, 0.45 * height) if listed else max(220, height / 2)
    assert not (found.panels or lines) or found.main[3] * height >= least - 1e-6
    assert (found.profile is not None) == (beside and width >= 560)


def test_small_pictures_drop_panels_from_the_last() -> None:
    counts = {
        size: len(layout(*size, 80, profile=True, panels=4).panels) for size in ((1600, 900), (800, 450), (400, 300))
    }
    assert counts == {(1600, 900): 4, (800, 450): 2, (400, 300): 0}


@pytest.mark.parametrize(
    ("length", "timezone", "first"),
    [
        (7 * DAY, "UTC", ["6 Jan 2026", "7 Jan"]),
        (10 * HOUR, "UTC", ["5 Jan 10:00", "11:00"]),
        (10 * HOUR, "Asia/Kolkata", ["", "5 Jan 16:00"]),
        (900 * DAY, "UTC", ["Apr 2026", "Jul"]),
    ],
)
def test_times_are_round_on_the_clocks_of_the_time_zone(length: int, timezone: str, first: list[str]) -> None:
    axes = Figure(figsize=(8, 4), dpi=100).add_axes((0, 0, 1, 1))
    start = time_ns("2026-01-05 09:10")
    axes.set_xlim(start / DAY, (start + length) / DAY)
    draw_times(axes, timezone, ink_of("dark"))
    assert [label.get_text() for label in axes.get_xticklabels()][: len(first)] == first
    assert ("UTC+5:30" if timezone != "UTC" else "UTC") in axes.texts[0].get_text()


@pytest.mark.slow
def test_a_picture_without_a_path_is_named_after_what_it_shows(
    heatmap: LiqHeatmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    heatmap.measure = "size"
    end = timestamp(heatmap._shown().end)
    made = heatmap.to_png(width=300, height=220)
    assert made.name == f"BTC-size-{end:%Y-%m-%dT%H%MZ}.png"
    assert made.exists()


@pytest.mark.slow
def test_the_same_data_give_the_same_file_whenever_it_is_made(
    heatmap: LiqHeatmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for later in (0, DAY + HOUR):
        now = time.time_ns() + later
        monkeypatch.setattr(time, "time_ns", lambda now=now: now)
        monkeypatch.setattr(time, "time", lambda now=now: now / 1e9)
        monkeypatch.setattr(pd.Timestamp, "now", lambda tz=None, now=now: pd.Timestamp(now, tz=tz))
        made.append(heatmap.to_png(tmp_path / "map.png", width=500, height=360).read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(("price", "decimals"), [((80_000, 90_000), 0), ((1.0, 1.5), 2), ((0.00001, 0.00002), 6)])
def test_prices_on_the_axis_have_as_many_decimals_as_tell_them_apart(price: tuple[float, float], decimals: int) -> None:
    assert axis_decimals(price) == decimals


@pytest.mark.slow
def test_rank_gives_the_strongest_of_the_side_shown_the_strongest_colour(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    heatmap.measure = "size"
    heatmap.side, heatmap.scale, heatmap.price_style, heatmap.circles = "long", "rank", "off", False
    heatmap.profile, heatmap.panels = "off", ()
    strongest = look_up_table(heatmap.palette, "dark")[127, :3] / 255
    near = np.abs(pixels(heatmap, tmp_path)[60:360, 20:600] - strongest).max(axis=-1) < 0.01
    assert near.sum() > 20


@pytest.mark.parametrize("view", ["heatmap", "map"])
def test_a_picture_says_of_when_it_is_and_how_sure_its_clusters_are(
    heatmap: LiqHeatmap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    drawn: list[Figure] = []
    monkeypatch.setattr(FigureCanvasAgg, "print_png", lambda canvas, _path: drawn.append(canvas.figure))
    heatmap.view = view
    heatmap.to_png(tmp_path / "map.png")
    said = " ".join(text.get_text() for text in drawn[0].texts)
    assert f"data to {timestamp(heatmap.ledger.end):%Y-%m-%d %H:%M} UTC, made with liqwidget" in said
    assert "hottest first: peak, distance, est. size (low \N{EN DASH} high under other assumptions" in said
    table = heatmap.uncertainty().to_frame()
    for one in heatmap.clusters[: LOOK.listed.most]:
        row: Any = table.loc[one.id]
        assert f"est. {estimate_text(one.size)} ({estimate_range(row['size_low'], row['size_high'])})" in said


@pytest.mark.slow
def test_the_map_is_dark_on_a_light_page_unless_told(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    heatmap.price_style, heatmap.circles = "off", False

    def grounds(**options: str) -> tuple[float, float]:
        """Return how light the page and the map mostly are, 0 to 1."""
        for name, value in options.items():
            setattr(heatmap, name, value)
        picture = pixels(heatmap, tmp_path)
        return float(picture[:8].mean()), float(np.median(picture[80:300, 60:500]))

    page, dark = grounds(theme="light")
    assert page > 0.95
    assert dark < 0.15
    assert grounds(map_theme="auto")[1] > 0.9
    page, dark = grounds(theme="dark", map_theme="dark")
    assert page < 0.1
    assert dark < 0.15


@pytest.mark.slow
def test_candles_take_the_colours_of_the_convention(heatmap: LiqHeatmap, tmp_path: Path) -> None:
    heatmap.circles, heatmap.profile, heatmap.panels, heatmap.window = False, "off", (), "12h"
    fall = np.array([int(LOOK.candle_colours["green-red"].dark["fall"][i : i + 2], 16) for i in (1, 3, 5)]) / 255

    def red() -> int:
        return int((np.abs(pixels(heatmap, tmp_path)[60:360, 20:600] - fall).max(axis=-1) < 0.01).sum())

    assert red() == 0
    heatmap.candle_colours = "green-red"
    assert red() > 20


def test_prices_at_the_axis_stand_close_and_name_clusters() -> None:
    axes = Figure(figsize=(8, 6.5), dpi=100).add_axes((0, 0, 1, 0.9))
    axes.set_ylim(76_900, 100_300)
    ink = ink_of("dark")
    named = [NamedPrice(price, f"{price:,.0f}", ink.short, 1.0) for price in (91_354, 91_500, 88_300, 120_000)]
    draw_prices(axes, 88_285.9, ink, "88,285.9", ink.accent, named=named)
    assert [text for label in axes.get_yticklabels() if (text := label.get_text())] == [
        f"{price:,}" for price in range(78_000, 101_000, 2000) if price != 88_000
    ]
    assert [text.get_text().strip() for text in axes.texts] == ["91,354", "88,285.9"]
