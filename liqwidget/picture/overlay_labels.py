"""Where labels of what is laid over a picture stand: on no candle, on no label of a cluster, on none of each other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from liqwidget.picture.clusters import Sight

Spot = tuple[float, float]
"""The left edge of a label and its middle, from the upper left corner of the picture [px]."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A label, and where it may stand: ``spots(width)`` has the best place first."""

    text: str
    color: str
    spots: Callable[[float], Iterable[Spot]]


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the picture [px from its upper left corner]."""

    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Return whether some of it is of another too."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A label that has its place: the left edge and the middle [px]."""

    text: str
    color: str
    x: float
    y: float


def along(start: float, end: float, down: Callable[[float], float], *, back: bool = False) -> Iterator[Spot]:
    """Yield places along a range [px], first on what is labelled, then above and below; from its end where `back`."""
    for aside in (0.0, -LOOK.label.line, LOOK.label.line):
        for number in range(max(0, math.floor((end - start) / LOOK.overlay.step)) + 1):
            by = number * LOOK.overlay.step
            x = max(end, start) - by if back else start + by
            yield x, down(x) + aside


def inward(end: float, edge: float, down: int) -> Iterator[Spot]:
    """Yield places along an edge of the picture, and row by row from it inward: down from the upper one (1)."""
    for row in range(LOOK.overlay.rows):
        for number in range(math.floor((end - LOOK.overlay.inset) / LOOK.overlay.step) + 1):
            yield LOOK.overlay.inset + number * LOOK.overlay.step, edge + down * row * LOOK.label.line


def beside(x: float, wide: float) -> Iterator[Spot]:
    """Yield places beside an event, from the upper edge down."""
    for row in range(LOOK.overlay.rows):
        for left in (x + 3, x - wide - 3):
            yield left, LOOK.overlay.top + row * LOOK.label.line


def place_texts(
    wishes: Iterable[Wish], areas: Sequence[Area], covers: Callable[[Area], bool], width: float, height: float
) -> list[PlacedText]:
    """Return the labels that have a place inside a picture of that size, off `areas` and what `covers` tells."""
    taken, placed, room = list(areas), list[PlacedText](), LOOK.label.room
    for wish in wishes:
        wide = len(wish.text) * LOOK.label.letter + LOOK.label.plate
        for x, y in wish.spots(wide) if len(placed) < LOOK.overlay.most else ():
            area = Area(x, x + wide, y - room, y + room)
            inside = x >= 0 and area.right <= width and area.top >= 0 and area.bottom <= height
            if inside and not covers(area) and not any(one.meets(area) for one in taken):
                taken.append(area)
                placed.append(PlacedText(wish.text, wish.color, x, y))
                break
    return placed


def coverage(sight: Sight) -> Callable[[Area], bool]:
    """Return what tells whether a candle lies under an area: by columns, the highest and lowest that candles reach."""
    wide = LOOK.overlay.column
    count = max(1, math.ceil(sight.width / wide))
    tops, bottoms = np.full(count, np.inf), np.full(count, -np.inf)

    def column(x: float) -> int:
        return max(0, min(count - 1, math.floor(x / wide)))

    if sight.candles is not None:
        start, end = sight.time
        pixel = sight.width / (end - start)
        for left, right, low, high in sight.candles.T.tolist():
            if right > start and left < end:
                columns = slice(column((left - start) * pixel), column((right - start) * pixel) + 1)
                tops[columns] = np.minimum(tops[columns], sight.down(high))
                bottoms[columns] = np.maximum(bottoms[columns], sight.down(low))

    def covers(area: Area) -> bool:
        columns = slice(column(area.left), column(area.right) + 1)
        return bool(((tops[columns] < area.bottom) & (bottoms[columns] > area.top)).any())

    return covers
