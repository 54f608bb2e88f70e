"""The sockets of one venue, through ccxt.pro, shared by all contracts that are listened to.

They are opened with the first of them and closed with the last. A contract that has left, or that the venue has failed,
does not come back to the same ones: what ccxt remembers of it there would keep it from being asked for anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import WSMsgType

from liqwidget.market.venue.client import Client, adopt
from liqwidget.market.venue.frame import Burst, read_frame
from liqwidget.market.venue.network import proxy_of
from liqwidget.market.venue.worker import worker

if TYPE_CHECKING:
    from liqwidget.market.venue.instrument import Instrument

_UNWATCH_SECONDS = 5.0
_WORDS, _CONTROLS = frozenset({WSMsgType.TEXT, WSMsgType.BINARY}), frozenset({WSMsgType.PING, WSMsgType.PONG})


class Hearing(Protocol):
    """Who listens to one contract."""

    instrument: Instrument
    timeframe: str

    def liquidated(self, items: list[Mapping[str, Any]]) -> None:
        """Hear of the raw liquidations of one message."""

    def refused(self, error: Exception) -> None:
        """Hear that the venue refuses the contract, or sends what cannot be read of it."""


class Connection:
    """Sockets of one venue.

    Parameters
    ----------
    source : Client
        The venue's open client; its list of contracts is shared, its connections are not.
    """

    def __init__(self, source: Client) -> None:
        self._source = source
        self._client = Client(source.venue, source.inverse, source.address, source.request_seconds, source.paced)
        self._loop = asyncio.get_running_loop()
        self._hearing: list[Hearing] = []
        self._spent: set[tuple[str, str]] = set()
        self._named: dict[str, re.Pattern[str]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self.heard = self._loop.time()
        """When the venue said anything [s of the loop's clock]."""
        self.api = self._client.make()
        worker().own(self._client)
        self._tap()

    @staticmethod
    async def of(source: Client, hearing: Hearing) -> Connection:
        """Return the sockets on which a contract is to be listened to: those that are open, where it may use them.

        Raises
        ------
        SourceError
            If the venue does not answer, or refuses.
        """
        known = await source.open()
        there: list[Connection] = worker().shared(("sockets", id(source)), list)
        connection = next((one for one in there if one.is_open_to(hearing)), None)
        if connection is None:
            connection = Connection(source)
            there.append(connection)
        adopt(connection.api, known)
        connection.enter(hearing)
        return connection

    def is_open_to(self, hearing: Hearing) -> bool:
        """Return whether a contract may be listened to here: it is not, and was not before."""
        key = _key(hearing)
        return key not in self._spent and all(_key(one) != key for one in self._hearing)

    def enter(self, hearing: Hearing) -> None:
        """Listen to a contract from now on."""
        self._hearing.append(hearing)
        market = self.api.markets.get(hearing.instrument.symbol) or {}
        names = {hearing.instrument.id, str(market.get("baseName") or "")} - {""}
        words = "|".join(re.escape(name) for name in names if not name.isdigit()) or "(?!)"
        self._named[hearing.instrument.symbol] = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")

    async def leave(self, hearing: Hearing, *, lost: bool) -> None:
        """Listen to a contract no more; close with the last. `lost`: its socket is gone."""
        self._spent.add(_key(hearing))
        self._hearing = [one for one in self._hearing if one is not hearing]
        if not self._hearing:
            await self._close()
        elif not lost:
            task = self._loop.create_task(self._unwatch(hearing))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _unwatch(self, hearing: Hearing) -> None:
        """Tell the venue that candles of a contract are not wanted any more; where ccxt cannot, they are not read."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_UNWATCH_SECONDS):
                await self.api.un_watch_ohlcv(hearing.instrument.symbol, hearing.timeframe)

    async def _close(self) -> None:
        there: list[Connection] = worker().shared(("sockets", id(self._source)), list)
        if self in there:
            there.remove(self)
        for task in tuple(self._leaving):
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self._client.close()
        worker().disown(self._client)

    # ------------------------------------------------------------------ messages

    def _tap(self) -> None:
        """Hear every message before ccxt does, and end the socket of one that cannot be read.

        ccxt stops reading at such a message and tells nobody, of several liquidations in one message it keeps the
        first, and where a venue refuses one contract it ends all.
        """
        api, make, handle = self.api, self.api.client, self.api.handle_message
        guarded: set[int] = set()
        venue = self._source.venue

        def heard(client: Any, message: Any) -> None:
            if isinstance(message, Mapping):
                if venue.tells_liquidations(message):
                    self._tell(message)
                if self._hearing:  # of which all are linear, or all inverse
                    message = venue.as_by_rest(message, self._hearing[0].instrument)
            handle(client, message)

        def client(url: str) -> Any:
            made = make(url)
            if id(made) not in guarded:
                guarded.add(id(made))
                made.proxy = proxy_of(url)
                self._guard(made)
            return made

        api.handle_message = heard
        api.client = client

    def _guard(self, made: Any) -> None:
        """Have the messages of one socket read within limits, and what goes wrong told to those whom it concerns."""
        read, parse, reject = made.handle_message, type(self.api).parse_json, made.reject
        told: list[Any] = []
        burst = Burst(self._loop)

        def checked(message: Any) -> None:
            self.heard = self._loop.time()
            try:
                if message.type in _CONTROLS and not burst.passes():
                    return
                if message.type not in _WORDS:
                    read(message)
                    return
                made.last_message_at = self.api.milliseconds()
                packed = {"gzipped": made.gunzip, "deflated": made.inflate}
                found = read_frame(message.data, lambda text: parse(self.api, text), **packed)
                told.append(found)
                try:
                    made.on_message_callback(made, found)
                except Exception as error:
                    if not self._blame(found, error):
                        raise
                finally:
                    told.pop()
            except Exception as error:  # noqa: BLE001 - whatever it holds, it is no message
                made.on_error(error)

        def rejected(error: Any, message_hash: Any = None) -> Any:
            if message_hash is None and told and isinstance(error, Exception) and self._blame(told[-1], error):
                return error
            return reject(error, message_hash)

        made.handle_message, made.reject = checked, rejected

    def _blame(self, message: Any, error: Exception) -> bool:
        """Tell an error to those whose contract a message names; return whether it names any that was listened to."""
        text = str(message)
        named = {symbol for symbol, names in self._named.items() if names.search(text)}
        for one in tuple(self._hearing):
            if one.instrument.symbol in named:
                one.refused(error)
        return bool(named)

    def _tell(self, message: Mapping[str, Any]) -> None:
        items: dict[str, list[Mapping[str, Any]]] = {}
        for contract, item in self._source.venue.liquidation_items(message):
            items.setdefault(contract, []).append(item)
        for one in tuple(self._hearing):
            if one.instrument.id in items:
                one.liquidated(items[one.instrument.id])


def _key(hearing: Hearing) -> tuple[str, str]:
    return hearing.instrument.symbol, hearing.timeframe
