"""What a picture of the simulated market says across its top and on itself, so that no copy of it passes as real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.look import LOOK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from liqwidget.picture.layout import Place

BANNER = 20
"""Pixels of the banner's height."""
_LETTERS = 11.0
"""A letter of the watermark is this part of the map's width."""
_INSIDE: dict[str, Any] = {"ha": "center", "va": "center", "parse_math": False}


def draw_simulated(figure: Figure, axes: Axes) -> None:
    """Draw a banner across the top of the main panel, and a watermark over it."""
    said = LOOK.simulated
    left, bottom, wide, high = axes.get_position().bounds
    draw_banner(figure, (left, bottom + high - BANNER / figure.bbox.height, wide, BANNER / figure.bbox.height))
    axes.text(
        0.5, 0.5, said.watermark, transform=axes.transAxes, color=LOOK.neutral, alpha=said.strength, weight="bold",
        fontsize=wide * figure.bbox.width / _LETTERS, rotation=said.angle, zorder=7, **_INSIDE,
    )  # fmt: skip


def draw_simulated_sheet(figure: Figure, place: Place) -> None:
    """Draw a banner above a place that holds several panels, or text over its top, and a watermark over all of it."""
    said = LOOK.simulated
    left, bottom, wide, high = place
    draw_banner(figure, (left, bottom + high, wide, BANNER / figure.bbox.height))
    figure.text(
        left + wide / 2, bottom + high / 2, said.watermark, color=LOOK.neutral, alpha=said.strength, weight="bold",
        fontsize=wide * figure.bbox.width / _LETTERS, rotation=said.angle, zorder=7, **_INSIDE,
    )  # fmt: skip


def draw_banner(figure: Figure, place: Place) -> None:
    """Draw the banner in a place."""
    said = LOOK.simulated
    wide = place[2] * figure.bbox.width
    banner = figure.add_axes(place, facecolor=said.ground, zorder=5)
    banner.tick_params(length=0, labelbottom=False, labelleft=False)
    banner.spines[:].set_visible(False)
    size = min(9.0, 1.1 * wide / len(said.banner))
    banner.text(0.5, 0.45, said.banner, color=said.ink, weight="bold", fontsize=size, **_INSIDE)
