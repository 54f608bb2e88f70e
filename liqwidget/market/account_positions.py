"""`positions()`: open positions of public accounts with their liquidation prices, to be compared with the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from liqwidget.domain.time import duration_ns, duration_text, time_ns
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.positions import Positions
    from liqwidget.market.live_accounts import LivePositions
    from liqwidget.market.venue.worker import Address

MOST_ACCOUNTS = 100_000
LEAST_EVERY = 10_000_000_000
"""From one reading to the next [ns]."""


@overload
def positions(venue: str = ..., symbol: str = ..., *, live: Literal[False] = ..., **options: Any) -> Positions: ...


@overload
def positions(venue: str = ..., symbol: str = ..., *, live: Literal[True], **options: Any) -> LivePositions: ...


def positions(
    venue: str = "hyperliquid",
    symbol: str = "BTC",
    *,
    accounts: str | Iterable[str] = "leaderboard",
    most: int = 500,
    max_age: str = "15min",
    live: bool = False,
    every: str = "5min",
    since: Any = None,
    addresses: bool = False,
    progress: bool = True,
    address: Address | None = None,
    **options: Any,
) -> Positions | LivePositions:
    """Return the open positions of public accounts with their liquidation prices, for `h.compare`.

    Hyperliquid shows every account to everyone, without a key. Accounts are asked one by one, 400 a minute (two thirds
    of what the venue allows an address), and kept in the store as they come: interrupt it and call it again, and it
    goes on where it was. Each call that asked makes a snapshot of all coins, stated at the time of its last answer;
    another symbol of the same accounts within `max_age` asks for nothing.

    Addresses stay in the store, in the folder ``accounts`` of the user who asked: no figure, file or page has them. An
    account has a name that is made of its address and of a secret of that folder, the same in each snapshot. Delete
    the folder to forget all of it. Kept are the newest 1,000 snapshots, up to 1 GB.

    Parameters
    ----------
    venue : str
        ``'hyperliquid'``, the one venue whose accounts are public. Markets of its builders are not read.
    symbol : str
        In any usual spelling. The snapshot has all coins; these are the positions of one.
    accounts : list of str, 'leaderboard' or 'kept'
        Addresses (``0x`` and 40 hexadecimal digits); the venue's public list, of which the accounts with the highest
        value are read (a file of some 40 MB, kept for a day); or nothing asked, what is kept.
    most : int
        How many accounts of the leaderboard; 500 take about 75 s.
    max_age : str
        An account that was read so short a time ago is not asked again.
    live : bool
        Whether they are read again and again, in the background, until the result is closed: ``held.latest`` are the
        newest positions, ``held.status`` says how it stands, ``h.compare(held)`` compares the newest. All that is under
        way for a venue shares its pace. A fault of the venue changes nothing that was read, and is tried again later.
    every : str
        From the begin of one reading to that of the next, at least 10 s; a reading that takes longer is followed by the
        next at once.
    since : time, optional
        Snapshots that are kept from then on are returned as well; None: the last one, of 'kept' all.
    addresses : bool
        Whether `account` holds addresses instead of names. What is saved or shown of it is then yours to guard.
    progress : bool
        Whether a bar (tqdm) is shown if it takes longer than 2 s.
    address : callable, optional
        (venue, address) -> address: where to find the venue instead. For tests.
    **options
        request_seconds, paced, first_wait, clock: as for `liqwidget.market.fetch.fetch_history`.

    Returns
    -------
    Positions, or LivePositions if `live`
        size [base], prices [quote/base]: the mark price is the venue's when the snapshot ended. Its notes say how many
        accounts were read and when, what could not be, and what share of long and of short open interest they hold.

    Raises
    ------
    DataError
        If an argument cannot be used, or none of the accounts holds the coin.
    SourceError
        If the venue refuses or does not answer; what was read until then is kept. An account whose answer cannot be
        read is left out and counted in the notes.

    Examples
    --------
    >>> import liqwidget
    >>> held = liqwidget.positions("hyperliquid", "BTC", accounts="leaderboard")  # doctest: +SKIP
    >>> held.notes  # doctest: +SKIP
    >>> h.compare(held)  # doctest: +SKIP
    >>> held = liqwidget.positions("hyperliquid", "BTC", live=True, every="5min")  # doctest: +SKIP
    >>> held.close()  # doctest: +SKIP

    >>> try:
    ...     liqwidget.positions("binance", "BTC")
    ... except liqwidget.LiqError as error:
    ...     print(error)
    Expected a venue that shows accounts to everyone (hyperliquid), was 'binance'
    """
    from liqwidget.market.account_sweep import Asked, positions_of, submitted
    from liqwidget.market.download import wait_for
    from liqwidget.market.store.account_log import AccountLog
    from liqwidget.market.venue.accounts import PUBLIC, checked_addresses, without_addresses
    from liqwidget.market.venue.symbols import parse_symbol
    from liqwidget.market.venue.venues import venue as venue_named

    found, wanted = venue_named(venue), parse_symbol(symbol)
    if found.name not in PUBLIC:
        raise DataError(f"Expected a venue that shows accounts to everyone ({', '.join(PUBLIC)}), was {found.name!r}")
    if type(most) is not int or not 0 < most <= MOST_ACCOUNTS:
        raise DataError(f"Expected most= as a whole number from 1 to {MOST_ACCOUNTS:,}, was {most!r:.40}")
    age, first = duration_ns(max_age), None if since is None else time_ns(since, "since")
    again = duration_ns(every)
    if again < LEAST_EVERY:
        raise DataError(f"Expected every= as at least {duration_text(LEAST_EVERY)}, was {every!r:.40}")
    log = AccountLog(found.name)
    if isinstance(accounts, str) and accounts == "kept":
        if live:
            raise DataError("Expected accounts that can be read again with live=True, was 'kept': name them")
        return positions_of(log, log.snapshots(first or 0), wanted, found.name, addresses=addresses)
    chosen = None
    if accounts != "leaderboard":
        if isinstance(accounts, str):
            raise DataError(
                "Expected accounts as a list of addresses, 'leaderboard' or 'kept', was "
                f"{without_addresses(repr(accounts))[:40]}"
            )
        chosen = checked_addresses(accounts)
    asked = Asked(found, log, chosen, most, wanted, first, addresses, address, options)
    sweep = asked.sweep(age)
    sweep.future = submitted(sweep, address, options)
    try:
        wait_for(sweep, progress=progress)
        snapshot = sweep.future.result()
    except BaseException:
        sweep.future.cancel()
        raise
    shown = [*asked.before(snapshot), snapshot]
    result = asked.positions(shown, sweep.notes)
    if not live:
        return result
    from liqwidget.market.live_accounts import LivePositions, Told

    return LivePositions(asked, Told(result, [] if first is None else shown), again)
