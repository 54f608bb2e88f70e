"""The list of accounts that Hyperliquid shows to everyone, as one public file: brought here, kept for a day."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

from liqwidget.errors import DataError, SourceError
from liqwidget.market.bulk.archive import BulkFile
from liqwidget.market.bulk.transfer import Transfer
from liqwidget.market.store.files import read_plain
from liqwidget.market.store.parquet import BrokenFileError
from liqwidget.market.venue.accounts import checked_addresses
from liqwidget.market.venue.answer import Limits, UnusableError
from liqwidget.market.venue.payload import fields, number

if TYPE_CHECKING:
    from pathlib import Path

    from liqwidget.market.venue.worker import Address

LEADERBOARD = BulkFile("https://stats-data.hyperliquid.xyz/Mainnet/leaderboard", "", (0, 0))
"""39 MB and 47,000 rows in the autumn of 2026; it has no place in the venue's documents."""
LIMITS = Limits(256 * 2**20, 6_000_000, 500_000)
KEPT_SECONDS = 86_400.0
"""So long the list is not asked for again."""


async def leaderboard(venue: str, folder: Path, most: int, *, address: Address | None, **options: Any) -> list[str]:
    """Return the addresses of the accounts with the highest value, the highest first.

    Parameters
    ----------
    venue : str
        Whose name is told.
    folder : Path
        Where the file is kept, for this user alone.
    most : int
        How many.
    address : callable or None
        As for `Transfer`.
    **options
        first_wait, request_seconds: as for `Transfer`.

    Raises
    ------
    SourceError
        If it cannot be had, or is no list of accounts.
    """
    kept = folder / LEADERBOARD.name
    path: Path | None = kept
    if not await asyncio.to_thread(_is_young, kept):
        async with Transfer(venue, folder, address=address, **options) as transfer:
            path = await transfer.fetch(LEADERBOARD, LIMITS.size)
    if path is None:
        raise SourceError(f"{venue} has no public list of accounts any more: name them in accounts=", venue=venue)
    with contextlib.suppress(OSError):
        await asyncio.to_thread(os.chmod, path, 0o600)
    try:
        return await asyncio.to_thread(_largest, path, most)
    except (UnusableError, BrokenFileError) as error:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        message = f"{venue} sent a list of accounts that cannot be read: {error}"
        raise SourceError(message, venue=venue, retryable=True) from None


def largest_accounts(answer: Any, most: int) -> list[str]:
    """Return the addresses of a leaderboard's accounts with the highest value; rows that cannot be read are left out.

    Raises
    ------
    UnusableError
        If there is none.
    """
    rows = fields(answer).get("leaderboardRows")
    found: dict[str, float] = {}
    for row in rows if isinstance(rows, list) else []:
        value = number(fields(row).get("accountValue"))
        if value > 0:
            with contextlib.suppress(DataError):
                found[checked_addresses([fields(row).get("ethAddress")])[0]] = value
    if not found:
        raise UnusableError("none that can be read")
    return sorted(found, key=lambda one: (-found[one], one))[:most]


def _largest(path: Path, most: int) -> list[str]:
    text = read_plain(path, LIMITS.size).decode(errors="replace")
    # Not by `usable`: thousands of addresses end as numbers with an exponent do.
    if text.count("{") + text.count("[") > LIMITS.parts or text.count(",") > LIMITS.parts:
        raise UnusableError(f"JSON of more than {LIMITS.parts:,} parts")
    try:
        return largest_accounts(json.loads(text), most)
    except (ValueError, RecursionError) as error:
        raise UnusableError(str(error) if isinstance(error, UnusableError) else "no JSON that is whole") from None


def _is_young(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return 0 <= time.time() - path.stat().st_mtime < KEPT_SECONDS
    return False
