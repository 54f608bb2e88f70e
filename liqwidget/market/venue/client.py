"""One venue as ccxt speaks to it: a client that waits when told to, tries again, and says why it gave up.

Only public endpoints are called, no key is read, certificates are always checked, and an answer has a largest size.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import functools
import importlib
import random
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from liqwidget.errors import MissingExtraError, SourceError

try:
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult
except ModuleNotFoundError as error:
    NO_NETWORK = (
        "Expected aiohttp and ccxt, by which exchanges are asked, was none: pip install aiohttp ccxt. In a browser's "
        "Python (Pyodide) there are none: use source='sample' or your own frames"
    )
    raise MissingExtraError(NO_NETWORK) from error

from liqwidget.market.venue.answer import CONTRACTS, Answer, LimitedResponse, Limits, UnusableError, page_limits, reader
from liqwidget.market.venue.answer import asked as _asked
from liqwidget.market.venue.apart import apart
from liqwidget.market.venue.network import careful, proxy_of
from liqwidget.market.venue.payload import number
from liqwidget.market.venue.refusals import reason, tamed
from liqwidget.market.venue.wire import Connector

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import SimpleNamespace

    from liqwidget.market.venue.venue import Venue

REQUEST_SECONDS = 10.0
LOOK_UP_SECONDS = 3.0
"""Longest look-up of a host name: without a network some systems take half a minute to say so."""
TRIES = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds between tries: twice as long each time, times a random share of 0.5 to 1; Retry-After counts before it."""
LONGEST_ASKED = 86_400.0
"""The longest time to leave a venue alone that is believed [s]."""
LARGEST_SKEW = 14 * 3600.0
"""How far this machine's clock may be off by the venue's [s], as in another time zone; a larger one is the venue's."""
_REFUSED = 400
_PAGES = {
    "fetch_ohlcv", "fetch_open_interest_history", "fetch_funding_rate_history", "fetch_liquidations",
    "fetch_long_short_ratio_history", "request",
}  # fmt: skip
"""Calls that ask for a page of rows."""
_LISTS = ("markets", "markets_by_id", "symbols", "ids", "currencies", "currencies_by_id", "codes")
"""What ccxt knows of a venue's contracts. Its own `set_markets_from_exchange` fails where only swaps were listed."""
_CONNECTIONS = 8
_CLOSE_SECONDS = 1.0
_SECOND = 1_000_000_000


