"""Reading the market of a heatmap: what the user named, or what can be had."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import math
import os
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.plausible import prices_apart
from liqwidget.domain.retold import market_of
from liqwidget.domain.status import SIMULATED, VenueStatus, is_simulated
from liqwidget.domain.time import HOUR, duration_ns
from liqwidget.errors import DataError, LiqError, SourceError
from liqwidget.market.history import UNDER_WAY
from liqwidget.market.simulated.sample import SYMBOLS, sample_market
from liqwidget.market.source import TIMEFRAME, VENUES, Joining, Source
from liqwidget.market.timeframes import coarser
from liqwidget.market.venue.payload import said
from liqwidget.market.venue.symbols import parse_symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from liqwidget.market.fetch import Request
    from liqwidget.market.history import History
    from liqwidget.market.source import SourceLike

    _Candles = tuple[str, Any]
    """Length of a candle, and from when they are read."""
    _Patience = tuple[float, Callable[[str], None] | None]
    """How long to wait [s], and who hears how far it is."""

ENVIRONMENT = "LIQWIDGET_SOURCE"
"""Environment variable that overrides the source of every heatmap, so that a live notebook can be validated offline."""

FIRST_SECONDS = 8.0
"""How long the exchanges are waited for before something is shown; what answers later joins."""
KEPT_SECONDS = 2.0
"""How long they are waited for where something is stored of each that has not answered."""
LONGEST_SECONDS = 60.0
"""How long venues that the user named are waited for if none has answered before."""
_STALE_CANDLES = 2
_OLDER = 6 * HOUR
"""Stored data that end so much before the newest market [ns] are not shown beside it: the map would mix two days."""
_MOST_APART = math.log(1.05)
"""Closes of one coin at one time are no further apart in the median; at different times they may be."""
_REASON, _NOTICE = 220, 900


def base_symbol(symbol: object) -> str:
    """Return the coin of a symbol in any of the usual spellings.

    'btc', 'BTC/USDT:USDT', 'BTCUSDT', 'BTC-USDT-SWAP' -> 'BTC'.

    Raises
    ------
    DataError
        If it is no symbol.
    """
    return parse_symbol(symbol).name


def read(
    symbol: str,
    source: SourceLike = None,
    timeframe: str | None = None,
    *,
    since: Any = None,
    seconds: float | None = None,
    told: Callable[[str], None] | None = None,
) -> Source:
    """Return the markets of a symbol.

    Parameters
    ----------
    symbol : str
        Such as ``'BTC'``.
    source : str, MarketData, Ledger, or iterable of the first two, optional
        'sample', venue names, the user's own markets, or a ledger that is there; None or 'auto' asks all exchanges side
        by side, and takes the sample where none answers.
    timeframe : str, optional
        Length of a candle: `TIMEFRAME`, or that of your own data.
    since : time or str, optional
        From when exchanges are read, or how long before now; None: the newest candles, 30 days of 5m.
    seconds : float, optional
        How long to wait for exchanges before returning what has answered (`FIRST_SECONDS`); the rest is in
        `Source.joining`.
    told : callable, optional
        Called at once, then about twice a second while exchanges are waited for, with a sentence on how far they are.

    Raises
    ------
    SourceError
        If the source cannot be read; the text says what can.
    DataError
        If the symbol or timeframe is none.
    """
    given, timeframe = timeframe, TIMEFRAME if timeframe is None else timeframe
    step = duration_ns(timeframe)
    seconds = FIRST_SECONDS if seconds is None else seconds
    if isinstance(source, Ledger):
        made = _kept(source)
        return made if given is None else coarser(made, step)
    own = [source] if isinstance(source, MarketData) else source
    if own is not None and not isinstance(own, str):
        own = list(own)
        markets = [part for part in own if isinstance(part, MarketData)]
        if markets and len(markets) == len(own):
            if since is not None:
                raise DataError(f"Expected since= of exchanges, was {since!r:.40} beside your own data: cut the frames")
            if strange := strangers(markets):
                raise DataError(f"Expected one coin on all venues, was another price: {'; '.join(strange.values())}")
            made = Source(tuple(markets), " + ".join(part.venue for part in markets), finest=tuple(markets))
            return made if given is None else coarser(made, step)
    forced = os.environ.get(ENVIRONMENT, "").strip()
    if forced:
        return _named(symbol, [forced], (timeframe, since), (seconds, told), why=f" ({ENVIRONMENT}={forced})")
    names = [own] if isinstance(own, str) else ["auto"] if own is None else own
    if not all(isinstance(name, str) for name in names) or not names:
        message = f"Expected source as 'sample', venue names or MarketData, was {source!r:.80}"
        raise DataError(message)
    lower = list(dict.fromkeys(str(name).strip().lower() for name in names))
    return _named(symbol, lower, (timeframe, since), (seconds, told), why="")


def followed(source: Source, live: bool | None) -> bool:  # noqa: FBT001 - as the argument of LiqHeatmap
    """Return whether a source is followed live: by default where exchanges were asked, never under `ENVIRONMENT`.

    Raises
    ------
    SourceError
        If that is asked for and there is nothing to follow.
    """
    if os.environ.get(ENVIRONMENT, "").strip():
        return False
    if live:
        source.asked_venues()
    return bool(source.status) if live is None else live


def _named(symbol: str, names: list[str], candles: _Candles, patience: _Patience, *, why: str) -> Source:
    coin = base_symbol(symbol)
    if names == ["sample"]:
        return _sample(coin, candles[0], f"{SIMULATED}{why}")
    auto = names == ["auto"]
    unknown = [name for name in names if name not in VENUES and not auto]
    if unknown:
        alone = " beside others: it stands alone" if unknown[0] in {"auto", "sample"} else ""
        known = f"'auto', 'sample' and venues ({', '.join(VENUES)})"
        message = f"Expected source among {known}, was {unknown[0]!r:.60}{alone}"
        raise SourceError(message, symbol=coin)
    return _asked(symbol, VENUES if auto else tuple(names), candles, patience, auto=auto)


# ---------------------------------------------------------------------- the exchanges


def _asked(symbol: str, names: Sequence[str], candles: _Candles, patience: _Patience, *, auto: bool) -> Source:
    """Ask exchanges side by side, and return what has answered after so many seconds."""
    (seconds, told), (timeframe, since) = patience, candles
    coin, begun = base_symbol(symbol), time.monotonic()
    if told is not None:
        told(f"asking {', '.join(names)}")
    # Takes a second to load.
    from liqwidget.market import fetch

    span = {} if since is None else {"since": since}
    requests = [fetch.request_history(name, symbol, timeframe, keep=True, **span) for name in names]
    answered = functools.partial(_answered, since=since)
    try:
        fetch.wait_for(requests, min(KEPT_SECONDS, seconds), told)
        if not all(request.future.done() or _stored(request) for request in requests):
            fetch.wait_for(requests, max(seconds - KEPT_SECONDS, 0.0), told)
        source = answered(requests)
        while not source.markets and source.joining is not None and not auto:
            left = LONGEST_SECONDS - (time.monotonic() - begun)
            if left <= 0:
                break
            fetch.wait_for(source.joining.requests, min(left, 1.0), told)
            source = answered(requests)
    except BaseException:
        for request in requests:
            request.future.cancel()
        raise
    if source.markets:
        return source
    reasons = grouped(source.status)
    if not auto or coin not in SYMBOLS:
        for request in requests:
            request.future.cancel()
        more = "Use source='sample', or LiqHeatmap.from_frames(candles, open_interest) for your own data"
        message = f"{coin} could not be read: {reasons}. {more}"
        raise SourceError(message, venue=names[0], symbol=coin, retryable=True)
    sample = _sample(coin, timeframe, f"no exchange could be read: {reasons}")
    return replace(sample, status=source.status, joining=source.joining, since=since)


def _answered(requests: Sequence[Request], since: Any = None) -> Source:
    """Return what requests have brought so far."""
    pairs = [_outcome(request) for request in requests]
    if any(market is not None and not market.relative for market, _ in pairs):
        pairs = [
            (None, VenueStatus(status.venue, "refused", None, "sent no open interest", status.publishes))
            if market is not None and market.relative
            else (market, status)
            for market, status in pairs
        ]
    newest = max((status.last_time.value for _, status in pairs if status.last_time is not None), default=0)
    pairs = [_beside(market, status, newest) for market, status in pairs]
    strange = strangers([market for market, _ in pairs if market is not None])
    pairs = [
        (None, VenueStatus(status.venue, "refused", None, strange[status.venue], status.publishes))
        if market is not None and status.venue in strange
        else (market, status)
        for market, status in pairs
    ]
    markets = tuple(market for market, _ in pairs if market is not None)
    status = tuple(part for _, part in pairs)
    under_way = [request for request in requests if not request.future.done()]
    joining = Joining(requests, under_way, functools.partial(_answered, since=since)) if under_way else None
    label = " + ".join(market.venue for market in markets)
    return Source(markets, label, _notice(status), status=status, joining=joining, since=since)


def strangers(markets: Sequence[MarketData]) -> dict[str, str]:
    """Return by venue why its closes cannot be those of the coin: those of most others are of another size.

    The venue most agree with counts, of several the one with the largest open interest.
    """
    agreeing = [sum(_apart(one, other) <= _MOST_APART for other in markets) for one in markets]
    worth = [float(np.median(market.interest_coins)) * float(market.close[-1]) for market in markets]
    order = sorted(range(len(markets)), key=lambda index: (agreeing[index], worth[index]), reverse=True)
    found = {}
    for index in order[1:]:
        market, measure = markets[index], markets[order[0]]
        if (apart := _apart(market, measure)) > _MOST_APART:
            found[market.venue] = (
                f"{market.venue} closes at {market.close[-1]:,.7g}, {measure.venue} at {measure.close[-1]:,.7g} "
                f"({math.expm1(apart):,.0%} apart at the same times): another contract, or prices per 1,000 coins; "
                "convert it, or leave it out"
            )
    return found


def _apart(one: MarketData, other: MarketData) -> float:
    return prices_apart(one.close_time, one.close, other.close_time, other.close)


def _beside(market: MarketData | None, status: VenueStatus, newest: int) -> tuple[MarketData | None, VenueStatus]:
    """Leave out a market that is only stored and ends long before the others."""
    if market is None or not status.stored or status.last_time is None or newest - status.last_time.value <= _OLDER:
        return market, status
    why = f"{status.reason}; what is stored ends {status.last_time:%Y-%m-%d %H:%M}, too old to stand beside the others"
    state = "off" if status.reason == UNDER_WAY else "refused"
    return None, VenueStatus(status.venue, state, None, why, status.publishes)


def _notice(status: Sequence[VenueStatus]) -> str | None:
    """Return the sentence about venues that are missing, or are there only as they were stored."""
    parts = []
    stored = [part for part in status if part.stored and part.last_time is not None]
    if stored:
        ends = max(part.last_time for part in stored if part.last_time is not None)
        parts.append(f"As stored on this machine up to {ends:%Y-%m-%d %H:%M} UTC: {grouped(stored)}")
    missing = grouped([part for part in status if part.state in {"refused", "off"}])
    if missing:
        parts.append(f"Without {missing}")
    return ". ".join(parts)[:_NOTICE] if parts else None


def missing(status: Sequence[VenueStatus]) -> str | None:
    """Return the sentence about venues of which nothing is shown, None if there are none."""
    return _notice([part for part in status if part.last_time is None])


def _stored(request: Request) -> bool:
    """Return whether something of an earlier reading is there."""
    return request.gathering is not None and request.gathering.recalled


def _outcome(request: Request) -> tuple[MarketData | None, VenueStatus]:
    """Return one venue's market, if there is one, and its status."""
    name, publishes = request.venue.name, request.venue.summary
    state, why = "refused", ""
    try:
        if request.future.done():
            history: History | None = request.future.result(0)
        else:
            history, why = request.so_far(), request.under_way
        if history is not None:
            stored = _stored(request) and not request.renewed
            return history.market(), VenueStatus(
                name, _freshness(history), history.last_time, why, publishes, stored=stored
            )
        state, why = "off", "has not answered yet"
    except concurrent.futures.CancelledError:
        state, why = "off", "was not waited for"
    except LiqError as error:
        why = shortened(error, name)
    except Exception as error:  # noqa: BLE001 - one venue's odd data must not take the others down
        why = said(f"sent data that cannot be used ({type(error).__name__}: {error})", _REASON)
    market, last = _recalled(request)
    if market is not None:
        return market, VenueStatus(name, "stale", last, why, publishes, stored=True)
    return None, VenueStatus(name, state, None, why, publishes)


