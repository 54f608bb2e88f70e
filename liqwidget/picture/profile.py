"""What stands by price, on a static picture: the profile beside the heat, and the liquidation map in its place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba

from liqwidget.domain.amount import half_up, money, per_cell_words, price_text
from liqwidget.domain.lattice import price_cell_coordinate, price_cell_edge
from liqwidget.domain.leverage import group_indices
from liqwidget.field.parts import by_group
from liqwidget.look import LOOK
from liqwidget.picture.axes import axis_decimals, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from liqwidget.picture.ink import Ink
    from liqwidget.widget.scene import Scene

Floats = npt.NDArray[np.float64]

_ROOM = LOOK.profile.room
_CASING, _CURVE = (72 * width / 100 for width in (LOOK.curve.casing, LOOK.curve.width))
"""Points of the curves of what adds up."""
_SMALL = 8
_ROOM_FOR_CAPTION = 150
"""Pixels of a profile that has room to say what its bars are."""
_LEAST = 1e-6
"""Of the highest price in sight: nothing stands lower."""
_SLIP = 1e-9
"""Cells by which an edge may miss a border and still mean it."""
_STEPS = 240
"""Of the curves of what adds up."""
_CAPTION = 55
"""Pixels that the captions of the map begin and end outside of it."""


def stacked(view: Scene, edges: Floats) -> Floats:
    """Return what stands between price edges at the end shown, apart as the view's profile stacks it.

    Parameters
    ----------
    view : Scene
        Its venues and leverage groups count; ``profile`` says whether rows are venues, else they are leverage groups.
    edges : ndarray of float64, shape (K + 1,)
        Ascending prices [quote/base].

    Returns
    -------
    ndarray of float64, shape (R, 2, K)
        Quote currency by row and by side, longs first; summed over rows it is `liqwidget.profile`.
    """
    settings = view.settings
    groups = group_indices(settings.leverage)
    parts = by_group(view.session.ledger.only(settings.venues), view.session.end(settings), edges, groups)
    return np.asarray(parts.sum(axis=1 if view.profile == "venue" else 0))


def cell_bars(view: Scene, price: tuple[float, float], most: float) -> tuple[Floats, Floats]:
    """Return the bars over a range of prices: each shows the fullest price cell of those that it covers.

    Parameters
    ----------
    view : Scene
        Its side decides which cells count.
    price : (float, float)
        What is in sight [quote/base].
    most : float
        About how many bars there is room for; where cells are narrower, the same whole cells always share one.

    Returns
    -------
    edges, values : ndarray of float64, shapes (2, N) and (R, 2, N)
        Low and high of each bar [quote/base], and what stands in its fullest cell, rows and sides as in `stacked`
        [quote per price cell]: the largest does not depend on `most`.
    """
    cells = np.arange(*_cells_between(price))
    parts = stacked(view, price_cell_edge(np.append(cells, cells[-1] + 1)))
    for index, side in enumerate(("long", "short")):
        if view.side not in ("both", side):
            parts[:, index] = 0.0
    together = max(math.ceil(len(cells) / max(most, 1)), 1)
    bars, starts = np.unique(cells // together, return_index=True)
    totals = parts.sum(axis=(0, 1))
    fullest = np.array(
        [start + int(np.argmax(part)) for start, part in zip(starts, np.split(totals, starts[1:]), strict=True)]
    )
    return price_cell_edge(np.stack([bars, bars + 1]) * together), parts[..., fullest]


def _cells_between(price: tuple[float, float]) -> tuple[int, int]:
    """Return the first cell of a range of prices and the one after the last."""
    first = math.floor(float(price_cell_coordinate(max(price[0], price[1] * _LEAST))) + _SLIP)
    return first, max(math.ceil(float(price_cell_coordinate(price[1])) - _SLIP), first + 1)


def sums(view: Scene, edges: Floats, last: float) -> Floats:
    """Return what stands between the last price and each edge, shape (2, K + 1): longs below it, shorts above.

    Quote currency; NaN on the other side of the last price.
    """
    marks = np.unique(np.append(edges, last))
    values = stacked(view, marks).sum(axis=0)
    upward = np.concatenate([np.zeros((2, 1)), np.cumsum(values, axis=1)], axis=1)
    upward -= upward[:, [int(np.searchsorted(marks, last))]]
    found = np.abs(upward[:, np.searchsorted(marks, edges)])
    found[0, edges > last] = found[1, edges < last] = np.nan
    return np.asarray(found)


def draw_profile(axes: Axes, view: Scene, price: tuple[float, float], ink: Ink, theme: str) -> float:
    """Draw stacked bars along the price axis, and what adds up from the last price; return the largest sum [quote]."""
    last, quote = _last(view), str(view.market_state["unit"])
    bars = cell_bars(view, price, max(axes.bbox.height / LOOK.profile.bar, LOOK.profile.fewest))
    most = _draw_bars(axes, view, bars, ink, theme, upright=False)
    largest = _draw_sums(axes, view, np.linspace(*price, _STEPS + 1), ink, most, upright=False)
    axes.set_xlim(0, max(most, 1e-9) / _ROOM)
    axes.set_ylim(*price)
    if price[0] < last < price[1]:
        axes.axhline(last, color=ink.accent, linewidth=0.8, linestyle=(0, (4, 3)), zorder=5)
    _bare(axes)
    axes.axvline(0, color=ink.faint, linewidth=0.8, alpha=0.6)
    small: dict[str, Any] = {"fontsize": _SMALL, "color": ink.faint, "transform": axes.transAxes, "va": "top"}
    below = -7 / axes.bbox.height
    apart = axes.bbox.width >= _ROOM_FOR_CAPTION
    unit = 0.0 if apart else 1.0, below if apart else below - 14 / axes.bbox.height
    axes.text(*unit, per_cell_words(quote), ha="left" if apart else "right", **small)
    axes.text(1, below, money(most, quote).removesuffix(f" {quote}") if most > 0 else "", ha="right", **small)
    return largest


def draw_map(axes: Axes, view: Scene, ink: Ink, theme: str) -> float:
    """Draw the liquidation map: price across, what stands up, what adds up from the last price.

    Returns how high an amount on the axis of what adds up is, as a share of what it would be on the other.
    """
    last, quote, look = _last(view), str(view.market_state["unit"]), LOOK.map
    low, high = last * (1 - look.reach), last * (1 + look.reach)
    bars = cell_bars(view, (low, high), max(axes.bbox.width / look.bar, look.fewest))
    most = _draw_bars(axes, view, bars, ink, theme, upright=True)
    largest = _draw_sums(axes, view, np.linspace(low, high, _STEPS + 1), ink, most, upright=True)
    axes.set_xlim(low, high)
    axes.set_ylim(0, max(most, 1e-9) / look.room)
    axes.axvline(last, color=ink.accent, linewidth=1.0, linestyle=(0, (4, 3)), zorder=5)
    decimals = axis_decimals((low, high))
    accent: dict[str, Any] = {"color": ink.accent, "fontsize": 9, "weight": "bold", "ha": "center", "va": "bottom"}
    said = price_text(last, int(view.market_state["price_decimals"]))
    axes.annotate(said, (last, 1), xycoords=("data", "axes fraction"), **accent)
    _bare(axes)
    across = ticks(low, high, max(int(axes.bbox.width / look.tick_room), 2))
    axes.set_xticks(across, [price_text(price, decimals) for price in across])
    up = ticks(0, most, look.ticks)
    axes.set_yticks(up, [money(value, quote) for value in up])
    axes.tick_params(colors=ink.faint, labelsize=9, length=0, labelbottom=True, labelleft=True)
    axes.grid(visible=True, axis="y", color=ink.faint, alpha=look.grid, linewidth=0.6)
    axes.set_axisbelow(True)
    summed = axes.secondary_yaxis("right", functions=_scaled(largest / most if most > 0 else 1.0))
    reached = ticks(0, largest, look.ticks)
    summed.set_yticks(reached, [money(value, quote) for value in reached])
    summed.tick_params(colors=ink.faint, labelsize=9, length=0)
    summed.spines["right"].set_visible(False)
    small: dict[str, Any] = {"fontsize": _SMALL, "color": ink.faint, "va": "bottom", "transform": axes.transAxes}
    out = _CAPTION / axes.bbox.width
    axes.text(-out, 1.005, per_cell_words(quote), ha="left", **small)
    axes.text(1 + out, 1.005, "est. from last price", ha="right", **small)
    return most / largest if largest > 0 else 1.0


def stack_colour(view: Scene, theme: str, side: str, row: int, count: int) -> Any:
    """Return the colour of a row of the stack, of a side of that colour."""
    return venue_colour(row, theme) if view.profile == "venue" else shade(side, row, count)


def venue_colour(index: int, theme: str) -> str:
    """Return the colour of a venue."""
    colours = LOOK.venues[theme]
    return colours[index % len(colours)]


def shade(colour: str, index: int, count: int) -> tuple[float, float, float, float]:
    """Return a side's colour for a leverage group: the nearer the liquidation, the stronger."""
    share = index / (count - 1) if count > 1 else 0.0
    return to_rgba(colour, half_up(100 * (1 - (1 - LOOK.faintest_share) * share)) / 100)


