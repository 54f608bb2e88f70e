"""The lower panels of a static picture, in time with the heat: as js/src/panel_series.ts and panel_draw.ts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.collections import PolyCollection

from liqwidget.domain.amount import money
from liqwidget.domain.time import DAY, MILLISECOND
from liqwidget.widget.protocol import CANDLE_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from liqwidget.picture.heatmap import Ink
    from liqwidget.widget.protocol import Frame
    from liqwidget.widget.scene import Scene

Floats = npt.NDArray[np.float64]

_DAY_MS = DAY // MILLISECOND
MINUS = "\N{MINUS SIGN}"
_BODY = 0.76
_TEXT_ROOM = 0.3
"""Share of a panel's height that its title has for itself."""


@dataclass(frozen=True, slots=True)
class _Series:
    title: str
    bars: tuple[tuple[Floats, str], ...]
    line: Floats | None
    low: float
    high: float
    text: str


def draw_panel(axes: Axes, name: str, frame: Frame, view: Scene, ink: Ink) -> None:
    """Draw one of `liqwidget.widget.view.PANELS` for the candles of a picture.

    Parameters
    ----------
    axes : Axes
        Has the time axis of the main panel, in days.
    name : str
        'volume', 'open_interest', 'funding' or 'liquidations'.
    frame : Frame
        Holds the candles and what belongs to them.
    view : Scene
        Names the symbol.
    ink : Ink
        Colours.
    """
    columns = np.frombuffer(frame.candles, "<f8").reshape(CANDLE_ROWS, -1)
    columns = columns[:, columns[0] < view.market_state["time"][1]]
    start, end = columns[0] / _DAY_MS, columns[1] / _DAY_MS
    series = _series(name, columns[6:], view.symbol, ink)
    middle, half = (start + end) / 2, (end - start) * _BODY / 2
    for values, colour in series.bars:
        some = np.isfinite(values) & (values != 0)
        left, right, zero = (middle - half)[some], (middle + half)[some], np.zeros(some.sum())
        corners = [(left, zero), (right, zero), (right, values[some]), (left, values[some])]
        places = np.stack([np.stack(corner, -1) for corner in corners], 1)
        axes.add_collection(PolyCollection(list(places), facecolors=[colour], linewidths=0, zorder=2))
    if series.line is not None:
        axes.plot(end, series.line, color=ink.text, linewidth=1.0, zorder=3)
    if series.low < series.high:
        axes.set_ylim(series.low, series.high + (series.high - series.low) * _TEXT_ROOM / (1 - _TEXT_ROOM))
    if series.low < 0:
        axes.axhline(0, color=ink.faint, linewidth=0.6, alpha=0.5)
    axes.tick_params(length=0, labelbottom=False, labelleft=False)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "top")
        spine.set(color=ink.faint, alpha=0.35, linewidth=0.8)
    title = axes.annotate(
        series.title, (0, 1), xycoords="axes fraction", xytext=(2, -3), textcoords="offset points", va="top",
        fontsize=8, color=ink.faint,
    )  # fmt: skip
    axes.annotate(
        series.text, (1, 1), xycoords=title, xytext=(5, 0), textcoords="offset points", va="top", fontsize=8,
        weight="bold", color=ink.text,
    )  # fmt: skip


def _series(name: str, beside: Floats, symbol: str, ink: Ink) -> _Series:
    """Return what a panel draws; `beside` are the rows of `liqwidget.widget.series.SERIES`."""
    volume, taker, interest, funding, long, short = beside
    if name == "volume":
        text = _last(volume, lambda value: f"{_amount(value, symbol)}{_buyers(volume, taker)}")
        return _Series("Volume", ((volume, ink.falling), (taker, ink.accent)), None, 0.0, _most(volume), text)
    if name == "open_interest":
        low, high = -_most(-interest), _most(interest)
        room = max((high - low) * 0.12, abs(high) * 1e-4)
        text = _last(interest, lambda value: _amount(value, symbol))
        return _Series("Open interest", (), interest, low - room, high + room, text)
    if name == "funding":
        bars = ((np.where(funding > 0, funding, 0.0), ink.short), (np.where(funding < 0, funding, 0.0), ink.long))
        text = _last(funding, lambda value: f"{MINUS if value < 0 else ''}{abs(100 * value):.4f} %")
        return _Series("Funding", bars, None, min(-_most(-funding), 0.0), max(_most(funding), 0.0), text)
    text = _last(long, lambda value: f"long {money(value)}, short {money(float(np.nan_to_num(short[-1])))}")
    bars = ((short, ink.short), (-long, ink.long))
    return _Series("Liquidations", bars, None, min(-_most(long), 0.0), max(_most(short), 0.0), text)


def _most(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else 0.0


def _last(values: Floats, text: Callable[[float], str]) -> str:
    """Return what is said of the last candle."""
    return text(float(values[-1])) if len(values) and np.isfinite(values[-1]) else "not known"


def _amount(value: float, symbol: str) -> str:
    return f"{money(value).replace('$', '')} {symbol}"


def _buyers(volume: Floats, taker: Floats) -> str:
    """Return which share takers bought of the last candle, where it is known."""
    if not (volume[-1] > 0 and np.isfinite(taker[-1])):
        return ""
    return f", takers bought {100 * taker[-1] / volume[-1]:.0f} %"
