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
"""How long those that are held up are waited for [s]."""
HELD_UP = {kind.__name__ for kind in (Hang, Slow)}
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


class Waits(list[float]):
    """Stands in for `fetch.wait_for`, and keeps for how long it was to wait [s].

    It waits until each request has ended or met a fault that holds it up, however busy the machine, and little more.
    """

    def __init__(self, server: VenueServer) -> None:
        super().__init__()
        self._server, self._before = server, len(server.served)

    def __call__(self, requests: Iterable[Request], seconds: float, _told: object = None) -> None:
        self.append(seconds)
        waited = list(requests)
        eventually(lambda: all(map(self._there, waited)))
        concurrent.futures.wait([request.future for request in waited], min(seconds, STUCK_S))

    def _there(self, request: Request) -> bool:
        since = [one.faults for one in self._server.served[self._before :] if one.venue == request.venue.name]
        return request.future.done() or any(HELD_UP.intersection(met) for met in since)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    await asyncio.to_thread(eventually, condition, interval_s=0.002)
