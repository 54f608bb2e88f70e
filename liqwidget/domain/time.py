"""Times are int64 nanoseconds since 1970 UTC inside, pandas.Timestamp at the face."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.errors import DataError

MINUTE = 60_000_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MILLISECOND = 1_000_000

EARLIEST = 1_230_768_000_000_000_000
"""2009-01-01 [ns]: no coin was traded before."""
LATEST = 4_102_444_800_000_000_000
"""2100-01-01 [ns]: no data are of after it."""

UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "ns": 1}
"""What integers that stand for times count [ns], by pandas' names."""
_UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}

_EXCEL = 25_569
"""Day of 1970-01-01 in a sheet of Excel."""
_PRESENT_DAYS = 39_813
"""Days since 1970 below those of Excel from 2009 on."""

_LONGEST = 200 * 365 * DAY
_LENGTHS = {
    name: length
    for names, length in (
        ("s sec", 1_000_000_000),
        ("m min t", MINUTE),
        ("h hr", HOUR),
        ("d", DAY),
        ("w", 7 * DAY),
        ("y yr", 365 * DAY),
    )
    for name in names.split()
}
_WORD = re.compile(r"\s*([0-9.]+)\s*(s|m|h|d|w|y)(?:ec|econd|in|inute|our|ay|eek|ear)s?\s*", re.IGNORECASE)
"""A length in words, which is not read: '5 minutes'."""
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*")

ISO = re.compile(
    r"(?P<date>\d{4}(?:-\d{2}(?:-\d{2})?)?|\d{8})"
    r"(?:(?:T|\s+)\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d{1,9})?)?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
"""A time as text: ISO 8601, from the year on."""


def duration_ns(value: object) -> int:
    """Return a duration in ns from '5m', '5min', '24h', '1H', '7d', '1w', '2y', a Timedelta or what pandas has like it.

    An integer is ns if it is whole minutes.

    Raises
    ------
    DataError
        If the text is not a positive number with a unit of seconds, minutes, hours, days, weeks or years (of 365
        days), or has no unit.
    """
    length = _text_ns(value) if isinstance(value, str) else _span_ns(value)
    if 0 < length < _LONGEST:
        return length
    hint = ""
    digits = isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,15}\s*", value)
    count = int(str(value)) if digits else _number(value)
    if count is not None and 0 < count < math.inf:
        fitting = [
            f"'{duration_text(round(count * factor))}' if it counts {_UNIT_NAMES[unit]}"
            for unit, factor in UNITS.items()
            if MINUTE <= count * factor < _LONGEST and count * factor % MINUTE == 0
        ]
        hint = f": a number needs its unit, such as '{count:g}m' or '{count:g}h'" + "".join(
            f", or {text}" for text in fitting
        )
    elif isinstance(value, str) and re.fullmatch(r"\s*\d*\s*(M|MS|ME|mo|mon|months?)\s*", value):
        hint = ": 'm' is minutes, and months have no fixed length"
    elif isinstance(value, str) and (word := _WORD.fullmatch(value)):
        hint = f": write '{word[1]}{word[2].lower()}'"
    message = f"Expected a positive duration such as '5m', '24h' or '7d', was {value!r:.60}{hint}"
    raise DataError(message)


