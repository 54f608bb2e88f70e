"""The times of a user's frames: read only where zone and unit are certain."""

from __future__ import annotations

import datetime as dt
import numbers
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.columns import words_of
from liqwidget.domain.time import (
    EARLIEST,
    HOUR,
    ISO,
    LATEST,
    MINUTE,
    how_counted,
    misread,
    not_iso,
    time_index,
    timestamp,
)
from liqwidget.errors import DataError

Times = npt.NDArray[np.int64]

_TIMES = {"time", "times", "date", "datetime", "timestamp", "timestamps", "ts", "t", "unix", "epoch", "dt", "mts",
          "start", "snapped"}  # fmt: skip
"""What names of times have among their words."""
_CLOSES = {"close", "closed", "closing", "end"}
_OTHER = {"next", "expiry", "expiration", "delivery", "listing", "inserted", "updated", "received", "frame", "zone"}
_OPENS = {"open", "opened", "start", "event"}
_DIGITS = re.compile(r"(?:19|20)\d{6}(?:\d{2}){0,3}")
"""Digits of a date, as in 20260131 or 202601310800."""


def times_of(frame: pd.DataFrame, what: str, name: str = "time") -> Times:
    """Return the UTC DatetimeIndex or `time` column (or another) of a frame as int64 ns, shape (n,), in its order.

    Raises
    ------
    DataError
        If there is neither, or times are missing, bare numbers, without a time zone, not ISO 8601, or implausible.
    """
    source, where = _source(frame, what) if name == "time" else (frame[name], f"column {name!r} of {what}")
    if not len(source):
        return np.empty(0, np.int64)
    source = _read(source, where)
    index = pd.DatetimeIndex(source)
    missing = index.isna()
    if missing.any():
        message = f"Expected a time in every row of {where}, was missing in row {int(np.argmax(missing))}"
        raise DataError(message)
    try:
        times = np.array(index.as_unit("ns").asi8, dtype=np.int64)
    except (pd.errors.OutOfBoundsDatetime, OverflowError) as error:
        message = (
            f"Expected times between the years 1678 and 2261 {_span(source, where)}. "
            "Numbers of 10 digits count seconds, of 13 milliseconds, of 16 microseconds"
        )
        raise DataError(message) from error
    bad = (times < EARLIEST) | (times >= LATEST)
    if bad.any():
        row = int(np.argmax(bad))
        span = _span(source, where)
        message = f"Expected times between the years 2009 and 2100 {span}; row {row} is {timestamp(times[row])}"
        raise DataError(message + misread(int(times[row])))
    return times


def _span(source: pd.Series, where: str) -> str:
    return f"in {where}, was {source.min()} to {source.max()}"


def offsets_of(frame: pd.DataFrame, times: Times) -> tuple[Times, str]:
    """Return how far the clock that each time of a frame was written by is ahead of UTC [ns], shape (n,), and its name.

    Parameters
    ----------
    frame : DataFrame
        With an index of times or a column `time`, as `times_of` reads them.
    times : ndarray of int64, shape (n,)
        What that returned [ns].
    """
    source = pd.Series(frame["time"] if "time" in frame.columns else frame.index)
    zone = getattr(source.dtype, "tz", None)
    if str(zone) == "UTC":
        return np.zeros(len(times), np.int64), f" of {zone}"
    if zone is not None:
        index = time_index(times).tz_convert(zone)
        return np.asarray(index.tz_localize(None).as_unit("ns").asi8, dtype=np.int64) - times, f" of {zone}"
    return np.array([_offset(value) for value in source.tolist()], dtype=np.int64), ""


def _offset(value: object) -> int:
    """Return how far the clock that a time was written by is ahead of UTC [ns], 0 where it does not say."""
    if isinstance(value, str):
        match = ISO.fullmatch(value.strip())
        found = re.fullmatch(r"([+-])(\d{2}):?(\d{2})?", (match and match["zone"]) or "")
        sign = -1 if found and found[1] == "-" else 1
        return sign * (int(found[2]) * HOUR + int(found[3] or 0) * MINUTE) if found else 0
    ahead = value.utcoffset() if isinstance(value, dt.datetime) and not _nothing(value) else None
    return 0 if ahead is None else round(ahead.total_seconds()) * 1_000_000_000