def _recalled(request: Request) -> tuple[MarketData | None, pd.Timestamp | None]:
    """Return the market of what is stored, and of what was read before the venue refused; and its end."""
    if _stored(request):
        with contextlib.suppress(LiqError):
            history = request.so_far()
            if history is not None:
                return history.market(), history.last_time
    return None, None


def _freshness(history: History) -> str:
    late = history.complete_until - int(history.last_time.value)
    return "stale" if late > _STALE_CANDLES * history.step else "connected"


def shortened(error: object, name: str) -> str:
    """Return a reason as one plain line, without the venue's name before it."""
    return said(re.sub(rf"^{re.escape(name)}\s+", "", str(error)), _REASON)


def grouped(status: Iterable[VenueStatus]) -> str:
    """Return why venues are missing in one sentence: venues with the same reason together."""
    together: dict[str, list[str]] = {}
    for part in status:
        if part.reason:
            together.setdefault(part.reason, []).append(part.venue)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in together.items())


# ---------------------------------------------------------------------- a ledger that is there


def _kept(ledger: Ledger) -> Source:
    markets = tuple(map(market_of, ledger))
    simulated = is_simulated(ledger)
    return Source(
        markets, "simulated market" if simulated else " + ".join(ledger.names),
        f"Simulated market: {SIMULATED}" if simulated else None, simulated=simulated, finest=markets,
        made=(markets, ledger),
    )  # fmt: skip


# ---------------------------------------------------------------------- the sample


def _sample(symbol: str, timeframe: str, reason: str) -> Source:
    if symbol not in SYMBOLS:
        why = reason.removeprefix(SIMULATED).strip()
        message = (
            f"Expected a symbol of the simulated market ({', '.join(SYMBOLS)}), was {symbol!r:.60}{why and f' {why}'}. "
            "For your own data use LiqHeatmap.from_frames(candles, open_interest)"
        )
        raise SourceError(message, symbol=symbol)
    finest = _published(symbol)
    notice = f"Simulated market: {reason}"[:_NOTICE]
    return coarser(Source(finest, "simulated market", notice, simulated=True, finest=finest), duration_ns(timeframe))


@functools.lru_cache(maxsize=len(SYMBOLS))
def _published(symbol: str) -> tuple[MarketData, ...]:
    """Return what the venues of the simulated market publish, which heatmaps share."""
    return sample_market(symbol).markets()
