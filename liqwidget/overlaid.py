"""What a heatmap lays over its picture: an analyst's levels and series, plans, cascades; bound to `LiqHeatmap`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.domain.overlay import KINDS, Line, Overlay, PriceBand, PriceCurve, PriceLine, TimeMark, written
from liqwidget.domain.own_overlays import own_levels, own_series
from liqwidget.domain.validation import is_frame
from liqwidget.errors import DataError
from liqwidget.widget.overlays import Layer, shown_layers

if TYPE_CHECKING:
    from liqwidget.widget.view import HeatmapWidget

_VALUES = (PriceLine, PriceBand, TimeMark, Line, PriceCurve)
_CURVE = {"price_shocked", "liquidated"}
"""Columns of the table of `cascades`."""
MOST = 5000
"""Overlays of one name."""


def add_levels(self: HeatmapWidget, levels: Any, name: str = "levels", *, kind: str = "own") -> None:
    """Lay levels of your own over the picture: a line for each price, a band for each range of prices.

    They stand in the widget, its saved notebook, `to_html` and `to_png`, and `confluence` counts them. Levels of the
    same name take the place of those before. They belong to the coin shown.

    Parameters
    ----------
    levels : DataFrame, Series, mapping, iterable of float, or float
        A frame has a column `price`, or `low` and `high` [quote/base], a row a level; optional columns are `label`,
        `start` (or `from`) and `end` (or `until`), zone-aware and missing where there is none, and `kind`. A Series
        or mapping has prices by label: ``h.add_levels({"last week's high": 97_500})``.
    name : str
        By which `clear_overlays` takes them away.
    kind : str
        Which colour: 'own', 'entry', 'stop', 'target', 'liquidation', 'cluster', 'cascade' or 'evidence'.

    Raises
    ------
    DataError
        If a column is missing, or a price or time cannot be used; the row is named.
    """
    _checked_kind(kind)
    _laid(self, _checked_name(name), own_levels(levels, kind=kind), own=True)


def add_series(
    self: HeatmapWidget,
    series: Any,
    name: str | None = None,
    *,
    on_price: bool = False,
    unit: str = "",
    kind: str = "own",
) -> None:
    """Lay series of your own over the picture: on-chain figures, moving averages, events such as a rate decision.

    A column of numbers is a line, on the map if they are prices, else in a panel of its own under it. A column of
    texts is events, each a mark at its time. What is kept where, and replaced when: as `add_levels`.

    Parameters
    ----------
    series : DataFrame or Series
        With a UTC DatetimeIndex or a column `time`. A number that is missing leaves a gap; an empty text is no event.
    name : str, optional
        By which `clear_overlays` takes it away; by default the names of its columns.
    on_price : bool
        Whether the numbers are prices [quote/base].
    unit : str
        Of the numbers, written behind them: 'BTC', '%'; 'USD' as $.
    kind : str
        Which colour events have: as in `add_levels`.

    Raises
    ------
    DataError
        If times are missing, naive or bare numbers, or a column cannot be used.
    """
    _checked_kind(kind)
    _checked_options(unit, on_price)
    found = own_series(series, unit=unit, on_price=on_price, kind=kind)
    called = ", ".join(found) if name is None else _checked_name(name)
    _laid(self, called, tuple(value for values in found.values() for value in values), own=True)


def overlay(self: HeatmapWidget, values: Any, name: str | None = None) -> None:
    """Lay what a decision says over the picture: ``h.overlay(h.plan(...))``, ``h.overlay(h.cascade(-0.05))``.

    Parameters
    ----------
    values : object with overlays(), overlay value, or iterable of these
        A plan, a cascade, a history of clusters; `liqwidget.PriceLine`, `PriceBand`, `TimeMark`, `Line`; the table of
        `cascades`, which is a curve on the liquidation map (``view="map"``).
    name : str, optional
        By which `clear_overlays` takes it away, and another of that name replaces it; by default what it is, such as
        'plan' or 'cascade', or the label of a single value.

    Raises
    ------
    DataError
        If a value is nothing that can be laid over a picture.
    """
    found = tuple(_values_of(values))
    called = _name_of(values) if name is None else _checked_name(name)
    if not 0 < len(found) <= MOST:
        message = f"Expected 1 to {MOST:,} overlays, was {len(found):,} of {type(values).__name__}"
        raise DataError(message)
    _laid(self, called, found, own=False)


def clear_overlays(self: HeatmapWidget, name: str | None = None) -> None:
    """Take what is laid over the picture away: that of one name, or all of the coin shown.

    Raises
    ------
    DataError
        If there is nothing of that name.
    """
    known = [layer.name for layer in self._overlays if layer.symbol == self.symbol]
    name = written(name) if isinstance(name, str) else name
    if name is not None and name not in known:
        there = ", ".join(map(repr, known)) or "none"
        message = f"Expected the name of overlays ({there}), was {name!r:.60}"
        raise DataError(message)
    with self._lock:
        kept = [one for one in self._overlays if one.symbol != self.symbol or name not in {None, one.name}]
        self._share({"_overlays": tuple(kept)})


@property  # type: ignore[misc]
def overlays(self: HeatmapWidget) -> dict[str, tuple[Overlay, ...]]:
    """What is laid over the picture of the coin shown, by name."""
    return {layer.name: layer.laid for layer in self._overlays if layer.symbol == self.symbol}


def own_overlays(self: HeatmapWidget) -> tuple[Overlay, ...]:
    """Return the levels, series and events that the analyst brought for the coin shown."""
    return shown_layers((layer for layer in self._overlays if layer.own), self.symbol)


def _laid(self: HeatmapWidget, name: str, values: tuple[Overlay, ...], *, own: bool) -> None:
    """Lay values over the picture, in the place of those of that name."""
    name = written(name)
    layer = Layer(name, self.symbol, values, own)
    with self._lock:
        others = [one for one in self._overlays if (one.name, one.symbol) != (name, self.symbol)]
        self._share({"_overlays": (*others, layer)})


def _values_of(given: Any) -> Iterable[Overlay]:
    """Yield the overlay values of whatever has some."""
    if isinstance(given, _VALUES):
        yield given
        return
    ask = getattr(given, "overlays", None)
    if callable(ask):
        yield from _values_of(tuple(ask()))
        return
    if isinstance(given, pd.DataFrame) and set(given.columns) >= _CURVE:
        yield PriceCurve("cascade by shock", given["price_shocked"].to_numpy(), given["liquidated"].to_numpy())
        return
    if isinstance(given, str | bytes | Mapping) or is_frame(given) or not isinstance(given, Iterable):
        hint = ": h.add_levels() and h.add_series() take frames" if is_frame(given) else ""
        message = (
            "Expected PriceLine, PriceBand, TimeMark or Line, something with overlays() such as a plan or a cascade, "
            f"or several of these, was {type(given).__name__}{hint}"
        )
        raise DataError(message)
    for one in given:
        yield from _values_of(one)


def _name_of(given: Any) -> str:
    """Return what is laid over is called unless told otherwise."""
    if isinstance(given, _VALUES):
        return (given.name if isinstance(given, Line | PriceCurve) else given.label) or "overlay"
    if is_frame(given):
        return "cascades"
    return type(given).__name__.lower() if callable(getattr(given, "overlays", None)) else "overlay"


def _checked_name(name: object) -> str:
    if isinstance(name, str) and name.strip():
        return name
    message = f"Expected name as text, was {name!r:.60}"
    raise DataError(message)


def _checked_options(unit: object, on_price: object) -> None:
    if not isinstance(unit, str) or not isinstance(on_price, bool):
        message = f"Expected unit as text and on_price as True or False, was {unit!r:.40} and {on_price!r:.40}"
        raise DataError(message)


def _checked_kind(kind: object) -> None:
    if kind not in KINDS:
        message = f"Expected a kind of {', '.join(KINDS)}, was {kind!r:.60}"
        raise DataError(message)
