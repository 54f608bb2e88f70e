"""What one venue publishes, for scripts: history through the store, with a progress bar, margin tiers, order books."""

from __future__ import annotations

import concurrent.futures
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pandas as pd

from liqwidget.domain.tiers import tier_table
from liqwidget.domain.time import duration_ns, time_ns
from liqwidget.errors import DataError, SourceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from concurrent.futures import Future

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.order_book import OrderBook
    from liqwidget.market.bulk.filling import Filling
    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument, Wanted
    from liqwidget.market.venue.venue import Venue
    from liqwidget.market.venue.worker import Address

Result = TypeVar("Result")

BAR_SECONDS = 2.0
"""After so long a bar is shown."""
_LOOK_SECONDS = 0.1


class Asked(Protocol):
    """What is under way, and waited for."""

    venue: Venue
    unit: Any

    @property
    def future(self) -> Future[Any]:
        """Its end."""

    @property
    def progress(self) -> tuple[int, int]:
        """How much is done, and how much is expected."""


def history(
    venue: str,
    symbol: str = "BTC",
    timeframe: str = "5m",
    since: Any = None,
    until: Any = None,
    *,
    files: bool | None = None,
    refresh: bool = False,
    progress: bool = True,
    kinds: Iterable[str] | None = None,
    **options: Any,
) -> MarketData:
    """Return one venue's market; what is stored on this machine is not asked for again.

    What lies further back than the venue's own endpoints tell comes from its public daily and monthly files, without a
    key: Binance (candles of USD-M and COIN-M; open interest, long/short and taker ratios every 5 minutes since 2020-09
    for BTC and 2021-12 for most others; funding; liquidations of COIN-M; trades), Bybit (trades, candles of some
    contracts), OKX (candles of a minute since 2023-07, funding since 2022-03, trades since 2021-10). Each file is held
    against its checksum where the venue has one, goes on where it broke off, and its rows go into the store; four come
    at a time. Days that a venue has no file of are named in the notes.

    Every page and file is stored as it comes. Interrupt it (Ctrl+C, or the notebook's stop button) and call it again:
    it goes on where it was. Afterwards ``LiqHeatmap("BTC", source="binance", since="2y", window="all")`` shows all of
    it without asking for it again.

    Parameters
    ----------
    venue : str
        Such as ``'binance'``; see `liqwidget.market.venue.venues.VENUES`.
    symbol : str
        In any usual spelling: 'BTC', 'BTC/USDT:USDT', 'BTC-USDT-SWAP'.
    timeframe : str
        Length of a candle.
    since : time or str, optional
        From when, or how long before `until` (``'90d'``, ``'2y'``); None: 8640 candles, 30 days of 5m.
    until : time, optional
        Up to when; None: now.
    files : bool, optional
        Whether public files are read; None: where `since` lies further back than the venue's endpoints tell everything
        (30 days), or trades are asked for. A file of a day is there about two days later.
    refresh : bool
        Whether what is stored is asked for as well, and replaced: for rows that the venue revised later.
    progress : bool
        Whether a bar (tqdm) is shown if it takes longer than 2 s.
    kinds : iterable of str, optional
        Of 'candles', 'open_interest', 'funding', 'liquidations', 'long_short', 'taker_volume' and 'trades'; None: all
        but trades. The last three are stored, and read by `liqwidget.store.read`. Trades (aggregated ones at Binance)
        come from files alone, a day at a time: price, amount and the taker's side of each, which say at what price
        positions were opened and by whom. A day of BTC has one to several millions: some tens of MB on disk, up to
        1 GB of memory while it is read.
    **options
        address, request_seconds, paced, first_wait, clock: as for `liqwidget.market.fetch.fetch_history`.

    Returns
    -------
    MarketData
        Its notes say what is missing.

    Raises
    ------
    SourceError
        If the venue refuses or does not answer while something is missing; what was read until then is stored.
    DataError
        If a parameter cannot be used, or trades are asked of a venue that has no public files.

    Examples
    --------
    >>> import liqwidget
    >>> market = liqwidget.history("binance", "BTC", "5m", since="2y")  # doctest: +SKIP
    >>> ledger = liqwidget.estimate(market)  # doctest: +SKIP
    >>> liqwidget.history("bybit", "ETH", since="7d", kinds=("candles", "trades"))  # doctest: +SKIP

    >>> try:
    ...     liqwidget.history("binance", "BTC", kinds=["candels"])
    ... except liqwidget.DataError as error:
    ...     print(error)
    Expected kinds among candles, open_interest, funding, long_short, taker_volume, liquidations, trades, was 'candels'
    """
    from liqwidget.market.fetch import request_history, since_time
    from liqwidget.market.history import KINDS

    wanted = _kinds(kinds)
    since = since_time(since, until)
    notes: list[str] = []
    filled = _filled(venue, symbol, timeframe, (since, until), wanted, files, refresh, progress, options, notes)
    asked = tuple(kind for kind in KINDS if kind in wanted)
    newest = 0 if filled is None else max(filled.end, 0 if since is None else time_ns(since, "since"))
    if refresh and newest and (until is None or newest < time_ns(until, "until")):  # what has no file yet
        again = request_history(
            venue, symbol, timeframe, newest, until, kinds=asked, keep=True, refresh=True, **options
        )
        wait_for(again, progress=progress)
    request = request_history(
        venue, symbol, timeframe, since, until, kinds=asked, keep=True, refresh=refresh and filled is None, **options
    )
    try:
        wait_for(request, progress=progress)
        found = request.future.result()
    except SourceError as error:
        gathering = request.gathering
        if filled is None or gathering is None or not gathering.recalled:
            raise
        found, notes = gathering.history(), [f"As files told and the store has it: {error}", *notes]
    except BaseException:
        request.future.cancel()
        raise
    notes += [] if filled is None else filled.notes()
    market = found.market()
    return replace(market, notes=(*market.notes, *notes))


