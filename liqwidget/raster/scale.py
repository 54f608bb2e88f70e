"""Which colour of a palette each pixel byte is drawn with: side, scale and threshold, as on the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from liqwidget.raster.palette import CONTRAST
from liqwidget.raster.quantise import LEVELS, SHORT_BIT, level_value

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ladder:
    """What the levels of a picture stand for: the value of the highest, its decades, and levels above the strongest.

    No decades: relative heat, whose levels are linear, whatever the scale.
    """

    top: float
    decades: int
    raised: int = 0


def palette_entries(
    pixels: npt.NDArray[np.uint8], ladder: Ladder, *, side: str, scale: str, threshold: float
) -> Integers:
    """Return the entry of the palette that each pixel byte is drawn with.

    Parameters
    ----------
    pixels : ndarray of uint8
        The visible cells; `rank` spreads the colours over those of the sides shown.
    ladder : Ladder
        The values of the levels.
    side : {'both', 'long', 'short'}
        The side that is drawn.
    scale : {'log', 'linear', 'rank'}
        How amounts become colours; relative heat is always linear in its levels.
    threshold : float
        Levels under it are clear [quote per cell]; the others keep their colours.

    Returns
    -------
    ndarray of int64, shape (256,)
        As the bytes themselves: the side's bit and a level, 0 where a byte is clear.
    """
    byte = np.arange(2 * SHORT_BIT)
    level = byte & LEVELS
    value = level_value(level, ladder.top, ladder.decades)
    short = byte >= SHORT_BIT
    shown = (level > 0) & ((side == "both") | (short == (side == "short")))
    drawn = shown & (value >= threshold)
    if scale == "log" or ladder.decades == 0:
        share = (level + ladder.raised) / LEVELS
    elif scale == "linear":
        bright = ladder.top * 10.0 ** (-ladder.decades * ladder.raised / LEVELS)
        drawn &= bright > 0
        share = (value / (bright or 1.0)) ** (1 / CONTRAST)
    else:
        share = _ranks(pixels, shown)[level]
    entry = np.clip(np.floor(LEVELS * share + 0.5), 1, LEVELS).astype(np.int64)
    return np.where(drawn, (byte & SHORT_BIT) | entry, 0)


def _ranks(pixels: npt.NDArray[np.uint8], shown: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the share of the cells of the sides shown at or below each level, shape (128,): no threshold moves it."""
    count = np.where(shown, np.bincount(pixels.ravel(), minlength=len(shown)), 0)
    below = np.cumsum(count[:SHORT_BIT] + count[SHORT_BIT:])
    return below / below[-1] if below[-1] > 0 else np.arange(SHORT_BIT) / LEVELS
