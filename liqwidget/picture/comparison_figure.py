"""The Bokeh drawing of a comparison and of measured levels over the heatmap.

Importing this module imports ``bokeh.models`` and matplotlib's colours, so ``import liqwidget`` must not reach it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
)
from bokeh.models.annotations import Legend, LegendItem, Span, Title
from bokeh.plotting import figure as new_figure

from liqwidget.domain.amount import money
from liqwidget.look import LOOK
from liqwidget.picture.comparison_bars import FAINT, STRONG, cut_text

if TYPE_CHECKING:
    import pandas as pd
    from bokeh.models.renderers import GlyphRenderer
    from bokeh.plotting import figure

    from liqwidget.picture.comparison_bars import Drawing
    from liqwidget.picture.ink import Ink

WIDEST_LINE, THINNEST_LINE = 5.0, 1.2
"""Pixels of a measured level's line."""


_WIDTH = 900

_WHOLE = 10
"""Prices from this on are written with at most two decimals."""

_HEAD = 0.055
"""Room for the headings above the bars, as a share of the price range."""


def draw(drawing: Drawing, price: float, ink: Ink) -> figure:
    """Return the figure of a drawing; see `liqwidget.picture.comparison.comparison_figure`."""
    bars = drawing.bars
    low, high = (
        (float(bars["price_low"].min()), float(bars["price_high"].max())) if len(bars) else (price * 0.9, price * 1.1)
    )
    left, right = drawing.padded(_WIDTH - 98)
    plot = new_figure(
        width=_WIDTH,
        height=640,
        y_axis_location="right",
        x_range=Range1d(start=left, end=right),
        y_range=Range1d(start=low, end=high + _HEAD * (high - low)),
        tools="ypan,ywheel_zoom",
        active_drag="ypan",
        active_scroll="ywheel_zoom",
        toolbar_location=None,
        min_border_left=24,
        min_border_right=74,
        background_fill_color=None,
        border_fill_color=None,
        styles={"background-color": ink.background},
        outline_line_color=None,
    )
    items = _draw_bars(plot, drawing, ink)
    _draw_cuts(plot, drawing, ink)
    plot.add_layout(Span(location=0, dimension="height", line_color=ink.faint, line_width=1))
    _draw_price(plot, right, price, ink)
    _draw_text(plot, drawing, high, ink)
    _style_axes(plot, drawing, low, ink)
    plot.add_layout(
        Legend(
            items=items,
            orientation="horizontal",
            background_fill_alpha=0,
            border_line_alpha=0,
            label_text_color=ink.text,
            label_text_font=LOOK.font,
            label_text_font_size="12px",
            margin=4,
            click_policy="hide",
        ),
        "below",
    )
    return plot


def draw_levels(plot: figure, lines: pd.DataFrame, ink: Ink) -> GlyphRenderer[Any]:
    """Add lines of measured levels to a figure; see `liqwidget.picture.comparison.overlay`."""
    widths = THINNEST_LINE + (WIDEST_LINE - THINNEST_LINE) * lines["share"]
    source = ColumnDataSource(
        {
            **{name: lines[name].to_numpy() for name in ("start", "end", "price", "size")},
            "side": lines["side"].tolist(),
            "color": [getattr(ink, side) for side in lines["side"]],
            "width": widths.to_numpy(),
            "casing": (widths + 2.4).to_numpy(),
        },
        name="measured-levels",
    )
    places: dict[str, Any] = {
        "x0": "start",
        "x1": "end",
        "y0": "price",
        "y1": "price",
        "source": source,
        "level": "glyph",
    }
    plot.segment(
        **places, line_color=ink.background, line_width="casing", line_alpha=0.75, name="measured-levels-casing"
    )
    return cast(
        "GlyphRenderer[Any]",
        plot.segment(**places, line_color="color", line_width="width", line_alpha=1.0, name="measured-levels-lines"),
    )


