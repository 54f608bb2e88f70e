"""What is laid over a picture: levels, ranges, events, series, and the lives of clusters that are ticked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from liqwidget.domain.overlay import Line, PriceBand, PriceCurve, PriceLine, TimeMark
from liqwidget.domain.time import DAY, MILLISECOND
from liqwidget.look import LOOK
from liqwidget.picture.overlay_labels import Area, PlacedText, Wish, along, beside, coverage, inward, place_texts
from liqwidget.widget.overlays import level_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from matplotlib.axes import Axes

    from liqwidget.domain.overlay import Overlay
    from liqwidget.picture.clusters import Label, Sight
    from liqwidget.picture.ink import Ink
    from liqwidget.widget.scene import Scene

_DAY_MS = DAY // MILLISECOND


@dataclass(frozen=True, slots=True)
class Band:
    """A filled range: times [ms] and prices."""

    left: float
    right: float
    bottom: float
    top: float
    color: str
    alpha: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through times [ms] and prices."""

    xs: Sequence[float]
    ys: Sequence[float]
    color: str
    dash: str


Drawn = tuple[list[Band], list[Stroke], list[Wish]]


def draw_overlays(axes: Axes, sight: Sight, view: Scene, ink: Ink, *, ground: str, labelled: Iterable[Label]) -> None:
    """Draw what is laid over the picture; `labelled`: labels of clusters, which stay free."""
    if not view.overlays and not view.lives:
        return
    decimals = view.session.price_decimals(view.settings)
    values = [one for value in view.overlays for one in _known(value, view)]
    bands, strokes, wishes = overlay_parts(values, sight, ground, decimals)
    lives = life_parts(view.lives, {"long": ink.long, "short": ink.short})
    room = LOOK.label.room
    areas = [
        Area(sight.width - one.reach, sight.width, sight.down(one.price) - room, sight.down(one.price) + room)
        for one in labelled
    ]
    placed = place_texts(wishes, areas, coverage(sight), sight.width, sight.height)
    _draw(axes, [*bands, *lives[0]], [*strokes, *lives[1]], ink)
    _write(axes, sight, placed, ink)


def draw_on_map(axes: Axes, view: Scene, ink: Ink, theme: str, *, scale: float) -> None:
    """Draw levels across the liquidation map, and curves on its axis of what adds up, which is `scale` of the other."""
    ends = [1.0] if view.market_state["simulated"] else list[float]()
    decimals = view.session.price_decimals(view.settings)
    for value in view.overlays:
        if isinstance(value, PriceCurve):
            _draw_curve(axes, value, ink, theme, scale)
        elif isinstance(value, PriceLine | PriceBand):
            _draw_across(axes, value, theme, decimals, ends)


def _draw_curve(axes: Axes, value: PriceCurve, ink: Ink, theme: str, scale: float) -> None:
    point, colour = 72 / axes.figure.dpi, LOOK.overlays[theme][value.kind]
    for stroke, wide in ((ink.background, LOOK.curve.casing), (colour, LOOK.curve.width)):
        line: Any = {"color": stroke, "linewidth": wide * point, "scalex": False, "scaley": False}
        axes.plot(value.price, value.amount * scale, zorder=4, **line)


def _draw_across(axes: Axes, value: PriceLine | PriceBand, theme: str, decimals: int, ends: list[float]) -> None:
    """Draw a level across the map, its label in the first row that is free there; `ends`: of the labels so far."""
    (low, high), pixel = axes.get_xlim(), 1 / axes.bbox.width
    prices = _range(value)
    if prices[1] < low or prices[0] > high:
        return
    colour = LOOK.overlays[theme][value.kind]
    axes.axvspan(*prices, color=colour, alpha=LOOK.overlay.fill, linewidth=0, zorder=1)
    for at in sorted(set(prices)):
        axes.axvline(at, color=colour, linewidth=72 / axes.figure.dpi, zorder=3)
    text = level_text(value, decimals)
    left = (max(prices[0], low) - low) / (high - low) + 4 * pixel
    row = next((row for row, end in enumerate(ends) if end < left), len(ends))
    ends[row : row + 1] = [left + (len(text) * LOOK.label.letter + 8) * pixel]
    down = 1 - (3 + 14 * row) / axes.bbox.height
    written: Any = {"transform": axes.transAxes, "fontsize": 8, "va": "top", "zorder": 6, "clip_on": True}
    axes.text(left, down, text, color=colour, **written)