@dataclass(slots=True)
class Client:
    """One class of ccxt for one venue, to be used on one event loop.

    Parameters
    ----------
    venue : Venue
        Whom to ask.
    inverse : bool
        Whether contracts settled in the coin are meant.
    address : callable, optional
        Turns each of ccxt's addresses (http, https, ws, wss) of the venue into another, such as one of a server on
        this machine. For tests.
    request_seconds : float
        Longest single request.
    paced : bool
        Whether requests keep the distance that the venue asks for.
    first_wait : float
        Seconds before a second try.
    clock : callable, optional
        Gives the venue's present [ns UTC]; by default this machine's, set right by the Date of the venue's answers.
    """

    venue: Venue
    inverse: bool = False
    address: Callable[[str], str] | None = None
    request_seconds: float = REQUEST_SECONDS
    paced: bool = True
    first_wait: float = FIRST_WAIT
    clock: Callable[[], int] | None = None
    api: Any = field(default=None, init=False)
    """What ccxt calls an exchange; None until it is made."""
    session: aiohttp.ClientSession | None = field(default=None, init=False)
    skew: float = field(default=0.0, init=False)
    """How far the venue's clock is ahead of this machine's [s], by the Date of its last answer."""
    _quiet_until: float = field(default=0.0, init=False)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @property
    def now(self) -> int:
        """The venue's present [ns UTC]."""
        if self.clock is not None:
            return self.clock()
        return time.time_ns() + round(self.skew * _SECOND)

    async def open(self) -> Any:
        """Return the ccxt exchange with its markets loaded.

        Raises
        ------
        SourceError
            If the venue does not answer, refuses, or has no such contracts.
        """
        async with self._opening:
            if self.api is None:
                self.make()
            if not self.api.markets:
                await self._list()
        return self.api

    async def _list(self) -> None:
        """Read the list of contracts in a thread of its own: to make sense of one takes long, of a bad one longer."""
        reading = Client(self.venue, self.inverse, self.address, self.request_seconds, self.paced, self.first_wait)
        reading._quiet_until = self._quiet_until
        try:
            adopt(self.api, await apart(reading.listed))
        finally:
            self.skew, self._quiet_until = reading.skew, max(reading._quiet_until, self._quiet_until)

    async def listed(self) -> Any:
        """Return a ccxt exchange that has read its list of contracts, and speaks to nobody any more."""
        self.make()
        api = self.api

        async def load() -> Any:
            api.markets_loading = None  # a list without contracts would be kept for good
            if not await api.load_markets():
                answer = _asked.get()
                if answer is not None and answer.status < _REFUSED:
                    answer.came = "a list of contracts without one that can be read"
                raise UnusableError("no contracts")
            return api

        try:
            return await self._tried(load, CONTRACTS, None)
        finally:
            await self.close()

    def make(self) -> Any:
        """Make the ccxt exchange, without its markets; a SourceError says that the venue has no such contracts."""
        name = self.venue.inverse_class if self.inverse else self.venue.linear_class
        if not name:
            kind = "coin-margined" if self.inverse else "linear"
            message = f"{self.venue.name} has no {kind} perpetual swaps that can be read"
            raise SourceError(message, venue=self.venue.name)
        settings = {
            "enableRateLimit": self.paced,
            "timeout": round(self.request_seconds * 1000),
            "options": dict(self.venue.inverse_options if self.inverse else self.venue.linear_options),
            "has": {"fetchCurrencies": False},
        }
        exchange = getattr(importlib.import_module("ccxt.pro"), name)(settings)
        if self.address is not None:
            exchange.urls = moved(exchange.urls, self.address)
        exchange.parse_json = reader(exchange.parse_json)
        exchange.https_proxy_callback = lambda url, *_: proxy_of(url)
        exchange.own_session = False
        exchange.ssl_context = trusting(exchange.cafile)
        exchange.open()
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._heard)
        exchange.session = self.session = aiohttp.ClientSession(
            connector=Connector(ssl=exchange.ssl_context, resolver=Resolver(), limit_per_host=_CONNECTIONS),
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=LimitedResponse,
            trace_configs=[trace, careful()],
        )
        self.api = exchange
        return exchange

    async def close(self) -> None:
        """End its connections; nothing of it runs on."""
        exchange, session, self.api, self.session = self.api, self.session, None, None
        if exchange is None or session is None:
            return
        exchange.timeout_on_exit = 0
        try:
            with contextlib.suppress(Exception):  # a peer that is gone does not say goodbye
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await exchange.close()
        finally:
            exchange.session = None
            await session.close()

    async def call(self, name: str, /, *arguments: Any, deadline: float | None = None, **named: Any) -> Any:
        """Return what a method of the ccxt exchange answers, tried again where that may help.

        Parameters
        ----------
        name : str
            Such as 'fetch_ohlcv'.
        *arguments, **named
            Its arguments.
        deadline : float, optional
            No try starts after this time of the loop's clock.

        Raises
        ------
        SourceError
            With the venue, the reason in words, and whether asking later may help.
        """
        limits = page_limits(self.venue.longest_page) if name in _PAGES else CONTRACTS
        return await self._tried(lambda: getattr(self.api, name)(*arguments, **named), limits, deadline)

    async def _tried(self, ask: Callable[[], Awaitable[Any]], limits: Limits, deadline: float | None) -> Any:
        """Return what a question brings within limits, tried again where that may help."""
        loop = asyncio.get_running_loop()
        for tries in range(1, TRIES + 1):
            if self._quiet_until > loop.time():
                await asyncio.sleep(self._quiet_until - loop.time())
            answer = Answer(limits=limits)
            token = _asked.set(answer)
            try:
                result = await ask()
                if answer.status >= _REFUSED:
                    answer.came = answer.came or f"a refusal ({answer.status})"
                if answer.unreadable or answer.status >= _REFUSED:
                    raise ValueError("no JSON")  # noqa: TRY301 - as what broken JSON leads to elsewhere in ccxt
                return result  # noqa: TRY300
            except Exception as error:  # ccxt's own, aiohttp's, and whatever broken JSON leads to
                failure, again = self._reason(error, answer)
                tamed(error)
                wait = answer.retry_after
                if wait is None:
                    wait = self.first_wait * 2 ** (tries - 1) * random.uniform(0.5, 1)  # noqa: S311 - no secret
                late = deadline is not None and loop.time() + wait > deadline
                if not again or tries == TRIES or wait > LONGEST_WAIT or late:
                    raise failure from error
            finally:
                _asked.reset(token)
            if answer.retry_after is not None:
                self._quiet_until = max(self._quiet_until, loop.time() + wait)
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")  # pragma: no cover

    async def _heard(self, _session: Any, _context: SimpleNamespace, heard: aiohttp.TraceRequestEndParams) -> None:
        response = heard.response
        date = seconds_of_date(response.headers.get("Date", ""))
        if date is not None:
            ahead = date + 0.5 - time.time()
            self.skew = ahead if 2 < abs(ahead) <= LARGEST_SKEW else 0.0  # noqa: PLR2004 - Date has whole seconds
        answer = _asked.get()
        if answer is not None:
            answer.status = max(answer.status, response.status)
            wait = seconds_to_wait(response.headers.get("Retry-After", ""), date)
            if wait is not None:
                answer.retry_after = max(wait, answer.retry_after or 0.0)

    def _reason(self, error: Exception, answer: Answer) -> tuple[SourceError, bool]:
        """Return the error for the user, and whether to try again at once."""
        text, again, later = reason(error, answer)
        if answer.retry_after:
            text += f" (it asks for {answer.retry_after:,.0f} s)"
        wait = answer.retry_after
        return SourceError(f"{self.venue.name} {text}", venue=self.venue.name, retryable=later, wait=wait), again


