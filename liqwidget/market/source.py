"""Where a heatmap's market comes from: what the user named, or what can be had."""

from __future__ import annotations

import concurrent.futures
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from liqwidget.domain.frames import MarketData
from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError, LiqError, SourceError
from liqwidget.market import venues
from liqwidget.market.payloads import said
from liqwidget.market.sample import SYMBOLS, sample_market
from liqwidget.market.symbols import parse_symbol

if TYPE_CHECKING:
    import pandas as pd

    from liqwidget.market.exchange import Request
    from liqwidget.market.history import History

VENUES = tuple(venues.VENUES)
"""Exchanges by the names that a source may have; `liqwidget.market.venues` says what each publishes."""

ENVIRONMENT = "LIQWIDGET_SOURCE"
"""Environment variable that overrides the source of every heatmap, so that a live notebook can be validated offline."""

FIRST_SECONDS = 8.0
"""How long the exchanges are waited for before something is shown; what answers later joins."""
LONGEST_SECONDS = 60.0
"""How long venues that the user named are waited for if none has answered before."""
_JOIN_SECONDS = 600.0
_STALE_CANDLES = 2
_REASON, _NOTICE = 220, 900

SourceLike = str | MarketData | Iterable[str | MarketData] | None


@dataclass(frozen=True, slots=True)
class VenueStatus:
    """What is known of one venue's answer.

    Parameters
    ----------
    venue : str
        Its name.
    state : str
        'connected' (its data are shown and fresh), 'stale' (shown, but its last candle is old), 'reconnecting' (live,
        but its socket has ended), 'refused' (it answered with no, or not at all), 'off' (not yet, or no more).
    last_time : Timestamp or None
        The time up to which it is known [UTC].
    reason : str
        Why it is not shown, or not whole.
    publishes : str
        What it publishes without a key.
    heard : Timestamp or None
        When it last said anything, on a socket or to a question [UTC]; None where nothing is live.
    """

    venue: str
    state: str
    last_time: pd.Timestamp | None = None
    reason: str = ""
    publishes: str = ""
    heard: pd.Timestamp | None = None


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
    status : tuple of VenueStatus
        One per exchange that was asked; empty for the sample and for own data.
    joining : Joining or None
        What is still under way.
    """

    markets: tuple[MarketData, ...] = field(repr=False)
    label: str
    notice: str | None = None
    simulated: bool = False
    status: tuple[VenueStatus, ...] = ()
    joining: Joining | None = field(default=None, repr=False)

    def exchanges(self) -> list[str]:
        """Return the exchanges that were asked.

        Raises
        ------
        SourceError
            If there are none: there is nothing to follow live.
        """
        if self.status:
            return [part.venue for part in self.status]
        what = "the simulated market" if self.simulated else "your own data"
        message = (
            f"Expected exchanges to follow live, was {what}: name some, such as source=['binance', 'okx'], or leave "
            "live=True and start() out"
        )
        raise SourceError(message)


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
    timeframe: str = "5m",
    *,
    seconds: float | None = None,
) -> Source:
    """Return the markets of a symbol.

    Parameters
    ----------
    symbol : str
        Such as ``'BTC'``.
    source : str, MarketData, or iterable of either, optional
        'sample', venue names, or the user's own markets; None or 'auto' asks all exchanges side by side, and takes the
        sample where none answers.
    timeframe : str
        Length of a candle.
    seconds : float, optional
        How long to wait for exchanges before returning what has answered (`FIRST_SECONDS`); the rest is in
        `Source.joining`.

    Raises
    ------
    SourceError
        If the source cannot be read; the text says what can.
    DataError
        If the symbol or timeframe is none.
    """
    duration_ns(timeframe)
    seconds = FIRST_SECONDS if seconds is None else seconds
    own = [source] if isinstance(source, MarketData) else source
    if own is not None and not isinstance(own, str):
        own = list(own)
        markets = [part for part in own if isinstance(part, MarketData)]
        if markets and len(markets) == len(own):
            return Source(tuple(markets), " + ".join(part.venue for part in markets))
    forced = os.environ.get(ENVIRONMENT, "").strip()
    if forced:
        return _named(symbol, [forced], timeframe, seconds=seconds, why=f" ({ENVIRONMENT}={forced})")
    names = [own] if isinstance(own, str) else ["auto"] if own is None else own
    if not all(isinstance(name, str) for name in names) or not names:
        message = f"Expected source as 'sample', venue names or MarketData, was {source!r:.80}"
        raise DataError(message)
    lower = list(dict.fromkeys(str(name).strip().lower() for name in names))
    return _named(symbol, lower, timeframe, seconds=seconds, why="")


def _named(symbol: str, names: list[str], timeframe: str, *, seconds: float, why: str) -> Source:
    coin = base_symbol(symbol)
    if names == ["sample"]:
        return _sample(coin, timeframe, f"prices and positions are not real{why}")
    auto = names == ["auto"]
    unknown = [name for name in names if name not in VENUES and not auto]
    if unknown:
        message = f"Expected source among 'auto', 'sample' and venues ({', '.join(VENUES)}), was {unknown[0]!r:.60}"
        raise SourceError(message, symbol=coin)
    return _asked(symbol, VENUES if auto else tuple(names), timeframe, auto=auto, seconds=seconds)


# ---------------------------------------------------------------------- the exchanges


def _asked(symbol: str, names: Sequence[str], timeframe: str, *, auto: bool, seconds: float) -> Source:
    """Ask exchanges side by side, and return what has answered after so many seconds."""
    from liqwidget.market import exchange

    coin, begun = base_symbol(symbol), time.monotonic()
    requests = [exchange.request_history(name, symbol, timeframe) for name in names]
    try:
        exchange.wait_for(requests, seconds)
        source = _answered(requests)
        while not source.markets and source.joining is not None and not auto:
            left = LONGEST_SECONDS - (time.monotonic() - begun)
            if left <= 0:
                break
            exchange.wait_for(source.joining.requests, min(left, 1.0))
            source = _answered(requests)
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
    return Source(sample.markets, sample.label, sample.notice, True, source.status, source.joining)  # noqa: FBT003


def _answered(requests: Sequence[Request]) -> Source:
    """Return what requests have brought so far."""
    pairs = [_outcome(request) for request in requests]
    if any(market is not None and not market.relative for market, _ in pairs):
        pairs = [
            (None, VenueStatus(status.venue, "refused", None, "sent no open interest", status.publishes))
            if market is not None and market.relative
            else (market, status)
            for market, status in pairs
        ]
    markets = tuple(market for market, _ in pairs if market is not None)
    status = tuple(part for _, part in pairs)
    under_way = [request for request in requests if not request.future.done()]
    joining = Joining(requests, under_way) if under_way else None
    return Source(
        markets, " + ".join(market.venue for market in markets), missing(status), status=status, joining=joining
    )


def missing(status: Iterable[VenueStatus]) -> str | None:
    """Return the sentence about venues that are not shown, None if all are."""
    reasons = grouped(part for part in status if part.state in {"refused", "off"} and part.last_time is None)
    return f"Without {reasons}"[:_NOTICE] if reasons else None


def _outcome(request: Request) -> tuple[MarketData | None, VenueStatus]:
    """Return one venue's market, if there is one, and its status."""
    name, publishes = request.venue.name, request.venue.summary
    try:
        ended = request.future.done()
        history = request.future.result(0) if ended else request.so_far()
        if history is None:
            return None, VenueStatus(name, "off", None, "has not answered yet", publishes)
        market = history.market()
    except concurrent.futures.CancelledError:
        return None, VenueStatus(name, "off", None, "was not waited for", publishes)
    except LiqError as error:
        return None, VenueStatus(name, "refused", None, shortened(error, name), publishes)
    except Exception as error:  # noqa: BLE001 - one venue's odd data must not take the others down
        text = f"sent data that cannot be used ({type(error).__name__}: {error})"
        return None, VenueStatus(name, "refused", None, said(text, _REASON), publishes)
    why = "" if ended else "older candles are still being read"
    return market, VenueStatus(name, _freshness(history), history.last_time, why, publishes)


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