def _text_ns(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None:
        return 0
    # 'M' alone is months to pandas and minutes to nobody.
    unit = match[2] if match[2] == "M" else match[2].lower()
    known = _LENGTHS.get(unit)
    length = float(match[1]) * known if known else 0.0
    return round(length) if length < _LONGEST else 0


def _span_ns(value: Any) -> int:
    count = _number(value)
    if count is not None:
        return int(count) if isinstance(value, int | np.integer) and count % MINUTE == 0 else 0
    if isinstance(value, pd.offsets.Day):
        return int(value.n) * DAY
    if isinstance(value, pd.offsets.Tick):
        value = pd.Timedelta(value)
    if not isinstance(value, dt.timedelta | np.timedelta64) or pd.isna(value):
        return 0
    try:
        return int(pd.Timedelta(value).as_unit("ns").value)
    except (ValueError, OverflowError):
        return 0


def _number(value: object) -> float | None:
    """Return a number as one of Python, an int where it is whole by type; None for what is no number."""
    if isinstance(value, bool | np.bool_ | np.timedelta64):
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    return float(value) if isinstance(value, float | np.floating) else None


def duration_text(duration: int) -> str:
    """Return the shortest text of a duration in ns: 300_000_000_000 -> '5m'."""
    for unit in ("d", "h", "m", "s"):
        if duration % _LENGTHS[unit] == 0:
            return f"{duration // _LENGTHS[unit]}{unit}"
    return f"{duration} ns"


def time_ns(value: Any, name: str = "time", *, any_year: bool = False) -> int:
    """Return one instant as int64 ns UTC; a text or datetime without zone is read as UTC, an integer is ns.

    Text is ISO 8601. With `any_year` it may lie before 2009, as the edge of a view does, unless it fits another unit.

    Raises
    ------
    DataError
        If it cannot be read as a time, is none of data, or is a number that counts something else than nanoseconds.
    """
    message = f"Expected {name} as a time such as '2026-01-15 08:00', was {value!r:.60}"
    if isinstance(value, str):
        match = ISO.fullmatch(value.strip())
        if match is None:
            raise DataError(message + not_iso(value))
        value = value.strip().replace(",", ".")
    count = _number(value)
    if count is not None:
        return _counted(count, name, any_year=any_year)
    try:
        stamp: Any = pd.Timestamp(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(message) from error
    if pd.isna(stamp):
        raise DataError(message)
    try:
        stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
        found = int(stamp.as_unit("ns").value)
    except (ValueError, OverflowError) as error:
        far = f"Expected {name} between the years 1678 and 2261, was {value!r:.60}"
        raise DataError(far) from error
    if not EARLIEST <= found < LATEST and not (any_year and not misread(found)):
        beyond = f"Expected {name} between the years 2009 and 2100, was {value!r:.60}"
        raise DataError(beyond + misread(found))
    return found


def _counted(value: float, name: str, *, any_year: bool) -> int:
    """Return an integer number of ns, unless it is plausible in another unit."""
    if isinstance(value, int) and EARLIEST <= value < LATEST:
        return value
    unit = fitting_unit(value)
    if any_year and unit is None and isinstance(value, int):
        return value
    message = f"Expected {name} as a time such as '2026-01-15 08:00', was {value!r:.60}"
    if unit is not None:
        message += f": as {_UNIT_NAMES[unit]} it is plausible, pandas.Timestamp({value!r}, unit={unit!r}, tz='UTC')"
    raise DataError(message)


def not_iso(text: str) -> str:
    """Return why a text is no ISO 8601 time, and what to do; empty if nothing can be said."""
    stripped = text.strip()
    if re.fullmatch(r"-?\d{9,19}(\.\d*)?", stripped):
        unit = fitting_unit(float(stripped))
        return "" if unit is None else f": as {_UNIT_NAMES[unit]} it is plausible, unit={unit!r}"
    if re.match(r"\d{1,2}[/.\- ]\d{1,2}[/.\- ]\d{2,4}", stripped):
        return ": day and month cannot be told apart, write ISO 8601 (year-month-day)"
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", stripped):
        return ": an hour without its day, join them with pandas.to_datetime(day + ' ' + hour, utc=True)"
    return ": write ISO 8601" if re.search(r"\d", stripped) else ""


def fitting_unit(number: float) -> str | None:
    """Return the unit ('s', 'ms', 'us', 'ns') in which a number is a plausible time, or None."""
    return next((unit for unit, factor in UNITS.items() if EARLIEST <= number * factor < LATEST), None)


def how_counted(number: float) -> str | None:
    """Return how pandas makes a time of a number that is plausible in some unit; days are Excel's too; else None."""
    unit = fitting_unit(number)
    if unit is not None:
        return f"pandas.to_datetime(x, unit={unit!r}, utc=True)"
    days = (EARLIEST // DAY, LATEST // DAY)
    if days[0] <= number < _PRESENT_DAYS:
        return "pandas.DatetimeIndex(pandas.to_datetime(x, unit='D', utc=True)).round('s')"
    if days[0] <= number - _EXCEL < days[1]:
        return "pandas.DatetimeIndex(pandas.to_datetime(x, unit='D', origin='1899-12-30', utc=True)).round('s')"
    if EARLIEST // MINUTE <= number < LATEST // MINUTE:
        return "pandas.to_datetime(x, unit='m', utc=True)"
    return None


def misread(time: int) -> str:
    """Return words on which unit would fit a time [ns] that was read from numbers in another; empty if none does."""
    pairs = [
        f"unit={meant!r} if it was read as {_UNIT_NAMES[read]}"
        for read, short in reversed(UNITS.items())
        for meant, factor in UNITS.items()
        if meant != read and time % short == 0 and EARLIEST <= time // short * factor < LATEST
    ]
    return f". Numbers in another unit? pandas.to_datetime(x, utc=True) with {', or '.join(pairs)}" if pairs else ""


def timestamp(time: int) -> pd.Timestamp:
    """Return int64 ns UTC as a zone-aware Timestamp."""
    return pd.Timestamp(int(time), unit="ns", tz="UTC")


def time_index(times: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """Return int64 ns UTC, shape (n,), as a zone-aware index."""
    return pd.DatetimeIndex(times.astype("datetime64[ns]"), tz="UTC")


def milliseconds_ns(value: float) -> int:
    """Return milliseconds since 1970 UTC as int64 ns, to the microsecond that a float holds."""
    return round(value * 1000) * 1000
