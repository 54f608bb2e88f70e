"""The one definition of the Bokeh figure; the browser fills it, exports reuse it, the analyst may add to it.

Models that the front end works with carry a name that starts with ``liq-``. Importing this module imports
``bokeh.models`` and ``bokeh.plotting`` (about 0.8 s), so ``import liqwidget`` must not reach it.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from bokeh.core.properties import value
from bokeh.document import Document
from bokeh.models import (
    BasicTicker,
    BoxSelectTool,
    ColumnDataSource,
    CrosshairTool,
    DatetimeTicker,
    DatetimeTickFormatter,
    Node,
    NumeralTickFormatter,
    PanTool,
    Range1d,
    WheelZoomTool,
)
from bokeh.models.annotations import BoxAnnotation, Label, Span
from bokeh.models.renderers import GlyphRenderer
from bokeh.plotting import figure

from liqwidget.look import LOOK
from liqwidget.widget.empty_figure import empty_document_json

FONT = LOOK.font
FOREGROUND = LOOK.neutral
GROUND = LOOK.themes["dark"].ground
"""The front end sets the colours of the theme when it shows the figure."""

# Bokeh's stubs do not know these properties, or only in part.
_PLATE: dict[str, Any] = {
    "padding": 3,
    "border_radius": 3,
    "background_fill_color": GROUND,
    "background_fill_alpha": LOOK.plate,
}


ALONE = "Empty without its heatmap, which fills it: save it with h.to_html() or h.to_png(), show it as h"
"""What the figure says where Bokeh shows it by itself or in a layout, and nothing fills it."""


def build_figure() -> figure:
    """Build the empty heatmap figure.

    Returns
    -------
    figure
        A figure named ``liq-figure``: milliseconds of UTC on x, price [quote / base] on a y axis at the right.
        Its sources hold no rows; ``liq-heat``, ``liq-candles``, ``liq-clusters`` and more are filled by the page.
    """
    plot = figure(
        name="liq-figure",
        x_axis_type="datetime",
        y_axis_location="right",
        x_range=Range1d(start=0, end=1, name="liq-time"),
        y_range=Range1d(start=0, end=1, name="liq-price"),
        sizing_mode="stretch_both",
        min_width=240,
        min_height=180,
        toolbar_location=None,
        tools="",
        min_border_left=0,
        min_border_right=74,
        min_border_top=6,
        min_border_bottom=24,
        outline_line_color=None,
        border_fill_color=None,
        lod_threshold=None,
    )
    _add_heat(plot)
    _add_clusters(plot)
    _add_overlays(plot)
    _add_candles(plot)
    _add_circles(plot)
    _add_opened(plot)
    for renderer in plot.renderers:
        # Nothing of it is selected or muted: without these glyphs its text is a third shorter.
        if isinstance(renderer, GlyphRenderer):
            renderer.nonselection_glyph = renderer.muted_glyph = "auto"
    _add_annotations(plot)
    _add_tools(plot)
    _style_axes(plot)
    return plot


def kept_text() -> str:
    """Return a document of nothing but the figure, as `liqwidget.widget.empty_figure` keeps it.

    It names no version, and its models have names of their own, so that no model of an analyst is called the same.
    """
    document = Document()
    document.add_root(build_figure())
    known = {**document.to_json(deferred=False), "version": ""}
    return json.dumps(_renamed(known, {}), separators=(",", ":"), allow_nan=False)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return JSON in which models are numbered as they come; `names` by those that Bokeh gave them, added to."""
    if isinstance(value, dict):
        own = value.get("id")
        name = {"id": names.setdefault(own, f"liq-{len(names) + 1}")} if isinstance(own, str) else {}
        return {key: _renamed(part, names) for key, part in value.items()} | name
    return [_renamed(part, names) for part in value] if isinstance(value, list | tuple) else value


def empty_document() -> Document:
    """Return a document whose models are those of `empty_document_json`, so that changes can be sent to it."""
    document = Document.from_json(json.loads(empty_document_json()))
    document.models.flush_synced()
    return document


def document_json(document: Document) -> str:
    """Write a Bokeh document as the JSON text that the front end reads.

    Parameters
    ----------
    document : Document
        A document whose roots include the figure of :func:`build_figure`.

    Returns
    -------
    str
        ``Document.to_json(deferred=False)`` as text: binary columns are inside it as base64.
    """
    return json.dumps(document.to_json(deferred=False), separators=(",", ":"), allow_nan=False)


def _add_heat(plot: figure) -> None:
    """Add the picture, the column of a candle that is not over, and the newest column on to the right edge."""
    for name in ("liq-heat", "liq-heat-forming", "liq-heat-ahead"):
        source = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []}, name=name)
        plot.image_rgba(
            image="image", x="x", y="y", dw="dw", dh="dh", source=source, level="image", name=f"{name}-image"
        )


