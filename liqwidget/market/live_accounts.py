"""`LivePositions`: what public accounts hold, read again and again until it is closed."""

from __future__ import annotations

import asyncio
import threading
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from liqwidget.domain.time import MILLISECOND, duration_text, timestamp
from liqwidget.errors import LiqError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from liqwidget.domain.positions import Positions
    from liqwidget.market.account_sweep import Asked
    from liqwidget.market.store.account_log import AccountSnapshot
    from liqwidget.market.venue.client import Client

LOOK_SECONDS = 1.0
"""How often it is looked whether accounts are due: a machine that slept is late by no more."""
MOST_WAITS = 12
"""After faults the wait grows to so many times the usual one."""
_CLOSE_SECONDS = 2.0


@dataclass(slots=True, eq=False)
class Told:
    """What the loop of the venues tells the one who asked; each value is replaced whole."""

    latest: Positions
    before: list[AccountSnapshot]
    """Snapshots that newer ones are returned with."""
    refreshed: int = 0
    fault: str | None = None
    due: int = 0
    ended: threading.Event = field(default_factory=threading.Event)


class LivePositions:
    """Positions of public accounts that are read again and again; made by ``liqwidget.positions(..., live=True)``.

    Reading goes on in the background until `close`, or until nothing refers to this any more. A fault of the venue
    changes nothing that was read: `status` says it, and it is tried again, after longer and longer.

    Parameters
    ----------
    asked : Asked
        The accounts, and the coin.
    told : Told
        What was read first, and where newer ones are put.
    every : int
        From the begin of one reading to that of the next [ns].

    Examples
    --------
    >>> import liqwidget
    >>> held = liqwidget.positions("hyperliquid", "BTC", live=True)  # doctest: +SKIP
    >>> held.latest.to_frame()  # doctest: +SKIP
    >>> held.close()  # doctest: +SKIP

    >>> try:
    ...     liqwidget.positions("hyperliquid", "BTC", accounts="kept", live=True)
    ... except liqwidget.DataError as error:
    ...     print(error)
    Expected accounts that can be read again with live=True, was 'kept': name them
    """

    def __init__(self, asked: Asked, told: Told, every: int) -> None:
        from liqwidget.market.venue.worker import worker

        self._told, self._every = told, every
        told.due = int(told.latest.time[-1]) + every
        self._name = f"{asked.wanted.name} on {asked.venue.name}"
        self._future: Future[None] = worker().submit(_followed(asked, told, every))
        self._end = weakref.finalize(self, self._future.cancel)
        self._end.atexit = False

    @property
    def latest(self) -> Positions:
        """The newest positions: a value that a later reading does not change."""
        return self._told.latest

    @property
    def refreshed(self) -> int:
        """How often they were read again."""
        return self._told.refreshed

    @property
    def closed(self) -> bool:
        """Whether reading has ended."""
        return self._future.done()

    @property
    def status(self) -> str:
        """How it stands, in a sentence: when it was read, what went wrong since, when it is read again."""
        told, read = self._told, f"read {_clock(int(self.latest.time[-1]))}"
        if self._future.done():
            error = None if self._future.cancelled() else self._future.exception()
            return f"{read}; closed" if error is None else f"{read}; ended by {type(error).__name__}: {error}"
        if told.fault is not None:
            return f"{read}; since then: {told.fault.rstrip('.')}. It is tried again at {_clock(told.due)}"
        return f"{read}; every {duration_text(self._every)}"

    def close(self) -> None:
        """End the reading; what was read stays. To close twice is to close once."""
        if self._end.detach() is not None:
            self._future.cancel()
            self._told.ended.wait(_CLOSE_SECONDS)

    def __enter__(self) -> Self:
        """Return itself; it is closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return what it is of, how many positions it has, and how it stands."""
        return f"LivePositions({self._name}, {len(self.latest)} positions; {self.status})"


def _clock(time: int) -> str:
    return f"{timestamp(time // MILLISECOND * MILLISECOND):%Y-%m-%d %H:%M:%S} UTC"


async def _followed(asked: Asked, told: Told, every: int) -> None:
    """Read the accounts whenever they are due, and tell; runs on the loop of the venues."""
    from liqwidget.market.venue.worker import worker

    try:
        client = await worker().client(asked.venue, address=asked.address, **asked.options)
        begun, faults = int(told.latest.time[-1]), 0
        while True:
            await _until(client, told.due)
            # After a fault the same reading goes on: what it has read is not asked again.
            begun = begun if faults else client.now
            try:
                await _read(client, asked, told, client.now - begun + bool(faults))
            except LiqError as error:
                faults += 1
                told.fault, told.due = str(error), client.now + min(faults, MOST_WAITS) * every
            else:
                # A venue that has just come back is not asked for all at once.
                told.due = (client.now if faults else begun) + every
                faults, told.fault = 0, None
    finally:
        told.ended.set()


async def _until(client: Client, due: int) -> None:
    """Wait for a time of the venue's clock [ns]."""
    while (left := (due - client.now) / 1e9) > 0:  # noqa: ASYNC110 - a clock that may jump, not an event
        await asyncio.sleep(min(left, LOOK_SECONDS))


async def _read(client: Client, asked: Asked, told: Told, age: int) -> None:
    sweep = asked.sweep(age)
    snapshot = await sweep.read(client, asked.address, asked.options)
    shown = [*told.before, snapshot]
    told.latest = await asyncio.to_thread(asked.positions, shown, sweep.notes)
    told.refreshed += 1
    if asked.since is not None:
        told.before = shown
