"""A static picture of a heatmap, drawn by matplotlib from the same numbers and colours as the widget's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from liqwidget.domain.amount import price_text
from liqwidget.domain.lattice import PRICE_CELL
from liqwidget.domain.time import DAY, MILLISECOND, duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.field.measure import HEAT
from liqwidget.look import LOOK
from liqwidget.picture.axes import axis_decimals, draw_prices, draw_times
from liqwidget.picture.cluster_marks import draw_clusters, shown_clusters
from liqwidget.picture.clusters import Sight
from liqwidget.picture.ink import ink_of
from liqwidget.picture.layout import EDGE, LEFT, layout
from liqwidget.picture.legend import curve_words, draw_keys, draw_ramps
from liqwidget.picture.listed_clusters import Listed, cluster_ranges, columns_of, draw_listed, listed_clusters
from liqwidget.picture.overlays import draw_on_map, draw_overlays, lines_below
from liqwidget.picture.panels import draw_panel
from liqwidget.picture.profile import draw_map, draw_profile
from liqwidget.picture.simulated import draw_simulated
from liqwidget.raster.palette import look_up_table
from liqwidget.raster.scale import Ladder, palette_entries
from liqwidget.raster.smooth import reach, smooth
from liqwidget.widget.protocol import CANDLE_ROWS, EVENT_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from liqwidget.domain.overlay import Line
    from liqwidget.picture.axes import NamedPrice
    from liqwidget.picture.ink import Ink
    from liqwidget.widget.protocol import Frame
    from liqwidget.widget.scene import Scene

_DPI = 100
_POINT = 72 / _DPI
"""Points of a pixel: Matplotlib's unit of lines."""
_DAY_MS = DAY // MILLISECOND
_LETTER, _BOLD = 7.4, 8.6
"""Pixels of a letter in the smaller text, and of a bold digit on the tag of the last price."""

_NEAR = 0.97
"""Prices so near to the last, as a share of it, are told apart by decimals that the axis has room for."""

_SMALLEST, _LARGEST = 200, 10_000
_MAP_TOP = 16
"""Pixels of the captions above the liquidation map."""

Range = tuple[float, float]


def _pixels(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and float(value) <= _LARGEST


def check_picture(width: int, height: int, theme: str) -> None:
    """Refuse a theme or a size that no picture has."""
    if theme not in LOOK.themes:
        message = f"Expected theme as 'dark' or 'light', was {theme!r:.60}"
        raise DataError(message)
    if not (_pixels(width) and _pixels(height)):
        message = (
            f"Expected width and height in pixels from {_SMALLEST} to {_LARGEST:,}, was {width!r:.20} x {height!r:.20}"
        )
        raise DataError(message)
    if min(width, height) < _SMALLEST:
        message = f"Expected a picture of at least {_SMALLEST} x {_SMALLEST} pixels, was {width} x {height}"
        raise DataError(message)


def write_png(view: Scene, path: Path, width: int, height: int, theme: str) -> Path:
    """Write a heatmap as it is set up, in a size and theme that `check_picture` takes; see `LiqHeatmap.to_png`."""
    ink = ink_of(theme, view.side_colours)
    ground = theme if view.map_theme == "auto" else view.map_theme
    on_ground = ink_of(ground, view.side_colours, view.candle_colours)
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=ink.background)
    canvas = FigureCanvasAgg(figure)
    on_map = view.view == "map"
    axis, length = _axis_share(view, width) * width, ""
    panels: tuple[str | Line, ...] = () if on_map else (*view.panels, *lines_below(view))
    profile = view.profile != "off" and not on_map
    listed = _listed(view)
    columns = columns_of(figure, listed, width - LEFT - EDGE)
    room: dict[str, Any] = {"panels": len(panels), "heat": not on_map, "listed": columns.rows}
    places = layout(width, height, axis, profile=profile, **room)
    left, bottom, wide, high = places.main
    on_map_place = left + axis / width, bottom, wide - axis / width, high - _MAP_TOP / height
    axes = figure.add_axes(on_map_place if on_map else places.main)
    axes.set_facecolor(ink.background if on_map else on_ground.background)
    if on_map:
        draw_on_map(axes, view, ink, theme, scale=draw_map(axes, view, ink, theme))
        draw_keys(figure, view, ink, theme, places.keys, curves=curve_words(0.0, _quote(view), on_map=True))
    else:
        time = _time(view, wide * width)
        share = (min(time[1], _now(view)) - time[0]) / (time[1] - time[0])
        frame = _frame(view, time, wide * width * share, high * height)
        length = f"{duration_text(frame.candle_ms * MILLISECOND)} candles"
        colours = _colours(view, frame, ground)
        _draw_main(axes, frame, view, on_ground, colours)
        now = max(float(view.market_state["time"][1]), _now(view))
        candles = None if view.price_style == "off" else _candles(frame)[[0, 1, 4, 3]]
        sight = Sight(time, frame.price, axes.bbox.width, axes.bbox.height, now, candles)
        _draw_strip(axes, frame, colours, sight)
        labelled, named = draw_clusters(axes, sight, view, on_ground, ink)
        draw_overlays(axes, sight, view, on_ground, ground=ground, labelled=labelled)
        _draw_axes(axes, view, ink, on_ground, named)
        for of, place in zip(panels, places.panels, strict=False):
            draw_panel(figure.add_axes(place, facecolor=ink.background, sharex=axes), of, frame, view, ink)
        how = {"measure": view.measure, "horizon": view.horizon, "threshold": view.threshold, "quote": _quote(view)}
        draw_ramps(figure, colours, _ladder(frame), ink, places.heat, ground=on_ground.background, **how)
        if places.profile is not None:
            beside = figure.add_axes(places.profile, facecolor=ink.background)
            largest = draw_profile(beside, view, frame.price, ink, theme)
            draw_keys(figure, view, ink, theme, places.keys, curves=curve_words(largest, _quote(view), on_map=False))
    draw_listed(figure, listed, columns, places.listed, ink)
    if view.market_state["simulated"]:
        draw_simulated(figure, axes)
    _draw_text(figure, view, ink, length)
    canvas.print_png(path)
    return path