def _source(frame: pd.DataFrame, what: str) -> tuple[pd.Series, str]:
    """Return the times as they came, and where they stood."""
    named = list(frame.columns).count("time")
    if named > 1:
        message = f"Expected one column 'time' in {what}, was {named} columns of that name"
        raise DataError(message)
    if named:
        return frame["time"].reset_index(drop=True), f"column 'time' of {what}"
    index = frame.index
    if isinstance(index, pd.DatetimeIndex):
        return pd.Series(index), f"the index of {what}"
    near, closes = _near(frame)
    texts = index.dtype == object or isinstance(index.dtype, pd.StringDtype)
    if texts and not isinstance(index, pd.MultiIndex) and (_dated(index) or not (near or closes)):
        return index.to_series().reset_index(drop=True), f"the index of {what}"
    hint = _where_times_may_be(frame, what, near, closes)
    message = f"Expected a UTC DatetimeIndex or a column 'time' in {what}, was an index of {index.dtype}.{hint}"
    raise DataError(message)


def _where_times_may_be(frame: pd.DataFrame, what: str, near: list[str], closes: list[str]) -> str:
    """Return what may be meant by the time, of columns near to it and those that are when candles end; else ''."""
    index = frame.index
    named_index = [] if index.name is None else [str(index.name)]
    hint = ""
    if isinstance(index, pd.PeriodIndex):
        hint = f" Periods have no zone: {what}.set_axis({what}.index.to_timestamp().tz_localize('UTC'))."
    elif near and (pair := _day_and_hour(frame)):
        hint = f" Columns {pair[0]!r} and {pair[1]!r} hold a part each: set {what}['time'] = {_joined(what, pair)}."
    elif near:
        hint = f" Is column {near[0]!r} meant? Rename it to 'time'{_counted(frame, near[0])}."
    elif closes:
        hint = f" Column {closes[0]!r} is when candles end: 'time' is when they open."
    elif isinstance(index, pd.MultiIndex):
        levels = ", ".join(map(repr, index.names))
        hint = f" Its levels are {levels}: take one market with {what}.xs(.., level=..), or {what}.reset_index()."
    if pd.api.types.is_numeric_dtype(index.dtype) and len(index) and not near:
        way = how_counted(float(index[0]))
        if way is not None:
            hint = f" Are the numbers in the index{_of(named_index)} times? {way}"
    return hint


def _of(names: list[str]) -> str:
    return f" {names[0]!r}" if names else ""


