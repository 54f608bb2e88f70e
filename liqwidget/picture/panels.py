"""The lower panels of a static picture, in time with the heat, as on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.collections import PolyCollection

from liqwidget.domain.amount import MINUS, MOST_DECIMALS, half_up, money, price_decimals, price_text
from liqwidget.domain.quotation import coin_of
from liqwidget.domain.time import DAY, MILLISECOND
from liqwidget.look import LOOK
from liqwidget.picture.axes import clock_time
from liqwidget.widget.protocol import CANDLE_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from liqwidget.domain.overlay import Line
    from liqwidget.picture.ink import Ink
    from liqwidget.widget.protocol import Frame
    from liqwidget.widget.scene import Scene

Floats = npt.NDArray[np.float64]

_DAY_MS = DAY // MILLISECOND
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Series:
    """What a panel draws, in colours of an `Ink` by name.

    Parameters
    ----------
    title : str
        Its name.
    text : str
        What is known of the last candle.
    range : (float, float)
        Lowest and highest value; NaN where nothing is known.
    bars : tuple of (ndarray, str)
        Values from zero, drawn in order.
    line : ndarray of float64 or None
        Values of a line.
    """

    title: str
    text: str
    range: tuple[float, float]
    bars: tuple[tuple[Floats, str], ...] = ()
    line: Floats | None = None


def draw_panel(axes: Axes, of: str | Line, frame: Frame, view: Scene, ink: Ink) -> None:
    """Draw one of `liqwidget.widget.view.PANELS` for the candles of a picture, or an analyst's own series.

    Parameters
    ----------
    axes : Axes
        Has the time axis of the main panel, in days.
    of : str or Line
        'volume', 'open_interest', 'funding' or 'liquidations', or a series.
    frame : Frame
        Holds the candles and what belongs to them.
    view : Scene
        Names the symbol.
    ink : Ink
        Colours.
    """
    if isinstance(of, str):
        columns = np.frombuffer(frame.candles, "<f8").reshape(CANDLE_ROWS, -1)
        columns = columns[:, columns[0] < view.market_state["time"][1]]
        start, end = columns[0] / _DAY_MS, columns[1] / _DAY_MS
        coin, quote = coin_of(view.symbol), str(view.market_state["quote"])
        series = panel_series(of, columns[6:], coin, quote, start=columns[0], timezone=view.timezone)
    else:
        start = end = of.time / DAY
        first, last = np.searchsorted(end, axes.get_xlim())
        series = line_series(of, slice(max(first - 1, 0), last + 1), view.timezone)
    low, high = series.range
    middle, half = (start + end) / 2, (end - start) * LOOK.panel.body / 2
    for values, colour in series.bars:
        some = np.isfinite(values) & (values != 0)
        left, right, zero = (middle - half)[some], (middle + half)[some], np.zeros(some.sum())
        corners = [(left, zero), (right, zero), (right, values[some]), (left, values[some])]
        places = np.stack([np.stack(corner, -1) for corner in corners], 1)
        axes.add_collection(PolyCollection(list(places), facecolors=[getattr(ink, colour)], linewidths=0, zorder=2))
    if series.line is not None:
        axes.plot(end, series.line, color=ink.text, linewidth=1.0, zorder=3)
    if low < high:
        text = LOOK.panel.title / axes.bbox.height
        axes.set_ylim(low, high + (high - low) * text / (1 - text))
    if low < 0 <= high:
        axes.axhline(0, color=ink.faint, linewidth=0.6, alpha=LOOK.panel.base)
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


def panel_series(name: str, rows: Floats, symbol: str, quote: str, *, start: Floats, timezone: str) -> Series:
    """Return what a panel draws.

    Parameters
    ----------
    name : str
        'volume', 'open_interest', 'funding' or 'liquidations'.
    rows : ndarray of float64, shape (6, n)
        `liqwidget.widget.series.SERIES` of n candles; NaN where nothing is known.
    symbol, quote : str
        What amounts are in: the coin, and the quote currency.
    start : ndarray of float64, shape (n,)
        When they begin [ms UTC].
    timezone : str
        On whose clocks a time is said.
    """
    volume, taker, interest, funding, long, short = rows

    def said(values: Floats, text: Callable[[int], str]) -> str:
        return _last(values, start, timezone, text)

    if name == "volume":
        text = said(volume, lambda row: f"{_amount(volume[row], symbol)}{_buyers(volume[row], taker[row])}")
        return Series("Volume", text, (0.0, _most(volume)), ((volume, "falling"), (taker, "accent")))
    if name == "open_interest":
        low, high = _least(interest), _most(interest)
        room = max((high - low) * LOOK.panel.padding, abs(high) * LOOK.panel.least)
        text = said(interest, lambda row: _amount(interest[row], symbol))
        return Series("Open interest", text, (low - room, high + room), line=interest)
    if name == "funding":
        bars = ((np.where(funding > 0, funding, 0.0), "short"), (np.where(funding < 0, funding, 0.0), "long"))
        text = said(funding, lambda row: f"{MINUS if funding[row] < 0 else ''}{abs(100 * funding[row]):.4f} %")
        return Series("Funding", text, _around(_least(funding), _most(funding)), bars)
    text = said(long, lambda row: f"long {money(long[row], quote)}, short {money(short[row], quote)}")
    reached = _around(_least(-long), _most(short))
    return Series("Liquidations", text, reached, ((short, "short"), (-long, "long")))


def line_series(line: Line, seen: slice, timezone: str) -> Series:
    """Return what the panel of an analyst's own series draws; `seen`: the points in sight, and one at each end."""
    low, high = _least(line.value[seen]), _most(line.value[seen])
    room = max((high - low) * LOOK.panel.padding, abs(high) * LOOK.panel.least)
    start = line.time / MILLISECOND
    text = _last(line.value, start, timezone, lambda row: value_text(float(line.value[row]), line.unit))
    return Series(line.name, text, (low - room, high + room), line=line.value)


def value_text(value: float, unit: str) -> str:
    """Return a value with its unit: '0.5312', '$1.2M', '12.5K BTC'; small ones with five digits."""
    size = abs(value)
    if size == 0 or size >= 1:
        return money(value, unit).strip()
    text = price_text(size, price_decimals(size, MOST_DECIMALS))
    return f"{MINUS if value < 0 else ''}{text} {unit}".strip()


def _most(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else np.nan


def _least(values: Floats) -> float:
    return -_most(-values)


def _around(low: float, high: float) -> tuple[float, float]:
    """Return a range with zero in it."""
    return (low, high) if np.isnan(low) or np.isnan(high) else (min(low, 0.0), max(high, 0.0))


def _last(values: Floats, start: Floats, timezone: str, text: Callable[[int], str]) -> str:
    """Return what is said of the last candle: if it is not known, of what was known last, and when; '' without any."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return NOT_KNOWN if len(values) else ""
    row = int(known[-1])
    return text(row) + (f" at {clock_time(start[row], timezone)}" if row < len(values) - 1 else "")


def _amount(value: float, symbol: str) -> str:
    return money(value, symbol).removeprefix("$")


def _buyers(volume: float, taken: float) -> str:
    """Return which share takers bought, where it is known."""
    known = volume > 0 and np.isfinite(taken)
    return f", takers bought {half_up(100 * taken / volume)} %" if known else ""