def lines_below(view: Scene) -> list[Line]:
    """Return the series that have a panel of their own, as far as they are known at the end shown."""
    known = [one for value in view.overlays for one in _known(value, view)]
    return [value for value in known if isinstance(value, Line) and not value.on_price]


def _known(value: Overlay, view: Scene) -> Iterator[Overlay]:
    """Yield an overlay, of a series what was known by the end shown; all of it where what followed is shown."""
    if not isinstance(value, Line) or view.future:
        yield value
        return
    count = int(np.searchsorted(value.time, view.session.end(view.settings), side="right"))
    if np.isfinite(value.value[:count]).any():
        yield replace(value, time=value.time[:count], value=value.value[:count])


def overlay_parts(values: Iterable[Overlay], sight: Sight, theme: str, decimals: int) -> Drawn:
    """Return the ranges, lines and labels of overlays in sight, in the colours of a theme.

    `decimals`: of the market's prices. Times of `sight` are ms.
    """
    bands, strokes, wishes = list[Band](), list[Stroke](), list[Wish]()
    lines, marks, levels = list[Line](), list[TimeMark](), list[PriceLine | PriceBand]()
    for value in values:
        if isinstance(value, TimeMark):
            marks.append(value)
        elif isinstance(value, Line):
            lines += [value] if value.on_price else []
        elif not isinstance(value, PriceCurve):
            _add_level(value, theme, sight, decimals, (bands, strokes, wishes))
            levels.append(value)
    wishes += _beyond(levels, theme, sight, decimals)
    for line, color in zip(lines, itertools.cycle(LOOK.overlay_lines[theme])):
        _add_line(line, color, sight, strokes, wishes)
    for mark in marks:
        _add_mark(mark, theme, sight, strokes, wishes)
    return bands, strokes, wishes


def _range(value: PriceLine | PriceBand) -> tuple[float, float]:
    return (value.price, value.price) if isinstance(value, PriceLine) else (value.low, value.high)


def _across(sight: Sight, time: float) -> float:
    start, end = sight.time
    return (time - start) / (end - start) * sight.width


def _add_level(value: PriceLine | PriceBand, theme: str, sight: Sight, decimals: int, drawn: Drawn) -> None:
    bands, strokes, wishes = drawn
    (start, end), (bottom, top) = sight.time, sight.price
    low, high = _range(value)
    left = 2 * start - end if value.start is None else value.start / MILLISECOND
    right = 2 * end - start if value.end is None else value.end / MILLISECOND
    if right < start or left > end or high < bottom or low > top:
        return
    color, dash = LOOK.overlays[theme][value.kind], LOOK.overlay_dashes[value.kind]
    if low < high:
        bands.append(Band(left, right, low, high, color, LOOK.overlay.fill))
    strokes += [Stroke((left, right), (at, at), color, dash) for at in sorted({low, high})]
    upper, lower = max(sight.down(high), 0.0), min(sight.down(low), sight.height)
    middle = (upper + lower) / 2 if lower - upper < 2 * LOOK.label.room else upper + LOOK.label.room
    first, last = max(_across(sight, left), 0.0) + LOOK.overlay.inset, min(_across(sight, right), sight.width)
    text = level_text(value, decimals)
    if text:
        wishes.append(Wish(text, color, lambda wide: along(first, last - wide, lambda _: middle)))


def _beyond(levels: Iterable[PriceLine | PriceBand], theme: str, sight: Sight, decimals: int) -> Iterator[Wish]:
    """Yield where the nearest levels are that lie above and below the picture."""
    (bottom, top), edge = sight.price, LOOK.label.room + 2
    lasting = [
        (low, level_text(one, decimals), LOOK.overlays[theme][one.kind])
        for one in levels
        for low, high in [_range(one)]
        if low == high and one.start is None and one.end is None
    ]
    for sign, arrow, end, y in (
        (1, "\N{UPWARDS ARROW}", top, edge),
        (-1, "\N{DOWNWARDS ARROW}", bottom, sight.height - edge),
    ):
        out = sorted((one for one in lasting if one[1] and sign * (one[0] - end) > 0), key=lambda one: sign * one[0])
        for _, text, color in out[: LOOK.overlay.beyond]:
            yield Wish(f"{arrow} {text}", color, partial(_inward, sight.width, y, sign))