def _add_candles(plot: figure) -> None:
    names = ("start", "end", "middle", "low", "high", "bottom", "top", "close", "fill", "line")
    source = ColumnDataSource({name: [] for name in names}, name="liq-candles")
    plot.segment(
        x0="middle",
        y0="low",
        x1="middle",
        y1="high",
        source=source,
        line_color=GROUND,
        line_width=LOOK.candle.halo,
        line_alpha=LOOK.candle.halo_alpha,
        name="liq-candle-halo",
    )
    plot.segment(
        x0="middle",
        y0="low",
        x1="middle",
        y1="high",
        source=source,
        line_color="line",
        line_width=1.0,
        name="liq-candle-wick",
    )
    plot.quad(
        left="start",
        right="end",
        bottom="bottom",
        top="top",
        source=source,
        fill_color="fill",
        line_color="line",
        line_width=1.0,
        name="liq-candle-body",
    )

    for name, colour, width, alpha in (
        ("liq-price-halo", GROUND, LOOK.price_line.halo, LOOK.candle.halo_alpha),
        ("liq-price-line", FOREGROUND, LOOK.price_line.width, 1.0),
    ):
        plot.line(
            x="middle", y="close", source=source, line_color=colour, line_width=width, line_alpha=alpha, visible=False,
            name=name,
        )  # fmt: skip


def _add_circles(plot: figure) -> None:
    source = ColumnDataSource({name: [] for name in ("time", "price", "size", "color")}, name="liq-circles")
    plot.scatter(
        x="time",
        y="price",
        size="size",
        source=source,
        fill_color="color",
        fill_alpha=LOOK.circle.alpha,
        line_color=GROUND,
        line_width=1.0,
        name="liq-circle-marks",
    )


def _add_clusters(plot: figure) -> None:
    names = ("id", "left", "right", "bottom", "top", "color", "fill_alpha", "line_alpha")
    bands = ColumnDataSource({name: [] for name in names}, name="liq-clusters")
    plot.quad(
        left="left", right="right", bottom="bottom", top="top", source=bands, fill_color="color", line_color="color",
        fill_alpha="fill_alpha", line_alpha="line_alpha", name="liq-cluster-bands",
    )  # fmt: skip
    brackets = ColumnDataSource({name: [] for name in ("xs", "ys", "color", "width", "alpha")}, name="liq-brackets")
    plot.multi_line(
        xs="xs", ys="ys", source=brackets, line_color=GROUND, line_width=LOOK.band.halo, line_alpha=0.6,
        name="liq-bracket-halo",
    )  # fmt: skip
    plot.multi_line(
        xs="xs", ys="ys", source=brackets, line_color="color", line_width="width", line_alpha="alpha",
        name="liq-bracket-lines",
    )  # fmt: skip
    _add_whiskers(plot)
    labels = ColumnDataSource({name: [] for name in ("x", "y", "text", "color", "alpha")}, name="liq-cluster-labels")
    plot.text(
        x="x",
        y="y",
        text="text",
        source=labels,
        text_color="color",
        text_alpha="alpha",
        text_font=value(FONT),
        text_font_size="11px",
        text_font_style="bold",
        text_align="right",
        text_baseline="middle",
        x_offset=-LOOK.label.inset - LOOK.label.plate / 2,
        **_PLATE,
        level="annotation",
        name="liq-cluster-text",
    )


def _add_overlays(plot: figure) -> None:
    """Add ranges, lines and labels of what is laid over the picture, under the candles."""
    names = ("left", "right", "bottom", "top", "color", "alpha")
    bands = ColumnDataSource({name: [] for name in names}, name="liq-overlay-bands")
    plot.quad(
        left="left", right="right", bottom="bottom", top="top", source=bands, fill_color="color", fill_alpha="alpha",
        line_color=None, name="liq-overlay-ranges",
    )  # fmt: skip
    lines = ColumnDataSource({name: [] for name in ("xs", "ys", "color", "dash")}, name="liq-overlay-lines")
    plot.multi_line(
        xs="xs", ys="ys", source=lines, line_color=GROUND, line_width=LOOK.overlay.halo,
        line_alpha=LOOK.candle.halo_alpha, name="liq-overlay-halo",
    )  # fmt: skip
    plot.multi_line(
        xs="xs", ys="ys", source=lines, line_color="color", line_width=LOOK.overlay.width, line_dash="dash",
        name="liq-overlay-strokes",
    )  # fmt: skip
    labels = ColumnDataSource({name: [] for name in ("x", "y", "text", "color")}, name="liq-overlay-labels")
    plot.text(
        x="x", y="y", text="text", source=labels, text_color="color", text_font=value(FONT), text_font_size="11px",
        text_align="left", text_baseline="middle", x_offset=LOOK.label.plate / 2, level="annotation",
        name="liq-overlay-text", **(_PLATE | {"background_fill_alpha": LOOK.overlay.plate}),
    )  # fmt: skip