class Joining:
    """Venues that were not done when something had to be shown.

    Parameters
    ----------
    requests : sequence of Request
        All that were asked, in the order in which they are shown.
    under_way : sequence of Request
        Those of them that have not ended.
    """

    def __init__(self, requests: Sequence[Request], under_way: Sequence[Request]) -> None:
        self.requests = tuple(requests)
        self._under_way = tuple(under_way)
        self._stopped = False
        self._wake = threading.Event()

    def then(self, callback: Callable[[Source], None]) -> None:
        """Call `callback`, on a thread of its own, with the whole source anew whenever another venue is done.

        The thread ends with the last venue, after ten minutes, or with `stop`.
        """
        for request in self._under_way:
            request.future.add_done_callback(lambda _: self._wake.set())
        threading.Thread(target=self._run, args=(callback,), name="liqwidget-joining", daemon=True).start()

    def stop(self) -> None:
        """Ask no further; `callback` is not called again."""
        self._stopped = True
        self._wake.set()
        for request in self._under_way:
            request.future.cancel()

    def _run(self, callback: Callable[[Source], None]) -> None:
        waiting = list(self._under_way)
        end = time.monotonic() + _JOIN_SECONDS
        while waiting and self._wake.wait(max(end - time.monotonic(), 0.0)) and not self._stopped:
            self._wake.clear()
            left = [request for request in waiting if not request.future.done()]
            if len(left) == len(waiting):
                continue
            waiting, source = left, _answered(self.requests)
            if source.markets and not self._stopped:
                callback(source)


# ---------------------------------------------------------------------- the sample


def _sample(symbol: str, timeframe: str, reason: str) -> Source:
    if symbol not in SYMBOLS:
        message = (
            f"Expected a symbol of the simulated market ({', '.join(SYMBOLS)}), was {symbol!r}; {reason}. "
            "For your own data use LiqHeatmap.from_frames(candles, open_interest)"
        )
        raise SourceError(message, symbol=symbol)
    markets = tuple(market.coarser(timeframe) for market in sample_market(symbol).markets())
    return Source(markets, "simulated market", f"Simulated market: {reason}"[:_NOTICE], simulated=True)
