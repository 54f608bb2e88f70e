"""Public accounts read one after the other into the store, and the positions of one coin that they hold."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.domain.positions import Positions
from liqwidget.domain.time import MILLISECOND, timestamp
from liqwidget.errors import DataError, SourceError
from liqwidget.market.bulk.leaderboard import leaderboard
from liqwidget.market.store.account_log import Account, AccountLog, AccountSnapshot
from liqwidget.market.venue.accounts import SPACING, coin_of, read_account, read_markets, without_addresses
from liqwidget.market.venue.answer import UnusableError
from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Wanted
    from liqwidget.market.venue.venue import Venue
    from liqwidget.market.venue.worker import Address

_TOGETHER = 4
"""Accounts under way at a time."""
_BATCH = 20
"""Accounts that are written at a time."""
_IN_A_ROW = 5
"""After so many that fail in a row the venue, not the account, is in trouble."""
_NAMED = 8
_OF_TRANSFER = ("first_wait", "request_seconds")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asks for.

    Parameters
    ----------
    venue : Venue
        Whose accounts.
    log : AccountLog
        Where they are kept.
    chosen : list of str or None
        Addresses; None for the leaderboard.
    most : int
        How many accounts of the leaderboard.
    wanted : Wanted
        The coin.
    since : int or None
        Snapshots that are kept from then on are returned as well [ns].
    addresses : bool
        Whether accounts are told by their addresses.
    address, options
        Where and how the venue is asked.
    """

    venue: Venue
    log: AccountLog
    chosen: list[str] | None
    most: int
    wanted: Wanted
    since: int | None
    addresses: bool
    address: Address | None
    options: dict[str, Any]

    def sweep(self, age: int) -> Sweep:
        """Return a reading of the accounts, but of those that were read less than `age` [ns] ago."""
        return Sweep(self.venue, self.log, self.chosen, self.most, age)

    def before(self, snapshot: AccountSnapshot) -> list[AccountSnapshot]:
        """Return the kept snapshots that a new one is returned with."""
        kept = [] if self.since is None else self.log.snapshots(self.since)
        return [one for one in kept if one.time != snapshot.time]

    def positions(self, snapshots: list[AccountSnapshot], notes: list[str]) -> Positions:
        """Return the positions in snapshots; a DataError if there is none."""
        found = positions_of(self.log, snapshots, self.wanted, self.venue.name, addresses=self.addresses)
        return replace(found, notes=(*found.notes, *notes))


class _Pace:
    """When the next account may be asked: all that is under way shares it."""

    next = 0.0


@dataclass(slots=True, eq=False)
class Sweep:
    """Accounts under way; `chosen` is None for the leaderboard, `age` [ns] that of answers which are still good."""

    venue: Venue
    log: AccountLog
    chosen: list[str] | None
    most: int
    age: int
    future: Future[AccountSnapshot] = field(init=False)
    done: int = 0
    expected: int = 0
    notes: list[str] = field(default_factory=list)
    unit = "accounts"
    _failed: int = 0
    _in_a_row: int = 0
    _stopped: SourceError | None = None
    _unwritten: list[Account] = field(default_factory=list)

    @property
    def progress(self) -> tuple[int, int]:
        """Accounts that are read, and that are expected."""
        return self.done, self.expected

    async def read(self, client: Client, address: Address | None, options: dict[str, Any]) -> AccountSnapshot:
        """Return a snapshot of the chosen accounts; each that was read not long ago is taken as it was."""
        source = "accounts that were named"
        if self.chosen is None:
            given = {name: options[name] for name in _OF_TRANSFER if name in options}
            try:
                await asyncio.to_thread(self.log.make)
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise DataError(
                    f"Expected a folder of the store that can be written, for the list, was none: {why}"
                ) from None
            self.chosen = await leaderboard(self.venue.name, self.log.folder, self.most, address=address, **given)
            source = f"the {len(self.chosen):,} accounts with the highest value on its leaderboard"
        if client.api is None:
            client.make()
        known, newest = await asyncio.to_thread(self._known, client.now - self.age, client.now)
        left = [one for one in self.chosen if one not in known]
        if not left and newest is not None and all(newest.accounts.get(one) is known[one] for one in self.chosen):
            return replace(newest, accounts={one: newest.accounts[one] for one in self.chosen})
        found = {one: known[one] for one in self.chosen if one in known}
        self.done, self.expected = len(found), len(self.chosen)
        rest = iter(left)
        try:
            await asyncio.gather(*(self._some(client, rest, found) for _ in range(_TOGETHER)))
            if self._stopped is None and found:
                markets = await read_markets(client)
        except SourceError as error:
            self._stopped = error
        finally:
            self._write()
        if self._stopped is not None or not found:
            raise self._ended(len(found))
        snapshot = AccountSnapshot(client.now, found, markets, source, self._failed)
        try:
            await asyncio.to_thread(self.log.close, snapshot)
        except OSError as error:
            self.notes.append(f"The snapshot could not be kept: {error.strerror or type(error).__name__}")
        return snapshot

    async def _some(self, client: Client, rest: Iterable[str], found: dict[str, Account]) -> None:
        """Read accounts until none is left, or the venue is in trouble."""
        loop, pace = asyncio.get_running_loop(), worker().shared(("accounts", self.venue.name), _Pace)
        for account in rest:
            if client.paced:
                begin = max(pace.next, loop.time())
                pace.next = begin + SPACING
                await asyncio.sleep(begin - loop.time())
            if self._stopped is not None:
                return
            try:
                held = await read_account(client, account)
            except (SourceError, UnusableError) as error:
                self._fail(error)
                continue
            self._in_a_row = 0
            found[account] = Account(account, client.now, held)
            self.done = len(found)
            self._unwritten.append(found[account])
            if len(self._unwritten) >= _BATCH:
                await asyncio.to_thread(self._write)

    def _fail(self, error: SourceError | UnusableError) -> None:
        self._failed += 1
        self._in_a_row += 1
        refused = isinstance(error, SourceError) and not error.retryable
        if refused or self._in_a_row >= _IN_A_ROW:
            name = self.venue.name
            self._stopped = self._stopped or (
                error if isinstance(error, SourceError)
                else SourceError(f"{name} sent accounts that cannot be read: {error}", venue=name, retryable=True)
            )  # fmt: skip

    def _ended(self, count: int) -> SourceError:
        name, error = self.venue.name, self._stopped
        words = f"{name} sent none of {self.expected:,} accounts that can be read" if error is None else str(error)
        kept = f". {count:,} of {self.expected:,} accounts are kept: call it again to go on" if count else ""
        later = error is None or error.retryable
        return SourceError(without_addresses(words) + kept, venue=name, retryable=later)

    def _known(self, since: int, now: int) -> tuple[dict[str, Account], AccountSnapshot | None]:
        """Return what was read from a time [ns] on, and the newest snapshot."""
        with contextlib.suppress(OSError):
            newest = self.log.newest()
            kept = {} if newest is None else newest.accounts
            return {key: one for key, one in (kept | self.log.begun()).items() if since < one.time <= now}, newest
        return {}, None

    def _write(self) -> None:
        rows, self._unwritten = self._unwritten, []
        if rows:
            with contextlib.suppress(OSError):  # `close` says so
                self.log.add(rows)


