"""A static picture of venues beside each other, drawn by matplotlib: a profile a venue, over the same prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter

from liqwidget.domain.amount import estimate_text, money
from liqwidget.picture.comparison_bars import SIMULATED_MARKET
from liqwidget.picture.sheet import headings, png_bytes, sheet
from liqwidget.picture.simulated import BANNER, draw_simulated_sheet
from liqwidget.picture.words import literally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from liqwidget.picture.ink import Ink
    from liqwidget.study.clusters import Cluster
    from liqwidget.trust.venue_comparison import VenueComparison

_MARGINS = 16, 188, 34, 112
"""Pixels left, right, below and above the plots."""

_HEADS, _ROOM_FOR_BANNER = 32, BANNER + 2
"""Pixels from the plots to the middle of the venues' names, and how much more room a banner above them takes."""

_BETWEEN = 10
"""Pixels between two venues."""

_NARROW = 96
"""Pixels of a column under which its amount is left out of its head."""

_SHOWN = 0.02
"""Prices are shown out to the last range that holds at least this share of the fullest one, on any venue."""

_CLUSTERS = 8
_LABEL = 17
"""Pixels between two labels of clusters at the least."""

_LETTER = 6.4


@literally
def png(comparison: VenueComparison, ink: Ink, size: tuple[int, int]) -> bytes:
    """Return the picture of a comparison of venues as PNG.

    Raises
    ------
    DataError
        If it is under 480 x 320 pixels.
    """
    width, height = size
    figure = sheet(size, ink)
    left, right, below, above = _MARGINS
    above += _ROOM_FOR_BANNER if comparison.simulated else 0
    count = len(comparison.venues)
    each = (width - left - right - _BETWEEN * (count - 1)) / count
    low, high = _shown(comparison)
    clusters = [part for part in comparison.clusters if low < part.peak_price < high][:_CLUSTERS]
    sizes, shares = (comparison.table[name].to_numpy(dtype=np.float64) for name in ("size", "share"))
    for number, venue in enumerate(comparison.venues):
        start = left + number * (each + _BETWEEN)
        place = (start / width, below / height, each / width, 1 - (below + above) / height)
        axes = figure.add_axes(place, facecolor=ink.background)
        _draw_venue(axes, comparison, number, ink)
        axes.set_ylim(low, high)
        _draw_clusters(axes, venue, clusters, ink)
        share, amount = shares[number], money(sizes[number], comparison.quote)
        top = 1 - (above - _HEADS) / height
        figure.text(start / width, top, venue, color=ink.text, fontsize=10.5, weight="bold", va="center")
        said = f"{amount} · {share:.0%}" if each >= _NARROW else f"{share:.0%}"
        figure.text(start / width, top - 19 / height, said, color=ink.faint, fontsize=9, va="center")
    _draw_prices(axes, comparison.price, ink)
    _label_clusters(axes, comparison, clusters, (high - low) / (height - below - above), ink)
    if comparison.simulated:
        under = (_HEADS + 12) / height
        high_enough = 1 - (below + above) / height + under
        draw_simulated_sheet(figure, (left / width, below / height, 1 - (left + right) / width, high_enough))
    simulated = SIMULATED_MARKET if comparison.simulated else ""
    title = f"{comparison.symbol} · {simulated}est. {_words(comparison)} by venue"
    notes = [
        f"{comparison.at:%Y-%m-%d %H:%M} UTC",
        "each venue to its own scale",
        "line: all venues together",
        "dot: cluster, filled where the venue's own map peaks in it",
    ]
    while sum(map(len, notes)) * _LETTER > width - left * 2 and len(notes) > 1:
        notes.pop()
    headings(figure, left, title, " · ".join(notes), ink)
    return png_bytes(figure)


def _words(comparison: VenueComparison) -> str:
    return "size" if comparison.measure == "size" else f"size expected in {comparison.horizon}"


def _shown(comparison: VenueComparison) -> tuple[float, float]:
    """Return the prices between which anything is worth showing, the last price among them."""
    values = np.maximum(comparison.long, comparison.short)
    most = values.max(axis=1, keepdims=True)
    filled = np.flatnonzero((values > _SHOWN * np.where(most > 0, most, 1.0)).any(axis=0))
    edges = comparison.edges
    if not len(filled):
        return float(edges[0]), float(edges[-1])
    return min(float(edges[filled[0]]), comparison.price), max(float(edges[filled[-1] + 1]), comparison.price)


def _draw_venue(axes: Axes, comparison: VenueComparison, number: int, ink: Ink) -> None:
    edges = comparison.edges
    for values, colour in ((comparison.long[number], ink.long), (comparison.short[number], ink.short)):
        axes.stairs(values, edges, orientation="horizontal", fill=True, color=colour, zorder=2)
    own, every = comparison.long + comparison.short, (comparison.long + comparison.short).sum(axis=0)
    scaled = every * (own[number].sum() / (every.sum() or 1.0))
    if len(own) > 1:
        axes.stairs(scaled, edges, orientation="horizontal", fill=False, color=ink.text, linewidth=0.9, zorder=3)
    axes.set_xlim(0, float(max(own[number].max(), scaled.max())) * 1.12 or 1.0)
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.tick_params(labelright=False, length=0)
    axes.grid(axis="y", color=ink.faint, alpha=0.14, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.axvline(0, color=ink.faint, linewidth=0.8, zorder=3)
    price = float(comparison.table["last_price"].iloc[number])
    axes.axhline(price, color=ink.text, linewidth=0.8, linestyle=(0, (4, 3)), alpha=0.85, zorder=4)


def _draw_clusters(axes: Axes, venue: str, clusters: list[Cluster], ink: Ink) -> None:
    for cluster in clusters:
        colour = getattr(ink, cluster.side.label)
        axes.plot(
            [0.965],
            [cluster.peak_price],
            transform=axes.get_yaxis_transform(),
            marker="o",
            markersize=6,
            markeredgecolor=colour,
            markerfacecolor=colour if venue in cluster.agreeing_venues else ink.background,
            markeredgewidth=1.3,
            zorder=6,
            clip_on=False,
        )


def _draw_prices(axes: Axes, price: float, ink: Ink) -> None:
    """Label the price axis, at the right of the last venue."""
    low, high = axes.get_ylim()
    near = 0.028 * (high - low)
    axes.tick_params(labelright=True, colors=ink.faint, labelsize=9, pad=5)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: "" if abs(value - price) < near else f"{value:,.7g}"))
    axes.annotate(
        f"{price:,.7g}",
        (1, price),
        xycoords=("axes fraction", "data"),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
        weight="bold",
        color=ink.background,
        bbox={"facecolor": ink.text, "edgecolor": "none", "pad": 1.5},
        zorder=7,
    )


def _label_clusters(axes: Axes, comparison: VenueComparison, clusters: list[Cluster], step: float, ink: Ink) -> None:
    """Write each cluster's size and how many venues show it, outside of the prices; larger ones first."""
    sizes, venues = comparison.measure == "size", len(comparison.venues)
    placed: list[float] = []
    for cluster in clusters:
        if any(abs(cluster.peak_price - other) < _LABEL * step for other in placed):
            continue
        placed.append(cluster.peak_price)
        amount = estimate_text(cluster.size if sizes else cluster.expected_size, comparison.quote)
        axes.annotate(
            f"{amount} · {cluster.venues_agreeing} of {venues}",
            (1, cluster.peak_price),
            xycoords=("axes fraction", "data"),
            xytext=(60, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=getattr(ink, cluster.side.label),
        )
