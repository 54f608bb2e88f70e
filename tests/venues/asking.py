"""Questions to a loopback exchange through the real client, each with its own loop and closed at the end."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import TYPE_CHECKING, Any

from tests import loops
from tests.venues.clients import client
from tests.venues.faults import Hang, Slow
from tests.waiting import PATIENCE_S, eventually

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from liqwidget.market.fetch import Request
    from tests.venues.server import VenueServer

STUCK_S = 0.2
"""How long who waits is watched waiting [s]."""
VENUES = ("binance", "bybit", "okx", "hyperliquid")


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
            return await asyncio.wait_for(question(exchange), PATIENCE_S)
        finally:
            await exchange.close()

    return loops.run(run())


def until_stuck(server: VenueServer, requests: Iterable[Request], seconds: float) -> None:
    """Stand in for `fetch.wait_for`: wait until each request has ended or met a fault that it waits for, and then.

    Where that takes longer than the seconds that are to pass, the machine is busy: no test is about that.
    """
    stuck = {type(fault).__name__ for fault in (Hang(), Slow(0.0))}

    def there(request: Request) -> bool:
        met = (stuck.intersection(one.faults) for one in server.asked(request.venue.name))
        return request.future.done() or any(met)

    waited = list(requests)
    eventually(lambda: all(map(there, waited)))
    concurrent.futures.wait([request.future for request in waited], min(seconds, STUCK_S))


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    await asyncio.to_thread(eventually, condition, interval_s=0.002)
