"""What every reader of a payload shares: numbers, text and times as venues send them, and one liquidation."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

SECONDS = 1000
"""Milliseconds of one."""
ORDER_SIDES = {"sell": "long", "buy": "short"}
"""The position's side by that of the order: a sell order closes a long."""
POSITION_SIDES = {"buy": "long", "sell": "short", "long": "long", "short": "short"}


class Liquidated(NamedTuple):
    """A liquidation as a venue tells it, in the units of its contract; what cannot be read is None or NaN."""

    time: float
    """[ms UTC]"""
    side: str | None
    """'long' or 'short', of the position that was closed."""
    price: float
    """[quote/base of the venue]"""
    amount: float = math.nan
    """[base of the venue], of inverse contracts [quote]"""
    worth: float = math.nan
    """[quote], where the venue tells it"""


class Taken(NamedTuple):
    """What takers bought and sold in a period, in coins of the contract; what a venue does not tell is NaN."""

    time: float
    """[ms UTC], as the venue stamps it"""
    bought: float = math.nan
    sold: float = math.nan
    """[base of the venue]"""
    ratio: float = math.nan
    """Bought / sold; made of both where both are told."""


class Event(NamedTuple):
    """One liquidation."""

    time: int
    """[ns UTC]"""
    side: str
    """'long' or 'short', of the position that was closed."""
    price: float
    """[quote/base]: the fill where the venue gives it (Binance, Gate), else the bankruptcy price."""
    size: float
    """[quote]"""


def said(text: object, length: int = 160) -> str:
    """Return a text from the network as one short line of plain characters.

    What shows it must still treat it as text, not as markup.
    """
    line = re.sub(r"\s+", " ", re.sub(r"[^\x20-\x7e]+", " ", str(text))).strip()
    return line if len(line) <= length else line[: length - 3] + "..."


def number(value: Any) -> float:
    """Return a number or its text as a float; NaN for what is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def first(row: Mapping[str, Any], *names: str) -> float:
    """Return the first of some fields that is a number, else NaN."""
    return next((value for value in (number(row.get(name)) for name in names) if not math.isnan(value)), math.nan)


def fields(row: Any) -> Mapping[str, Any]:
    """Return a row that has named fields; an empty one in place of what has none."""
    return row if isinstance(row, Mapping) else {}


def time_ms(row: Mapping[str, Any]) -> float:
    """Return the time of a raw row [ms UTC], under whichever of the usual names; NaN if it bears none."""
    return number(row.get("timestamp", row.get("time", row.get("ts"))))
