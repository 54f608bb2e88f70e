"""A static picture of a heatmap, drawn by matplotlib from the same numbers and colours as the widget's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from liqwidget.domain.amount import money
from liqwidget.domain.lattice import CELL
from liqwidget.domain.time import DAY, MILLISECOND, timestamp
from liqwidget.errors import DataError
from liqwidget.picture.axes import draw_prices, draw_times
from liqwidget.picture.layout import EDGE, LEFT, layout
from liqwidget.picture.panels import draw_panel
from liqwidget.picture.profile import draw_keys, draw_map, draw_profile
from liqwidget.raster.palette import CONTRAST, look_up_table
from liqwidget.raster.quantise import LEVELS, SHORT_BIT, level_value
from liqwidget.raster.side_colours import DEFAULT_SIDE_COLOURS, SIDE_COLOURS
from liqwidget.raster.smooth import reach, smooth
from liqwidget.widget.protocol import CANDLE_ROWS, EVENT_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from liqwidget.study.clusters import Cluster
    from liqwidget.widget.protocol import Frame
    from liqwidget.widget.scene import Scene

_DPI = 100
_DAY_MS = DAY // MILLISECOND
_LABEL_PIXELS = 118
_LABEL_HEIGHT = 18
_MARGIN, _FOLLOWED = 0.08, 0.4 / 0.6
_FADED = 0.3
_SMALLEST_CIRCLE, _LARGEST_CIRCLE = 4, 22
"""Pixels across."""
_LETTER = 7.4
"""Pixels of a letter in the smaller text."""

_SMALLEST = 200
_WORTH_A_LABEL = 0.005
"""Smaller clusters than this share of the largest in sight have no label; as js/src/cluster_columns.ts."""
_LABELS = 5
_MAP_TOP, _KEY_ROW = 16, 18
"""Pixels of the captions above the liquidation map, and of the legend under it."""


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of everything but the heat."""

    background: str
    text: str
    faint: str
    rising: str
    falling: str
    accent: str
    long: str
    short: str


INKS = {
    "dark": Ink(
        "#0d1017", "#d6dbe4", "#8a94a6", "#e9eef5", "#7d8ba0", "#58d6c3", *SIDE_COLOURS[DEFAULT_SIDE_COLOURS].dark
    ),
    "light": Ink(
        "#ffffff", "#1f2733", "#697386", "#7d8ba0", "#1b2330", "#0b8577", *SIDE_COLOURS[DEFAULT_SIDE_COLOURS].light
    ),
}
"""The colours of the widget: js/src/colours.ts."""


def ink_of(theme: str, side_colours: str) -> Ink:
    """Return the colours on a ground with a pair of `SIDE_COLOURS`."""
    return replace(INKS[theme], **SIDE_COLOURS[side_colours].of(theme))


def write_png(view: Scene, path: Path, width: int, height: int, theme: str) -> Path:
    """Write a heatmap as it is set up; see `LiqHeatmap.to_png`.

    Raises
    ------
    DataError
        If the theme is unknown or the size is under 200 pixels.
    """
    if theme not in INKS:
        message = f"Expected theme 'dark' or 'light', was {theme!r}"
        raise DataError(message)
    if min(width, height) < _SMALLEST:
        message = f"Expected a picture of at least {_SMALLEST} x {_SMALLEST} pixels, was {width} x {height}"
        raise DataError(message)
    ink = ink_of(theme, view.side_colours)
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=ink.background)
    canvas = FigureCanvasAgg(figure)
    on_map = view.view == "map"
    axis = _axis_share(view, width) * width
    panels = () if on_map else view.panels
    places = layout(width, height, axis, profile=view.profile != "off" and not on_map, panels=len(panels))
    left, bottom, wide, high = places.main
    row = _KEY_ROW / height
    on_map_place = left + axis / width, bottom + row, wide - axis / width, high - row - _MAP_TOP / height
    axes = figure.add_axes(on_map_place if on_map else places.main)
    axes.set_facecolor(ink.background)
    if on_map:
        draw_map(axes, view, ink, theme)
        draw_keys(figure, view, ink, theme, places.keys)
    else:
        frame = _frame(view, wide * width / (1 + _margin(view, wide * width)), high * height)
        _draw_main(axes, frame, view, ink, theme)
        for name, place in zip(panels, places.panels, strict=False):
            draw_panel(figure.add_axes(place, facecolor=ink.background, sharex=axes), name, frame, view, ink)
        if places.profile is not None:
            beside = figure.add_axes(places.profile, facecolor=ink.background)
            draw_profile(beside, view, frame.price, ink, theme)
            draw_keys(figure, view, ink, theme, places.keys)
    _draw_text(figure, view, ink)
    canvas.print_png(path)
    return path


