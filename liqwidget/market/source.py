"""Where a heatmap's market comes from: what the user named, or what can be had."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import duration_ns
from liqwidget.domain.validation import checked_name
from liqwidget.errors import DataError, SourceError
from liqwidget.market.sample import SYMBOLS, sample_market

VENUES = ("binance", "bybit", "okx", "hyperliquid", "bitget", "gate", "htx")
"""Exchanges by the names that a source may have."""

ENVIRONMENT = "LIQWIDGET_SOURCE"
"""Environment variable that overrides the source of every heatmap, so that a live notebook can be validated offline."""

SourceLike = str | MarketData | Iterable[str | MarketData] | None

_QUOTES = "USDT|USDC|USD|BUSD"


@dataclass(frozen=True, slots=True)
class Source:
    """Markets, and how to name them on the picture.

    Parameters
    ----------
    markets : tuple of MarketData
        One per venue.
    label : str
        Short name for the title.
    notice : str or None
        A sentence that always stands on the picture.
    simulated : bool
        Whether no part of it is real.
    """

    markets: tuple[MarketData, ...] = field(repr=False)
    label: str
    notice: str | None = None
    simulated: bool = False


def base_symbol(symbol: object) -> str:
    """Return the coin of a symbol in any of the usual spellings.

    'btc', 'BTC/USDT:USDT', 'BTCUSDT', 'BTC-USDT-SWAP' -> 'BTC'.

    Raises
    ------
    DataError
        If it is no symbol.
    """
    name = checked_name(symbol, "a symbol such as 'BTC'").upper()
    match = re.fullmatch(rf"(\w+?)(?:[/_-]?(?:{_QUOTES}))(?:[:_-]?(?:{_QUOTES}))?(?:[_-](?:SWAP|PERP))?", name)
    return match[1] if match else re.sub(r"[-_]PERP$", "", name)


def read(symbol: str, source: SourceLike = None, timeframe: str = "5m", *, live: bool = False) -> Source:
    """Return the markets of a symbol.

    Parameters
    ----------
    symbol : str
        Such as ``'BTC'``.
    source : str, MarketData, or iterable of either, optional
        'sample', venue names, or the user's own markets; None or 'auto' takes what can be had.
    timeframe : str
        Length of a candle.
    live : bool
        Whether to go on reading.

    Raises
    ------
    SourceError
        If the source cannot be read; the text says what can.
    DataError
        If the symbol or timeframe is none.
    """
    duration_ns(timeframe)
    own = [source] if isinstance(source, MarketData) else source
    if own is not None and not isinstance(own, str):
        own = list(own)
        markets = [part for part in own if isinstance(part, MarketData)]
        if markets and len(markets) == len(own):
            return Source(tuple(markets), " + ".join(part.venue for part in markets))
    forced = os.environ.get(ENVIRONMENT, "").strip()
    if forced:
        return _named(base_symbol(symbol), [forced], timeframe, live=False, why=f" ({ENVIRONMENT}={forced})")
    names = [own] if isinstance(own, str) else ["auto"] if own is None else own
    if not all(isinstance(name, str) for name in names) or not names:
        message = f"Expected source as 'sample', venue names or MarketData, was {source!r:.80}"
        raise DataError(message)
    return _named(base_symbol(symbol), [str(name).strip().lower() for name in names], timeframe, live=live, why="")


def _named(symbol: str, names: list[str], timeframe: str, *, live: bool, why: str) -> Source:
    if live:
        message = (
            "Live data cannot be read in this version: no exchange connection is built in yet. "
            "Use source='sample' or LiqHeatmap.from_frames(candles, open_interest)"
        )
        raise SourceError(message, symbol=symbol)
    if names == ["auto"]:
        return _sample(symbol, timeframe, "this version reads no exchange yet")
    if names == ["sample"]:
        return _sample(symbol, timeframe, f"prices and positions are not real{why}")
    unknown = [name for name in names if name not in VENUES]
    if unknown:
        message = f"Expected source among 'auto', 'sample' and venues ({', '.join(VENUES)}), was {unknown[0]!r:.60}"
        raise SourceError(message, symbol=symbol)
    message = (
        f"{', '.join(names)} cannot be read in this version: no exchange connection is built in yet. "
        "Use source='sample' or LiqHeatmap.from_frames(candles, open_interest)"
    )
    raise SourceError(message, venue=names[0], symbol=symbol)


def _sample(symbol: str, timeframe: str, reason: str) -> Source:
    if symbol not in SYMBOLS:
        message = (
            f"Expected a symbol of the simulated market ({', '.join(SYMBOLS)}), was {symbol!r}; {reason}. "
            "For your own data use LiqHeatmap.from_frames(candles, open_interest)"
        )
        raise SourceError(message, symbol=symbol)
    markets = tuple(market.coarser(timeframe) for market in sample_market(symbol).markets())
    return Source(markets, "simulated market", f"Simulated market: {reason}", simulated=True)
