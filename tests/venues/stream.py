"""One WebSocket of a loopback exchange: subscriptions, what happens as the clock runs, and the faults of a socket."""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.venues import faults
from tests.venues.questions import Channel, Json, Venue, events_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.clock import Clock
    from tests.venues.recorded_market import MarketTape

TICK = 0.02
"""How often a clock that runs is looked at [s]; one that stands is waited for."""


class Socket:
    """A connected client.

    Parameters
    ----------
    venue, tape, clock
        Who speaks, of what, and what time it is.
    struck : list of Fault
        Drop, Silence, Garbled or Refused; an `after` counts the messages with data.
    next_move : callable
        Returns what is set when the clock is moved next.
    """

    def __init__(
        self, venue: Venue, tape: MarketTape, clock: Clock, struck: list[faults.Fault],
        next_move: Callable[[], asyncio.Event],
    ) -> None:  # fmt: skip
        self.venue, self.open = venue.name, True
        self._venue, self._tape, self._clock, self._struck = venue, tape, clock, struck
        self._next_move = next_move
        self._heard_until: dict[Channel, int] = {}
        self._said = 0
        self._silent = self._over = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Return what the client listens to."""
        return tuple(self._heard_until)

    async def serve(self, request: web.Request, stopping: asyncio.Event) -> web.WebSocketResponse:
        """Listen and speak until the client leaves, a fault ends it or the server stops."""
        self._request = request
        self._socket = web.WebSocketResponse(autoping=False, compress=False)
        try:
            await self._socket.prepare(request)
        except ConnectionError:  # the client has left again
            self.open = False
            raise
        await self._strike()
        tasks = [asyncio.create_task(work) for work in (self._listen(), self._speak(), stopping.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(self._socket.close(), 0.2)
        self.open = False
        return self._socket

    async def _listen(self) -> None:
        async for message in self._socket:
            if message.type == WSMsgType.PING and not self._silent:
                await self._socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                with suppress(ConnectionError):
                    await self._hear(message.data)

    async def _hear(self, said: str) -> None:
        try:
            parsed = json.loads(said)
        except json.JSONDecodeError:
            parsed = said
        heard = self._venue.hear(parsed)
        coins = {fault.coin for fault in self._struck if isinstance(fault, faults.Refused)}
        if any(channel.kind == "candles" and channel.coin in coins for channel in heard.added):
            await self._send(_REFUSALS[self.venue](heard.added[0].name, heard.added[0].coin))
            return
        for channel in heard.removed:
            self._heard_until.pop(channel, None)
        for reply in heard.replies:
            await self._send(reply)
        for channel in heard.added:
            self._heard_until[channel] = self._clock.now
            if channel.kind == "candles":
                # Venues begin with the candle that runs.
                rows = events_of(
                    channel, self._tape, self._venue.name, self._clock.now - channel.interval, self._clock.now
                )
                await self._tell(channel, rows[-1:])

    async def _speak(self) -> None:
        while not self._over and not self._socket.closed:
            moved = self._next_move()
            now = self._clock.now
            for channel, until in list(self._heard_until.items()):
                if now > until:
                    self._heard_until[channel] = now
                    await self._tell(channel, events_of(channel, self._tape, self._venue.name, until, now))
            if self._clock.speed:
                await asyncio.sleep(TICK)
            else:
                await moved.wait()

    async def _tell(self, channel: Channel, rows: list[Json]) -> None:
        for message in self._venue.tell(channel, rows, self._clock.now):
            if self._over:
                return
            await self._send(message)
            self._said += 1
            await self._strike()

    async def _send(self, message: Json) -> None:
        if self._silent:
            return
        said = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
        if any(isinstance(fault, faults.Garbled) and self._said >= fault.after for fault in self._struck):
            said = said[: len(said) // 2]
        await self._socket.send_str(said)

    async def _strike(self) -> None:
        """Let the faults happen that are due."""
        for fault in self._struck:
            if isinstance(fault, faults.Silence) and self._said >= fault.after:
                self._silent = True
            if isinstance(fault, faults.Drop) and self._said >= fault.after and not self._over:
                self._over = True
                transport = self._request.transport
                if transport is None:
                    return
                if fault.mid_frame:
                    # The head of a text frame of 1000 bytes, and 20 of them.
                    transport.write(struct.pack(">BBH", 0x81, 126, 1000) + b'{"e":"kline","E":176')
                transport.close()


_REFUSALS: dict[str, Callable[[str, str], Json]] = {
    "okx": lambda name, coin: {
        "event": "error", "code": "60018", "connId": "1",
        "msg": f"Wrong URL or channel:{name},instId:{coin}-USDT-SWAP doesn't exist.",
    },
    "bybit": lambda name, _: {
        "success": False, "ret_msg": f"error:handler not found,topic:{name}", "conn_id": "1", "op": "subscribe",
    },
    "hyperliquid": lambda _, coin: {
        "channel": "error", "data": f'Invalid subscription {{"type":"candle","coin":"{coin}","interval":"5m"}}',
    },
}  # fmt: skip
"""How venues say no to the candles of one coin, by the channel's name and the coin."""
