"""The drawing of a comparison: bars that are the sizes, three ways, and a picture wherever it is shown."""

from __future__ import annotations

import base64
import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from bokeh.document import Document
from bokeh.models import Quad

from liqwidget import LiqHeatmap, Viewport, estimate
from liqwidget.domain.lattice import price_cell_edge
from liqwidget.domain.positions import Positions
from liqwidget.errors import DataError
from liqwidget.picture.comparison import (
    LABELS,
    DrawnComparison,
    comparison_figure,
    measured_grid,
    overlay,
    segments,
)
from liqwidget.picture.comparison_bars import drawing
from liqwidget.raster.side_colours import SIDE_COLOURS
from liqwidget.trust.comparison import compare
from liqwidget.trust.measured_levels import MeasuredLevels, measured_levels
from tests.markets import walk

if TYPE_CHECKING:
    from pathlib import Path

    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure

    from liqwidget.trust.comparison_value import Comparison

END = pd.Timestamp("2026-01-05 04:00", tz="UTC")


@cache
def positions() -> Positions:
    """Return 60 positions of two snapshots around a price of about 100, one of them very large."""
    random = np.random.default_rng(4)
    side = random.choice([1, -1], 60)
    return Positions.from_frame(
        pd.DataFrame(
            {
                "time": [END - pd.Timedelta(hours=4 * (row % 2)) for row in range(60)],
                "side": np.where(side > 0, "long", "short"),
                "liquidation_price": 100 * np.exp(-side * random.uniform(0.05, 0.25, 60)),
                "size": np.append(random.exponential(5, 59), 3000),
                "account": [f"<b>{row}</b>" for row in range(60)],
            }
        )
    )


@cache
def comparison(**options: Any) -> Comparison:
    market = walk(3, 100, "1h").market()
    return compare(estimate(market), positions(), draws=20, **options)


def table_of(plot: figure, name: str) -> Any:
    """Return the data of the source of a renderer by name."""
    renderer: Any = next(part for part in plot.renderers if part.name == name)
    source: ColumnDataSource = renderer.data_source
    return source.data


def test_bars_are_the_sizes() -> None:
    frame = comparison().to_frame()
    beside, over, minus = (drawing(comparison(), how).bars for how in ("beside", "over", "minus"))
    for bars in (beside, over):
        measured = bars[bars["kind"] == "measured"]
        assert measured["amount"].sum() == pytest.approx(frame["measured"].sum())
        assert (measured["left"] == 0).all()
    assert beside[beside["kind"] == "estimated"]["amount"].sum() == pytest.approx(-frame["scaled"].sum())
    assert over[over["kind"] == "estimated"]["amount"].sum() == pytest.approx(frame["scaled"].sum())
    assert minus["amount"].tolist() == frame["difference"][frame["difference"] != 0].tolist()
    assert set(minus["kind"]) == {"difference"}


def test_a_bar_that_would_flatten_the_others_is_cut_and_says_its_amount() -> None:
    drawn = drawing(comparison(), "beside")
    cut = drawn.bars[drawn.bars["cut"]]
    assert len(cut) > 0
    assert (cut["right"] < cut["amount"]).all()
    assert drawn.bars["right"].max() <= drawn.reach[1]
    assert drawn.bars["left"].min() >= drawn.reach[0]
    low, high = drawn.padded(600)
    assert (high - drawn.reach[1]) / (high - low) * 600 == pytest.approx(66)
    assert low < drawn.reach[0]
    whole = drawn.bars[~drawn.bars["cut"]]
    np.testing.assert_array_equal(whole["right"] + whole["left"], whole["amount"])


def test_bars_do_not_overlap() -> None:
    bars = drawing(comparison(), "beside").bars
    for _, rows in bars.groupby("kind"):
        ordered = rows.sort_values("bottom")
        assert (ordered["top"].to_numpy()[:-1] < ordered["bottom"].to_numpy()[1:]).all()


def test_texts_say_what_is_estimated() -> None:
    drawn = drawing(comparison(), "beside")
    assert drawn.title == "BTC · est. and measured liquidation levels"
    assert drawn.heads == (f"← est. x {comparison().scale:.3g}", "measured →")
    assert drawn.subtitle() == (
        "2026-01-05 04:00 UTC · quote currency per 1 % of price · 30 measured positions · "
        f"{comparison().figure_of('coverage', 'long')[0]:.0%} of long, "
        f"{comparison().figure_of('coverage', 'short')[0]:.0%} of short open interest"
    )
    assert drawn.subtitle(30) == "2026-01-05 04:00 UTC"
    assert "minus est." in drawing(comparison(), "minus").title
    assert "per row" in drawing(comparison(edges=(80.0, 90.0, 95.0, 110.0, 120.0))).subtitle()
    assert 0.0 in drawn.ticks
    assert drawn.ticks[0.0] == "$0"
    assert all(drawn.reach[0] <= tick <= drawn.reach[1] for tick in drawn.ticks)
    assert any(text.startswith("\N{MINUS SIGN}$") for text in drawing(comparison(), "minus").ticks.values())
    assert not any(text.startswith("\N{MINUS SIGN}$") for text in drawn.ticks.values())


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("how", ["beside", "over", "minus"])
def test_the_figure_is_a_document(how: str, theme: str) -> None:
    plot = comparison_figure(comparison(), how, theme)
    document = Document()
    document.add_root(plot)
    text = str(document.to_json(deferred=False))
    assert "est." in text
    assert "measured" in text
    legend: Any = plot.legend[0]
    labels = [item.label.value for item in legend.items]
    kinds = {"minus": ["measured - est., "]}.get(how, ["est. ", "measured "])
    assert labels == [kind + side for kind in kinds for side in ("short", "long")]


