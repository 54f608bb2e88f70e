"""Loopback exchanges of thirty coins that tell each running candle once a second, in a process of their own.

``python -m tests.benchmarks.many_markets`` prints where they are found, and ends when nobody holds its input open.
"""

from __future__ import annotations

import asyncio
import sys
from unittest import mock

from tests.venues import binance, bybit, hyperliquid, okx, questions
from tests.venues.questions import events_of
from tests.venues.recorded_market import MarketTape, sample_tape
from tests.venues.server import VenueServer
from tests.venues.stream import Socket

COINS = tuple(f"C{number:02}" for number in range(30))
SECOND = 1.0
DAY = 86_400_000


async def _speak_each_second(self: Socket) -> None:
    while not self._over and not self._socket.closed:
        now = self._clock.now
        for channel, until in list(self._heard_until.items()):
            since = now - channel.interval if channel.kind == "candles" else until
            rows = events_of(channel, self._tape, self._venue.name, since, now)
            self._heard_until[channel] = now
            await self._tell(channel, rows[-1:] if channel.kind == "candles" else rows)
        await asyncio.sleep(SECOND)


def tape() -> MarketTape:
    """Return one simulated coin under thirty names, on four venues."""
    known = sample_tape(("BTC",)).venues
    return MarketTape({(venue, coin): track for coin in COINS for (venue, _), track in known.items()})


def list_coins() -> None:
    """Let the exchanges list the coins, each like the one they know."""
    for module in (questions, binance, bybit, okx, hyperliquid):
        for known in [value for value in vars(module).values() if isinstance(value, dict) and "BTC" in value]:
            known.update(dict.fromkeys(COINS, known["BTC"]))


if __name__ == "__main__":
    list_coins()
    market = tape()
    with (
        mock.patch.object(Socket, "_speak", _speak_each_second),
        VenueServer(market, now=market.end - DAY // 2 + 60_000, speed=1.0) as server,
    ):
        sys.stdout.write(f"{server.base} {server.clock.now}\n")
        sys.stdout.flush()
        sys.stdin.read()
