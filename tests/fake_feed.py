"""A feed without a network: markets that are known to the end, told up to any time, unfinished candles too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from liqwidget import advance, estimate
from liqwidget.domain.status import VenueStatus
from liqwidget.run.live import Update

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from liqwidget import MarketData


def asked(update: Update) -> Callable[[], Update]:
    """Return an update as a feed offers it: by what returns it."""
    return lambda: update


class FakeFeed:
    """Tells markets up to ever later times.

    Parameters
    ----------
    markets : sequence of MarketData
        All that will ever happen.
    start : int
        Time of the first update [ns].
    """

    def __init__(self, markets: Sequence[MarketData], start: int) -> None:
        self.whole = tuple(markets)
        self.markets = tuple(told(market, start) for market in markets)
        self.ledger = estimate(self.markets)

    def at(self, time: int, *, state: str = "connected", late: float = 0.0, reason: str = "") -> Update:
        """Return the update of a time [ns], at or after that of the last; its data came `late` seconds ago."""
        self.markets = tuple(told(market, time) for market in self.whole)
        self.ledger = advance(self.ledger, self.markets)
        last = pd.Timestamp.now("UTC") - pd.Timedelta(seconds=late)
        status = tuple(VenueStatus(market.venue, state, last, reason) for market in self.markets)
        return Update(self.ledger, self.markets, status, None, 0)


def told(market: MarketData, time: int) -> MarketData:
    """Return what is known of a market at a time [ns]: the candle that is not over has gone part of its way."""
    rows = slice(0, int(np.searchsorted(market.time, time)))
    stamped = market.interest_time <= time + market.tolerance
    names = ("time", "open", "high", "low", "close", "volume", "taker_buy_volume")
    columns = {name: getattr(market, name)[rows].copy() for name in names}
    share = (time - int(columns["time"][-1])) / market.timeframe
    if share < 1:
        first, last = columns["open"][-1], columns["close"][-1]
        columns["close"][-1] = price = round(first + (last - first) * share, 1)
        columns["high"][-1], columns["low"][-1] = max(first, price), min(first, price)
    interest = {name: getattr(market, name)[stamped] for name in ("interest_time", "interest")}
    return replace(market, **columns, **interest, complete_until=time)