def _listed(view: Scene) -> Listed:
    """Return the clusters shown in words, and how far each moves under other assumptions."""
    found = [one for one, _ in shown_clusters(view)]
    how: dict[str, Any] = {"measure": view.measure, "horizon": view.horizon, "quote": _quote(view)}
    ranges = cluster_ranges(found, view.ranges, view.measure)
    return listed_clusters(found, ranges, decimals=view.session.price_decimals(view.settings), **how)


def _draw_main(axes: Axes, frame: Frame, view: Scene, ink: Ink, colours: npt.NDArray[np.uint8]) -> None:
    """Draw what a frame holds: heat, candles or line, circles."""
    timeframe = view.session.ledger.timeframe / MILLISECOND if view.smooth else None
    _draw_heat(axes, frame, colours, timeframe)
    if view.market_state["grade"]["hatched"]:
        _draw_hatch(axes, ink)
    _draw_price(axes, frame, view, ink)
    if view.circles:
        _draw_circles(axes, frame, ink)


def _quote(view: Scene) -> str:
    return str(view.market_state["unit"])


def _now(view: Scene) -> float:
    """Return the end of what is known [ms UTC]."""
    return view.session.end(view.settings) / MILLISECOND


def _price_text(view: Scene, price: float) -> str:
    return price_text(price, view.session.price_decimals(view.settings))


def _axis_share(view: Scene, width: int) -> float:
    """Return the share of the picture's width that the price axis needs."""
    last = view.session.ledger.last_price(view.session.end(view.settings))
    shown = view.price_range or (_NEAR * last, last / _NEAR)
    tag, text = len(_price_text(view, last)) * _BOLD, len(price_text(shown[1], axis_decimals(shown))) * _LETTER
    return (max(tag, text) + 22) / width


def window_range(known: Range, width: float, *, followed: bool) -> Range:
    """Return what a picture of a range of time shows: that range, and room for labels after it.

    Parameters
    ----------
    known : (float, float)
        From the first to the last close of the window, in any unit.
    width : float
        Pixels of the main panel; on a narrow one the room is wider, so that labels do not cover the newest candles.
    followed : bool
        Whether the price that followed is shown.

    Returns
    -------
    (float, float)
        As on the page without whiskers, which a picture file has not.
    """
    start, end = known
    room = LOOK.margin
    free = room.followed if followed else min(room.most, max(room.future, room.label / width))
    return start, end + (end - start) * free / (1 - free)


