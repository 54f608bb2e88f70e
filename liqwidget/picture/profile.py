"""What stands by price, on a static picture: the profile beside the heat, and the liquidation map in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from liqwidget.domain.amount import money
from liqwidget.domain.leverage import LEVERAGE_GROUPS, group_indices
from liqwidget.field.parts import by_group
from liqwidget.picture.axes import axis_decimals

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from liqwidget.picture.heatmap import Ink
    from liqwidget.picture.layout import Room
    from liqwidget.widget.scene import Scene

Floats = npt.NDArray[np.float64]

VENUES = {
    "dark": ("#cc79a7", "#56c9a8", "#f0e442", "#9aa5ff", "#e58a6b", "#8fd3ff", "#b5b5b5"),
    "light": ("#a23e7c", "#00795c", "#8a7a00", "#4a51c9", "#b0451f", "#00639c", "#6b6b6b"),
}
"""As in js/src/stack_colours.ts."""

REACH = 0.12
"""How far the liquidation map shows prices to each side of the last one, as a share of it; as js/src/map_view.ts."""

_BAR, _MAP_BAR = 3, 5
"""Pixels of price that a bar covers."""
_ROOM = 0.94
_KEY = 16
"""Pixels of a line of the legend."""
_FAINTEST = 0.14
_ONE_LINE = 130
"""Pixels of width in which the caption is one line."""
_SMALL = 8


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


def draw_profile(axes: Axes, view: Scene, price: tuple[float, float], ink: Ink, theme: str) -> None:
    """Draw stacked bars along the price axis, and what adds up from the last price."""
    last = _last(view)
    edges = _edges(price, axes.bbox.height / _BAR)
    most = _draw_bars(axes, view, edges, ink, theme, upright=False)
    _draw_sums(axes, view, edges, ink, most, upright=False)
    axes.set_xlim(0, max(most, 1e-9) / _ROOM)
    axes.set_ylim(*price)
    if price[0] < last < price[1]:
        axes.axhline(last, color=ink.accent, linewidth=0.8, linestyle=(0, (4, 3)), zorder=5)
    _bare(axes)
    axes.axvline(0, color=ink.faint, linewidth=0.8, alpha=0.6)
    by = "venue" if view.profile == "venue" else "leverage"
    plate = {"facecolor": ink.background, "edgecolor": "none", "alpha": 0.82, "pad": 1.5}
    small: dict[str, Any] = {"fontsize": _SMALL, "color": ink.faint, "transform": axes.transAxes, "zorder": 7}
    between = " " if axes.bbox.width >= _ONE_LINE else "\n"
    axes.text(0.98, 0.985, f"est. size{between}by {by}", ha="right", va="top", bbox=plate, **small)
    if most > 0:
        axes.text(_ROOM, -5 / axes.bbox.height, money(most), ha="right", va="top", **small)


def draw_map(axes: Axes, view: Scene, ink: Ink, theme: str) -> None:
    """Draw the liquidation map: price across, what stands up, what adds up from the last price."""
    last = _last(view)
    edges = _edges((last * (1 - REACH), last * (1 + REACH)), axes.bbox.width / _MAP_BAR)
    most = _draw_bars(axes, view, edges, ink, theme, upright=True)
    largest = _draw_sums(axes, view, edges, ink, most, upright=True)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, max(most, 1e-9) / _ROOM)
    axes.axvline(last, color=ink.accent, linewidth=1.0, linestyle=(0, (4, 3)), zorder=5)
    decimals = view.session.price_decimals(view.settings)
    accent: dict[str, Any] = {"color": ink.accent, "fontsize": 9, "weight": "bold", "ha": "center", "va": "bottom"}
    axes.annotate(f"{last:,.{decimals}f}", (last, 1), xycoords=("data", "axes fraction"), **accent)
    _bare(axes)
    axes.xaxis.set_major_locator(MaxNLocator(max(int(axes.bbox.width / 110), 2)))
    across = axis_decimals((edges[0], edges[-1]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.{across}f}"))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: money(value)))
    axes.tick_params(colors=ink.faint, labelsize=9, length=0, labelbottom=True, labelleft=True)
    axes.grid(visible=True, axis="y", color=ink.faint, alpha=0.18, linewidth=0.6)
    axes.set_axisbelow(True)
    summed = axes.secondary_yaxis("right", functions=_scaled(largest / most if most > 0 else 1.0))
    summed.yaxis.set_major_formatter(FuncFormatter(lambda value, _: money(value)))
    summed.yaxis.set_major_locator(MaxNLocator(4))
    summed.tick_params(colors=ink.faint, labelsize=9, length=0)
    summed.spines["right"].set_visible(False)
    small: dict[str, Any] = {"fontsize": _SMALL, "color": ink.faint, "va": "bottom", "transform": axes.transAxes}
    axes.text(0, 1.005, "est. size", ha="left", **small)
    axes.text(1, 1.005, "est. from last price", ha="right", **small)


def draw_keys(figure: Figure, view: Scene, ink: Ink, theme: str, room: Room) -> None:
    """Name the colours of the stacks and of the curves: in a row, or in a column, if all of it fits."""
    by_venue = view.profile == "venue"
    settings = view.settings
    groups = [LEVERAGE_GROUPS[group] for group in group_indices(settings.leverage)]
    names = view.session.ledger.only(settings.venues).names if by_venue else groups
    if not room.row and (len(names) + 1) * _KEY > room.height:
        return
    sides = [ink.long if side == "long" else ink.short for side in ("long", "short") if view.side in ("both", side)]
    bars = [
        tuple(Patch(facecolor=_stack_colour(view, theme, side, row, len(names)), linewidth=0) for side in sides)
        for row in range(len(names))
    ]
    curves = tuple(Line2D([], [], color=side, linewidth=1.6) for side in sides)
    # The stubs do not know that a handle may be a tuple.
    handles: Any = [*bars, curves]
    figure.legend(
        handles,
        [*names, "sum from last price" if room.row else "sum from last"],
        loc="upper left",
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
        ncols=len(names) + 1 if room.row else 1,
        bbox_to_anchor=(room.left, room.top),
        bbox_transform=figure.transFigure,
        fontsize=_SMALL,
        labelcolor=ink.faint,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.6,
        handletextpad=0.6,
        labelspacing=0.35,
        columnspacing=1.4,
    )


def _stack_colour(view: Scene, theme: str, side: str, row: int, count: int) -> Any:
    """Return the colour of a row of the stack: as js/src/stack_colours.ts."""
    if view.profile == "venue":
        return VENUES[theme][row % len(VENUES[theme])]
    return to_rgba(side, 1 - (1 - _FAINTEST) * row / max(count - 1, 1))


def _scaled(factor: float) -> Any:
    return (lambda value: value * factor), (lambda value: value / factor)


def _last(view: Scene) -> float:
    return float(view.market_state["last_price"])


def _edges(price: tuple[float, float], count: float) -> Floats:
    return np.linspace(price[0], price[1], max(int(count), 8) + 1)


def _draw_bars(axes: Axes, view: Scene, edges: Floats, ink: Ink, theme: str, *, upright: bool) -> float:
    """Draw the stacked bars of the sides shown, from 0; return the largest [quote]."""
    parts = stacked(view, edges)
    for index, side in enumerate(("long", "short")):
        if view.side not in ("both", side):
            parts[:, index] = 0.0
    gap = (0.06 if upright else 0.0) * np.diff(edges)
    low, high = edges[:-1] + gap, edges[1:] - gap
    base = np.zeros(len(low))
    drawn: dict[str, Any] = {"linewidths": 0, "zorder": 2, "antialiaseds": upright, "snap": False}
    for row, values in enumerate(parts):
        for side, amounts in zip((ink.long, ink.short), values, strict=True):
            near, far = base, base + amounts
            some = far > near
            colour = _stack_colour(view, theme, side, row, len(parts))
            corners = [(near, low), (far, low), (far, high), (near, high)]
            places = np.stack([np.stack(corner[::-1] if upright else corner, -1)[some] for corner in corners], 1)
            axes.add_collection(PolyCollection(list(places), facecolors=[colour], **drawn))
            base = far
    return float(base.max())


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
                for ground, wide in ((ink.background, 3.4), (colour, 1.6)):
                    axes.plot(*(line if upright else line[::-1]), color=ground, linewidth=wide, zorder=4)
    return largest


def _bare(axes: Axes) -> None:
    axes.tick_params(length=0, labelbottom=False, labelleft=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
