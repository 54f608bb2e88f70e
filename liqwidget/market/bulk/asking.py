"""Public files asked for and on their way, as a script waits for them beside what the venue itself is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from liqwidget.errors import SourceError
from liqwidget.market.bulk.archives import ARCHIVES
from liqwidget.market.bulk.contract import contract_of
from liqwidget.market.bulk.filling import Filling
from liqwidget.market.bulk.transfer import Transfer
from liqwidget.market.store import files
from liqwidget.market.store.contracts import known_contract, remember
from liqwidget.market.store.days import Store
from liqwidget.market.venue.reader import find
from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from liqwidget.market.venue.instrument import Instrument, Wanted
    from liqwidget.market.venue.venue import Venue
    from liqwidget.market.venue.worker import Address

FILE_KINDS = ("long_short", "taker_volume", "trades")
"""Kinds that files have and `MarketData` has not; the first two stand beside open interest."""
_OF_TRANSFER = ("first_wait", "request_seconds")


@dataclass(slots=True, eq=False)
class FilesRequest:
    """Public files of one contract under way.

    Parameters
    ----------
    venue : Venue
        Whose.
    future : Future
        Its end; a SourceError of it says why files could not be had.
    """

    venue: Venue
    filling: Filling | None = field(default=None, init=False)
    future: Future[Filling] = field(init=False)
    unit = "files"

    @property
    def progress(self) -> tuple[int, int]:
        """Files that are done, and that are expected."""
        filling = self.filling
        return (0, 0) if filling is None else (min(filling.done, filling.expected), filling.expected)


def request_files(
    venue: Venue, wanted: Wanted, step: int, span: tuple[int, int | None], kinds: Iterable[str], *,
    refresh: bool = False, address: Address | None = None, **options: Any,
) -> FilesRequest:  # fmt: skip
    """Start bringing one contract's public files into the store, and return at once.

    Parameters
    ----------
    venue, wanted, step : Venue, Wanted, int
        Whose files, of which contract, for candles of which length [ns].
    span : (int, int or None)
        From when to when [ns]; None is now.
    kinds : iterable of str
        Kinds of the store.
    refresh : bool
        Whether files of what is stored are read too, and replace it.
    address : callable, optional
        (venue, address) -> address: where to find the venue and its files instead. For tests.
    **options
        As for `liqwidget.market.fetch.fetch_history`.
    """
    request = FilesRequest(venue)
    request.future = worker().submit(_filled(request, wanted, step, span, tuple(kinds), refresh, address, options))
    return request


async def _filled(  # noqa: PLR0917 - what `request_files` was given
    request: FilesRequest,
    wanted: Wanted,
    step: int,
    span: tuple[int, int | None],
    kinds: tuple[str, ...],
    refresh: bool,  # noqa: FBT001 - same
    address: Address | None,
    options: dict[str, Any],
) -> Filling:
    venue, store = request.venue, Store()
    clock: Callable[[], int] = options.get("clock") or time.time_ns
    contract, asked = await _contract(venue, wanted, store, address, options)
    if asked or known_contract(store.root, wanted, venue) is None:
        remember(store.root, contract)
    now = clock()
    given = {name: options[name] for name in _OF_TRANSFER if name in options}
    folder = files.home() / "downloads" / files.encoded(venue.name, "a venue", upper=False)
    async with Transfer(venue.name, folder, address=address, **given) as transfer:
        filling = Filling(ARCHIVES[venue.name], contract, step, store, transfer, worker().files, now)
        request.filling = filling
        await filling.fill(span[0], now if span[1] is None else min(span[1], now), kinds, refresh=refresh)
    return filling


async def _contract(
    venue: Venue, wanted: Wanted, store: Store, address: Address | None, options: dict[str, Any]
) -> tuple[Instrument, bool]:
    """Return the contract, and whether the venue itself said it: its files may be had where its endpoints refuse."""
    client = await worker().client(venue, inverse=wanted.inverse, address=address, **options)
    try:
        await client.open()
    except SourceError:
        return contract_of(venue.name, wanted, store.root), False
    return await find(client, wanted), True