def _time(view: Scene, width: float) -> Range:
    """Return the time from the left to the right edge of a main panel so many pixels wide [ms UTC]."""
    if view.time_range is not None:
        start, end = (int(part.value) for part in view.time_range)
        session = view.session
        if max(start, session.ledger.start) >= min(end, session.end(view.settings)):
            message = f"Expected a time_range that overlaps the data, was {view.time_range[0]} to {view.time_range[1]}"
            raise DataError(message)
        return start / MILLISECOND, end / MILLISECOND
    first, last = view.session.window(view.settings)
    return window_range(
        (first / MILLISECOND, last / MILLISECOND), width, followed=view.future and view.as_of is not None
    )


def _frame(view: Scene, time: Range, width: float, height: float) -> Frame:
    """Return the picture of the part of a range of time [ms UTC] that has data, in as many pixels as it covers."""
    session, settings = view.session, view.settings
    pixels = max(round(width), 1), max(round(height), 1)
    start = max(round(time[0] * MILLISECOND), session.ledger.start)
    end = min(round(time[1] * MILLISECOND), session.end(settings))
    if view.price_range is None:
        return session.fitted_frame(settings, (start, end), pixels)
    return session.frame(settings, (start / MILLISECOND, end / MILLISECOND), view.price_range, *pixels)


def _colours(view: Scene, frame: Frame, theme: str) -> npt.NDArray[np.uint8]:
    """Return the colour of each pixel byte under the view's side, scale and threshold, shape (256, 4)."""
    palette = look_up_table(view.palette, "dark" if theme == "dark" else "light")
    pixels = np.frombuffer(frame.pixels, np.uint8)
    entries = palette_entries(pixels, _ladder(frame), side=view.side, scale=view.scale, threshold=view.threshold)
    return np.asarray(palette[entries])


def _ladder(frame: Frame) -> Ladder:
    return Ladder(frame.top, frame.decades, frame.raised)


def _draw_heat(axes: Axes, frame: Frame, colours: npt.NDArray[np.uint8], timeframe: float | None) -> None:
    """Draw the pixels; with the length of a candle [ms], smoothed over price cells and candles."""
    pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)
    extent = (frame.time[0] / _DAY_MS, frame.time[1] / _DAY_MS, frame.price[0], frame.price[1])
    image = colours[pixels]
    if timeframe:
        cell = sum(frame.price) / 2 * PRICE_CELL
        across = frame.width * timeframe / (frame.time[1] - frame.time[0])
        image = smooth(image, reach(across), reach(frame.height * cell / (frame.price[1] - frame.price[0])))
    axes.imshow(image, origin="lower", aspect="auto", extent=extent, interpolation="nearest", zorder=1)


def _draw_strip(axes: Axes, frame: Frame, colours: npt.NDArray[np.uint8], sight: Sight) -> None:
    """Draw the newest column on to the right edge: what stands now stands on until price comes."""
    start, end = frame.time[1], sight.time[1]
    if sight.now <= start < end:
        column = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)[:, -1:]
        extent = (start / _DAY_MS, end / _DAY_MS, frame.price[0], frame.price[1])
        axes.imshow(colours[column], origin="lower", aspect="auto", extent=extent, interpolation="nearest", zorder=1)


def _candles(frame: Frame) -> npt.NDArray[np.float64]:
    """Return start, end, open, high, low and close of the candles of a picture, shape (6, n)."""
    return np.frombuffer(frame.candles, "<f8").reshape(CANDLE_ROWS, -1)[:6]


def _draw_hatch(axes: Axes, ink: Ink) -> None:
    """Hatch a picture that is not to be relied on."""
    whole: dict[str, Any] = {"transform": axes.transAxes, "fill": False, "linewidth": 0, "zorder": 1.5}
    axes.add_patch(Rectangle((0, 0), 1, 1, hatch="//", color=ink.faint, alpha=LOOK.hatch, **whole))


def _draw_price(axes: Axes, frame: Frame, view: Scene, ink: Ink) -> None:
    """Draw candles, a line or nothing; what followed the end shown is faded."""
    columns = _candles(frame)
    later = columns[1] > view.market_state["time"][1]
    for part, alpha in ((~later, 1.0), (later, LOOK.candle.faded)):
        if view.price_style == "line":
            middle = (columns[0] + columns[1])[part] / 2 / _DAY_MS
            halo = LOOK.candle.halo_alpha * alpha
            lines = ((ink.background, LOOK.price_line.halo, halo, 3), (ink.text, LOOK.price_line.width, alpha, 4))
            for colour, wide, opaque, order in lines:
                axes.plot(middle, columns[5][part], color=colour, linewidth=wide * _POINT, alpha=opaque, zorder=order)
        elif view.price_style == "candles":
            _draw_candles(axes, columns[:, part], ink, alpha)


