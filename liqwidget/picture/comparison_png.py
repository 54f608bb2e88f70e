"""A static picture of a comparison, drawn by matplotlib from the same bars and colours as the Bokeh figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from liqwidget.picture.comparison_bars import FAINT, STRONG, cut_text
from liqwidget.picture.sheet import headings, png_bytes, sheet
from liqwidget.picture.simulated import BANNER, draw_simulated_sheet
from liqwidget.picture.words import literally

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from liqwidget.picture.comparison_bars import Drawing
    from liqwidget.picture.ink import Ink

_NARROW = 640
"""Pixels under which the legend takes two lines."""

_NEAR = 0.028
"""A label of the price axis nearer to the price's own, as a share of the axis, is left out."""

_LETTER = 7.0
_MARGINS = 16, 84, 62, 86
"""Pixels left, right, below and above the plot."""
_HEADS, _ROOM_FOR_BANNER = 26, BANNER + 2
"""Pixels of the headings above the plot, and how much more room a banner above them takes."""


@literally
def png(drawing: Drawing, price: float, ink: Ink, size: tuple[int, int]) -> bytes:
    """Return the picture of a drawing as PNG.

    Raises
    ------
    DataError
        If it is under 480 x 320 pixels.
    """
    width, height = size
    figure = sheet(size, ink)
    left, right, below, above = _MARGINS
    below += 0 if width >= _NARROW else 20
    above += _ROOM_FOR_BANNER if drawing.simulated else 0
    place = (left / width, below / height, 1 - (left + right) / width, 1 - (below + above) / height)
    axes = figure.add_axes(place, facecolor=ink.background)
    _draw_bars(axes, drawing, ink)
    _draw_axes(axes, drawing, price, ink)
    _draw_heads(axes, drawing, width - left - right, ink)
    if drawing.simulated:
        draw_simulated_sheet(figure, (place[0], place[1], place[2], place[3] + _HEADS / height))
    headings(figure, left, drawing.title, drawing.subtitle(width / _LETTER), ink)
    figure.legend(
        handles=_keys(drawing.bars, ink),
        loc="lower center",
        ncols=4 if width >= _NARROW else 2,
        frameon=False,
        fontsize=9,
        labelcolor=ink.text,
        bbox_to_anchor=(0.5, 6 / height),
    )
    return png_bytes(figure)


def _draw_bars(axes: Axes, drawing: Drawing, ink: Ink) -> None:
    bars = drawing.bars
    for (kind, side), rows in bars.groupby(["kind", "side"], sort=True):
        colour = getattr(ink, str(side))
        axes.barh(
            (rows["bottom"] + rows["top"]) / 2,
            rows["right"] - rows["left"],
            rows["top"] - rows["bottom"],
            rows["left"],
            color=colour,
            alpha=FAINT if kind == "estimated" else STRONG,
            zorder=2 if kind == "estimated" else 3,
        )
    cut = bars[bars["cut"]]
    middle = (cut["bottom"] + cut["top"]).to_numpy() / 2
    for amount, end, price in zip(cut["amount"], cut["left"] + cut["right"], middle, strict=True):
        axes.annotate(
            cut_text(amount, drawing.quote),
            (end, price),
            xytext=(4 if amount > 0 else -4, 0),
            textcoords="offset points",
            ha="left" if amount > 0 else "right",
            va="center",
            fontsize=8.5,
            color=ink.text,
            zorder=4,
        )


def _draw_axes(axes: Axes, drawing: Drawing, price: float, ink: Ink) -> None:
    bars = drawing.bars
    if len(bars):
        axes.set_ylim(float(bars["price_low"].min()), float(bars["price_high"].max()))
    else:
        axes.set_ylim(price * 0.9, price * 1.1)
        axes.text(
            0.5,
            0.75,
            "nothing measured or estimated in this range",
            transform=axes.transAxes,
            ha="center",
            color=ink.text,
        )
    low, high = axes.get_ylim()
    near = _NEAR * (high - low)
    ticks = drawing.ticks
    axes.set_xticks(list(ticks), list(ticks.values()))
    axes.yaxis.tick_right()
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: "" if abs(value - price) < near else f"{value:,.7g}"))
    axes.tick_params(colors=ink.faint, labelsize=9, length=0)
    axes.grid(color=ink.faint, alpha=0.14, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.axvline(0, color=ink.faint, linewidth=0.8, zorder=4)
    axes.axhline(price, color=ink.text, linewidth=0.8, linestyle=(0, (4, 3)), alpha=0.85, zorder=5)
    axes.annotate(
        f" {price:,.7g}",
        (1, price),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=9,
        weight="bold",
        color=ink.background,
        bbox={"facecolor": ink.text, "edgecolor": "none", "pad": 1.5},
        zorder=7,
    )


def _draw_heads(axes: Axes, drawing: Drawing, pixels: float, ink: Ink) -> None:
    """Write the headings left and right of zero; where the left one does not fit, both from the left edge."""
    left, right = drawing.padded(pixels)
    axes.set_xlim(left, right)
    heads = drawing.heads
    fits = -left / (right - left) * pixels > len(heads[0]) * _LETTER
    placed = (
        ((heads[0], 0.0, "right"), (heads[1], 0.0, "left"))
        if fits or not heads[0]
        else (("   ".join(heads), left, "left"),)
    )
    for head, where, align in placed:
        axes.annotate(
            head,
            (where, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-6 if align == "right" else 6, 5),
            textcoords="offset points",
            ha=align,
            va="bottom",
            color=ink.text,
            fontsize=9.5,
        )


def _keys(bars: pd.DataFrame, ink: Ink) -> list[Patch]:
    """Return the legend's patches, in the order of the bars' kinds."""
    words = {"estimated": "est. ", "measured": "measured ", "difference": "measured - est., "}
    return [
        Patch(color=getattr(ink, side), alpha=FAINT if kind == "estimated" else STRONG, label=word + side)
        for kind, word in words.items()
        for side in ("short", "long")
        if ((bars["kind"] == kind) & (bars["side"] == side)).any()
    ]
