"""Questions to a loopback exchange through the real client, each with its own loop and closed at the end."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from tests import loops
from tests.venues.clients import client

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.venues.server import VenueServer

VENUES = ("binance", "bybit", "okx", "hyperliquid")
PATIENCE = 20.0
"""[s]"""


def symbol(venue: str, coin: str = "BTC") -> str:
    """Return ccxt's name of a coin's perpetual."""
    return f"{coin}/USDC:USDC" if venue == "hyperliquid" else f"{coin}/USDT:USDT"


def ask(
    server: VenueServer, venue: str, question: Callable[[Any], Awaitable[Any]], *, pro: bool = False, **config: Any
) -> Any:
    """Return what the real ccxt class answers."""

    async def run() -> Any:
        exchange = client(venue, server.base, pro=pro, **config)
        try:
            return await asyncio.wait_for(question(exchange), PATIENCE)
        finally:
            await exchange.close()

    return loops.run(run())


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "Expected it to become true in time"
        await asyncio.sleep(0.002)
