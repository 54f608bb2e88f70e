"""A line that takes its time between a browser and a server: a loopback proxy that delays, and lets few bytes through.

Chromium's own throttling does not reach web sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.loops import let_nobody_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_CHUNK = 16_384
_AHEAD_S = 0.5
"""What waits for its turn on the line, at most [s]; a sender that is further ahead is not read."""


@dataclass
class Direction:
    """One way of the line, which all connections share: when it is free again [s of the loop], and its bytes so far."""

    free: float = 0.0
    bytes: int = 0


class SlowLine:
    """A line to a port of the loopback interface.

    Parameters
    ----------
    target : int
        The server's port.
    one_way_s : float
        How long a byte is under way [s].
    bits : float
        How many go each way [1/s].
    """

    def __init__(self, target: int, one_way_s: float, bits: float) -> None:
        self.up, self.down = Direction(), Direction()
        self._target, self._delay, self._rate = target, one_way_s, bits / 8
        self._writers: set[asyncio.StreamWriter] = set()
        self._over = False

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection to its end."""
        async with self._closed(writer):
            await asyncio.sleep(2 * self._delay)  # as it takes to shake hands
            if self._over:
                return
            ahead, behind = await asyncio.open_connection("127.0.0.1", self._target)
            async with self._closed(behind):
                await asyncio.gather(self._pass(reader, behind, self.up), self._pass(ahead, writer, self.down))

    async def end(self, server: asyncio.Server) -> None:
        """Take no more connections, and break off those that are there."""
        self._over = True
        await let_nobody_in(server)
        for writer in self._writers:
            writer.transport.abort()
        mine = asyncio.current_task()
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not mine), return_exceptions=True)

    @asynccontextmanager
    async def _closed(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        """Close a connection in the end."""
        self._writers.add(writer)
        try:
            yield
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction) -> None:
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.ensure_future(_arrive(under_way, writer))
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                way.bytes += len(data)
                way.free = max(loop.time(), way.free) + len(data) / self._rate
                under_way.put_nowait((way.free + self._delay, data))
                await asyncio.sleep(way.free - loop.time() - _AHEAD_S)
        under_way.put_nowait((way.free + self._delay, b""))
        await arriving


async def _arrive(under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    """Write what has been under way for its time; nothing is the end."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while True:
            at, data = await under_way.get()
            await asyncio.sleep(at - loop.time())
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.write_eof()


@contextmanager
def slow_line(target: int, *, one_way_s: float = 0.075, bits: float = 5e6) -> Iterator[tuple[int, SlowLine]]:
    """Return a port that leads to another one by a slow line, and the line."""
    line, loop = SlowLine(target, one_way_s, bits), asyncio.new_event_loop()
    # Playwright has a loop of its own on this thread.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(line.take, "127.0.0.1", 0), loop).result(20)
    try:
        yield server.sockets[0].getsockname()[1], line
    finally:
        asyncio.run_coroutine_threadsafe(line.end(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