@pytest.mark.parametrize(
    ("how", "theme", "said"),
    [
        ("under", "dark", "Expected how= as 'beside', 'over' or 'minus', was 'under'"),
        ("over", "red", "Expected theme as 'dark'"),
    ],
)
def test_ways_and_themes_are_checked(how: str, theme: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        DrawnComparison.of(comparison(), how, theme)
    with pytest.raises(DataError, match=said):
        comparison_figure(comparison(), how, theme)


@pytest.mark.slow
def test_the_sides_are_in_the_colours_chosen() -> None:
    view = DrawnComparison.of(comparison(), theme="light", side_colours="blue-orange")
    for shown, pair in ((view, "blue-orange"), (view.shown(side_colours="red-green"), "red-green")):
        quads = [model.fill_color for model in shown.figure.references() if isinstance(model, Quad)]
        assert set(quads) >= set(SIDE_COLOURS[pair].light.values())
        assert not set(quads) & {colour for name in SIDE_COLOURS if name != pair for colour in SIDE_COLOURS[name].light}
    assert view._png(640, 480) != view.shown(side_colours="red-green")._png(640, 480)
    with pytest.raises(DataError, match="Expected side_colours out of red-green, blue-orange, was 'pink'"):
        DrawnComparison.of(comparison(), side_colours="pink")


@pytest.mark.slow
def test_the_picture_is_a_png_of_the_size_asked(tmp_path: Path) -> None:
    for how in ("beside", "over", "minus"):
        path = DrawnComparison.of(comparison(), how, "light").to_png(tmp_path / f"{how}.png", width=640, height=480)
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert (int.from_bytes(content[16:20]), int.from_bytes(content[20:24])) == (640, 480)
    with pytest.raises(DataError, match="Expected a picture of at least 480 x 320 pixels, was 100 x 480"):
        DrawnComparison.of(comparison()).to_png(tmp_path / "small.png", width=100, height=480)


def test_a_notebook_shows_a_picture_with_sentences_and_figures() -> None:
    shown = DrawnComparison.of(comparison())._repr_html_()
    found = re.search(r'src="data:image/png;base64,([^"]+)"', shown)
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")
    assert shown.startswith('<div class="mathjax_ignore '), "MathJax would read what stands between two amounts"
    assert "<script" not in shown
    assert "http" not in shown
    assert all(html.escape(label, quote=False) in shown for label in LABELS.values())
    assert comparison().sentences[0] in shown
    assert shown.count("<li>") == len(comparison().sentences)


@pytest.mark.slow
def test_nothing_in_the_range_is_still_a_picture() -> None:
    far = comparison(edges=(1000.0, 1001.0, 1002.0))
    for how in ("beside", "over", "minus"):
        view = DrawnComparison.of(far, how)
        assert view.figure is view.figure
        assert "data:image/png" in view._repr_html_()
        assert "too few measured positions" in view.sentence


def test_a_view_is_the_comparison() -> None:
    view = DrawnComparison.of(comparison())
    pd.testing.assert_frame_equal(view.to_frame(), comparison().to_frame())
    assert view.agreement is comparison().agreement
    assert repr(view) == repr(comparison())
    assert view.shown("over", "light").how == "over"
    assert view.shown("over").theme == "dark"


def test_the_grid_is_the_profile_at_each_columns_end() -> None:
    levels = measured_levels(positions())
    viewport = Viewport((END - pd.Timedelta("6h"), END + pd.Timedelta("2h")), (75, 130), 8, 110)
    grid = measured_grid(levels, viewport)
    assert grid.long.shape == (110, 8)
    assert grid.measure == "size"
    for column, end in enumerate(viewport.time_edges[1:].tolist()):
        profile = levels.profile(end, grid.price_edges)
        np.testing.assert_allclose(grid.total[:, column], profile.total, rtol=1e-6)
    assert grid.total[:, 0].sum() == 0
    assert grid.total[:, -1].sum() > 0


@pytest.mark.slow
def test_levels_lie_over_the_heatmap_from_snapshot_to_snapshot(heatmap: LiqHeatmap) -> None:
    plot = heatmap.figure
    before = len(plot.renderers)
    levels = measured_levels(positions())
    renderer = overlay(plot, levels, until=END + pd.Timedelta("1h"))
    assert len(plot.renderers) == before + 2
    assert renderer.name == "measured-levels-lines"
    table = table_of(plot, "measured-levels-lines")
    assert len(table["price"]) == len(levels)
    assert set(np.unique(table["end"] - table["start"])) == {4 * 3_600_000.0, 3_600_000.0}
    assert set(table["side"]) == {"long", "short"}


def test_wider_lines_hold_more_coins() -> None:
    levels = measured_levels(positions())
    lines = segments(levels)
    order = np.argsort(levels.coins)
    assert (np.diff(lines["share"].to_numpy()[order]) >= 0).all()
    assert lines["share"].between(0, 1).all()
    assert (lines["end"].max() - lines["start"].max()) == 4 * 3_600_000.0
    assert (price_cell_edge(levels.cell) < lines["price"]).all()
    nothing: MeasuredLevels = levels.where(np.zeros(len(levels), dtype=bool))
    assert len(segments(nothing)) == 0
