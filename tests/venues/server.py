"""The loopback exchange server: real exchange protocols on 127.0.0.1, played from a tape, with faults.

with only_loopback(), VenueServer(sample_tape(), now=...) as server:
    server.faults.inject(faults.Status(429), venue="okx", kind="candles", after=1, times=2)
    exchange = client("okx", server.base)   # the real ccxt class; or urls_for(exchange, server.base)
    server.clock.advance(300_000)           # sockets hear what happened in five minutes
    server.asked("okx", "candles")          # what came in
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from liqwidget.domain.time import MILLISECOND
from tests.loops import let_nobody_in, turns
from tests.venues import faults
from tests.venues.binance import Binance
from tests.venues.bybit import Bybit
from tests.venues.clients import _rewritten
from tests.venues.clock import Clock
from tests.venues.faults import Faults
from tests.venues.hyperliquid import Hyperliquid
from tests.venues.okx import Okx
from tests.venues.questions import Asked, Question, RefusedError, Reply, Venue, rows_of
from tests.venues.stream import Socket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.venues.recorded_market import MarketTape

_MOST_TURNS = 1000

VENUES: dict[str, Venue] = {venue.name: venue for venue in (Binance(), Bybit(), Okx(), Hyperliquid())}


@dataclass(frozen=True, slots=True)
class Served:
    """One request that came in; `host` is the one that the client would have asked on the internet."""

    venue: str
    host: str
    path: str
    question: Question | None
    status: int
    faults: tuple[str, ...]
    time: float
    """[s], of a clock that only goes on"""


class VenueServer:
    """Four exchanges in a thread with its own loop.

    Parameters
    ----------
    tape : MarketTape
        What happened.
    now : int, optional
        The virtual time at the start [ms]; the end of the tape by default.
    speed : float
        Virtual seconds a second.

    Attributes
    ----------
    base : str
        ``http://127.0.0.1:<port>``; a venue's addresses are ``<base>/<venue>/<its host>/<its path>``.
    clock : Clock
        Moves what the exchanges show.
    faults : Faults
        What goes wrong, and when.
    served : list of Served
        Every request so far.
    sockets : list of Socket
        Every WebSocket so far; `channels` says what it listens to.
    """

    def __init__(self, tape: MarketTape, *, now: int | None = None, speed: float = 0.0) -> None:
        self.tape, self.faults, self.served = tape, Faults(), list[Served]()
        self.sockets: list[Socket] = []
        self.clock = Clock(tape.end if now is None else now, speed)
        self._by_kind = defaultdict[tuple[str | None, str | None], list[Served]](list)
        self.base = ""
        self._ready = threading.Event()
        self._moved: asyncio.Event
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="loopback-exchanges", daemon=True)

    def start(self) -> Self:
        """Listen on a free port; return when it can be asked."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise RuntimeError("Expected the loopback server to start") from self._failure
        return self

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            if self._failure is not None:
                raise RuntimeError("Expected the loopback server to end") from self._failure

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def address(self, venue: str, url: str) -> str:
        """Return where an address of a venue is found here; for `Client` and all who make one."""
        return str(_rewritten(url, self.base, venue))

    def present(self) -> int:
        """Return the virtual time [ns]."""
        return self.clock.now * MILLISECOND

    def asked(self, venue: str | None = None, kind: str | None = None) -> list[Served]:
        """Return the requests of a venue and kind so far."""
        return list(self._by_kind[venue, kind])

    def _note(self, served: Served) -> None:
        self.served.append(served)
        kinds = {None, None if served.question is None else served.question.kind}
        for venue in (None, served.venue):
            for kind in kinds:
                self._by_kind[venue, kind].append(served)

    def _told_of_a_move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        loop = self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._moved = asyncio.Event()
        self.clock.moved = partial(loop.call_soon_threadsafe, self._told_of_a_move)
        application = web.Application(client_max_size=2**20)
        application.router.add_route("*", "/{venue}/{host}/{path:.*}", self._handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        assert runner.server is not None
        server = await loop.create_server(runner.server, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        try:
            await self._stopping.wait()
        finally:
            await let_nobody_in(server)
            # What an answer says while it is cancelled, as to a client that has left, ends no test.
            with suppress(Exception):
                await runner.cleanup()
            await self._hang_up()
            del self.clock.moved

    async def _hang_up(self) -> None:
        """End every connection: what a client has not read is not waited for, and would outlive the loop."""
        # Of those that it closes itself aiohttp knows nothing any more.
        held: Mapping[int, Any] = self._loop._transports  # type: ignore[attr-defined]
        for _ in range(_MOST_TURNS):
            left = [one for one in list(held.values()) if one.get_extra_info("socket").fileno() != -1]
            if not left:
                return
            for transport in left:
                transport.abort()
            await turns(1)
        raise RuntimeError(f"Expected every connection to end, was {len(left)} open: {left}")

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["venue"]
        if name not in VENUES:
            return web.Response(status=404)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._stream(request, name)
        return await self._answer(request, VENUES[name])

    async def _stream(self, request: web.Request, name: str) -> web.StreamResponse:
        struck = self.faults.striking(name, "stream", faults.ANSWER, faults.STREAM)
        names = tuple(type(fault).__name__ for fault in struck)
        question = Question("stream")
        place = request.match_info["host"], request.match_info["path"]
        for fault in struck:
            if isinstance(fault, faults.Status):
                self._note(Served(name, *place, question, fault.code, names, time.monotonic()))
                return web.Response(status=fault.code)
            if isinstance(fault, faults.Hang):
                self._note(Served(name, *place, question, 0, names, time.monotonic()))
                await self._pause(None)
        self._note(Served(name, *place, question, 101, names, time.monotonic()))
        of_stream = [one for one in struck if one.stage == faults.STREAM]
        socket = Socket(VENUES[name], self.tape, self.clock, of_stream, lambda: self._moved)
        self.sockets.append(socket)
        return await socket.serve(request, self._stopping)

    async def _answer(self, request: web.Request, venue: Venue) -> web.StreamResponse:
        body = await request.text()
        asked = Asked(
            request.method,
            request.match_info["host"],
            request.match_info["path"],
            dict(request.query),
            json.loads(body) if body else None,
        )
        now, question, struck = self.clock.now, None, list[faults.Fault]()
        try:
            question = venue.understand(asked, now)
            struck = self.faults.striking(venue.name, question.kind, faults.ANSWER, faults.ROWS, faults.CLOCK)
            reply = self._reply(venue, question, struck, now)
        except RefusedError as refused:
            reply = Reply(refused.status, refused.body)
        names = tuple(type(fault).__name__ for fault in struck)
        self._note(Served(venue.name, asked.host, asked.path, question, reply.status, names, time.monotonic()))
        return await self._send(request, reply, struck)

    def _reply(self, venue: Venue, question: Question, struck: list[faults.Fault], now: int) -> Reply:
        for fault in struck:
            if isinstance(fault, faults.Status):
                refusal = venue.trouble(fault.code, now)
                wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
                return Reply(refusal.status, refusal.body, {**refusal.headers, **wait})
            if isinstance(fault, faults.Maintenance):
                return venue.trouble(503, now)
        rows = rows_of(question, self.tape, venue.name, now)
        for fault in struck:
            if isinstance(fault, faults.RowFault):
                rows = fault.apply(rows)
        skew = sum(fault.milliseconds for fault in struck if isinstance(fault, faults.Skew))
        return Reply(200, venue.answer(question, rows, self.tape, now + skew if skew else now))

    async def _send(  # noqa: C901 - a case a fault
        self, request: web.Request, reply: Reply, struck: list[faults.Fault]
    ) -> web.StreamResponse:
        told = isinstance(reply.body, str)
        payload = (reply.body if told else json.dumps(reply.body, separators=(",", ":"))).encode()
        kind = "text/plain" if told else "application/json"
        headers: dict[str, Any] = {"Content-Type": kind, **reply.headers}
        for fault in struck:
            match fault:
                case faults.Slow(seconds=seconds):
                    await self._pause(seconds)
                case faults.Hang():
                    await self._pause(None)
                case faults.NotJson(body=page):
                    payload, headers["Content-Type"] = page.encode(), "text/html"
                case faults.Raw(content=content, encoding=encoding, headers=more):
                    payload = content
                    headers |= dict(more) | ({"Content-Encoding": encoding} if encoding else {})
                case faults.Elsewhere(address=address):
                    raise web.HTTPFound(address)
                case faults.Headers(headers=more):
                    headers |= dict(more)
                case faults.Oversized(size=size):
                    payload += b" " * max(size - len(payload), 0)
                case faults.Truncated(share=share, cut=cut):
                    whole, payload = len(payload), payload[: int(len(payload) * share)]
                    if cut:
                        return await self._cut(request, reply.status, headers, payload, whole)
        return web.Response(status=reply.status, body=payload, headers=headers)

    async def _pause(self, seconds: float | None) -> None:
        """Wait, but not longer than the server lives."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
        raise web.HTTPServiceUnavailable

    async def _cut(
        self, request: web.Request, status: int, headers: dict[str, Any], payload: bytes, whole: int
    ) -> web.StreamResponse:
        """Announce the whole length, send a part, hang up."""
        response = web.StreamResponse(status=status, headers={**headers, "Content-Length": str(whole)})
        await response.prepare(request)
        await response.write(payload)
        if request.transport is not None:
            request.transport.close()
        return response
