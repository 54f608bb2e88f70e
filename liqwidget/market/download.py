"""What one venue publishes, for scripts: history through the store, with a progress bar, margin tiers, order books."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from liqwidget.domain.tiers import tier_table
from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.order_book import OrderBook
    from liqwidget.market.fetch import Request
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument, Wanted
    from liqwidget.market.venue.venue import Venue
    from liqwidget.market.venue.worker import Address

Result = TypeVar("Result")

BAR_SECONDS = 2.0
"""After so long a bar is shown."""
_LOOK_SECONDS = 0.1


def history(
    venue: str,
    symbol: str = "BTC",
    timeframe: str = "5m",
    since: Any = None,
    until: Any = None,
    *,
    refresh: bool = False,
    progress: bool = True,
    **options: Any,
) -> MarketData:
    """Return one venue's market; what is stored on this machine is not asked for again.

    Every page is stored as it comes. Interrupt it (Ctrl+C, or the notebook's stop button) and call it again: it goes on
    where it was.

    Parameters
    ----------
    venue : str
        Such as ``'binance'``; see `liqwidget.market.venue.venues.VENUES`.
    symbol : str
        In any usual spelling: 'BTC', 'BTC/USDT:USDT', 'BTC-USDT-SWAP'.
    timeframe : str
        Length of a candle.
    since : time or str, optional
        From when, or how long before `until` (``'90d'``); None: 8640 candles, 30 days of 5m.
    until : time, optional
        Up to when; None: now.
    refresh : bool
        Whether what is stored is asked for as well, and replaced: for rows that the venue revised later.
    progress : bool
        Whether a bar (tqdm) is shown if it takes longer than 2 s.
    **options
        kinds, address, request_seconds, paced, first_wait, clock: as for `liqwidget.market.fetch.fetch_history`.

    Returns
    -------
    MarketData
        Its notes say what is missing.

    Raises
    ------
    SourceError
        If the venue refuses or does not answer while something is missing; what was read until then is stored.
    DataError
        If a parameter cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> market = liqwidget.history("binance", "BTC", "5m", since="90d")  # doctest: +SKIP
    >>> ledger = liqwidget.estimate(market)  # doctest: +SKIP
    """
    from liqwidget.market.fetch import request_history

    request = request_history(
        venue, symbol, timeframe, _start(since, until), until, keep=True, refresh=refresh, **options
    )
    try:
        _wait(request, progress=progress)
        return request.future.result().market()
    except BaseException:
        request.future.cancel()
        raise


def margin_tiers(venue: str, symbol: str = "BTC", *, address: Address | None = None, **options: Any) -> pd.DataFrame:
    """Return the margin tiers of one contract, the lowest first.

    Where the venue shows them to everyone they are read from it; where it wants a key (Binance) they are those of the
    newest table in the package.

    Parameters
    ----------
    venue, symbol : str
        As for `history`.
    address : callable, optional
        (venue, address) -> address: where to find the venue instead. For tests.
    **options
        request_seconds, paced, first_wait, clock: as for `liqwidget.market.fetch.fetch_history`.

    Returns
    -------
    DataFrame
        limit: largest position of the tier in `unit`, 'quote' or 'base'; inf where none is told; max_leverage;
        maintenance_margin_rate: fraction of the position's value. ``attrs["source"]`` says where they are from.

    Raises
    ------
    SourceError
        If the venue does not answer, lists no such contract, or sends what cannot be used.
    DataError
        If the venue is unknown, or needs a key and the package has no table of the contract.

    Examples
    --------
    >>> import liqwidget
    >>> tiers = liqwidget.margin_tiers("binance", "BTC")
    >>> float(tiers["max_leverage"][0])
    125.0
    """
    from liqwidget.market.venue import tiers as venue_tiers
    from liqwidget.market.venue import venues
    from liqwidget.market.venue.symbols import parse_symbol

    found, wanted = venues.venue(venue), parse_symbol(symbol)
    if found.tiers == "public":
        frame = _read(venue_tiers.read_tiers, found, wanted, address, options)
        frame.attrs["source"] = f"{found.name}, today"
        return frame
    table = tier_table(found.name, wanted.coin, contract="inverse" if wanted.inverse else "linear")
    rows = [(tier.limit, table.limit_unit, tier.max_leverage, tier.maintenance_margin_rate) for tier in table.tiers]
    frame = pd.DataFrame(rows, columns=list(venue_tiers.COLUMNS))
    frame.attrs["source"] = f"{table.source}, read on {table.read_on}"
    return frame


def order_book(venue: str, symbol: str = "BTC", *, address: Address | None = None, **options: Any) -> OrderBook:
    """Return what lies on one contract's order book now, as deep as the venue shows it to everyone.

    Parameters
    ----------
    venue, symbol : str
        As for `history`.
    address : callable, optional
        (venue, address) -> address: where to find the venue instead. For tests.
    **options
        request_seconds, paced, first_wait, clock: as for `liqwidget.market.fetch.fetch_history`.

    Returns
    -------
    OrderBook
        Frozen, with its time; an impact for `liqwidget.cascade`.

    Raises
    ------
    SourceError
        If the venue does not answer, lists no such contract, or sends what is no order book.
    DataError
        If the venue is unknown.

    Examples
    --------
    >>> import liqwidget
    >>> book = liqwidget.order_book("binance", "BTC")  # doctest: +SKIP
    >>> h.cascade(-0.02, impact=book)  # doctest: +SKIP
    """
    from liqwidget.market.venue import venues
    from liqwidget.market.venue.depth import read_order_book
    from liqwidget.market.venue.symbols import parse_symbol

    return _read(read_order_book, venues.venue(venue), parse_symbol(symbol), address, options)


def _read(
    read: Callable[[Client, Instrument], Awaitable[Result]],
    venue: Venue,
    wanted: Wanted,
    address: Address | None,
    options: dict[str, Any],
) -> Result:
    """Return what is read of one contract in the venues' thread; it stops when the waiting is interrupted."""
    from liqwidget.market.venue.reader import find
    from liqwidget.market.venue.worker import worker

    async def asked() -> Result:
        client = await worker().client(venue, inverse=wanted.inverse, address=address, **options)
        return await read(client, await find(client, wanted))

    future = worker().submit(asked())
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


def _start(since: Any, until: Any) -> Any:
    """Return `since` as a time where it is a duration."""
    if isinstance(since, str | pd.Timedelta):
        try:
            length = pd.Timedelta(duration_ns(since))
        except DataError:
            return since
        return (pd.Timestamp.now(tz="UTC") if until is None else pd.Timestamp(until)) - length
    return since


def _wait(request: Request, *, progress: bool) -> None:
    """Wait for the end; show a bar of the candles if it takes long."""
    begun, bar = time.monotonic(), None
    try:
        while not concurrent.futures.wait([request.future], _LOOK_SECONDS).done:
            if bar is None and progress and request.share is not None and time.monotonic() - begun > BAR_SECONDS:
                bar = _bar(request)
            if bar is not None:
                bar.update(round((request.share or 0.0) * request.expected) - bar.n)
    finally:
        if bar is not None:
            bar.close()


def _bar(request: Request) -> Any:
    """Return a bar of its own lock: who is interrupted in the common one holds it for good.

    The thread that watches over all bars then waits for it, and the next bar for that thread.
    """
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0

    Bar.set_lock(threading.RLock())
    return Bar(total=request.expected, desc=request.venue.name, unit=" candles", leave=False)
