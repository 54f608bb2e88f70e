"""What is laid over the picture, by name, and as the page reads it: marks, and lines thinned to what a screen shows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets

from liqwidget.domain.amount import price_decimals, price_text
from liqwidget.domain.overlay import Line, PriceBand, PriceCurve, PriceLine, TimeMark
from liqwidget.domain.time import MILLISECOND
from liqwidget.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.domain.overlay import Overlay

MOST_POINTS = 8000
"""Points of a line that a page is sent: of more, the lowest and the highest of each stretch."""
_DECIMALS = 8
"""Of prices, where the market does not say."""
_DIGITS = 7
"""Of a value: a screen shows fewer."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Overlays of one name.

    Parameters
    ----------
    name : str
        By which they are replaced and taken away.
    symbol : str
        The coin whose picture they belong to.
    laid : tuple of overlay values
        See `liqwidget.domain.overlay`.
    own : bool
        Whether they are levels, series or events that the analyst brought.
    """

    name: str
    symbol: str
    laid: tuple[Overlay, ...]
    own: bool = False


def overlay_traits() -> tuple[Any, Any]:
    """Return the traits of what is laid over the picture, and of the lives of the clusters that are ticked."""
    layers = traitlets.Tuple().tag(sync=True, to_json=layers_state)
    lives = traitlets.List(traitlets.Dict()).tag(sync=True)
    return layers, lives


def shown_layers(layers: Iterable[Layer], symbol: str) -> tuple[Overlay, ...]:
    """Return the overlays of a coin."""
    return tuple(value for layer in layers if layer.symbol == symbol for value in layer.laid)


def layers_state(layers: Iterable[Layer], widget: Any = None) -> list[dict[str, Any]]:
    """Return layers as JSON; of a widget they are labelled with prices as those of its market."""
    market = getattr(widget, "_market", None) or {}
    decimals = market.get("price_decimals", _DECIMALS)
    lines = itertools.count()
    return [
        {
            "name": layer.name,
            "symbol": layer.symbol,
            "values": [_state(value, decimals) | {"color": _paint(value, lines)} for value in layer.laid],
        }
        for layer in layers
    ]


def _paint(value: Overlay, lines: Iterator[int]) -> dict[str, str]:
    """Return the colour of an overlay on each ground; lines on the map take them in turn."""
    if not isinstance(value, Line):
        return {theme: LOOK.overlays[theme][value.kind] for theme in LOOK.themes}
    number = next(lines) if value.on_price else 0
    return {theme: LOOK.overlay_lines[theme][number % len(LOOK.overlay_lines[theme])] for theme in LOOK.themes}


def _state(value: Overlay, decimals: int) -> dict[str, Any]:
    """Return an overlay as JSON: times are ms, a price line is a band without height, None is not known."""
    match value:
        case PriceLine():
            return _level(value, value.price, value.price, decimals)
        case PriceBand():
            return _level(value, value.low, value.high, decimals)
        case TimeMark():
            return {"label": value.label, "time": value.time / MILLISECOND}
        case PriceCurve():
            return {"label": value.name, "price": _few(value.price), "amount": _few(value.amount)}
        case Line():
            times, values = thinned(value.time, value.value)
            said = {"label": value.name, "unit": value.unit, "on_price": value.on_price, "value": _few(values)}
            return said | _stamps(np.rint(times / MILLISECOND))


def _few(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Return values with as many digits as a screen shows."""
    return [None if np.isnan(one) else float(f"{one:.{_DIGITS}g}") for one in values]


def _level(value: PriceLine | PriceBand, low: float, high: float, decimals: int) -> dict[str, Any]:
    start, end = (None if time is None else time / MILLISECOND for time in (value.start, value.end))
    said = {"label": level_text(value, decimals), "dash": LOOK.overlay_dashes[value.kind]}
    return said | {"low": low, "high": high, "start": start, "end": end}


def level_text(value: PriceLine | PriceBand, decimals: int) -> str:
    """Return what is written of a level: 'week high 97,500', and of a range without a label where it lies.

    A stretch of a cluster's life without a label has none. `decimals`: of the market's prices.
    """
    if isinstance(value, PriceLine):
        return f"{value.label} {price_text(value.price, price_decimals(value.price, decimals))}".strip()
    ends = " to ".join(price_text(price, price_decimals(price, decimals)) for price in (value.low, value.high))
    return value.label or ("" if value.kind == "cluster" else ends)


def _stamps(times: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return the first of some times [ms], and how far each next is from the one before: one number if all are even."""
    steps = np.diff(times)
    even = len(steps) and (steps == steps[0]).all()
    return {"start": float(times[0]), "steps": float(steps[0]) if even else [int(step) for step in np.rint(steps)]}


def thinned(
    times: npt.NDArray[np.int64], values: npt.NDArray[np.float64], most: int = MOST_POINTS
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return a line of no more than so many points: of each stretch its lowest and its highest, where they are.

    Parameters
    ----------
    times, values : ndarray, shape (n,)
        [ns], ascending; NaN where a value is not known.
    most : int
        Points at most.

    Returns
    -------
    (ndarray of int64, ndarray of float64), shape (m,), m <= most
    """
    if len(times) <= most:
        return times, values
    stretch = -(-len(times) // (most // 2))
    starts = np.arange(0, len(times), stretch)
    rows: set[int] = set()
    for pick, missing in ((np.argmin, np.inf), (np.argmax, -np.inf)):
        filled = np.where(np.isnan(values), missing, values)
        rows |= {int(start + pick(filled[start : start + stretch])) for start in starts}
    keep = np.array(sorted(rows))
    return times[keep], values[keep]