def _draw_main(axes: Axes, frame: Frame, view: Scene, ink: Ink, theme: str) -> None:
    """Draw the main panel: heat, candles or line, circles, clusters, last price."""
    timeframe = view.session.ledger.timeframe / MILLISECOND if view.smooth else None
    _draw_heat(axes, frame, _colours(view, frame, theme), timeframe)
    if view.market_state["grade"]["hatched"]:
        _draw_hatch(axes, ink)
    _draw_price(axes, frame, view, ink)
    if view.circles:
        _draw_circles(axes, frame, ink)
    _draw_clusters(axes, frame, view, ink)
    _draw_axes(axes, view, ink)


def _price_text(view: Scene, price: float) -> str:
    return f"{price:,.{view.session.price_decimals(view.settings)}f}"


def _axis_share(view: Scene, width: int) -> float:
    """Return the share of the picture's width that the price axis needs."""
    last = view.session.ledger.last_price(view.session.end(view.settings))
    return (len(_price_text(view, last)) * _LETTER + 22) / width


def _margin(view: Scene, width: float) -> float:
    """Return the free time after the last close, as a share of the time shown, in a panel of that width [px]."""
    followed = view.future and view.as_of is not None
    return _FOLLOWED if followed else max(_MARGIN, _LABEL_PIXELS / width)


def _frame(view: Scene, width: float, height: float) -> Frame:
    """Return the picture of the range shown in as many pixels as it is drawn with."""
    session, settings = view.session, view.settings
    pixels = max(round(width), 1), max(round(height), 1)
    start, end = session.window(settings)
    if view.time_range is not None:
        start, end = (int(part.value) for part in view.time_range)
        start, end = max(start, session.ledger.start), min(end, session.end(settings))
        if start >= end:
            message = f"Expected a time_range that overlaps the data, was {view.time_range[0]} to {view.time_range[1]}"
            raise DataError(message)
    if view.price_range is None:
        return session.fitted_frame(settings, (start, end), pixels)
    return session.frame(settings, (start / MILLISECOND, end / MILLISECOND), view.price_range, *pixels)


def _colours(view: Scene, frame: Frame, theme: str) -> npt.NDArray[np.uint8]:
    """Return the colour of each pixel byte under the view's side, scale and threshold, shape (256, 4).

    As js/src/lut.ts.
    """
    palette = look_up_table(view.palette, "dark" if theme == "dark" else "light")
    table = np.zeros_like(palette)
    levels = np.arange(LEVELS + 1)
    values = level_value(levels, frame.top, frame.decades)
    for bit, side in ((0, "long"), (SHORT_BIT, "short")):
        if view.side not in ("both", side):
            continue
        shown = (levels > 0) & (values >= view.threshold)
        table[bit + levels[shown]] = palette[bit + _positions(view, frame, levels, values)[shown]]
    return table


def _positions(view: Scene, frame: Frame, levels: Any, values: Any) -> npt.NDArray[np.int64]:
    """Return the palette's level that each level is drawn with, shape (128,)."""
    if view.scale == "log":
        return np.asarray(np.minimum(levels + frame.raised, LEVELS), dtype=np.int64)
    if view.scale == "linear":
        bright = frame.top * 10.0 ** (-frame.decades * frame.raised / LEVELS)
        share = (values / bright if bright > 0 else values) ** (1 / CONTRAST)
    else:
        counts = np.bincount(np.frombuffer(frame.pixels, np.uint8) & LEVELS, minlength=LEVELS + 1)[: LEVELS + 1]
        counts[0] = 0
        share = np.cumsum(counts) / max(counts.sum(), 1)
    return np.asarray(np.clip(np.rint(share * LEVELS), 1, LEVELS), dtype=np.int64)


