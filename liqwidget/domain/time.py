"""Times are int64 nanoseconds since 1970 UTC inside, pandas.Timestamp at the face."""

from __future__ import annotations

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

_LONGEST = 200 * 365 * DAY
_UNITS = {"s": 1_000_000_000, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def duration_ns(text: object) -> int:
    """Return a duration in ns from '5m', '24h', '7d', '1w', a Timedelta, or ns.

    Raises
    ------
    DataError
        If the text is not a positive number with one of the units s, m, h, d, w.
    """
    if isinstance(text, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*", text)
        length = float(match[1]) * _UNITS[match[2]] if match else 0.0
        value = round(length) if length < _LONGEST else 0
    elif isinstance(text, int | np.integer) and not isinstance(text, bool):
        value = int(text)
    elif isinstance(text, pd.Timedelta):
        value = int(text.as_unit("ns").value)
    else:
        value = 0
    if not 0 < value < _LONGEST:
        message = f"Expected a positive duration such as '5m', '24h' or '7d', was {text!r}"
        raise DataError(message)
    return value


def duration_text(duration: int) -> str:
    """Return the shortest text of a duration in ns: 300_000_000_000 -> '5m'."""
    for unit in ("d", "h", "m", "s"):
        if duration % _UNITS[unit] == 0:
            return f"{duration // _UNITS[unit]}{unit}"
    return f"{duration} ns"


def time_ns(value: Any, name: str = "time") -> int:
    """Return one instant as int64 ns UTC; a text or datetime without zone is read as UTC, an integer is ns.

    Raises
    ------
    DataError
        If pandas cannot read it as a time.
    """
    try:
        stamp: Any = pd.Timestamp(value)
    except (ValueError, TypeError, OverflowError) as error:
        message = f"Expected {name} as a time such as '2026-01-15 08:00', was {value!r}"
        raise DataError(message) from error
    if pd.isna(stamp):
        message = f"Expected {name} as a time such as '2026-01-15 08:00', was {value!r}"
        raise DataError(message)
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    try:
        return int(stamp.as_unit("ns").value)
    except pd.errors.OutOfBoundsDatetime as error:
        message = f"Expected {name} between the years 1678 and 2261, was {value!r}"
        raise DataError(message) from error


def timestamp(time: int) -> pd.Timestamp:
    """Return int64 ns UTC as a zone-aware Timestamp."""
    return pd.Timestamp(int(time), unit="ns", tz="UTC")


def time_index(times: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """Return int64 ns UTC, shape (n,), as a zone-aware index."""
    return pd.DatetimeIndex(times.astype("datetime64[ns]"), tz="UTC")


def milliseconds_ns(value: float) -> int:
    """Return milliseconds since 1970 UTC as int64 ns, to the microsecond that a float holds."""
    return round(value * 1000) * 1000
