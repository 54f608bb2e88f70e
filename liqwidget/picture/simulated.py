"""What a picture of the simulated market says across its top and on itself, so that no copy of it passes as real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from liqwidget.look import LOOK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TALL = 20
"""Pixels of the banner."""
_LETTERS = 11.0
"""A letter of the watermark is this part of the map's width."""


def draw_simulated(figure: Figure, axes: Axes) -> None:
    """Draw a banner across the top of the main panel, and a watermark over it."""
    said = LOOK.simulated
    left, bottom, wide, high = axes.get_position().bounds
    tall = _TALL / figure.bbox.height
    banner = figure.add_axes((left, bottom + high - tall, wide, tall), facecolor=said.ground, zorder=5)
    banner.tick_params(length=0, labelbottom=False, labelleft=False)
    banner.spines[:].set_visible(False)
    inside: dict[str, Any] = {"ha": "center", "va": "center", "parse_math": False}
    size = min(9.0, 1.1 * wide * figure.bbox.width / len(said.banner))
    banner.text(0.5, 0.45, said.banner, color=said.ink, weight="bold", fontsize=size, **inside)
    axes.text(
        0.5, 0.5, said.watermark, transform=axes.transAxes, color=LOOK.neutral, alpha=said.strength, weight="bold",
        fontsize=wide * figure.bbox.width / _LETTERS, rotation=said.angle, zorder=7, **inside,
    )  # fmt: skip
