"""What Hyperliquid shows to everyone of an account: open positions, with the prices at which they are liquidated."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from liqwidget.errors import DataError
from liqwidget.market.venue.answer import UnusableError
from liqwidget.market.venue.payload import fields, number
from liqwidget.market.venue.symbols import split_factor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Wanted

PUBLIC = ("hyperliquid",)
"""Venues that show accounts to everyone."""
SPACING = 0.15
"""Seconds between questions: 400 a minute of weight 2 each, of the 1200 a minute that the venue allows an address."""
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_LONGEST_COIN, _MOST_POSITIONS, _LARGEST = 40, 2_000, 1e18


class Held(NamedTuple):
    """One open position."""

    coin: str
    """As the venue names it."""
    size: float
    """Above 0 long, below 0 short [base of the venue]."""
    entry_price: float
    """[quote/base]; NaN where unknown."""
    liquidation_price: float
    """[quote/base]; NaN where it cannot be liquidated."""
    leverage: float
    """NaN where unknown."""


def checked_addresses(given: Iterable[object]) -> list[str]:
    """Return addresses in small letters, each once, in the order given.

    Raises
    ------
    DataError
        If one is none; the text says which by its place, never what it is.
    """
    if isinstance(given, str | bytes) or not hasattr(given, "__iter__"):
        was = "another text" if isinstance(given, str) else f"a {type(given).__name__}"
        raise DataError(f"Expected accounts as a list of addresses, 'leaderboard' or 'kept', was {was}")
    found: list[str] = []
    for place, one in enumerate(given):
        if not isinstance(one, str) or not _ADDRESS.fullmatch(one.strip()):
            was = f"a text of {len(one)} letters" if isinstance(one, str) else f"a {type(one).__name__}"
            raise DataError(f"Expected an address (0x and 40 hexadecimal digits) in accounts[{place}], was {was}")
        found.append(one.strip().lower())
    if not found:
        raise DataError("Expected at least one address in accounts, was none")
    return list(dict.fromkeys(found))


def without_addresses(text: str) -> str:
    """Return a text in which no address stands."""
    return re.sub(r"0x[0-9a-fA-F]{16,}", "(an address)", text)


async def read_account(client: Client, account: str) -> tuple[Held, ...]:
    """Return the open positions of one account.

    Raises
    ------
    SourceError
        If the venue refuses or does not answer.
    UnusableError
        If what it sent is no state of an account.
    """
    return held_of(await client.call("publicPostInfo", {"type": "clearinghouseState", "user": account}))


async def read_markets(client: Client) -> dict[str, tuple[float, float]]:
    """Return mark price [quote/base] and open interest of one side [base] of each coin, NaN where unknown.

    Raises
    ------
    SourceError
        If the venue refuses or does not answer.
    """
    return markets_of(await client.call("publicPostInfo", {"type": "metaAndAssetCtxs"}))


def held_of(answer: Any) -> tuple[Held, ...]:
    """Return the positions that a `clearinghouseState` tells.

    Raises
    ------
    UnusableError
        If it is none, or one of its positions cannot be.
    """
    rows = fields(answer).get("assetPositions")
    if not isinstance(rows, list):
        raise UnusableError("no list of positions")
    if len(rows) > _MOST_POSITIONS:
        raise UnusableError("too many positions")
    found = [position for position in map(_position, rows) if position.size != 0]
    return checked_held(found)


def checked_held(found: Iterable[Held]) -> tuple[Held, ...]:
    """Return positions that can be.

    Raises
    ------
    UnusableError
        If one cannot be.
    """
    held = tuple(found)
    for one in held:
        if not (0 < len(one.coin) <= _LONGEST_COIN and one.coin.isprintable()):
            raise UnusableError("a position without the name of its coin")
        if not 0 < abs(one.size) < _LARGEST:
            raise UnusableError("a position without a size")
        if any(not (math.isnan(value) or 0 < value < _LARGEST) for value in one[2:]):
            raise UnusableError("a price or leverage that cannot be")
    if len({one.coin for one in held}) < len(held):
        raise UnusableError("two positions in one coin")
    return held


def markets_of(answer: Any) -> dict[str, tuple[float, float]]:
    """Return mark price and open interest by coin, of `metaAndAssetCtxs`; what cannot be read is left out."""
    whole = isinstance(answer, list) and len(answer) > 1 and isinstance(answer[1], list)
    universe = fields(answer[0]).get("universe") if whole else None
    names = [fields(row).get("name") for row in universe] if isinstance(universe, list) else []
    found = {}
    for name, row in zip(names, answer[1] if whole else [], strict=False):
        mark, interest = number(fields(row).get("markPx")), number(fields(row).get("openInterest"))
        if isinstance(name, str) and len(name) <= _LONGEST_COIN and 0 < mark < _LARGEST:
            found[name] = mark, interest if 0 <= interest < _LARGEST else math.nan
    return found


def coin_of(wanted: Wanted, names: Iterable[str]) -> tuple[str, float] | None:
    """Return the venue's name of a coin, and how many shown coins one of it is; None if there is none."""
    for name in sorted(names, key=lambda one: one.upper() != wanted.coin):
        if name.upper() == wanted.coin:
            return name, 1 / wanted.factor
        factor, coin = split_factor(name)
        if coin.upper() == wanted.coin:
            return name, factor / wanted.factor
    return None


def _position(row: Any) -> Held:
    told = fields(fields(row).get("position"))
    size = number(told.get("szi"))
    if not math.isfinite(size):
        raise UnusableError("a position without a size")
    price = told.get("liquidationPx")
    level = math.nan if price is None else number(price)
    if price is not None and not math.isfinite(level):
        raise UnusableError("a liquidation price that is no number")
    entry, leverage = number(told.get("entryPx")), number(fields(told.get("leverage")).get("value"))
    coin = told.get("coin")
    # At or under 0 no price liquidates it.
    return Held(coin if isinstance(coin, str) else "", size, entry, level if level > 0 else math.nan, leverage)
