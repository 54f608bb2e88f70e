"""An analyst's own levels, series and events, read from frames into what is laid over the picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain import validation as check
from liqwidget.domain.columns import have_columns
from liqwidget.domain.overlay import Line, PriceBand, PriceLine, TimeMark, written
from liqwidget.domain.stamps import times_of
from liqwidget.errors import DataError

LEVELS, SERIES = "levels", "series"

MOST_LEVELS = 2000
"""Levels or events that are taken at once: more are no levels."""
_BEGIN, _END = ("start", "from", "time"), ("end", "until")
"""Columns that say from when to when a level is there; an index of times says from when too."""
_AS_OURS = {"price_low": "low", "price_high": "high"}
"""Columns of `clusters_frame`, and what they are here."""

Integers = npt.NDArray[np.int64]
Level = PriceLine | PriceBand
BySeries = dict[str, tuple[Line | TimeMark, ...]]


def own_levels(given: Any, *, kind: str = "own") -> tuple[Level, ...]:
    """Return the levels of an analyst: one for each row.

    Parameters
    ----------
    given : DataFrame, Series, mapping, iterable of float, or float
        A frame has a column `price`, or `low` and `high` (or `price_low` and `price_high`) [quote/base]; a row with a
        price is a line, one with a range alone a band. Optional columns: `label`; `start` (or `from`, `time`, or an
        index of times) and `end` (or `until`), zone-aware, missing where it has no end; `kind`. A Series or mapping
        has prices by label.
    kind : str
        One of `liqwidget.domain.overlay.KINDS`, for rows that do not say.

    Raises
    ------
    DataError
        If a column is missing, a price is missing or not above 0, low is above high, or a time cannot be read.
    """
    frame = _levels_frame(given)
    rows = len(frame)
    if rows > MOST_LEVELS:
        message = f"Expected at most {MOST_LEVELS:,} levels, was {rows:,} rows: keep those near the price"
        raise DataError(message)
    prices = {
        name: check.numbers(frame, name, LEVELS, _untimed(rows), missing=True)
        for name in ("price", "low", "high")
        if name in frame.columns
    }
    nothing = np.full(rows, np.nan)
    single = np.isfinite(prices.get("price", nothing))
    low, high = (np.where(single, 1.0, prices.get(name, nothing)) for name in ("low", "high"))
    empty = np.isnan(low) | np.isnan(high)
    check.refuse(empty, prices.get("price", low), _untimed(rows), f"a price in every row of {LEVELS}")
    texts, kinds = _texts(frame, "label", ""), _texts(frame, "kind", kind)
    starts, ends = (_edges(frame, names) for names in (_BEGIN, _END))
    found: list[Level] = []
    for row in range(rows):
        rest: Any = (texts[row], starts[row], ends[row], kinds[row])
        try:
            if single[row]:
                found.append(PriceLine(float(prices["price"][row]), *rest))
            else:
                found.append(PriceBand(float(low[row]), float(high[row]), *rest))
        except DataError as error:
            message = f"{error}, in row {row} of {LEVELS}"
            raise DataError(message) from error
    return tuple(found)


def own_series(given: Any, *, unit: str = "", on_price: bool = False, kind: str = "own") -> BySeries:
    """Return the series and events of an analyst by column: a line of numbers, or a mark for each text.

    Parameters
    ----------
    given : DataFrame or Series
        With a UTC DatetimeIndex or a column `time`. Numbers may be missing (NaN); empty texts are no events.
    unit : str
        Of the numbers.
    on_price : bool
        Whether the numbers are prices [quote/base].
    kind : str
        One of `liqwidget.domain.overlay.KINDS`, for events.

    Raises
    ------
    DataError
        If times are missing, naive or bare numbers, or a column holds nothing, neither numbers nor texts, or as prices
        something not above 0.
    """
    frame = check.checked_frame(given, SERIES)
    if isinstance(given, pd.Series):
        frame = frame.set_axis([SERIES if given.name is None else given.name], axis=1)
    times = times_of(frame, SERIES)
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1).drop(columns="time", errors="ignore")
    if not frame.columns.size:
        message = f"Expected a column of numbers or texts beside the times of {SERIES}, was none"
        raise DataError(message)
    if not frame.columns.is_unique:
        message = f"Expected columns of {SERIES} with names of their own, was {list(frame.columns)}"
        raise DataError(message)
    found: BySeries = {}
    keep: Integers | None = None
    for name in frame.columns:
        if _holds_text(frame[name]):
            found[name] = _marks(frame[name], times, kind)
            continue
        values = check.numbers(frame, name, SERIES, times, missing=True)
        if on_price:
            check.refuse(values <= 0, values, times, f"a price above 0 in column {name!r} of {SERIES} (on_price=True)")
        if np.isnan(values).all():
            message = f"Expected a number in column {name!r} of {SERIES}, was none in {len(values)} rows"
            raise DataError(message)
        keep = check.in_order(times, SERIES)[0] if keep is None else keep
        found[name] = (Line(name, times[keep], values[keep], unit, on_price),)
    return found


def _levels_frame(given: Any) -> pd.DataFrame:
    """Return what was given as a frame with a column `price`, or `low` and `high`."""
    if isinstance(given, bool | str) or given is None:
        message = (
            f"Expected {LEVELS} as a price, prices, prices by label, or a DataFrame with a column 'price' or 'low' and "
            f"'high', was {given!r:.60}"
        )
        raise DataError(message)
    if isinstance(given, int | float | np.number):
        given = [given]
    if isinstance(given, Mapping):
        labels = pd.Index([written(label) for label in given], dtype=object)
        given = pd.Series(list(given.values()), labels, dtype=object)
    if isinstance(given, pd.Series):
        named = not isinstance(given.index, pd.DatetimeIndex) and not pd.api.types.is_numeric_dtype(given.index.dtype)
        given = given.rename("price").to_frame()
        if named:
            given = given.assign(label=given.index.map(str)).reset_index(drop=True)
    elif not check.is_frame(given):
        given = pd.DataFrame({"price": pd.Series(list(_listed(given)), dtype=object)})
    frame = check.checked_frame(given, LEVELS)
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    renamed = {name: ours for name, ours in _AS_OURS.items() if ours not in frame.columns}
    frame = frame.rename(columns=renamed)
    if "price" in frame.columns:
        return frame
    if "low" in frame.columns or "high" in frame.columns:
        have_columns(frame, ["low", "high"], LEVELS)
        return frame
    numeric = [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name].dtype)]
    hint = f". Is {numeric[0]!r} meant? Rename it to 'price'" if numeric else ""
    names = ", ".join(map(repr, frame.columns[:30])) or "none"
    message = f"Expected column 'price', or 'low' and 'high', in {LEVELS}, was missing; columns are {names}{hint}"
    raise DataError(message)


def _listed(given: Any) -> list[Any]:
    try:
        found = list(given)
    except TypeError as error:
        message = f"Expected {LEVELS} as prices or a DataFrame, was {type(given).__name__}"
        raise DataError(message) from error
    return found


def _untimed(rows: int) -> Integers:
    return np.full(rows, check.NO_TIME)


def _texts(frame: pd.DataFrame, name: str, usual: str) -> list[str]:
    """Return a column of texts, the usual one where there is none."""
    if name not in frame.columns:
        return [usual] * len(frame)
    return [usual if missing else written(value) for value, missing in _cells(frame[name])]


def _cells(column: pd.Series) -> list[tuple[Any, bool]]:
    return list(zip(column.tolist(), column.isna().tolist(), strict=True))


def _edges(frame: pd.DataFrame, names: tuple[str, ...]) -> list[int | None]:
    """Return from when, or to when, levels are there [ns], None where that is not said."""
    name = next((one for one in names if one in frame.columns), None)
    if name is None:
        timed = "time" in names and isinstance(frame.index, pd.DatetimeIndex)
        return [int(time) for time in times_of(frame, LEVELS)] if timed else [None] * len(frame)
    given = frame[name].map(lambda value: pd.Timestamp(value) if isinstance(value, dt.datetime) else value)
    known = given.notna().to_numpy()
    found: list[int | None] = [None] * len(frame)
    if known.any():
        times = times_of(pd.DataFrame({name: given[known].tolist()}), LEVELS, name)
        for row, time in zip(np.flatnonzero(known), times, strict=True):
            found[row] = int(time)
    return found


def _holds_text(column: pd.Series) -> bool:
    """Return whether a column is of texts: it has some, and none that is a number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if not (pd.api.types.is_object_dtype(column.dtype) or isinstance(column.dtype, pd.StringDtype)):
        return False
    some = column[column.notna()]
    return bool(len(some)) and all(isinstance(value, str) and not _is_number(value) for value in some.tolist())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _marks(column: pd.Series, times: Integers, kind: str) -> tuple[TimeMark, ...]:
    cells = zip(times, _cells(column), strict=True)
    found = [TimeMark(int(time), written(value), kind) for time, (value, missing) in cells if not missing]
    found = [mark for mark in found if mark.label]
    if not 0 < len(found) <= MOST_LEVELS:
        message = f"Expected 1 to {MOST_LEVELS:,} events in column {column.name!r} of {SERIES}, was {len(found):,}"
        raise DataError(message)
    return tuple(sorted(found, key=lambda mark: mark.time))
