"""Checks at the door: a user's frames become sorted UTC arrays, or a sentence that says what to mend."""

from __future__ import annotations

import difflib
import re
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

_NAME = re.compile(r"\w[\w .:/\-]{0,39}")


class DataWarning(UserWarning):
    """A documented repair of the user's data."""


def repaired(message: str) -> str:
    """Warn of a documented repair and return its text, to be kept as a note."""
    warnings.warn(message, DataWarning, stacklevel=4)
    return message


def checked_name(value: object, what: str) -> str:
    """Return a symbol or venue name that is safe to show.

    Raises
    ------
    DataError
        If it is not 1 to 40 letters, digits, spaces or one of ``. : / - _``.
    """
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    message = f"Expected {what} of 1 to 40 letters, digits or . : / - _, was {value!r:.60}"
    raise DataError(message)


def checked_frame(frame: object, what: str) -> pd.DataFrame:
    """Return `frame` if it is a DataFrame with rows.

    Raises
    ------
    DataError
        If it is something else or empty.
    """
    if isinstance(frame, pd.Series):
        frame = frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        message = f"Expected {what} as a pandas DataFrame, was {type(frame).__name__}"
        raise DataError(message)
    if frame.empty:
        message = f"Expected {what} with at least one row, was an empty frame with columns {list(frame.columns)}"
        raise DataError(message)
    return frame


def column_name(frame: pd.DataFrame, name: str, what: str) -> str:
    """Return `name` if it is a column.

    Raises
    ------
    DataError
        If it is missing; a near name is suggested.
    """
    if name in frame.columns:
        return name
    available = [str(column) for column in frame.columns]
    near = difflib.get_close_matches(name, [column.lower() for column in available], n=1, cutoff=0.6)
    hint = f" Is {next(c for c in available if c.lower() == near[0])!r} meant? Rename it." if near else ""
    columns = ", ".join(map(repr, available)) or "none"
    message = f"Expected column {name!r} in {what}, was missing; columns are {columns}.{hint}"
    raise DataError(message)


def numbers(frame: pd.DataFrame, name: str, what: str, times: Times, *, missing: bool = False) -> Values:
    """Return a column as float64, shape (n,).

    Raises
    ------
    DataError
        If a value is not a number, infinite, or (unless `missing`) NaN; the first such row is named.
    """
    column: Any = frame[column_name(frame, name, what)]
    if isinstance(column, pd.DataFrame):
        message = f"Expected one column {name!r} in {what}, was {column.shape[1]} columns of that name"
        raise DataError(message)
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind) or pd.api.types.is_complex_dtype(kind) or kind.kind in "mM":
        message = f"Expected numbers in column {name!r} of {what}, was {kind}"
        raise DataError(message)
    values: Values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    text = np.asarray(column.notna()) & np.isnan(values)
    bad = text | np.isinf(values) if missing else ~np.isfinite(values)
    refuse(bad, column, times, f"a finite number in column {name!r} of {what}")
    return values


def refuse(bad: npt.NDArray[np.bool_], values: pd.Series | Values, times: Times, expected: str) -> None:
    """Raise a DataError that names the first bad row, its time and its value, if there is one."""
    if bad.any():
        row = int(np.argmax(bad))
        value = values.iloc[row] if isinstance(values, pd.Series) else values[row]
        value = value.item() if isinstance(value, np.generic) else value
        message = (
            f"Expected {expected}, was {value!r} in row {row} ({timestamp(times[row])}); {int(bad.sum())} such rows"
        )
        raise DataError(message)


