"""What is asked of an estimate, checked: markets that belong together, and rates that can be."""

from __future__ import annotations

import math
from collections.abc import Iterable

from liqwidget.domain.frames import MarketData
from liqwidget.domain.plausible import prices_apart
from liqwidget.errors import DataError, EstimateError

Markets = MarketData | Iterable[MarketData]

_OTHER_UNIT = math.log(5.0)
"""Closes of two venues that are so far apart in ln are of other units."""


def checked_markets(market: Markets) -> list[MarketData]:
    """Return markets of several venues of one symbol, whose prices and quote currency go together."""
    given: list[object] = list(market) if isinstance(market, Iterable) else [market]
    if not given:
        message = "Expected at least one MarketData, was none"
        raise EstimateError(message)
    markets = [part for part in given if isinstance(part, MarketData)]
    if len(markets) < len(given):
        bad = next(part for part in given if not isinstance(part, MarketData))
        message = f"Expected MarketData (see MarketData.from_frames), was {type(bad).__name__}"
        raise EstimateError(message)
    venues = [part.venue for part in markets]
    if len(set(venues)) < len(venues) or len({part.symbol for part in markets}) > 1:
        pairs = [(part.venue, part.symbol) for part in markets]
        message = f"Expected one MarketData per venue, all of one symbol, was {pairs}"
        raise DataError(message)
    if len(quotes := {part.quote: part.venue for part in markets}) > 1:
        named = ", ".join(f"{quote} on {venue}" for quote, venue in quotes.items())
        message = f"Expected prices of all venues in one quote currency, were in {named}: their sizes cannot be added"
        raise DataError(message)
    for part in markets[1:]:
        first = markets[0]
        if prices_apart(part.close_time, part.close, first.close_time, first.close) > _OTHER_UNIT:
            message = (
                f"Expected prices of all venues in one unit, was {part.close[-1]:,.7g} on {part.venue} beside "
                f"{first.close[-1]:,.7g} on {first.venue}: prices per 1,000 coins? Divide them, and multiply amounts"
            )
            raise DataError(message)
    return markets


def checked_rate(value: object) -> float:
    """Return `churn` if it is a rate per day."""
    if isinstance(value, int | float) and 0 <= value < math.inf:
        return float(value)
    message = f"Expected churn as a rate of at least 0 per day, was {value!r:.60}"
    raise DataError(message)


def checked_share(value: object) -> float:
    """Return `near` if it is a share below one."""
    if isinstance(value, int | float) and 0 <= value < 1:
        return float(value)
    message = f"Expected near= as a share of open interest from 0 to under 1, was {value!r:.60}"
    raise DataError(message)
