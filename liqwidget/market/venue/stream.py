"""One venue's public sockets for one contract, through ccxt.pro: candles as they form, and liquidations.

A message that cannot be read, a socket that closes and one that falls silent all end the stream with a sentence; who
runs it connects again. A stream that has ended leaves no task, no socket and no timer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import duration_text
from liqwidget.errors import SourceError
from liqwidget.market.venue.client import Answer, Client, reason, seconds_to_wait
from liqwidget.market.venue.rows import liquidation
from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from liqwidget.market.venue.instrument import Instrument
    from liqwidget.market.venue.payload import Event

SILENT_SECONDS = 60.0
"""A venue that says nothing for so long, not even a pong, is taken for gone. Venues send candles of BTC each second."""
_CHECKS = 8
_LISTS = ("markets", "markets_by_id", "symbols", "ids", "currencies", "currencies_by_id", "codes")
"""What ccxt knows of a venue's contracts. Its own `set_markets_from_exchange` fails where only swaps were listed."""


class Stream:
    """Sockets of one venue and contract, for one connection.

    Parameters
    ----------
    source : Client
        The venue's open client; its list of contracts is shared, its connections are not.
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
        self._source, self._instrument, self._step = source, instrument, step
        self._told_candles, self._told_liquidations = candles, liquidations
        self._silent, self._stalled = silent, stalled
        self._client = Client(source.venue, source.inverse, source.address, source.request_seconds, source.paced)
        self._heard = self._moved = 0.0
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
        tasks: list[asyncio.Task[None]] = []
        try:
            known = await self._source.open()
            worker().own(self._client)
            exchange = self._client.make()
            for name in _LISTS:
                setattr(exchange, name, getattr(known, name))
            # Some classes keep what they learnt of the contracts among their options.
            exchange.options |= {name: part for name, part in known.options.items() if name not in exchange.options}
            self._tap(exchange)
            self._heard = self._moved = loop.time()
            work: list[Coroutine[Any, Any, None]] = [self._watch_silence()]
            if "candles" in self._source.venue.streams:
                work.append(self._candles(exchange))
            if "liquidations" in self._source.venue.streams:
                work.append(self._liquidations(exchange))
            tasks = [asyncio.ensure_future(part) for part in work]
            for task in asyncio.as_completed(tasks):
                await task
        finally:
            for part in tasks:
                part.cancel()
            await to_its_end(self._close(tasks))

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.close()
        worker().disown(self._client)

    async def _candles(self, exchange: Any) -> None:
        loop, name = asyncio.get_running_loop(), duration_text(self._step)
        while True:
            try:
                rows = await exchange.watch_ohlcv(self._instrument.symbol, name)
            except Exception as error:
                raise self._failure(error) from error
            self._moved = loop.time()
            self._told_candles([list(row) for row in rows])

    async def _liquidations(self, exchange: Any) -> None:
        """Keep the subscription alive; the messages themselves are read in `_tap`, whole."""
        while True:
            try:
                await exchange.watch_liquidations(self._instrument.symbol)
            except Exception as error:
                failure = self._failure(error)
                if failure.retryable:
                    raise failure from error
                self.without = str(failure)
                return

    async def _watch_silence(self) -> None:
        loop = asyncio.get_running_loop()
        candles = "candles" in self._source.venue.streams
        while True:
            await asyncio.sleep(self._silent / _CHECKS)
            for since, limit, what in (
                (self._heard, self._silent, "any word"),
                (self._moved, self._stalled, "candles"),
            ):
                if loop.time() - since > limit and (candles or what != "candles"):
                    name = self._source.venue.name
                    message = f"{name} has not sent {what} for {limit:.3g} s, though its socket is open"
                    raise SourceError(message, venue=name, retryable=True)

    def _tap(self, exchange: Any) -> None:
        """Hear every message before ccxt does, and end the socket of one that cannot be read.

        ccxt stops reading at such a message and tells nobody, and of several liquidations in one message it keeps the
        first.
        """
        loop, make, handle = asyncio.get_running_loop(), exchange.client, exchange.handle_message
        guarded: set[int] = set()
        venue, instrument = self._source.venue, self._instrument

        def heard(client: Any, message: Any) -> None:
            if isinstance(message, Mapping) and venue.tells_liquidations(message):
                items = [item for contract, item in venue.liquidation_items(message) if contract == instrument.id]
                if items:
                    self._told_liquidations([liquidation(item, instrument) for item in items])
            handle(client, venue.as_by_rest(message, instrument) if isinstance(message, Mapping) else message)

        def client(url: str) -> Any:
            made = make(url)
            if id(made) not in guarded:
                guarded.add(id(made))
                read = made.handle_message

                def checked(message: Any) -> None:
                    self._heard = loop.time()
                    try:
                        read(message)
                    except Exception as error:  # noqa: BLE001 - whatever it holds, it is no message
                        made.on_error(error)

                made.handle_message = checked
            return made

        exchange.handle_message = heard
        exchange.client = client

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
        text, _, later = reason(said, answer)
        if text.startswith("cannot be reached") and not answer.status:
            text = "closed the socket"
        venue = self._source.venue.name
        return SourceError(f"{venue} {text}", venue=venue, retryable=later, wait=answer.retry_after)


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that must be finished, though this task be cancelled meanwhile, even twice."""
    task, stopped = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            stopped = True
    if stopped:
        raise asyncio.CancelledError