def _draw_heat(axes: Axes, frame: Frame, colours: npt.NDArray[np.uint8], timeframe: float | None) -> None:
    """Draw the pixels; with the length of a candle [ms], smoothed over price cells and candles."""
    pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)
    extent = (frame.time[0] / _DAY_MS, frame.time[1] / _DAY_MS, frame.price[0], frame.price[1])
    image = colours[pixels]
    if timeframe:
        cell = sum(frame.price) / 2 * CELL
        across = frame.width * timeframe / (frame.time[1] - frame.time[0])
        image = smooth(image, reach(across), reach(frame.height * cell / (frame.price[1] - frame.price[0])))
    axes.imshow(image, origin="lower", aspect="auto", extent=extent, interpolation="nearest", zorder=1)


def _draw_hatch(axes: Axes, ink: Ink) -> None:
    """Hatch a picture that is not to be relied on."""
    whole: dict[str, Any] = {"transform": axes.transAxes, "fill": False, "linewidth": 0, "zorder": 1.5}
    axes.add_patch(Rectangle((0, 0), 1, 1, hatch="//", color=ink.faint, alpha=0.3, **whole))


def _draw_price(axes: Axes, frame: Frame, view: Scene, ink: Ink) -> None:
    """Draw candles, a line or nothing; what followed the end shown is faded."""
    columns = np.frombuffer(frame.candles, "<f8").reshape(CANDLE_ROWS, -1)[:6]
    later = columns[1] > view.market_state["time"][1]
    for part, alpha in ((~later, 1.0), (later, _FADED)):
        if view.price_style == "line":
            middle = (columns[0] + columns[1])[part] / 2 / _DAY_MS
            axes.plot(middle, columns[5][part], color=ink.background, linewidth=3.2, alpha=0.55 * alpha, zorder=3)
            axes.plot(middle, columns[5][part], color=ink.text, linewidth=1.3, alpha=alpha, zorder=4)
        elif view.price_style == "candles":
            _draw_candles(axes, columns[:, part], ink, alpha)


def _draw_circles(axes: Axes, frame: Frame, ink: Ink) -> None:
    """Draw realised liquidations, the area by the amount: as js/src/circle_columns.ts."""
    time, price, size, side = np.frombuffer(frame.events, "<f8").reshape(EVENT_ROWS, -1)
    if not len(time):
        return
    wide = np.maximum(_SMALLEST_CIRCLE, _LARGEST_CIRCLE * np.sqrt(size / size.max())) * 72 / _DPI
    colours = [ink.long if one > 0 else ink.short for one in side]
    for alpha, fill in ((0.4, colours), (1.0, "none")):
        axes.scatter(
            time / _DAY_MS, price, s=wide**2, c=fill, alpha=alpha, edgecolors=ink.background, linewidths=0.8, zorder=5
        )


def _draw_candles(axes: Axes, columns: npt.NDArray[np.float64], ink: Ink, alpha: float) -> None:
    start, end, opens, high, low, close = columns
    fills = [ink.rising if rises else ink.falling for rises in close >= opens]
    middle, half = (start + end) / 2 / _DAY_MS, (end - start) * 0.38 / _DAY_MS
    wicks = np.stack([np.stack([middle, low], 1), np.stack([middle, high], 1)], 1)
    axes.add_collection(
        LineCollection(list(wicks), colors=ink.background, linewidths=2.2, alpha=0.55 * alpha, zorder=2)
    )
    axes.add_collection(LineCollection(list(wicks), colors=fills, linewidths=0.8, alpha=alpha, zorder=3))
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
    axes.add_collection(bodies_drawn)


