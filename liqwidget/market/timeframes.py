"""Which lengths of a candle a source has, and longer candles made of those that are there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from liqwidget.domain.time import duration_ns, duration_text
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from liqwidget.domain.frames import MarketData
    from liqwidget.market.source import Source

PUBLISHED = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")
"""Lengths that every venue publishes (`timeframes` of the classes that `market.venue` names, in ccxt 4.5.90)."""
_OFFERED = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "1d")
FEWEST_CANDLES = 2
"""For a picture."""


def timeframes(source: Source) -> tuple[str, ...]:
    """Return the lengths of a candle to choose from, shortest first, that in use among them."""
    lengths = {market.timeframe for market in source.markets}
    if source.status and not source.simulated:
        lengths |= set(map(duration_ns, PUBLISHED))
    else:
        lengths |= {market.timeframe for market in source.finest}
        lengths |= {length for length in map(duration_ns, _OFFERED) if _possible(source, length)}
    return tuple(map(duration_text, sorted(lengths)))


def coarser(source: Source, timeframe: int) -> Source:
    """Return a source in longer candles [ns], made of the shortest that are there.

    Raises
    ------
    DataError
        If they are no whole multiple of those of each venue, or too few for a picture.
    """
    text = duration_text(timeframe)
    markets = tuple(market.coarser(text) for market in source.finest or source.markets)
    short = next((market for market in markets if len(market.time) < FEWEST_CANDLES), None)
    if short is not None:
        message = f"Expected enough candles of {short.venue} for {FEWEST_CANDLES} of {text}, was {len(short.time)}"
        raise DataError(message)
    return replace(source, markets=markets)


def check_timeframe(source: Source, timeframe: int) -> None:
    """Refuse a length [ns] that a source does not have.

    Raises
    ------
    DataError
        With the reason.
    """
    if source.simulated or not source.status:
        coarser(source, timeframe)
    elif duration_text(timeframe) not in timeframes(source):
        message = f"Expected a timeframe that all exchanges publish, was {duration_text(timeframe)!r}"
        raise DataError(message)


def _possible(source: Source, timeframe: int) -> bool:
    return all(_whole(market, timeframe) for market in source.finest or source.markets)


def _whole(market: MarketData, timeframe: int) -> bool:
    """Return whether a market surely has whole candles of a length: as many fit between its ends, and one more."""
    span = int(market.close_time[-1] - market.time[0])
    return timeframe % market.timeframe == 0 and span // timeframe > FEWEST_CANDLES
