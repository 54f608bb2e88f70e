"""Trait types of the heatmap: values as Python users write them, JSON as the front end reads it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from liqwidget.domain.leverage import LEVERAGE_GROUPS
from liqwidget.domain.time import MILLISECOND, duration_ns, duration_text, milliseconds_ns, time_ns, timestamp
from liqwidget.domain.viewport import Box
from liqwidget.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def milliseconds(value: pd.Timestamp) -> float:
    """Return a UTC time as ms since 1970."""
    return int(value.as_unit("ns").value) / MILLISECOND


def _from_milliseconds(value: float) -> pd.Timestamp:
    return timestamp(milliseconds_ns(value))


class Checked(traitlets.TraitType[Any, Any]):
    """A trait whose bad values are TraitErrors with the sentence of the DataError behind them."""

    def parse(self, value: Any) -> Any:
        """Return the value as it is kept."""
        raise NotImplementedError

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the parsed value, or None where None is allowed."""
        if value is None:
            if self.allow_none:
                return None
            self.error(obj, value)
        try:
            return self.parse(value)
        except DataError as error:
            message = f"{self.name}: {error}"
            raise traitlets.TraitError(message) from error


class Choice(traitlets.Enum[Any]):
    """One of some values; another is refused in the words of all others."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value."""
        try:
            return super().validate(obj, value)
        except traitlets.TraitError as error:
            known = ", ".join(map(repr, self.values or ()))
            message = f"{self.name}: Expected one of {known}, was {value!r:.60}"
            raise traitlets.TraitError(message) from error


class Flag(traitlets.Bool[bool, Any]):
    """True or False; another is refused in the words of all others."""

    def validate(self, obj: Any, value: Any) -> bool:
        """Return the value."""
        try:
            return bool(super().validate(obj, value))
        except traitlets.TraitError as error:
            message = f"{self.name}: Expected True or False, was {value!r:.60}"
            raise traitlets.TraitError(message) from error


class TimeRange(Checked):
    """(from, to) as UTC Timestamps, or None for automatic; [ms, ms] in JSON."""

    info_text = "a pair of times"

    def parse(self, value: Any) -> tuple[pd.Timestamp, pd.Timestamp]:
        """Return two Timestamps in order."""
        start, end = Box((1, 2), value).time
        return timestamp(start), timestamp(end)

    @staticmethod
    def to_json(value: Any, _widget: Any) -> Any:
        """Return [ms, ms] or None."""
        return None if value is None else [milliseconds(part) for part in value]

    @staticmethod
    def from_json(value: Any, _widget: Any) -> Any:
        """Return two Timestamps or None."""
        return None if value is None else tuple(_from_milliseconds(part) for part in value)


class PriceRange(Checked):
    """(low, high) [quote/base], or None for automatic; [low, high] in JSON."""

    info_text = "a pair of prices"

    def parse(self, value: Any) -> tuple[float, float]:
        """Return two prices in order."""
        return Box(value, (0, 1)).price

    @staticmethod
    def to_json(value: Any, _widget: Any) -> Any:
        """Return [low, high] or None."""
        return None if value is None else list(value)

    @staticmethod
    def from_json(value: Any, _widget: Any) -> Any:
        """Return two prices or None."""
        return None if value is None else tuple(value)


class Boxed(Checked):
    """A box as the page draws it: {'time': [ms, ms], 'price': [low, high]}."""

    info_text = "a box"

    def parse(self, value: Any) -> dict[str, list[float]]:
        """Return the box with its parts as numbers."""
        message = f"Expected a box {{'time': [ms, ms], 'price': [low, high]}}, was {value!r:.80}"
        try:
            time, price = ([float(part) for part in value[name]] for name in ("time", "price"))
            box = Box(price, [_from_milliseconds(part) for part in time])
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            raise DataError(message) from error
        return {"time": time, "price": list(box.price)}


class Time(Checked):
    """A UTC Timestamp or None; ms in JSON."""

    info_text = "a time"

    def parse(self, value: Any) -> pd.Timestamp:
        """Return a UTC Timestamp."""
        return timestamp(time_ns(value, str(self.name)))

    @staticmethod
    def to_json(value: Any, _widget: Any) -> Any:
        """Return ms or None."""
        return None if value is None else milliseconds(value)

    @staticmethod
    def from_json(value: Any, _widget: Any) -> Any:
        """Return a Timestamp or None."""
        return None if value is None else _from_milliseconds(value)


class Duration(Checked):
    """A duration such as '24h'."""

    info_text = "a duration such as '24h'"

    def parse(self, value: Any) -> str:
        """Return the text as given, or the shortest text of a Timedelta."""
        length = duration_ns(value)
        return value.strip() if isinstance(value, str) else duration_text(length)


class Number(Checked):
    """A finite number between two limits, as a float."""

    info_text = "a number"

    def __init__(self, default: float | None, low: float, high: float = math.inf, **options: Any) -> None:
        self.low, self.high = low, high
        super().__init__(default, **options)

    def parse(self, value: Any) -> float:
        """Return the number."""
        plain = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        found = float(value) if plain else math.nan
        if math.isfinite(found) and self.low <= found <= self.high:
            return found
        limits = f"of at least {self.low:g}" if self.high == math.inf else f"from {self.low:g} to {self.high:g}"
        message = f"Expected a number {limits}, was {value!r:.60}"
        raise DataError(message)


class Names(Checked):
    """A tuple of names out of a fixed or later known set, in the set's order; a list in JSON."""

    info_text = "names"

    def __init__(self, choices: tuple[str, ...] = LEVERAGE_GROUPS, *, empty: bool = False, **options: Any) -> None:
        self.choices, self.empty = choices, empty
        super().__init__(**options)

    def parse(self, value: Any) -> tuple[str, ...]:
        """Return the names once each, in the order of the choices where there are any."""
        if not isinstance(value, Iterable):
            choices = ", ".join(map(repr, self.choices)) or "of venues"
            message = f"Expected names ({choices}), was {value!r:.60}"
            raise DataError(message)
        names = [value] if isinstance(value, str) else list(value)
        unknown = [name for name in names if self.choices and name not in self.choices]
        if unknown or not (names or self.empty):
            choices = ", ".join(self.choices) or "the venues"
            message = f"Expected one or more of {choices}, was {unknown[0] if unknown else names!r:.60}"
            raise DataError(message)
        return tuple(name for name in self.choices if name in names) if self.choices else tuple(dict.fromkeys(names))

    @staticmethod
    def to_json(value: Any, _widget: Any) -> Any:
        """Return a list."""
        return list(value)

    @staticmethod
    def from_json(value: Any, _widget: Any) -> Any:
        """Return a tuple."""
        return tuple(value)


def synced(trait: Any) -> Any:
    """Return a trait that the front end shares, with its own JSON form where it has one."""
    forms = {name: getattr(trait, name) for name in ("to_json", "from_json") if hasattr(trait, name)}
    return trait.tag(sync=True, **forms)


def default_state(widget: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the default of traits of a widget as JSON: code that makes it anew leaves those out."""
    forms = {name: widget.trait_metadata(name, "to_json") or (lambda value, _: value) for name in names}
    return {name: form(widget.trait_defaults(name), widget) for name, form in forms.items()}