_ALL = ("candles", "open_interest", "funding", "liquidations", "long_short", "taker_volume")
"""Kinds that are read where none are named."""


def _kinds(given: Iterable[str] | None) -> tuple[str, ...]:
    from liqwidget.market.store.days import KINDS

    chosen = _ALL if given is None else tuple(given)
    unknown = [kind for kind in chosen if kind not in KINDS]
    if unknown:
        raise DataError(f"Expected kinds among {', '.join(KINDS)}, was {unknown[0]!r:.40}")
    return chosen if "candles" in chosen else ("candles", *chosen)


def _filled(  # noqa: PLR0917 - what `history` was given
    name: str,
    symbol: str,
    timeframe: str,
    span: tuple[Any, Any],
    kinds: tuple[str, ...],
    given: bool | None,  # noqa: FBT001 - same
    refresh: bool,  # noqa: FBT001 - same
    progress: bool,  # noqa: FBT001 - same
    options: dict[str, Any],
    notes: list[str],
) -> Filling | None:
    """Bring public files into the store where they are wanted; None where none are, or they could not be had."""
    from liqwidget.market.bulk.archives import ARCHIVES
    from liqwidget.market.history import default_span
    from liqwidget.market.venue.symbols import parse_symbol
    from liqwidget.market.venue.venues import venue

    found, step = venue(name), duration_ns(timeframe)
    archive = ARCHIVES.get(found.name)
    if archive is None:
        if given or "trades" in kinds:
            raise DataError(f"Expected a venue with public files ({', '.join(ARCHIVES)}), was {found.name!r}")
        return None
    clock = options.get("clock") or time.time_ns
    end = None if span[1] is None else time_ns(span[1], "until")
    now = clock() if end is None else min(end, clock())
    start = now - default_span(step) if span[0] is None else time_ns(span[0], "since")
    if start >= now or not (given if given is not None else "trades" in kinds or start < clock() - archive.told):
        return None
    from liqwidget.market.bulk.asking import request_files

    request = request_files(found, parse_symbol(symbol), step, (start, end), kinds, refresh=refresh, **options)
    try:
        wait_for(request, progress=progress)
        return request.future.result()
    except SourceError as error:
        notes.append(f"{found.name}: public files could not be read: {error}")
        return None
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
    150.0
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

    >>> try:
    ...     liqwidget.order_book("nowhere", "BTC")
    ... except liqwidget.LiqError as error:
    ...     print(error)
    Expected a venue among binance, bybit, okx, hyperliquid, bitget, gate, htx, was 'nowhere'
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


def wait_for(request: Asked, *, progress: bool) -> None:
    """Wait for the end; show a bar of what is done if it takes long."""
    begun, bar = time.monotonic(), None
    try:
        while not _ended(request.future):
            done, expected = request.progress
            if bar is None and progress and expected and time.monotonic() - begun > BAR_SECONDS:
                bar = _bar(request)
            if bar is not None:
                bar.total = expected
                bar.update(done - bar.n)
    finally:
        if bar is not None:
            bar.close()


def _ended(future: Future[Any]) -> bool:
    """Wait a moment, and return whether a future has ended."""
    return bool(concurrent.futures.wait([future], _LOOK_SECONDS).done)


def _bar(request: Asked) -> Any:
    """Return a bar of its own lock: who is interrupted in the common one holds it for good.

    The thread that watches over all bars then waits for it, and the next bar for that thread.
    """
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0

    Bar.set_lock(threading.RLock())
    return Bar(total=request.progress[1], desc=request.venue.name, unit=f" {request.unit}", leave=False)
