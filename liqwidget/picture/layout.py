"""Where the parts of a static picture lie: the main panel, the profile beside it, the panels under it."""

from __future__ import annotations

from dataclasses import dataclass

from liqwidget.look import LOOK

Place = tuple[float, float, float, float]
"""Left, bottom, width and height as shares of the picture, as Matplotlib takes them."""

HEADER, DATES, LEFT, EDGE = 60, 30, 14, 10
"""Pixels of the titles above, of the dates under the main panel, and of the margins."""

_PROFILE, _NARROWEST_PROFILE, _WIDEST_PROFILE = 0.1, 104, 190
_PROFILE_FROM = 560
"""Narrower pictures have no profile, as on the screen."""
_PANEL, _LOWEST_PANEL, _HIGHEST_PANEL = 0.072, 46, 84
_GAP = 6
_ROW = 16
"""Pixels of a line of the legend."""
_ABOVE_LIST = 6
"""Pixels between the legends and the clusters in words."""
_EACH_LINE = 150
"""Pixels of a picture's height for each line of that list, so that it leaves room for panels."""
_MAIN, _LOWEST_MAIN = 0.5, 220
"""The main panel keeps that share of the picture, and that many pixels: panels that leave less are left out."""
_MAIN_LISTED, _LOWEST_MAIN_LISTED = 0.45, 200
"""The same where clusters in words stand under it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the legend: its ends and its middle, as shares of the picture."""

    left: float
    right: float
    middle: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of the parts.

    Parameters
    ----------
    main : (float, float, float, float)
        Place of the heat, or of the liquidation map.
    profile : (float, float, float, float) or None
        Place of the profile; it has the height of the main panel.
    panels : tuple
        Places of the lower panels that have room, from above; they have the width of the main panel.
    """

    main: Place
    profile: Place | None
    panels: tuple[Place, ...]
    heat: Row
    """The legend of the heat, under the dates."""
    keys: Row
    """The legend of what is stacked, under that of the heat, or in its place where there is no heat."""
    listed: tuple[Row, ...]
    """Lines of the clusters in words, under the legends; a heading alone is none."""


def layout(
    width: int, height: int, axis: float, *, profile: bool, panels: int, heat: bool = True, listed: int = 0
) -> Layout:
    """Return where the parts of a picture lie.

    Parameters
    ----------
    width, height : int
        Pixels of the picture.
    axis : float
        Pixels that the labels of the price axis need, right of the main panel.
    profile : bool
        Whether there is a profile, if the picture is wide enough.
    panels : int
        How many lower panels there are to be; as many of the first as have room.
    heat : bool
        Whether the main panel shows heat, and not the liquidation map.
    listed : int
        How many lines the clusters in words take; one for 150 pixels of height, before any lower panel.

    Returns
    -------
    Layout
    """
    beside = (
        min(max(_PROFILE * width, _NARROWEST_PROFILE), _WIDEST_PROFILE) if profile and width >= _PROFILE_FROM else 0
    )
    wide = width - LEFT - axis - EDGE - beside
    legends = 1 + (heat and bool(beside))
    least = max(_MAIN_LISTED * height, _LOWEST_MAIN_LISTED) if listed else max(_MAIN * height, _LOWEST_MAIN)
    free = height - HEADER - DATES - EDGE - legends * _ROW - least
    lines = max(min(listed, height // _EACH_LINE, int((free - _ABOVE_LIST) // LOOK.listed.line)), 0)
    words = lines * LOOK.listed.line + _ABOVE_LIST if lines > 1 else 0
    room = free + least - words
    each = min(max(_PANEL * height, _LOWEST_PANEL), _HIGHEST_PANEL)
    count = max((n for n in range(panels + 1) if n == 0 or room - n * each >= least), default=0)
    main = max(room - count * each, 1.0)
    top = height - HEADER

    def place(left: float, above: float, across: float, down: float) -> Place:
        return left / width, (height - above - down) / height, across / width, down / height

    under = top - main - DATES

    def row(number: int) -> Row:
        return Row(LEFT / width, 1 - EDGE / width, (under - (number + 0.5) * _ROW) / height)

    def line(number: int) -> Row:
        down = legends * _ROW + _ABOVE_LIST + (number + 0.5) * LOOK.listed.line
        return Row(LEFT / width, 1 - EDGE / width, (under - down) / height)

    return Layout(
        main=place(LEFT, HEADER, wide, main),
        profile=place(width - EDGE - beside, HEADER, beside, main) if beside else None,
        heat=row(0),
        keys=row(legends - 1),
        listed=tuple(line(n) for n in range(lines)) if words else (),
        panels=tuple(
            place(LEFT, height - under + legends * _ROW + words + n * each + _GAP, wide, each - _GAP)
            for n in range(count)
        ),
    )