def _near(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return columns that may be the time, those of an open first, and those that are when candles end."""
    near: list[tuple[bool, str]] = []
    closes = []
    for name in map(str, frame.columns):
        words = set(words_of(name))
        if not words & (_TIMES | {"opentime", "starttime", "closetime", "endtime", "end"}) or words & _OTHER:
            continue
        if words & (_CLOSES | {"closetime", "endtime"}):
            closes.append(name)
        else:
            near.append((not words & (_OPENS | {"opentime", "starttime"}), name))
    return [name for _, name in sorted(near, key=lambda pair: pair[0])], closes


def _counted(frame: pd.DataFrame, name: str) -> str:
    """Return how the numbers of a column become times, '' if they are none."""
    column = frame[name] if name in frame.columns else None
    if not isinstance(column, pd.Series) or not pd.api.types.is_numeric_dtype(column.dtype):
        return ""
    given = column.dropna()
    way = how_counted(float(given.iloc[0])) if len(given) else None
    return "" if way is None else f", with {way}"


def _day_and_hour(frame: pd.DataFrame) -> tuple[str, str] | None:
    """Return the columns that hold the day and the hour of each time, if there are two such."""
    texts = {
        str(name): str(frame[name].iloc[0]).strip() for name in frame.columns if list(frame.columns).count(name) == 1
    }
    days = [name for name, text in texts.items() if re.fullmatch(r"\d{4}[-/.]?\d{2}[-/.]?\d{2}", text)]
    hours = [name for name, text in texts.items() if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text)]
    return (days[0], hours[0]) if days and hours else None


def _joined(what: str, pair: tuple[str, str]) -> str:
    return f"pandas.to_datetime({what}[{pair[0]!r}].astype(str) + ' ' + {what}[{pair[1]!r}].astype(str), utc=True)"


def _dated(index: pd.Index[Any]) -> bool:
    """Return whether an index of objects begins like times."""
    first = index[0] if len(index) else None
    return bool(re.match(r"\s*\d{1,4}[-/.]\d", first)) if isinstance(first, str) else hasattr(first, "tzinfo")


def _read(source: pd.Series, where: str) -> pd.Series:
    """Return times as zone-aware ones.

    Raises
    ------
    DataError
        If zone or unit are not certain.
    """
    if isinstance(source.dtype, pd.ArrowDtype):
        source = _from_arrow(source)
    elif isinstance(source.dtype, pd.CategoricalDtype):
        source = source.astype(object)
    if isinstance(source.dtype, pd.DatetimeTZDtype):
        return source
    if pd.api.types.is_numeric_dtype(source.dtype):
        raise _numbers(source, where)
    if pd.api.types.is_datetime64_dtype(source.dtype):
        raise _naive(where, "" if where.startswith("the index") else ".dt")
    values = source.tolist()
    given = [(row, value) for row, value in enumerate(values) if not _nothing(value)]
    if not given:
        message = f"Expected a time in every row of {where}, was missing in row 0"
        raise DataError(message)
    naive = [row for row, value in given if not _aware(value, row, where)]
    if naive:
        reader = "pandas.to_datetime(x)"
        raise _naive(where, reader if where.startswith("the index") else f"{reader}.dt", naive[0])
    try:
        return pd.to_datetime(pd.Series(list(map(_written, values)), dtype=object), utc=True, format="ISO8601")
    except (ValueError, TypeError, OverflowError) as error:
        row = next((row for row, value in given if not _readable(value)), given[0][0])
        message = f"Expected zone-aware times in {where} (ISO 8601), was {values[row]!r:.60} in row {row}"
        raise DataError(message) from error


def _written(value: object) -> object:
    """Return a time as text in the one way that pandas reads: the zone at the end as Z, a point before fractions."""
    if not isinstance(value, str):
        return value
    text = re.sub(r"\s*(?:Z|UTC|GMT)$", "Z", value.strip(), flags=re.IGNORECASE).replace(",", ".")
    return re.sub(r"\s+", "T", re.sub(r"\s+(?=[+-]\d{2}(?::?\d{2})?$)", "", text))


def _readable(value: object) -> bool:
    try:
        pd.to_datetime(pd.Series([_written(value)], dtype=object), utc=True, format="ISO8601")
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def _aware(value: object, row: int, where: str) -> bool:
    """Return whether a time has a zone.

    Raises
    ------
    DataError
        If it is none.
    """
    if isinstance(value, str):
        match = ISO.fullmatch(value.strip())
        if match is not None:
            return match["zone"] is not None
        message = f"Expected zone-aware times in {where} (ISO 8601), was {value!r:.60} in row {row}{not_iso(value)}"
        raise DataError(message)
    if isinstance(value, numbers.Real):
        raise _numbers(pd.Series([value]), where)
    if isinstance(value, dt.datetime):
        return value.tzinfo is not None
    remedy = ""
    if isinstance(value, pd.Period):
        remedy = ": periods have no zone, .dt.to_timestamp().dt.tz_localize('UTC')"
    elif isinstance(value, dt.date):
        remedy = ": days have no zone, pandas.to_datetime(x, utc=True)"
    elif isinstance(value, dt.timedelta | dt.time | np.timedelta64):
        remedy = ": that is no time of a day in a year"
    message = f"Expected zone-aware times in {where}, was {value!r:.60} in row {row}{remedy}"
    raise DataError(message)


def _nothing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _from_arrow(source: pd.Series) -> pd.Series:
    found = pd.Series(source.astype(object))
    zone = getattr(getattr(source.dtype, "pyarrow_dtype", None), "tz", None)
    if zone is not None:
        return pd.to_datetime(found, utc=True)
    numeric = pd.api.types.is_numeric_dtype(source.dtype)
    return source.astype("float64") if numeric else found


def _numbers(source: pd.Series, where: str) -> DataError:
    values = pd.to_numeric(source, errors="coerce").dropna()
    first = values.iloc[0].item() if len(values) else None
    digits = f"{first:.0f}" if isinstance(first, int | float) else ""
    way = how_counted(float(first)) if isinstance(first, int | float) else None
    if _DIGITS.fullmatch(digits):
        form = "%Y%m%d%H%M%S"[: len(digits) - 2]
        remedy = f"digits of a date are read with pandas.to_datetime(x.astype(str), format={form!r}, utc=True)"
    elif way is not None:
        remedy = f"convert with {way}"
    else:
        remedy = "convert with pandas.to_datetime(x, unit=..., utc=True); in no unit they are times after 2009"
    return DataError(f"Expected zone-aware times in {where}, was bare numbers: {remedy} (row 0 is {first!r})")


def _naive(where: str, way: str, row: int | None = None) -> DataError:
    at = "" if row is None else f" in row {row}"
    text = f"Expected times with a time zone in {where}, was naive{at}: say which with {way}.tz_localize('UTC')"
    return DataError(text + ", or the zone whose clock they are by")