def _add_whiskers(plot: figure) -> None:
    names = ("x0", "y0", "x1", "y1", "color", "width")
    source = ColumnDataSource({name: [] for name in names}, name="liq-whiskers")
    plot.segment(
        x0="x0", y0="y0", x1="x1", y1="y1", source=source, line_color=GROUND, line_width=5, line_cap="round",
        line_alpha=0.6, level="annotation", name="liq-whisker-halo",
    )  # fmt: skip
    plot.segment(
        x0="x0", y0="y0", x1="x1", y1="y1", source=source, line_color="color", line_width="width", level="annotation",
        name="liq-whisker-lines",
    )  # fmt: skip


def _add_opened(plot: figure) -> None:
    names = ("left", "right", "bottom", "top", "color", "fill_alpha")
    source = ColumnDataSource({name: [] for name in names}, name="liq-provenance")
    plot.quad(
        left="left", right="right", bottom="bottom", top="top", source=source, fill_color="color",
        fill_alpha="fill_alpha", line_color=None, level="annotation", name="liq-provenance-bars",
    )  # fmt: skip


def _add_annotations(plot: figure) -> None:
    plot.add_layout(
        Span(
            location=0,
            dimension="width",
            line_color=FOREGROUND,
            line_width=1,
            line_dash=[3, 3],
            visible=False,
            name="liq-last",
        )
    )
    plot.add_layout(
        BoxAnnotation(
            left=0,
            right=0,
            bottom=0,
            top=0,
            visible=False,
            fill_alpha=0.12,
            line_alpha=1.0,
            line_width=1.5,
            line_dash=[5, 3],
            level="overlay",
            name="liq-selection",
        )
    )
    plot.add_layout(
        BoxAnnotation(
            fill_alpha=0,
            line_alpha=0,
            hatch_pattern="right_diagonal_line",
            hatch_color=FOREGROUND,
            hatch_alpha=LOOK.hatch,
            hatch_scale=14,
            visible=False,
            name="liq-hatch",
        )
    )
    hidden: dict[str, Any] = {"text": "", "visible": False}
    # The front end takes the sentence off: whoever reads it looks at the figure without the heatmap around it.
    lines: tuple[tuple[str, Literal["top", "bottom"], int, dict[str, Any]], ...] = (
        ("liq-title", "top", 10, {"text_font_size": "13px", "text_font_style": "bold"}),
        ("liq-notice", "top", 31, {"text_font_size": "11px", "text": ALONE, "visible": True}),
        ("liq-provenance-text", "bottom", -LOOK.provenance_height - 6, {"text_font_size": "11px"}),
    )
    for name, edge, offset, style in lines:
        plot.add_layout(
            Label(
                x=Node(target="frame", symbol="left", offset=10),
                y=Node(target="frame", symbol=edge, offset=offset),
                text_font=FONT,
                text_baseline=edge,
                text_color=FOREGROUND,
                level="overlay",
                name=name,
                **_PLATE,
                **(hidden | style),
            )
        )


def _add_tools(plot: figure) -> None:
    pan, wheel = PanTool(name="liq-pan"), WheelZoomTool(name="liq-wheel")
    box = BoxSelectTool(name="liq-box", renderers=[], continuous=False)
    cross = CrosshairTool(line_color=FOREGROUND, line_alpha=0.7, line_width=1, name="liq-crosshair")
    plot.add_tools(pan, wheel, box, cross)
    plot.toolbar.active_drag = pan
    plot.toolbar.active_scroll = wheel


def _style_axes(plot: figure) -> None:
    plot.xaxis.formatter = DatetimeTickFormatter(
        seconds="%H:%M:%S",
        minsec="%H:%M:%S",
        minutes="%H:%M",
        hourmin="%H:%M",
        hours="%H:%M",
        days="%d %b",
        months="%b %Y",
        years="%Y",
        name="liq-time-format",
    )
    plot.xaxis.ticker = DatetimeTicker(name="liq-time-ticks")
    plot.yaxis.formatter = NumeralTickFormatter(format="0,0.00", name="liq-price-format")
    for axis in (*plot.xaxis, *plot.yaxis):
        axis.axis_line_color = None
        axis.major_tick_line_color = None
        axis.minor_tick_line_color = None
        axis.major_label_text_font = FONT
        axis.major_label_text_font_size = "11px"
        axis.major_label_text_color = FOREGROUND
    plot.yaxis.ticker = BasicTicker(desired_num_ticks=8)
    for grid in (*plot.xgrid, *plot.ygrid):
        grid.grid_line_color = FOREGROUND
        grid.grid_line_alpha = LOOK.themes["dark"].grid
