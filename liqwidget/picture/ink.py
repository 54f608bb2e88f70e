"""The colours of everything but the heat: those of the widget."""

from __future__ import annotations

from dataclasses import dataclass

from liqwidget.look import LOOK
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS, SIDE_COLOURS


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours on one ground, ``#rrggbb``."""

    background: str
    text: str
    faint: str
    rising: str
    falling: str
    accent: str
    grid: float
    """How opaque the lines of the grid are, in the faint colour."""
    long: str
    short: str


def ink_of(theme: str, side_colours: str = DEFAULT_SIDE_COLOURS, candle_colours: str = "plain") -> Ink:
    """Return the colours of a theme with a pair of `SIDE_COLOURS` and of candles."""
    colours, candles = LOOK.themes[theme], LOOK.candle_colours[candle_colours].of(theme)
    return Ink(
        background=colours.ground,
        text=colours.text,
        faint=colours.muted,
        rising=candles["rise"],
        falling=candles["fall"],
        accent=colours.accent,
        grid=colours.grid,
        **SIDE_COLOURS[side_colours].of(theme),
    )
