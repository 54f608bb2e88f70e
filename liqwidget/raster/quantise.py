"""One byte a pixel: the side in the high bit, and one of 127 levels.

Levels of amounts are log-spaced over the top decades, those of relative heat linear between black and white.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from liqwidget.domain.lattice import PRICE_CELL

if TYPE_CHECKING:
    from liqwidget.raster.grid import Grid

LEVELS = 127
DECADES = 4
HOTTEST = 100.0
"""The heat of the highest level."""
SHORT_BIT = 128

BRIGHTEST = 0.999
"""The share of a window's pixels that lie under the strongest colour, so that one pixel does not darken all."""

BLACK, WHITE = 0.4, 0.998
"""Shares of the window's price cells that hold anything up to which heat is black, and from which it is brightest."""
BRIGHT, BLACKEST = 0.078, 0.6
"""So many of them may be brighter than half; if more would be, black moves up, as far as to this share of them."""

_SLIP = 1e-6
_LARGE = 1e38


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A quantised grid.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W)
        Bit 7 is the side (0 long, 1 short); bits 0-6 the level: 0 is nothing, n in 1..127 stands for about
        ``top * 10**(-decades * (1 - (n - 0.5) / 127))`` quote currency per price cell of 10 basis points, or for
        ``top * (n - 0.5) / 127`` of relative heat where `decades` is 0.
    top : float
        Value of the highest level [quote per cell; of heat 100].
    decades : int
        Powers of ten that the levels span; 0: they are linear.
    """

    pixels: npt.NDArray[np.uint8] = field(repr=False)
    top: float
    decades: int = DECADES


def per_cell(grid: Grid) -> npt.NDArray[np.float64]:
    """Return what each row's value is multiplied by to give quote currency per lattice cell; shape (H, 1)."""
    return np.asarray(PRICE_CELL / np.diff(np.log(grid.price_edges))[:, None], dtype=np.float64)


def highest(grid: Grid) -> float:
    """Return the largest value of one side per lattice cell [quote]; 0 where nothing stands."""
    larger = np.maximum(grid.long, grid.short).max(axis=1, initial=0.0)
    return float((larger * per_cell(grid)[:, 0]).max(initial=0.0))


def brightest(grid: Grid) -> float:
    """Return the value of the strongest colour of a window [quote per cell]; 0 where nothing stands."""
    standing = _standing(grid)
    return float(np.quantile(standing, BRIGHTEST)) if len(standing) else 0.0


def heat_ends(grid: Grid) -> tuple[float, float]:
    """Return up to which heat a window is black, and from which it is brightest; 0 where nothing stands.

    They are `BLACK` and `WHITE` of the window's cells. Where that makes more than `BRIGHT` of them brighter than half,
    as in a market whose bands are broad, the brightest colour moves up, at most to the hottest cell, and then black, at
    most to `BLACKEST`: so bright stays rare.
    """
    standing = _standing(grid)
    if not len(standing):
        return 0.0, 0.0
    black, white, half, blackest, hottest = np.quantile(standing, (BLACK, WHITE, 1 - BRIGHT, BLACKEST, 1.0))
    white = min(max(white, 2 * half - black), hottest)
    black = min(max(black, 2 * half - white), blackest)
    return float(black), float(white)


def _standing(grid: Grid) -> npt.NDArray[np.float64]:
    """Return the larger side of each cell that holds anything, per price cell."""
    values = np.maximum(grid.long, grid.short) * per_cell(grid)
    return np.asarray(values[values > 0], dtype=np.float64)


def quantise(grid: Grid, top: float | None = None) -> Image:
    """Return a grid as one byte a pixel; where both sides stand, the larger is shown.

    Parameters
    ----------
    grid : Grid
        Numbers.
    top : float, optional
        Value of the highest level [quote per cell]; the grid's own highest if None.
    """
    top = highest(grid) if top is None else top
    larger = np.maximum(grid.long, grid.short)
    if not (top > 0 and math.isfinite(top)):
        return Image(np.zeros(larger.shape, np.uint8), 0.0)
    scaled = _scaled(larger, per_cell(grid) / top)
    with np.errstate(divide="ignore"):
        level = np.log10(scaled, out=scaled)
    level *= np.float32(LEVELS / DECADES)
    level += np.float32(LEVELS + 1)
    return Image(_pixels(level, grid), float(top))


def quantise_heat(grid: Grid, black: float, white: float) -> Image:
    """Return a grid of relative heat as one byte a pixel, linear; where both sides stand, the hotter is shown.

    Parameters
    ----------
    grid : Grid
        Heat.
    black, white : float
        Values per price cell up to which nothing is drawn, and from which the highest level is.
    """
    if not white > black >= 0:
        return Image(np.zeros(grid.long.shape, np.uint8), 0.0, 0)
    share = LEVELS / (white - black)
    level = _scaled(np.maximum(grid.long, grid.short), per_cell(grid) * share)
    level -= np.float32(black * share)
    return Image(_pixels(np.ceil(level, out=level), grid), HOTTEST, 0)


def _pixels(level: npt.NDArray[np.float32], grid: Grid) -> npt.NDArray[np.uint8]:
    """Return levels, which are cut to those that there are, as bytes with the larger side in the high bit."""
    pixels = np.clip(level, 0, LEVELS, out=level).astype(np.uint8)
    pixels |= ((grid.short > grid.long) & (pixels > 0)).astype(np.uint8) << 7
    return pixels


def _scaled(values: npt.NDArray[np.float32], factor: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return float32 values times a factor of each row: what is next to nothing has one that float32 cannot hold."""
    scaled = values * (factor.astype(np.float32) if factor.max() < _LARGE else factor)
    return scaled.astype(np.float32, copy=False)


def level_value(level: npt.ArrayLike, top: float, decades: int = DECADES) -> npt.NDArray[np.float64]:
    """Return the value that levels stand for [quote per cell, or heat]; 0 for level 0."""
    number = np.asarray(level, dtype=np.float64)
    if decades == 0:
        return np.where(number > 0, top * (number - 0.5) / LEVELS, 0.0)
    return np.where(number > 0, top * 10.0 ** (-decades * (1 - (number - 0.5) / LEVELS)), 0.0)


def raised_ladder(high: float, bright: float) -> tuple[int, float]:
    """Return by how many whole levels the highest value exceeds the strongest colour's, and the top of such a ladder.

    Whole levels, so that a cell has the same colour in every picture, whatever else is on it.

    Parameters
    ----------
    high : float
        Highest value of a picture [quote per cell].
    bright : float
        Value of the strongest colour [quote per cell]; 0 takes the highest.
    """
    if not bright > 0:
        return 0, high
    raised = max(math.ceil(math.log10(high / bright) * LEVELS / DECADES - _SLIP), 0) if high > 0 else 0
    return raised, bright * 10.0 ** (raised * DECADES / LEVELS)