def _time_source(frame: pd.DataFrame, what: str) -> tuple[pd.Series, str]:
    """Return the times as they came, and where they stood."""
    named = list(frame.columns).count("time")
    if named > 1:
        message = f"Expected one column 'time' in {what}, was {named} columns of that name"
        raise DataError(message)
    if named:
        if isinstance(frame["time"].dtype, pd.DatetimeTZDtype):
            return frame["time"].reset_index(drop=True), f"column 'time' of {what}"
        return pd.Series(frame["time"].to_numpy(), copy=False), f"column 'time' of {what}"
    if isinstance(frame.index, pd.DatetimeIndex):
        return frame.index.to_series().reset_index(drop=True), f"the index of {what}"
    near = [
        c
        for c in map(str, frame.columns)
        if c.lower() in {"date", "datetime", "timestamp", "open_time", "ts", "t", "times"}
    ]
    hint = f" Is column {near[0]!r} meant? Rename it to 'time'." if near else ""
    message = f"Expected a UTC DatetimeIndex or a column 'time' in {what}, was an index of {frame.index.dtype}.{hint}"
    raise DataError(message)


def times_of(frame: pd.DataFrame, what: str) -> Times:
    """Return the UTC DatetimeIndex or `time` column of a frame as int64 ns, shape (n,), in the frame's order.

    Raises
    ------
    DataError
        If there is neither, or times are missing, bare integers, without a time zone or out of range.
    """
    source, where = _time_source(frame, what)
    if pd.api.types.is_numeric_dtype(source):
        message = (
            f"Expected zone-aware times in {where}, was bare numbers: "
            "convert with pandas.to_datetime(x, unit='ms', utc=True)"
        )
        raise DataError(message)
    if not isinstance(source.dtype, pd.DatetimeTZDtype):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                source = pd.to_datetime(source)
        except (ValueError, TypeError) as error:
            message = f"Expected zone-aware times in {where}, was {source.iloc[0]!r}"
            raise DataError(message) from error
    if not isinstance(source.dtype, pd.DatetimeTZDtype):
        message = f"Expected times with a time zone in {where}, was naive: say which with .tz_localize('UTC')"
        raise DataError(message)
    if source.isna().any():
        message = (
            f"Expected a time in every row of {where}, was missing in row {int(np.argmax(source.isna().to_numpy()))}"
        )
        raise DataError(message)
    try:
        return np.asarray(source.dt.tz_convert("UTC").dt.as_unit("ns").astype(np.int64), dtype=np.int64)
    except pd.errors.OutOfBoundsDatetime as error:
        message = f"Expected times between the years 1678 and 2261 in {where}, was {source.min()} to {source.max()}"
        raise DataError(message) from error


def in_order(times: Times, what: str) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return the rows to keep, in time order and without duplicates (the last one counts), and notes of the repairs."""
    notes: list[str] = []
    order = np.arange(len(times))
    if (np.diff(times) < 0).any():
        order = np.argsort(times, kind="stable")
        notes.append(repaired(f"{what}: rows were not in time order and were sorted"))
    last = np.append(np.diff(times[order]) != 0, True)
    if not last.all():
        notes.append(repaired(f"{what}: {int((~last).sum())} duplicate times; the last row of each was kept"))
    return order[last], notes


def spacing(times: Times, timeframe: int | None, what: str) -> int:
    """Return the length of a candle [ns]: the one given, or the commonest distance between rows.

    Raises
    ------
    DataError
        If it cannot be inferred, or rows stand closer than a candle.
    """
    steps = np.diff(times)
    if timeframe is None:
        if not len(steps):
            message = f"Expected at least two rows in {what} or timeframe='5m', was one row"
            raise DataError(message)
        distances, counts = np.unique(steps, return_counts=True)
        timeframe = int(distances[np.argmax(counts)])
    bad = steps % timeframe != 0
    if bad.any():
        row = int(np.argmax(bad)) + 1
        message = (
            f"Expected {what} spaced by whole candles of {pd.Timedelta(timeframe)}, "
            f"was {pd.Timedelta(int(steps[row - 1]))} before row {row} ({timestamp(times[row])}). "
            "Give timeframe= if candles are shorter."
        )
        raise DataError(message)
    return timeframe


def positive(values: Sequence[tuple[str, Values]], times: Times, what: str) -> None:
    """Raise a DataError at the first price that is not above zero."""
    for name, column in values:
        refuse(~(column > 0), column, times, f"a price above 0 in column {name!r} of {what}")