def _inward(width: float, edge: float, down: int, wide: float) -> Iterator[tuple[float, float]]:
    return inward(width - wide, edge, down)


def _add_line(value: Line, color: str, sight: Sight, strokes: list[Stroke], wishes: list[Wish]) -> None:
    times, (start, end) = value.time / MILLISECOND, sight.time
    first = max(int(np.searchsorted(times, start, side="right")) - 1, 0)
    stop = int(np.searchsorted(times, end, side="right")) + 1
    strokes.append(Stroke(times[first:stop].tolist(), value.value[first:stop].tolist(), color, "solid"))
    left = max(_across(sight, times[0]), 0.0) + LOOK.overlay.inset
    last = min(_across(sight, times[-1]), sight.width)

    def spots(wide: float) -> Iterator[tuple[float, float]]:
        def down(x: float) -> float:
            at = start + (x + wide) / sight.width * (end - start)
            return sight.down(float(np.interp(at, times, value.value, left=np.nan, right=np.nan)))

        return along(left, last - wide, down, back=True)

    wishes.append(Wish(value.name, color, spots))


def _add_mark(value: TimeMark, theme: str, sight: Sight, strokes: list[Stroke], wishes: list[Wish]) -> None:
    time, (bottom, top) = value.time / MILLISECOND, sight.price
    if not sight.time[0] <= time <= sight.time[1]:
        return
    color, x = LOOK.overlays[theme][value.kind], _across(sight, time)
    strokes.append(Stroke((time, time), (2 * bottom - top, 2 * top - bottom), color, "dashed"))
    if value.label:
        wishes.append(Wish(value.label, color, lambda wide: beside(x, wide)))


def life_parts(lives: Iterable[Mapping[str, Any]], sides: Mapping[str, str]) -> tuple[list[Band], list[Stroke]]:
    """Return the ranges of the lives of clusters and their edges, in the colour of each cluster's side."""
    bands, strokes = list[Band](), list[Stroke]()
    for life in lives:
        color, xs, edges = sides[life["side"]], list[float](), (list[float](), list[float]())
        for left, right, low, high in life["runs"]:
            bands.append(Band(left, right, low, high, color, LOOK.band.wide))
            if xs and xs[-1] < left:
                xs.append(left)
                for edge in edges:
                    edge.append(np.nan)
            xs += [left, right]
            for edge, at in zip(edges, (low, high), strict=True):
                edge += [at, at]
        strokes += [Stroke(xs, edge, color, "solid") for edge in edges]
    return bands, strokes


def _draw(axes: Axes, bands: list[Band], strokes: list[Stroke], ink: Ink) -> None:
    point = 72 / axes.figure.dpi
    for band in bands:
        place = (band.left / _DAY_MS, band.bottom)
        wide, high = (band.right - band.left) / _DAY_MS, band.top - band.bottom
        axes.add_patch(Rectangle(place, wide, high, color=band.color, alpha=band.alpha, linewidth=0, zorder=2))
    lines = [np.column_stack([np.array(one.xs) / _DAY_MS, one.ys]) for one in strokes]
    halo = {"colors": ink.background, "alpha": LOOK.candle.halo_alpha, "linewidths": LOOK.overlay.halo * point}
    axes.add_collection(LineCollection(lines, zorder=2, **halo), autolim=False)
    axes.add_collection(
        LineCollection(
            lines, colors=[one.color for one in strokes], linestyles=[one.dash for one in strokes],
            linewidths=LOOK.overlay.width * point, zorder=2,
        ),
        autolim=False,
    )  # fmt: skip


def _write(axes: Axes, sight: Sight, placed: Iterable[PlacedText], ink: Ink) -> None:
    box = {"facecolor": ink.background, "edgecolor": "none", "alpha": LOOK.overlay.plate, "pad": 1.5}
    for one in placed:
        place = (one.x + LOOK.label.plate / 2) / sight.width, 1 - one.y / sight.height
        axes.text(
            *place, one.text, transform=axes.transAxes, ha="left", va="center", fontsize=8, color=one.color, zorder=6,
            bbox=box,
        )  # fmt: skip
