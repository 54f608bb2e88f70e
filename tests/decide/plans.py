"""Plans of one simulated market, as of the end of its data."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget import (
    Ledger,
    estimate,
    plan,
)
from tests.markets import Frames, walk

if TYPE_CHECKING:
    from liqwidget.decide.plan_value import Plan

PRICE = 91_000.0


@functools.cache
def frames() -> Frames:
    return walk(7, 600, price=PRICE)


@functools.cache
def made(venue: str = "binance", **options: Any) -> Ledger:
    return estimate(frames().market(venue=venue, **options))


END = pd.Timestamp("2026-01-03T02:00", tz="UTC")


def planned(side: str = "long", entry: Any = None, *, ledger: Ledger | None = None, **options: Any) -> Plan:
    """Return a plan as of the end of the data, whose age is no matter then."""
    given: dict[str, Any] = {"leverage": 5, "now": END} | options
    return plan(made() if ledger is None else ledger, side, entry, **given)