def _draw_bars(plot: figure, drawing: Drawing, ink: Ink) -> list[LegendItem]:
    bars = drawing.bars
    items = []
    for kind in ("estimated", "measured", "difference"):
        for side in ("short", "long"):
            rows = bars[(bars["kind"] == kind) & (bars["side"] == side)]
            if rows.empty:
                continue
            colour = getattr(ink, side)
            texts = {
                f"{name}_text": [money(amount, drawing.quote) for amount in rows[name]]
                for name in ("estimated", "scaled", "measured")
            }
            texts |= {name: [f"{edge:,.7g}" for edge in rows[name]] for name in ("price_low", "price_high")}
            columns = ("left", "right", "bottom", "top", "distance_pct")
            data: dict[str, Any] = {name: rows[name].to_numpy() for name in columns}
            source = ColumnDataSource(data | {"side": rows["side"].tolist()} | texts)
            renderer: Any = plot.quad(
                left="left",
                right="right",
                bottom="bottom",
                top="top",
                source=source,
                fill_color=colour,
                fill_alpha=FAINT if kind == "estimated" else STRONG,
                line_color=colour if kind == "estimated" else None,
                line_width=1,
            )
            word = {"estimated": "est. ", "measured": "measured ", "difference": "measured - est., "}[kind]
            items.append(LegendItem(label=value(word + side), renderers=[renderer]))
    renderers: Any = [item.renderers[0] for item in items]
    plot.add_tools(
        HoverTool(
            renderers=renderers,
            tooltips=[
                ("", "@side, @distance_pct{+0.0} %"),
                ("price", "@price_low to @price_high"),
                ("measured", "@measured_text"),
                ("est., scaled", "@scaled_text"),
                ("est.", "@estimated_text"),
            ],
        )
    )
    return items


def _draw_cuts(plot: figure, drawing: Drawing, ink: Ink) -> None:
    """Write the amount beside each bar that is cut."""
    cut = drawing.bars[drawing.bars["cut"]]
    for right in (True, False):
        rows = cut[(cut["amount"] > 0) == right]
        if len(rows):
            plot.text(
                x=(rows["right"] if right else rows["left"]).to_numpy(),
                y=((rows["bottom"] + rows["top"]) / 2).to_numpy(),
                text=[cut_text(amount, drawing.quote) for amount in rows["amount"]],
                text_color=ink.text,
                text_font=value(LOOK.font),
                text_font_size="11px",
                text_align="left" if right else "right",
                text_baseline="middle",
                x_offset=4 if right else -4,
            )


def _draw_price(plot: figure, right: float, price: float, ink: Ink) -> None:
    plot.add_layout(Span(location=price, dimension="width", line_color=ink.text, line_width=1, line_dash=[4, 3]))
    plate: dict[str, Any] = {"background_fill_color": ink.text, "padding": 2}
    plot.text(
        x=[right],
        y=[price],
        text=[f"{price:,.7g}"],
        text_color=ink.background,
        text_font=value(LOOK.font),
        text_font_size="11px",
        text_font_style="bold",
        text_align="right",
        text_baseline="middle",
        x_offset=-4,
        level="overlay",
        **plate,
    )


def _draw_text(plot: figure, drawing: Drawing, high: float, ink: Ink) -> None:
    style: dict[str, Any] = {"text_font": LOOK.font}
    if drawing.simulated:
        said = LOOK.simulated
        plate: dict[str, Any] = {"background_fill_color": said.ground, "text_color": said.ink, "text_font_size": "12px"}
        plot.add_layout(Title(text=said.banner, align="center", **plate, **style), "above")
    plot.add_layout(
        Title(text=drawing.subtitle(), text_color=ink.faint, text_font_size="12px", text_font_style="normal", **style),
        "above",
    )
    plot.add_layout(Title(text=drawing.title, text_color=ink.text, text_font_size="15px", **style), "above")
    left, right = drawing.heads
    for head, align in ((left, "right"), (right, "left")):
        plot.text(
            x=[0],
            y=[high],
            text=[head],
            text_color=ink.text,
            text_font=value(LOOK.font),
            text_font_size="12px",
            text_align=align,
            text_baseline="bottom",
            x_offset=-8 if align == "right" else 8,
            y_offset=-5,
        )


def _style_axes(plot: figure, drawing: Drawing, low: float, ink: Ink) -> None:
    ticks = drawing.ticks
    plot.xaxis.ticker = FixedTicker(ticks=list(ticks))
    labels: dict[Any, Any] = dict(ticks)
    plot.xaxis.major_label_overrides = labels
    if low >= _WHOLE:
        plot.yaxis.formatter = NumeralTickFormatter(format="0,0.[00]")
    for axis in (*plot.xaxis, *plot.yaxis):
        axis.axis_line_color = None
        axis.major_tick_line_color = None
        axis.minor_tick_line_color = None
        axis.major_label_text_color = ink.faint
        axis.major_label_text_font = LOOK.font
        axis.major_label_text_font_size = "11px"
    for grid in (*plot.xgrid, *plot.ygrid):
        grid.grid_line_color = ink.faint
        grid.grid_line_alpha = 0.14
