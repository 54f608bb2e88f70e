"""Time zones by name."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest

from liqwidget.domain.clocks import checked_timezone, clock_offset, clock_text
from liqwidget.errors import DataError

WINTER, SUMMER = 1_767_225_600_000, 1_782_864_000_000
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("UTC", "UTC"), ("utc", "UTC"), (dt.UTC, "UTC"), ("local", "local"), ("Europe/Berlin", "Europe/Berlin"),
        (zoneinfo.ZoneInfo("Asia/Kolkata"), "Asia/Kolkata"),
    ],
)  # fmt: skip
def test_zones_are_known_by_name(given: Any, name: str) -> None:
    assert checked_timezone(given) == name


@pytest.mark.parametrize("given", ["Berlin", "", "../etc/passwd", "/etc/localtime", 3, None, "Europe/"])
def test_anything_else_is_refused_with_what_is_wanted(given: Any) -> None:
    with pytest.raises(DataError, match="Expected a time zone by its IANA name, such as 'Europe/Berlin'"):
        checked_timezone(given)


def test_clocks_follow_the_time_of_the_year() -> None:
    assert [clock_offset(ms, "Europe/Berlin") for ms in (WINTER, SUMMER)] == [HOUR, 2 * HOUR]
    assert [clock_text(ms, "America/New_York") for ms in (WINTER, SUMMER)] == [
        "UTC\N{MINUS SIGN}5",
        "UTC\N{MINUS SIGN}4",
    ]
    assert (clock_text(WINTER, "Asia/Kolkata"), clock_text(WINTER, "UTC")) == ("UTC+5:30", "UTC")
