"""One connection to a venue: what floods it does not hold up the loop that all venues share."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

if TYPE_CHECKING:
    import asyncio

MOST_ANSWERS = 100
"""Answers to one request, of which all but the last only inform (HTTP 1xx); a venue sends one."""
PIECE = 1024
"""Bytes of a socket that are read in one turn of the loop: at most 512 messages."""
_BEGINNING = b"HTTP/1."
MOST_LINES, SHORTEST = 4_000, 16
"""Lines in one go, and bytes that a line has on the average: of HTTP lines are headers, and heads of chunks."""


class UnaskedError(aiohttp.ClientConnectionError):
    """More answers came than one request can have; the text says so."""


class CrumbledError(aiohttp.ClientConnectionError):
    """An answer came in pieces of a few bytes; the text says so."""


class Wire(ResponseHandler):
    """A connection that ends with too many answers or crumbs of one, and hands messages of a socket on by and by.

    aiohttp makes objects of all that came in one go, without a pause. Of 256 kB of short answers that takes 0.2 s; many
    messages that wait to be read bring about a collection of all garbage, which takes 0.1 s.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._answers = 0
        self._rest = b""
        self._turn: asyncio.Handle | None = None

    def set_response_params(self, **params: Any) -> None:
        """Begin to count: a request has been sent."""
        self._answers = 0
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Read what came, or the first of it."""
        parser: Any = self._payload_parser  # there as soon as a socket is open
        if parser is not None:
            self._rest += data
            if self._turn is None:
                self._read_on()
            return
        if not self._upgraded:
            self._answers += data.count(_BEGINNING)
            if self._answers > MOST_ANSWERS:
                self._end(UnaskedError(f"more than {MOST_ANSWERS} answers to one request"))
                return
            lines = data.count(b"\r\n")
            if lines > MOST_LINES and lines * SHORTEST > len(data):
                self._end(CrumbledError("pieces of a few bytes"))
                return
        super().data_received(data)

    def _end(self, error: aiohttp.ClientConnectionError) -> None:
        """End the connection: whoever waits for the answer, or for more of it, hears why."""
        self.set_exception(error)
        payload: Any = self._payload
        if payload is not None:
            payload.set_exception(error)
        if self.transport is not None:
            self.transport.abort()

    def resume_reading(self, *how: Any, **more: Any) -> None:
        """Go on: what waited has been read."""
        super().resume_reading(*how, **more)
        if self._rest:
            self._pause()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Read what is left, and end."""
        if self._turn is not None:
            self._turn.cancel()
        rest, self._rest = self._rest, b""
        if rest:
            super().data_received(rest)
        super().connection_lost(exc)

    def _read_on(self) -> None:
        """Read a piece of what came over a socket; the next one is for the next turn of the loop."""
        self._turn = None
        piece, self._rest = self._rest[:PIECE], self._rest[PIECE:]
        super().data_received(piece)
        if self._rest:
            self._pause()
        elif self.transport is not None and not self._reading_paused:
            with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError):
                self.transport.resume_reading()

    def _pause(self) -> None:
        """Let nothing more come until the rest is read, which goes on when what is read of it is not too much."""
        if self.transport is not None:
            with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError):
                self.transport.pause_reading()
        if self._turn is None and not self._reading_paused:
            self._turn = self._loop.call_soon(self._read_on)


class Connector(aiohttp.TCPConnector):
    """Makes connections that floods do not hold up; takes what aiohttp's own takes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        kind: type[ResponseHandler] = Wire
        self._factory = functools.partial(kind, loop=self._loop)  # aiohttp has no public place for it