def _draw_clusters(axes: Axes, frame: Frame, view: Scene, ink: Ink) -> None:
    """Mark the clusters inside the picture at its right edge; the largest of each side are labelled."""
    start, end = (part / _DAY_MS for part in frame.time)
    margin = (end - start) * _margin(view, axes.bbox.width)
    low, high = frame.price
    axes.set_xlim(start, end + margin)
    axes.set_ylim(low, high)
    apart = (high - low) * _LABEL_HEIGHT / axes.bbox.height
    taken: list[float] = []
    visible = _visible(view, frame)
    most = max((_amount(view, cluster) for cluster in visible), default=0.0)
    for cluster in visible:
        colour = ink.long if cluster.side > 0 else ink.short
        bottom, top = max(cluster.price_low, low), min(cluster.price_high, high)
        axes.fill_between([end, end + margin], bottom, top, color=colour, alpha=0.10, linewidth=0, zorder=2)
        axes.fill_between([end, end + margin * 0.05], bottom, top, color=colour, alpha=0.9, linewidth=0, zorder=2)
        axes.hlines([bottom, top], end, end + margin, color=colour, alpha=0.5, linewidth=0.6, zorder=2)
        price = min(max(cluster.peak_price, low + apart), high - apart)
        worth = _amount(view, cluster) >= _WORTH_A_LABEL * most
        if worth and len(taken) < 2 * _LABELS and all(abs(price - other) > apart for other in taken):
            taken.append(price)
            text = f"{cluster.side.label} est. {money(_amount(view, cluster))}"
            box = {"facecolor": ink.background, "edgecolor": "none", "alpha": 0.8, "pad": 1.5}
            axes.text(
                end + margin * 0.97, price, text, ha="right", va="center", fontsize=8, weight="bold", color=colour,
                zorder=6, bbox=box,
            )  # fmt: skip


def _visible(view: Scene, frame: Frame) -> list[Cluster]:
    low, high = frame.price
    clusters: list[Cluster] = [
        cluster for cluster in view.found if cluster.price_high > low and cluster.price_low < high
    ]
    return [cluster for cluster in clusters if view.side in ("both", cluster.side.label)]


def _amount(view: Scene, cluster: Cluster) -> float:
    return cluster.expected_size if view.measure == "expected" else cluster.size


def _draw_axes(axes: Axes, view: Scene, ink: Ink) -> None:
    last = view.session.ledger.last_price(view.session.end(view.settings))
    draw_times(axes)
    draw_prices(axes, last, ink, _price_text(view, last))
    axes.tick_params(colors=ink.faint, labelsize=9, length=0)
    axes.grid(color=ink.faint, alpha=0.14, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_text(figure: Figure, view: Scene, ink: Ink) -> None:
    market = view.market_state
    height = figure.bbox.height
    kind = "map" if view.view == "map" else "heatmap"
    shown = f"expected within {view.horizon}" if view.measure == "expected" and kind == "heatmap" else "size standing"
    title = [str(market["label"]), f"liquidation {kind}, est. {shown}"]
    end = timestamp(view.session.end(view.settings))
    notes = [f"as of {end:%Y-%m-%d %H:%M} UTC", "estimate from public data, quote currency per 10 bps of price"]
    notes[:0] = (market["notice"] or "").splitlines()
    if kind == "map":
        notes[-1] = "estimate from public data, quote currency"
    width = figure.bbox.width - LEFT - EDGE
    bold: dict[str, Any] = {"color": ink.text, "fontsize": 12, "weight": "bold", "va": "center"}
    figure.text(LEFT / figure.bbox.width, 1 - 19 / height, _fitting(title, width / _LETTER / 1.4), **bold)
    figure.text(
        LEFT / figure.bbox.width, 1 - 41 / height, _fitting(notes, width / _LETTER), color=ink.faint, fontsize=9,
        va="center",
    )  # fmt: skip


def _fitting(parts: list[str], letters: float) -> str:
    """Return as many of the parts as fit, at least the first."""
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) + 3 > letters:
            break
        text = f"{text} · {part}"
    return text