def _scaled(factor: float) -> Any:
    return (lambda value: value * factor), (lambda value: value / factor)


def _last(view: Scene) -> float:
    return float(view.market_state["last_price"])


def _draw_bars(axes: Axes, view: Scene, bars: tuple[Floats, Floats], ink: Ink, theme: str, *, upright: bool) -> float:
    """Draw stacked bars as `cell_bars` returns them, from 0; return the largest [quote per price cell].

    Whoever calls it sets the limits of the axes.
    """
    edges, parts = bars
    gap = (0.06 if upright else 0.0) * (edges[1] - edges[0])
    low, high = edges[0] + gap, edges[1] - gap
    base = np.zeros(len(low))
    drawn: dict[str, Any] = {"linewidths": 0, "zorder": 2, "antialiaseds": upright, "snap": False}
    for row, values in enumerate(parts):
        for side, amounts in zip((ink.long, ink.short), values, strict=True):
            near, far = base, base + amounts
            some = far > near
            colour = stack_colour(view, theme, side, row, len(parts))
            corners = [(near, low), (far, low), (far, high), (near, high)]
            places = np.stack([np.stack(corner[::-1] if upright else corner, -1)[some] for corner in corners], 1)
            axes.add_collection(PolyCollection(list(places), facecolors=[colour], **drawn), autolim=False)
            base = far
    return float(base.max(initial=0.0))


def _draw_sums(axes: Axes, view: Scene, edges: Floats, ink: Ink, most: float, *, upright: bool) -> float:
    """Draw what adds up from the last price, the largest as long as the largest bar; return that sum [quote]."""
    added = sums(view, edges, _last(view))
    shown = [view.side in ("both", side) for side in ("long", "short")]
    known = added[shown][np.isfinite(added[shown])]
    largest = float(known.max(initial=0.0))
    if largest > 0:
        for values, colour, drawn in zip(added, (ink.long, ink.short), shown, strict=True):
            if drawn:
                line = edges, values / largest * most
                for ground, wide in ((ink.background, _CASING), (colour, _CURVE)):
                    axes.plot(*(line if upright else line[::-1]), color=ground, linewidth=wide, zorder=4)
    return largest


def _bare(axes: Axes) -> None:
    axes.tick_params(length=0, labelbottom=False, labelleft=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