def submitted(sweep: Sweep, address: Address | None, options: dict[str, Any]) -> Future[AccountSnapshot]:
    """Start reading on the venues' loop, and return at once."""

    async def read() -> AccountSnapshot:
        client = await worker().client(sweep.venue, address=address, **options)
        return await sweep.read(client, address, options)

    return worker().submit(read())


def positions_of(
    log: AccountLog, snapshots: list[AccountSnapshot], wanted: Wanted, venue: str, *, addresses: bool
) -> Positions:
    """Return the positions of one coin in snapshots.

    Raises
    ------
    DataError
        If there is none.
    """
    if not snapshots:
        raise DataError(f"Expected snapshots of {venue} that are kept, was none: name accounts or 'leaderboard' first")
    try:
        names = {one: one if addresses else log.name(one) for shot in snapshots for one in shot.accounts}
    except OSError:  # nothing can be kept either
        names = {}
    rows, coins = [], set[str]()
    for shot in snapshots:
        held = [(account, one) for account in shot.accounts.values() for one in account.held]
        coins |= {one.coin for _, one in held}
        match = coin_of(wanted, {one.coin for _, one in held})
        if match is None:
            continue
        mark = shot.markets.get(match[0], (float("nan"),) * 2)[0] / match[1]
        rows += [
            {
                "time": timestamp(shot.time), "size": one.size * match[1], "mark_price": mark,
                "liquidation_price": one.liquidation_price / match[1], "entry_price": one.entry_price / match[1],
                "leverage": one.leverage, "account": names.get(account.address, ""),
            }
            for account, one in held if one.coin == match[0]
        ]  # fmt: skip
    if not rows:
        known = ", ".join(sorted(coins)[:_NAMED]) + (", ..." if len(coins) > _NAMED else "")
        count = len({one for shot in snapshots for one in shot.accounts})
        held_words = f"they hold {known or 'nothing'}"
        raise DataError(f"Expected an account with a position in {wanted.name}, was {count:,} without; {held_words}")
    frame = pd.DataFrame(rows)
    frame["side"] = ["long" if size > 0 else "short" for size in frame["size"]]
    frame["size"] = frame["size"].abs()
    found = Positions.from_frame(frame, symbol=wanted.name, venue=venue)
    return replace(found, notes=(*found.notes, *_said(snapshots[-1], found, wanted, venue)))


def _said(shot: AccountSnapshot, found: Positions, wanted: Wanted, venue: str) -> list[str]:
    """Return what the last snapshot is made of, and its share of open interest."""
    times = [one.time // MILLISECOND * MILLISECOND for one in shot.accounts.values()]
    span = f"{timestamp(min(times)):%Y-%m-%d %H:%M:%S} to {timestamp(max(times)):%H:%M:%S} UTC" if times else ""
    own = found.where(found.time == shot.time)
    notes = [f"{venue}: {len(times):,} accounts read {span}, of {shot.source}; {len(own):,} hold {wanted.name}"]
    match = coin_of(wanted, shot.markets)
    interest = float("nan") if match is None else shot.markets[match[0]][1] * match[1]
    if interest > 0:
        shares = [own.size[own.side == sign].sum() / interest for sign in (1, -1)]
        notes.append(f"They are {shares[0]:.1%} of long and {shares[1]:.1%} of short open interest of {venue}")
    else:
        notes.append(f"Their share of open interest is not known: {venue} told none")
    if shot.failed:
        notes.append(f"{shot.failed:,} accounts could not be read and are left out")
    if shot.damaged:
        notes.append(f"{shot.damaged:,} damaged lines of the kept snapshot are left out")
    return notes