def circle_sizes(amounts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the diameters of realised liquidations [px], the area by the amount."""
    wide = LOOK.circle.most * np.sqrt(amounts / amounts.max(initial=1e-9))
    return np.asarray(np.maximum(wide, LOOK.circle.least))


def _draw_circles(axes: Axes, frame: Frame, ink: Ink) -> None:
    """Draw realised liquidations."""
    time, price, size, side = np.frombuffer(frame.events, "<f8").reshape(EVENT_ROWS, -1)
    if not len(time):
        return
    wide = circle_sizes(size) * _POINT
    colours = [ink.long if one > 0 else ink.short for one in side]
    for alpha, fill in ((LOOK.circle.alpha, colours), (1.0, "none")):
        axes.scatter(
            time / _DAY_MS, price, s=wide**2, c=fill, alpha=alpha, edgecolors=ink.background, linewidths=0.8, zorder=5
        )


def _draw_candles(axes: Axes, columns: npt.NDArray[np.float64], ink: Ink, alpha: float) -> None:
    start, end, opens, high, low, close = columns
    fills = [ink.rising if rises else ink.falling for rises in close >= opens]
    middle, half = (start + end) / 2 / _DAY_MS, (end - start) * LOOK.candle.body / 2 / _DAY_MS
    wicks = np.stack([np.stack([middle, low], 1), np.stack([middle, high], 1)], 1)
    axes.add_collection(
        LineCollection(
            list(wicks),
            colors=ink.background,
            linewidths=LOOK.candle.halo * _POINT,
            alpha=LOOK.candle.halo_alpha * alpha,
            zorder=2,
        ),
        autolim=False,
    )
    thin = LineCollection(list(wicks), colors=fills, linewidths=0.8, alpha=alpha, zorder=3)
    axes.add_collection(thin, autolim=False)
    left, right = middle - half, middle + half
    bodies = np.stack(
        [
            np.stack([left, opens], 1),
            np.stack([right, opens], 1),
            np.stack([right, close], 1),
            np.stack([left, close], 1),
        ],
        1,
    )
    bodies_drawn = PolyCollection(
        list(bodies), facecolors=fills, edgecolors=fills, linewidths=0.5, alpha=alpha, zorder=4
    )
    axes.add_collection(bodies_drawn, autolim=False)


def _draw_axes(axes: Axes, view: Scene, ink: Ink, ground: Ink, named: list[NamedPrice]) -> None:
    """Draw the axes, which lie on the page, and their grid, which lies on the map."""
    last = float(view.market_state["last_price"])
    axes.tick_params(colors=ink.faint, labelsize=9, length=0)
    draw_times(axes, view.timezone, ink)
    draw_prices(axes, last, ink, _price_text(view, last), ground.accent, named=named)
    axes.grid(color=ground.faint, alpha=ground.grid, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_text(figure: Figure, view: Scene, ink: Ink, length: str) -> None:
    market = view.market_state
    height = figure.bbox.height
    kind = "map" if view.view == "map" else "heatmap"
    said = {"expected": f"expected in {view.horizon}", HEAT: "relative heat"} if kind == "heatmap" else {}
    title = [str(market["label"]), f"est. liquidation {kind}, {said.get(view.measure, 'size standing')}"]
    end = timestamp(view.session.end(view.settings))
    notes = [
        f"data to {end:%Y-%m-%d %H:%M} UTC, made with liqwidget",
        "estimate from public data, amounts per 0.1 % of price",
    ]
    notes[1:1] = (market["notice"] or "").splitlines()
    notes[-1:-1] = [length] if length and view.price_style == "candles" else []
    if kind == "map":
        notes[-1] = "estimate from public data"
    elif view.measure == HEAT:
        notes[-1] = "estimate from public data; heat is relative, amounts are est."
    width = figure.bbox.width - LEFT - EDGE
    bold: dict[str, Any] = {"color": ink.text, "fontsize": 12, "weight": "bold", "va": "center"}
    figure.text(LEFT / figure.bbox.width, 1 - 19 / height, _fitting(title, width / _LETTER / 1.4), **bold)
    figure.text(
        LEFT / figure.bbox.width, 1 - 41 / height, _fitting(notes, width / _LETTER), color=ink.faint, fontsize=9,
        va="center",
    )  # fmt: skip


def _fitting(parts: list[str], letters: float) -> str:
    """Return the parts that fit, at least the first."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) + 3 <= letters:
            text = f"{text} · {part}"
    return text
