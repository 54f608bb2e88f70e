"""What a heatmap is made of: a symbol and a source that belong together, or a sentence that says how to give them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.validation import is_frame
from liqwidget.errors import DataError
from liqwidget.market.read import base_symbol


class _Usual(str):
    """A symbol that nobody asked for."""

    __slots__ = ()


USUAL_SYMBOL = _Usual("BTC")
"""The symbol where none is given; own data bring theirs."""

_FRAMES = "LiqHeatmap.from_frames(candles, open_interest, symbol='BTC')"


def checked_source(symbol: Any, source: Any) -> str:
    """Return the symbol of a heatmap.

    Raises
    ------
    DataError
        If frames or a market stand in the wrong place, or own markets are of another symbol.
    """
    for name, value in (("a symbol", symbol), ("source", source)):
        if isinstance(value, pd.Series) or is_frame(value):
            message = f"Expected {name}, was a {type(value).__name__}: for your own frames use {_FRAMES}"
            raise DataError(message)
    _refuse_several(symbol)
    if isinstance(source, Ledger):
        return _of_ledger(symbol, source)
    given = source if isinstance(source, list | tuple) else [source]
    if (frame := next(filter(is_frame, given), None)) is not None:
        was = type(frame).__name__
        message = f"Expected source as MarketData, was a {was} in it: use MarketData.from_frames, or {_FRAMES}"
        raise DataError(message)
    markets = [part for part in given if isinstance(part, MarketData)]
    if markets and len(markets) < len(given):
        message = f"Expected source as your own MarketData or as venues, was {source!r:.80}: both cannot be mixed"
        raise DataError(message)
    if not isinstance(source, str | Iterable | MarketData | None):
        own = ": use source=h.markets" if hasattr(source, "markets") else ""
        message = f"Expected source as 'sample', venue names or MarketData, was {source!r:.80}{own}"
        raise DataError(message)
    if isinstance(symbol, _Usual):
        return markets[0].symbol if markets else str(symbol)
    for market in markets:
        if not _same(symbol, market.symbol):
            message = (
                f"Expected a source of {symbol}, was {market!r}: use LiqHeatmap({market.symbol!r}, source=market), or "
                f"give MarketData.from_frames(..., symbol={symbol!r})"
            )
            raise DataError(message)
    checked: str = symbol
    return checked


def _of_ledger(symbol: Any, ledger: Ledger) -> str:
    """Return the symbol of a ledger, where that is what was asked for."""
    if isinstance(symbol, _Usual) or _same(symbol, ledger.symbol):
        return ledger.symbol
    message = f"Expected a ledger of {symbol}, was {ledger!r}: use LiqHeatmap.from_ledger(ledger)"
    raise DataError(message)


def _refuse_several(symbol: Any) -> None:
    """Refuse a market, markets or several symbols in the place of a symbol."""
    several = isinstance(symbol, list | tuple | set)
    held = list(symbol) if several else [symbol]
    if (market := next((part for part in held if isinstance(part, MarketData)), None)) is not None:
        given_as = "markets" if several else "market"
        message = f"Expected a symbol, was {symbol!r:.120}: use LiqHeatmap({market.symbol!r}, source={given_as})"
        raise DataError(message)
    if several:
        message = (
            f"Expected one symbol such as 'BTC', was {symbol!r:.120}: make a heatmap for each, or a Watchlist of them"
        )
        raise DataError(message)


def _same(symbol: object, other: str) -> bool:
    if not isinstance(symbol, str) or symbol.casefold() == other.casefold():
        return True
    try:
        return base_symbol(symbol) == base_symbol(other)
    except DataError:
        return False
