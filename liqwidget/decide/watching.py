"""What a rule is: a frozen value that reads a moment and says of each thing it watches whether it is so.

Between that something is so and that it is so no more nothing is told again. Everything is read at closed candles, so
that what a rule would have told of the past is what it tells live. Words of others (names of levels) are plain text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.domain.amount import estimate_text, price_decimals, price_text
from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.decide.lives import ClusterEvent, Living
    from liqwidget.decide.looks import Look, Seen

_LONGEST_NAME = 80
_DECIMALS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What a rule reads.

    Parameters
    ----------
    look : Look
        What stood at the last look.
    events : tuple of ClusterEvent
        What has happened to clusters since the look before.
    living : tuple of Living
        The clusters that stand, in the order of `look.seen`.
    symbol, unit : str
        Of the market, and of its sizes.
    late : dict
        By venue when its next candle was due [ns].
    now : int
        The present [ns]: the look's time, or later where nothing comes any more.
    """

    look: Look
    events: tuple[ClusterEvent, ...]
    living: tuple[Living, ...]
    symbol: str
    unit: str
    late: dict[str, int]
    now: int

    def price(self, price: float) -> str:
        """Return a price in words."""
        return price_text(price, price_decimals(price, _DECIMALS))

    def cluster(self, seen: Seen) -> str:
        """Return a cluster in words."""
        low, high = self.price(seen.price_low), self.price(seen.price_high)
        return f"{seen.side.label} cluster {low} to {high} (est. {self.money(seen.size)})"

    def money(self, amount: float) -> str:
        """Return an estimate in words."""
        return estimate_text(amount, self.unit)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule says of one thing.

    Parameters
    ----------
    key : str
        Which thing.
    text : str
        A sentence for when it is so.
    on, off : bool
        Whether it is so, and whether it is so no more; in between neither.
    place : (float, float)
        Low and high price [quote/base]; NaN where it has none.
    amount : float
        [quote]; NaN where it has none.
    cluster : str
        The cluster's id through its life, if it is of one.
    time : int
        Since when it is so, if not since the look [ns].
    """

    key: str
    text: str
    on: bool
    off: bool
    place: tuple[float, float] = (math.nan, math.nan)
    amount: float = math.nan
    cluster: str = ""
    time: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """What is watched for; each kind is a class of its own.

    Parameters
    ----------
    name : str
        The analyst's own word for it, which the alert says.
    cool_down : str
        For how long nothing more is told of one thing after something was told of it.

    Examples
    --------
    >>> import liqwidget
    >>> rule = liqwidget.PriceNear(0.5, name="near", cool_down="4h")
    >>> isinstance(rule, liqwidget.AlertRule), rule.cool_down
    (True, '4h')
    """

    name: str = ""
    cool_down: str = "1h"

    def __post_init__(self) -> None:
        """Refuse what cannot be watched."""
        object.__setattr__(self, "name", _plain_name(self.name))
        duration_ns(self.cool_down)
        self.check()

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield what is so of each thing; `memory` is kept from moment to moment."""
        raise NotImplementedError

    @property
    def pause(self) -> int:
        """`cool_down` [ns]."""
        return duration_ns(self.cool_down)


def rule_text(rule: AlertRule) -> str:
    """Return a rule in short: its class and what it is not by default."""
    usual = type(rule).__dataclass_fields__
    said = [f"{name}={getattr(rule, name)!r}" for name, one in usual.items() if getattr(rule, name) != one.default]
    return f"{type(rule).__name__}({', '.join(said)})"


def named_level(rule: Any, moment: Moment) -> str:
    """Return the level of a rule in words, by the name that the analyst gave it."""
    return f"{rule.name} ({moment.price(rule.level)})" if rule.name else moment.price(rule.level)


def _plain_name(name: object) -> str:
    """Return the word of an analyst as plain text of one line."""
    if isinstance(name, str) and len(name) <= _LONGEST_NAME:
        return plain(name).replace("\n", " ").strip()
    message = f"Expected name as a text of at most {_LONGEST_NAME} characters, was {name!r:.100}"
    raise DataError(message)


def checked_number(name: str, value: object, what: str, above: float, most: float = math.inf) -> None:
    """Refuse what is no number above one and up to another, as said in words."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not is_number or not above < float(value) <= most or not math.isfinite(float(value)):  # type: ignore[arg-type]
        message = f"Expected {name} as {what}, was {value!r:.60}"
        raise DataError(message)