@functools.cache
def trusting(authorities: str) -> ssl.SSLContext:
    """Return what checks certificates by a file of authorities, read once: that takes longer than to make a client."""
    return ssl.create_default_context(cafile=authorities)


def adopt(api: Any, known: Any) -> None:
    """Let a ccxt exchange know the contracts of another of the same class."""
    for name in _LISTS:
        setattr(api, name, getattr(known, name))
    # Some classes keep what they learnt of the contracts among their options.
    api.options |= {name: part for name, part in known.options.items() if name not in api.options}


def moved(urls: Any, address: Callable[[str], str]) -> Any:
    """Return ccxt's table of addresses with each of them turned into another."""
    if isinstance(urls, dict):
        return {name: moved(part, address) for name, part in urls.items()}
    if isinstance(urls, list):
        return [moved(part, address) for part in urls]
    return address(urls) if isinstance(urls, str) and "://" in urls else urls


def seconds_of_date(text: str) -> float | None:
    """Return an HTTP date as seconds since 1970, None if it is none."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def seconds_to_wait(text: str, now: float | None) -> float | None:
    """Return a Retry-After header in seconds: a number of them, or a date; None if it is neither."""
    seconds = number(text)
    if seconds >= 0:
        return min(seconds, LONGEST_ASKED)
    until = seconds_of_date(text)
    if until is None:
        return None
    return min(max(until - (time.time() if now is None else now), 0.0), LONGEST_ASKED)


class Resolver(AbstractResolver):
    """Looks names up in a thread that nobody waits for: a look-up that hangs holds up no exit."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host.

        Raises
        ------
        OSError
            If there are none, or the look-up takes longer than `LOOK_UP_SECONDS`.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Any]] = loop.create_future()

        def settle(result: list[Any] | None, error: OSError | None) -> None:
            if found.done():
                return
            if error is None:
                found.set_result(result or [])
            else:
                found.set_exception(error)

        def look_up() -> None:
            result: list[Any] | None = None
            error: OSError | None = None
            try:
                result = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            except OSError as failure:
                error = failure
            except UnicodeError:
                error = socket.gaierror(socket.EAI_NONAME, "not a host name")
            with contextlib.suppress(RuntimeError):  # the loop has closed
                loop.call_soon_threadsafe(settle, result, error)

        threading.Thread(target=look_up, name=f"liqwidget look-up of {host}"[:60], daemon=True).start()
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                infos = await found
        except TimeoutError as error:
            raise socket.gaierror(socket.EAI_AGAIN, "look-up took too long") from error
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=info[4][0], port=info[4][1], family=info[0], proto=info[2], flags=flags)
            for info in infos
        ]

    async def close(self) -> None:
        """Nothing is held."""
