"""Time zones, whose clocks times are written by."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from liqwidget.domain.amount import MINUS
from liqwidget.errors import DataError

UTC, LOCAL = "UTC", "local"
_MINUTE = 60_000
_AN_HOUR = 60


def checked_timezone(value: Any) -> str:
    """Return the name of a zone: 'UTC', 'local', or an IANA name such as 'Europe/Berlin'; also of a tzinfo.

    Raises
    ------
    DataError
        If it is none.
    """
    name = "UTC" if value is dt.UTC else getattr(value, "key", value)
    if isinstance(name, str) and name.strip().casefold() in (UTC.casefold(), LOCAL):
        return UTC if name.strip().casefold() == UTC.casefold() else LOCAL
    try:
        if isinstance(name, str) and name:
            return zoneinfo.ZoneInfo(name).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    message = f"Expected a time zone by its IANA name, such as 'Europe/Berlin', or 'UTC' or 'local', was {value!r:.60}"
    raise DataError(message)


def clock_offset(ms: float, timezone: str) -> int:
    """Return how far the clocks of a zone are ahead of UTC at a time [ms]."""
    if timezone == UTC:
        return 0
    moment = dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
    there = moment.astimezone(None if timezone == LOCAL else zoneinfo.ZoneInfo(timezone))
    ahead = there.utcoffset() or dt.timedelta()
    return int(ahead.total_seconds()) * 1000


def clock_text(ms: float, timezone: str) -> str:
    """Return what the clocks of a zone are called at a time: UTC, UTC+1, UTC-3:30 with a true minus."""
    minutes = round(clock_offset(ms, timezone) / _MINUTE)
    if minutes == 0:
        return UTC
    hours, rest = divmod(abs(minutes), _AN_HOUR)
    return f"UTC{MINUS if minutes < 0 else '+'}{hours}{f':{rest:02d}' if rest else ''}"
