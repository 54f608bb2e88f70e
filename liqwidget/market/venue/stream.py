"""One contract of a venue as its public sockets tell it: candles as they form, and liquidations.

A message that cannot be read, a socket that closes and one that falls silent all end the stream with a sentence; who
runs it connects again. A stream that has ended leaves no task and no timer, and no socket that nobody else listens to.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import duration_text
from liqwidget.errors import SourceError
from liqwidget.market.venue.answer import Answer, UnusableError
from liqwidget.market.venue.client import seconds_to_wait
from liqwidget.market.venue.network import RedirectedError
from liqwidget.market.venue.refusals import reason, tamed
from liqwidget.market.venue.rows import liquidation
from liqwidget.market.venue.sockets import Connection
from liqwidget.market.venue.together import to_its_end

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from liqwidget.market.venue.client import Client
    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.payload import Event

SILENT_SECONDS = 60.0
"""A venue that says nothing for so long, not even a pong, is taken for gone. Venues send candles of BTC each second."""
_CHECKS = 8


class Stream:
    """What is heard of one contract, until it ends.

    Parameters
    ----------
    source : Client
        The venue's client.
    instrument : Instrument
        The contract.
    step : int
        Length of a candle [ns].
    candles : callable
        Called with ccxt's rows that changed: open time [ms], open, high, low, close, volume.
    liquidations : callable
        Called with the liquidations of one message; None stands for one that cannot be read.
    silent : float
        Seconds without a word after which the stream ends.
    stalled : float
        Seconds without a candle after which it ends, though the venue answers.
    """

    def __init__(
        self,
        source: Client,
        instrument: Instrument,
        step: int,
        candles: Callable[[list[Any]], None],
        liquidations: Callable[[list[Event | None]], None],
        *,
        silent: float = SILENT_SECONDS,
        stalled: float = 10 * SILENT_SECONDS,
    ) -> None:
        self._source, self.instrument, self.timeframe = source, instrument, duration_text(step)
        self._told_candles, self._told_liquidations = candles, liquidations
        self._silent, self._stalled = silent, stalled
        self._moved = 0.0
        self._lost = False
        self._refused, self._refusal = asyncio.Event(), Exception()
        self.without: str = ""
        """Why liquidations are not streamed, though the venue has a stream of them."""

    async def run(self) -> None:
        """Listen until it ends.

        Raises
        ------
        SourceError
            Always, unless it is cancelled: why it ended, and whether connecting again may help.
        """
        loop = asyncio.get_running_loop()
        connection = await Connection.of(self._source, self)
        tasks: list[asyncio.Task[None]] = []
        try:
            # Who comes late may find one that has been silent for a while.
            begun = self._moved = loop.time()
            work: list[Coroutine[Any, Any, None]] = [self._watch_silence(connection, begun), self._watch_refusal()]
            if "candles" in self._source.venue.streams:
                work.append(self._candles(connection.api))
            if "liquidations" in self._source.venue.streams:
                work.append(self._liquidations(connection.api))
            tasks = [asyncio.ensure_future(part) for part in work]
            for task in asyncio.as_completed(tasks):
                await task
        finally:
            for part in tasks:
                part.cancel()
            await to_its_end(self._leave(connection, tasks))

    async def _leave(self, connection: Connection, tasks: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*tasks, return_exceptions=True)
        await connection.leave(self, lost=self._lost)

    def refused(self, error: Exception) -> None:
        """Hear that the venue refuses the contract, or sends what cannot be read of it."""
        self._refusal = error
        self._refused.set()

    async def _watch_refusal(self) -> None:
        await self._refused.wait()
        raise self._failure(self._refusal) from self._refusal

    def liquidated(self, items: list[Mapping[str, Any]]) -> None:
        """Hear of the raw liquidations of one message."""
        self._told_liquidations([liquidation(item, self.instrument) for item in items])

    async def _candles(self, exchange: Any) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                rows = await exchange.watch_ohlcv(self.instrument.symbol, self.timeframe)
            except Exception as error:
                self._lost = True
                raise self._failure(error) from error
            self._moved = loop.time()
            self._told_candles([list(row) for row in rows])

    async def _liquidations(self, exchange: Any) -> None:
        """Keep the subscription alive; the messages themselves are read by the connection, whole."""
        while True:
            try:
                await exchange.watch_liquidations(self.instrument.symbol)
            except Exception as error:
                failure = self._failure(error)
                if failure.retryable:
                    self._lost = True
                    raise failure from error
                self.without = str(failure)
                return

    async def _watch_silence(self, connection: Connection, begun: float) -> None:
        loop = asyncio.get_running_loop()
        candles = "candles" in self._source.venue.streams
        while True:
            await asyncio.sleep(self._silent / _CHECKS)
            for since, limit, what in (
                (max(connection.heard, begun), self._silent, "any word"),
                (self._moved, self._stalled, "candles"),
            ):
                if loop.time() - since > limit and (candles or what != "candles"):
                    name = self._source.venue.name
                    self._lost = what != "candles"
                    message = f"{name} has not sent {what} for {limit:.3g} s, though its socket is open"
                    raise SourceError(message, venue=name, retryable=True)

    def _failure(self, error: Exception) -> SourceError:
        """Return why a socket ended, in words."""
        answer, said = Answer(), error
        cause = next((part for part in error.args if isinstance(part, BaseException)), None)
        status = getattr(cause, "status", None)
        if isinstance(status, int):
            answer.status = status
            headers = getattr(cause, "headers", None) or {}
            answer.retry_after = seconds_to_wait(headers.get("Retry-After", ""), None)
        if "Error" in type(error).__name__ and isinstance(error, ValueError | TypeError | KeyError | AttributeError):
            answer.unreadable = True
        if any(isinstance(part, UnusableError | RedirectedError) for part in (error, cause)):
            answer.came = str(error)
        text, _, later = reason(said, answer)
        if text.startswith("cannot be reached") and not answer.status:
            text = "closed the socket"
        tamed(error)
        venue = self._source.venue.name
        return SourceError(f"{venue} {text}", venue=venue, retryable=later, wait=answer.retry_after)
