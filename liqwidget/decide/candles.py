"""The candles that a decision is read from: those of the venue that leads, as far as they had closed by a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.time import duration_ns, duration_text, timestamp
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import estimate

if TYPE_CHECKING:
    from collections.abc import Iterable


def given_markets(
    ledger: Ledger | MarketData | Iterable[MarketData], markets: MarketData | Iterable[MarketData] | None
) -> tuple[Ledger, tuple[MarketData, ...]]:
    """Return a ledger and its markets; where markets alone were given, the ledger is their estimate.

    Raises
    ------
    DataError
        If what was given is neither, markets are of another symbol, or a ledger stands alone: it holds no volume,
        funding or liquidations.
    """
    if isinstance(ledger, Ledger):
        if markets is None:
            raise DataError(
                "Expected the markets beside the ledger, was none: a ledger holds no volume, funding or liquidations. "
                "Give those that it was estimated from"
            )
        listed = _listed(markets)
        wrong = next((one.symbol for one in listed if one.symbol != ledger.symbol), None)
        if wrong is not None:
            raise DataError(f"Expected markets of {ledger.symbol}, as the ledger is, was {wrong!r:.40}")
        return ledger, listed
    if markets is not None:
        raise DataError(f"Expected a Ledger before the markets, was {type(ledger).__name__}")
    listed = _listed(ledger)
    return estimate(listed), listed


def _listed(markets: Any) -> tuple[MarketData, ...]:
    try:
        listed = (markets,) if isinstance(markets, MarketData) else tuple(markets)
    except TypeError:
        listed = (markets,)
    strange = next((one for one in listed if not isinstance(one, MarketData)), None)
    if strange is not None or not listed:
        was = "nothing" if strange is None else type(strange).__name__
        raise DataError(f"Expected one MarketData per venue, was {was}")
    return listed


def chosen_market(ledger: Ledger, markets: Iterable[MarketData], time: int, venue: str | None) -> MarketData:
    """Return the market of a venue, by default of the one that leads, as it was known at a time [ns].

    Raises
    ------
    DataError
        If there is none of that venue, or none of its candles had closed.
    """
    by_name = {one.venue: one for one in markets}
    if venue is None:
        known = [name for name in ledger.names if name in by_name]
        leading = ledger.only(known).leading(time) if known else None
        if leading is None:
            raise DataError(
                f"Expected a market of a venue of the ledger with a candle closed by {timestamp(time)}, was "
                f"{', '.join(by_name) or 'none'}; the ledger has {', '.join(ledger.names)}"
            )
        venue = leading.venue
    if venue not in by_name:
        raise DataError(f"Expected venue as one of {', '.join(by_name)}, was {venue!r:.40}")
    return closed(by_name[venue], time)


def closed(market: MarketData, time: int) -> MarketData:
    """Return a market without the candles that had not closed by a time [ns], provisional ones among them."""
    return market.until(last_known(market, time))


def last_known(market: MarketData, time: int) -> int:
    """Return a time [ns], or until when a market's candles are complete where that is earlier."""
    return time if market.complete_until is None else min(time, market.complete_until)


def in_candles(market: MarketData, candle: str) -> MarketData | None:
    """Return a market in longer candles, in its own where those are longer or do not fill one; None: too few."""
    step = duration_ns(candle)
    if step < market.timeframe or step % market.timeframe:
        return market
    fills = market.time // step * step
    whole = (fills >= market.time[0]) & (fills + step <= market.close_time[-1])
    return market.coarser(candle) if whole.any() else None


def source_of(market: MarketData) -> str:
    """Return what candles are: venue and length."""
    return f"{market.venue} {duration_text(market.timeframe)}"


def held_at(market: MarketData, times: npt.NDArray[np.int64], oldest: int) -> npt.NDArray[np.float64]:
    """Return the open interest that was known at times [base], NaN where none was, or it was older [ns]; as `times`."""
    if market.relative or not len(market.interest_time):
        return np.full(len(times), np.nan)
    row = np.searchsorted(market.interest_time, times + market.tolerance, side="right") - 1
    stamp = market.interest_time[np.maximum(row, 0)]
    known = (row >= 0) & (times - stamp <= oldest)
    return np.where(known, market.interest_coins[np.maximum(row, 0)], np.nan)
