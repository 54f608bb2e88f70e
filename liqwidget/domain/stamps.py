"""The times of a user's frames: read only where zone and unit are certain, and candles on a grid of one length."""

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
    DAY,
    EARLIEST,
    HOUR,
    ISO,
    LATEST,
    MINUTE,
    duration_text,
    fitting_unit,
    misread,
    not_iso,
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
_TICKS = (1, 1000, 1_000_000, 1_000_000_000)
"""How long before the next open venues stamp a close [ns]."""
_FEWEST = 4
"""Distances between rows from which their length is told."""
_LONGEST_SHIFT = 2 * HOUR
"""What a change of the clock moves a day by at most."""


def times_of(frame: pd.DataFrame, what: str) -> Times:
    """Return the UTC DatetimeIndex or `time` column of a frame as int64 ns, shape (n,), in the frame's order.

    Raises
    ------
    DataError
        If there is neither, or times are missing, bare numbers, without a time zone, not ISO 8601, or implausible.
    """
    source, where = _source(frame, what)
    if not len(source):
        return np.empty(0, np.int64)
    source = _read(source, where)
    missing = source.isna().to_numpy()
    if missing.any():
        message = f"Expected a time in every row of {where}, was missing in row {int(np.argmax(missing))}"
        raise DataError(message)
    span = f"in {where}, was {source.min()} to {source.max()}"
    try:
        times = np.asarray(source.dt.tz_convert("UTC").dt.as_unit("ns").astype(np.int64), dtype=np.int64)
    except (pd.errors.OutOfBoundsDatetime, OverflowError) as error:
        message = (
            f"Expected times between the years 1678 and 2261 {span}. "
            "Numbers of 10 digits count seconds, of 13 milliseconds, of 16 microseconds"
        )
        raise DataError(message) from error
    bad = (times < EARLIEST) | (times >= LATEST)
    if bad.any():
        row = int(np.argmax(bad))
        message = f"Expected times between the years 2009 and 2100 {span}; row {row} is {timestamp(times[row])}"
        raise DataError(message + misread(int(times[row])))
    return times


def clock_of(frame: pd.DataFrame) -> dt.tzinfo | None:
    """Return the time zone that the times of a frame are in, if it has one for all."""
    times = frame["time"] if "time" in frame.columns else frame.index
    return getattr(times.dtype, "tz", None)


def _source(frame: pd.DataFrame, what: str) -> tuple[pd.Series, str]:
    """Return the times as they came, and where they stood."""
    named = list(frame.columns).count("time")
    if named > 1:
        message = f"Expected one column 'time' in {what}, was {named} columns of that name"
        raise DataError(message)
    if named:
        return frame["time"].reset_index(drop=True), f"column 'time' of {what}"
    index = frame.index
    texts = index.dtype == object or isinstance(index.dtype, pd.StringDtype)
    if isinstance(index, pd.DatetimeIndex) or (texts and not isinstance(index, pd.MultiIndex) and _dated(index)):
        return index.to_series().reset_index(drop=True), f"the index of {what}"
    named_index = [] if index.name is None else [str(index.name)]
    near, closes = _near(frame)
    hint = ""
    if isinstance(index, pd.PeriodIndex):
        hint = f" Periods have no zone: {what}.set_axis({what}.index.to_timestamp().tz_localize('UTC'))."
    elif near:
        hint = f" Is column {near[0]!r} meant? Rename it to 'time'{_counted(frame, near[0])}."
    elif closes:
        hint = f" Column {closes[0]!r} is when candles end: 'time' is when they open."
    elif isinstance(index, pd.MultiIndex):
        levels = ", ".join(map(repr, index.names))
        hint = f" Its levels are {levels}: take one market with {what}.xs(.., level=..), or {what}.reset_index()."
    if pd.api.types.is_numeric_dtype(index.dtype) and len(index) and not near:
        unit = fitting_unit(float(index[0]))
        if unit is not None:
            hint = (
                f" Are the numbers in the index{_of(named_index)} times? pandas.to_datetime(x, unit={unit!r}, utc=True)"
            )
    message = f"Expected a UTC DatetimeIndex or a column 'time' in {what}, was an index of {index.dtype}.{hint}"
    raise DataError(message)


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
    unit = fitting_unit(float(column.iloc[0]))
    return "" if unit is None else f", with pandas.to_datetime(x, unit={unit!r}, utc=True)"


def _dated(index: pd.Index[Any]) -> bool:
    """Return whether an index of objects begins like times."""
    first = index[0]
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
        raise _naive(where)
    values = source.tolist()
    given = [(row, value) for row, value in enumerate(values) if not _nothing(value)]
    if not given:
        message = f"Expected a time in every row of {where}, was missing in row 0"
        raise DataError(message)
    naive = [row for row, value in given if not _aware(value, row, where)]
    if naive:
        raise _naive(where, naive[0])
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
    unit = fitting_unit(float(values.iloc[0])) if len(values) else None
    first = values.iloc[0].item() if len(values) else None
    digits = f"{first:.0f}" if isinstance(first, int | float) else ""
    if unit is not None:
        remedy = f"convert with pandas.to_datetime(x, unit={unit!r}, utc=True)"
    elif _DIGITS.fullmatch(digits):
        form = "%Y%m%d%H%M%S"[: len(digits) - 2]
        remedy = f"digits of a date are read with pandas.to_datetime(x.astype(str), format={form!r}, utc=True)"
    else:
        remedy = "convert with pandas.to_datetime(x, unit=..., utc=True); in no unit they are times after 2009"
    return DataError(f"Expected zone-aware times in {where}, was bare numbers: {remedy} (row 0 is {first!r})")


