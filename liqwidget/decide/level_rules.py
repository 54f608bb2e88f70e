"""Rules about levels and data: an amount up to a price, heat at a price, data that are late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.decide.watching import AlertRule, Moment, Reading, checked_number, named_level
from liqwidget.domain.side import Side
from liqwidget.domain.time import duration_ns, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

LESS = 0.8
"""To which share of an amount, or of a heat, it must fall before it passes it again."""

_FEWEST_BEFORE = 6
"""Looks before a heat is compared with them."""


@dataclass(frozen=True, slots=True)
class AmountPasses(AlertRule):
    """What stands between price and a level passes an amount; told anew once it fell to four fifths of it.

    Parameters
    ----------
    level : float
        [quote/base]; more than 20 % from price what stands as far as there is counted.
    amount : float
        [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.AmountPasses(level=105_000, amount=5e6, name="round number").amount
    5000000.0
    """

    level: float
    amount: float

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        checked_number("level", self.level, "a price above 0", 0)
        checked_number("amount", self.amount, "an amount above 0", 0)

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield what stands up to the level."""
        del memory
        found = moment.look.amount_to(self.level)
        side = Side.LONG if self.level < moment.look.price else Side.SHORT
        text = (
            f"est. {moment.money(found)} of {side.label}s stand between price and {named_level(self, moment)}, "
            f"past your limit of {moment.money(self.amount)}"
        )
        on, off = found >= self.amount, found < LESS * self.amount
        yield Reading("level", text, on, off, place=(self.level, self.level), amount=found)


@dataclass(frozen=True, slots=True)
class HeatSpikes(AlertRule):
    """Heat at a level is several times what it was in the median of some time before.

    Parameters
    ----------
    level : float
        [quote/base].
    times : float
        How many times.
    before : str
        The time before that counts.
    least : float
        And at least so hot, where 100 is the hottest price within 20 %.
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.HeatSpikes(level=105_000, times=4.0).times
    4.0
    """

    level: float
    times: float = 3.0
    before: str = "24h"
    least: float = 20.0

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        checked_number("level", self.level, "a price above 0", 0)
        checked_number("times", self.times, "a factor above 1", 1)
        checked_number("least", self.least, "a heat above 0, up to 100", 0, 100)
        duration_ns(self.before)

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield how hot the level is."""
        heat, since = moment.look.heat_at(self.level), moment.look.time - duration_ns(self.before)
        past = [(time, value) for time, value in memory.get("past", ()) if time >= since]
        memory["past"] = [*past, (moment.look.time, heat)]
        if len(past) < _FEWEST_BEFORE:
            return
        usual = float(np.median([value for _, value in past]))
        wanted = max(self.least, self.times * usual)
        past_words = f"it was {usual:.0f} in the median of {self.before} before"
        text = f"heat at {named_level(self, moment)} is {heat:.0f}, {past_words}"
        yield Reading("level", text, heat >= wanted, heat < LESS * wanted, place=(self.level, self.level))


@dataclass(frozen=True, slots=True)
class DataStale(AlertRule):
    """A venue's next candle is late by more than some time.

    Parameters
    ----------
    after : str
        How late.
    venue : str, optional
        One venue alone.
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.DataStale("10m", venue="okx").after
    '10m'
    """

    after: str = "5m"
    venue: str | None = None

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        duration_ns(self.after)

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield how late each venue is."""
        del memory
        for venue, due in moment.late.items():
            if self.venue in (None, venue):
                late = due + duration_ns(self.after)
                text = f"no candle from {venue} since {timestamp(due):%Y-%m-%d %H:%M} UTC, when one was due"
                yield Reading(venue, text, moment.now >= late, moment.now < late, time=late)

    def next_time(self, late: dict[str, int], now: int) -> int | None:
        """Return when a venue will be late next if nothing comes [ns]."""
        times = [due + duration_ns(self.after) for venue, due in late.items() if self.venue in (None, venue)]
        return min((time for time in times if time > now), default=None)
