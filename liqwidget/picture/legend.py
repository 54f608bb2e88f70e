"""What the colours of a picture mean, in the words of the page: of the heat, of the stacked sizes, of the curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from liqwidget.domain.amount import money
from liqwidget.domain.leverage import LEVERAGE_GROUPS, group_indices
from liqwidget.picture.profile import stack_colour
from liqwidget.raster.quantise import SHORT_BIT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from liqwidget.picture.ink import Ink
    from liqwidget.picture.layout import Row
    from liqwidget.raster.scale import Ladder
    from liqwidget.widget.scene import Scene

_RAMP = 160, 8
"""Pixels of a ramp."""
_TICKS = (0.25, 0.5, 0.75)
"""Shares of the ramp of relative heat that have a tick."""
_SMALL = 8


HEAT_WORDS = "Relative heat: 100 is the top of the window; no amount"


def heat_words(ladder: Ladder, *, measure: str, horizon: str, threshold: float, quote: str) -> str:
    """Return what the colours show and what is left clear; '' where nothing stands."""
    if not ladder.top > 0:
        return ""
    if ladder.decades == 0:
        return HEAT_WORDS + (f", clear: below {threshold:g}" if threshold > 0 else "")
    said = f"expected in {horizon}" if measure == "expected" else "standing"
    least = money(least_value(ladder, threshold), quote)
    note = "; brightness follows volatility" if measure == "expected" else ""
    return f"Est. {quote} {said} per 0.1 % of price, clear: {money(0, quote)} to {least}{note}"


def end_words(ladder: Ladder, quote: str) -> tuple[str, str]:
    """Return what stands at the ends of the ramp of colours, whatever the threshold: it hides and stretches nothing."""
    if ladder.decades == 0:
        return "0", f"{ladder.top:g}"
    return money(least_value(ladder, 0.0), quote), money(ladder.top, quote)


def least_value(ladder: Ladder, threshold: float) -> float:
    """Return the least value that is drawn [quote per cell]."""
    return max(ladder.top * 10.0**-ladder.decades, threshold)


def stack_words(stack: str) -> str:
    """Return what the stacked bars are split by."""
    return f"By {stack}:"


def curve_words(largest: float, quote: str, *, on_map: bool) -> str:
    """Return what the curves show, and where they end."""
    return f"sum from the last price, {'right axis' if on_map else f'to {money(largest, quote)}'}"


def draw_ramps(
    figure: Figure, colours: npt.NDArray[np.uint8], ladder: Ladder, ink: Ink, row: Row, *, ground: str, **heat: Any
) -> None:
    """Draw the colours of the heat between the values at their ends, and say what they mean in words that have room.

    Parameters
    ----------
    figure : Figure
        The picture.
    colours : ndarray of uint8, shape (256, 4)
        The colour of each pixel byte; a ramp a side, one where the sides are drawn alike.
    ladder : Ladder
        What the levels stand for.
    ink : Ink
        Colours of text.
    row : Row
        Where it goes.
    ground : str
        The colour that the heat lies on.
    heat
        What `heat_words` says.
    """
    words = heat_words(ladder, **heat)
    sides = [side for side in (colours[:SHORT_BIT], colours[SHORT_BIT:]) if side[:, 3].any()]
    if not words or not sides:
        return
    width, height = figure.bbox.width, figure.bbox.height
    renderer = FigureCanvasAgg(figure).get_renderer()
    small = _small(ink)

    def write(text: str, at: float) -> float:
        """Write from a pixel on; return the pixel where it ends, or where it began if it has no room."""
        written = figure.text(at / width, row.middle, text, **small)
        end = float(written.get_window_extent(renderer).x1)
        if end <= row.right * width:
            return end
        written.remove()
        return at

    ends = end_words(ladder, heat["quote"])
    at = write(ends[0], row.left * width)
    for side in sides[:1] if len(sides) > 1 and np.array_equal(sides[0], sides[1]) else sides:
        place = (at + 5) / width, row.middle - _RAMP[1] / height / 2, _RAMP[0] / width, _RAMP[1] / height
        ramp = figure.add_axes(place, facecolor=ground)
        ramp.imshow(side[1:][None], aspect="auto", interpolation="nearest", extent=(0, 1, 0, 1))
        ramp.set(xticks=_TICKS if ladder.decades == 0 else [], yticks=[])
        ramp.tick_params(length=2, width=0.6, color=ink.faint, labelbottom=False)
        ramp.spines[:].set(color=ink.faint, linewidth=0.4)
        at += 5 + _RAMP[0]
    at = write(ends[1], at + 5) + 14
    if write(words, at) == at:
        write(words.partition(";")[0], at)


def draw_keys(figure: Figure, view: Scene, ink: Ink, theme: str, row: Row, *, curves: str) -> None:
    """Name the colours of the stacks, and of the curves if there is room."""
    by_venue = view.profile == "venue"
    settings = view.settings
    groups = [LEVERAGE_GROUPS[group] for group in group_indices(settings.leverage)]
    names = list(view.session.ledger.only(settings.venues).names) if by_venue else groups
    sides = [getattr(ink, side) for side in ("long", "short") if view.side in ("both", side)]
    # The stubs do not know that a handle may be a tuple.
    bars: list[Any] = [
        tuple(Patch(facecolor=stack_colour(view, theme, side, number, len(names)), linewidth=0) for side in sides)
        for number in range(len(names))
    ]
    line = tuple(Line2D([], [], color=side, linewidth=1.6) for side in sides)
    renderer = FigureCanvasAgg(figure).get_renderer()
    said = stack_words("venue" if by_venue else "leverage")
    title = figure.text(row.left, row.middle, said, **_small(ink))
    start = title.get_window_extent(renderer).x1 / figure.bbox.width
    for handles, texts in (([*bars, line], [*names, curves]), (bars, names)):
        legend = figure.legend(
            handles,
            texts,
            loc="center left",
            handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
            ncols=len(handles),
            bbox_to_anchor=(start + 10 / figure.bbox.width, row.middle),
            bbox_transform=figure.transFigure,
            fontsize=_SMALL,
            labelcolor=ink.faint,
            frameon=False,
            borderpad=0,
            borderaxespad=0,
            handlelength=1.6,
            handletextpad=0.6,
            columnspacing=1.2,
        )
        if legend.get_window_extent(renderer).x1 <= row.right * figure.bbox.width:
            return
        legend.remove()
    title.remove()


def _small(ink: Ink) -> dict[str, Any]:
    """Return how text is written; what stands between two dollar signs is no formula."""
    return {"color": ink.faint, "fontsize": _SMALL, "va": "center", "parse_math": False}