def _naive(where: str, row: int | None = None) -> DataError:
    at = "" if row is None else f" in row {row}"
    return DataError(f"Expected times with a time zone in {where}, was naive{at}: say which with .tz_localize('UTC')")


# ---------------------------------------------------------------------- one length of a candle


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
        timeframe = commonest(steps)
    bad = steps % timeframe != 0
    if not bad.any():
        if len(steps) >= _FEWEST and steps.min() > timeframe:
            message = (
                f"Expected {what} of timeframe={duration_text(timeframe)!r}, was {duration_text(commonest(steps))} "
                f"between most rows and never less than {duration_text(int(steps.min()))}"
            )
            raise DataError(message)
        return timeframe
    row = int(np.argmax(bad)) + 1
    message = (
        f"Expected {what} spaced by whole candles of {pd.Timedelta(timeframe)}, "
        f"was {pd.Timedelta(int(steps[row - 1]))} before row {row} ({timestamp(times[row])}). {_remedy(steps)}"
    )
    raise DataError(message)


def commonest(steps: Times) -> int:
    """Return the commonest distance [ns]."""
    distances, counts = np.unique(steps, return_counts=True)
    return int(distances[np.argmax(counts)])


def _remedy(steps: Times) -> str:
    days = steps / DAY
    if len(steps) and (days >= 27.5).all() and (days <= 366.5).all():  # noqa: PLR2004 - the shortest month, a year
        return "Months and years have no fixed length: give candles of a day or a week, or shorter."
    near = np.abs(days - np.round(days)) * DAY <= _LONGEST_SHIFT
    if near.all() and (days > 0.5).all():  # noqa: PLR2004
        return "Are these days of another time zone? Give the index in it, with .tz_convert(zone)."
    step = int(np.gcd.reduce(steps))
    if (steps == step).any():
        return f"Give timeframe={duration_text(step)!r} if candles are that long."
    return "Candles have one length, and stand at whole multiples of it from the first."


def on_a_grid(times: Times, clock: dt.tzinfo | None, timeframe: int | None) -> tuple[Times, list[str]]:
    """Return times that are whole candles apart, where those given are days (or hours) by a clock that is changed.

    A candle is stamped by the clock's latest offset, so that none is known before it had closed.

    Parameters
    ----------
    times : ndarray of int64, shape (n,)
        Opens, ascending [ns].
    clock : tzinfo or None
        The time zone in which they came.
    timeframe : int or None
        Length of a candle that was asked for [ns].
    """
    steps = np.diff(times)
    if clock is None or not len(steps):
        return times, []
    index = pd.DatetimeIndex(times.astype("datetime64[ns]"), tz="UTC").tz_convert(clock)
    wall = np.asarray(index.tz_localize(None).as_unit("ns").asi8, dtype=np.int64)
    offsets = wall - times
    apart = np.diff(wall)
    length = timeframe if timeframe is not None else commonest(apart)
    if length <= HOUR or (offsets == offsets[0]).all() or (steps % length == 0).all():
        return times, []
    if (apart <= 0).any() or (apart % length != 0).any():
        return times, []
    late = int((offsets != offsets.min()).sum())
    note = (
        f"candles: {duration_text(length)} by the clock of {clock}, which is changed: {late} candles of its other time "
        f"are stamped {duration_text(int(offsets.max() - offsets.min()))} later than they open"
    )
    return wall - int(offsets.min()), [note]


def candle_opens(times: Times, clock: dt.tzinfo | None, timeframe: int | None) -> tuple[Times, int, list[str]]:
    """Return the opens of candles on a grid [ns], their length [ns], and what was mended.

    Stamps just before a close (23:59:59.999) are those of candles that end then.

    Parameters
    ----------
    times : ndarray of int64, shape (n,)
        Stamps, ascending [ns].
    clock : tzinfo or None
        The time zone in which they came.
    timeframe : int or None
        Length of a candle, if given [ns].

    Raises
    ------
    DataError
        If they are not whole candles apart.
    """
    tick = next((tick for tick in _TICKS if len(times) and ((times + tick) % MINUTE == 0).all()), 0)
    stamped, notes = on_a_grid(times + tick, clock, timeframe)
    step = spacing(stamped, timeframe, "candles")
    if not tick:
        return stamped, step, notes
    text = f"candles: stamped {pd.Timedelta(tick)} before they end; their opens were taken instead"
    return stamped - step, step, [text, *notes]
