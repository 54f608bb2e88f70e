"""Webhooks: alerts told to an address of the analyst's, by a worker of their own that never holds a feed up.

The address and its headers are secrets: they stand in no repr, no state, no page and no sentence about a failure.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from liqwidget.background import Background, weakly
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_WAITING = 200
"""Messages that wait at most; the oldest goes first."""

_BACK_OFF = 2.0
_LONGEST_WAIT = 300.0
"""Between two attempts [s]."""
_REDIRECTS = 3
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({408, 425, 429})
"""Answers below 500 after which another attempt may help."""
_OK, _OVER, _FAULT = 200, 300, 500
_LONGEST_SECONDS, _MOST_RETRIES = 120.0, 20


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that alerts are posted to, as JSON.

    The message has text, symbol, time (ISO, UTC), price [quote/base], price_low, price_high, amount [quote], cluster,
    rule and name; `content` is the text again, as some chats call it. What has no value is null.

    Parameters
    ----------
    address : str
        ``https://`` or ``http://``; never shown.
    headers : mapping, optional
        Headers that go with it, such as a token; never shown.
    retries : int
        How often it is tried again, ever later, when nothing answers or what answers asks to wait.
    seconds : float
        How long one attempt may take [s].

    Raises
    ------
    DataError
        If the address is none, or something else cannot be used; the text does not say the address.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.Webhook("https://alerts.example.org/room", headers={"Authorization": "Bearer secret"})
    Webhook(retries=4, seconds=10.0)
    """

    address: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    retries: int = 4
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what cannot be posted to."""
        object.__setattr__(self, "address", _checked(self.address))
        object.__setattr__(self, "headers", _headers(self.headers))
        if not _between(self.retries, -1, _MOST_RETRIES) or self.retries % 1:
            message = f"Expected retries as a number from 0 to {_MOST_RETRIES}, was {self.retries!r:.40}"
            raise DataError(message)
        if not _between(self.seconds, 0.0, _LONGEST_SECONDS):
            message = f"Expected seconds above 0, up to {_LONGEST_SECONDS:g}, was {self.seconds!r:.40}"
            raise DataError(message)


def _between(value: object, above: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and above < value <= most


@dataclass(slots=True, eq=False)
class _Message:
    hook: Webhook
    body: bytes
    failed: Callable[[str], None]
    attempts: int = 0
    due: float = 0.0


class Courier:
    """Posts messages one after the other, in a thread that is there while there are any.

    Parameters
    ----------
    pace : float
        By how much waits are shorter. For tests.
    """

    def __init__(self, pace: float = 1.0) -> None:
        self._pace = pace
        self._waiting: deque[_Message] = deque()
        self._lock = threading.Lock()
        self._thread = Background("liqwidget-webhook", weakly(self._step))

    def post(self, hook: Webhook, message: Mapping[str, Any], failed: Callable[[str], None]) -> None:
        """Take a message and return at once; `failed` is told why, in a sentence, if it is given up."""
        body = json.dumps(message, allow_nan=False, default=str).encode()
        with self._lock:
            self._waiting.append(_Message(hook, body, failed))
            dropped = self._waiting.popleft() if len(self._waiting) > MOST_WAITING else None
        if dropped is not None:
            dropped.failed(f"webhook: more than {MOST_WAITING} messages wait, the oldest was dropped")
        self._thread.wake()

    def close(self) -> None:
        """Drop what waits; an attempt that is under way may end by itself."""
        with self._lock:
            self._waiting.clear()
        self._thread.close(0.0)

    def _step(self, now: float) -> float | None:
        """Make the attempts that are due; return how long until the next one."""
        with self._lock:
            due = [one for one in self._waiting if one.due <= now]
        for one in due[:1]:
            why, wait = _attempt(one.hook, one.body)
            one.attempts += 1
            over = wait is None or one.attempts > one.hook.retries
            if not over and wait is not None:
                one.due = now + min(max(wait, _BACK_OFF**one.attempts), _LONGEST_WAIT) / self._pace
            with self._lock:
                if over and one in self._waiting:
                    self._waiting.remove(one)
            if over and why:
                one.failed(f"webhook: {why}")
        with self._lock:
            return max(min(one.due for one in self._waiting) - now, 0.0) if self._waiting else None


def _attempt(hook: Webhook, body: bytes) -> tuple[str, float | None]:
    """Return why a message was not taken, '' if it was, and how long to wait with another attempt; None: not again."""
    import aiohttp

    from liqwidget.market.venue.network import SocksProxyError

    faults: dict[tuple[type[Exception], ...], tuple[str, float | None]] = {
        (TimeoutError,): (f"no answer in {hook.seconds:g} s", 0.0),
        (SocksProxyError,): ("the environment names a SOCKS proxy, which cannot be used", None),
        (aiohttp.InvalidURL, ValueError): ("the address cannot be used", None),
        (aiohttp.ClientError, OSError): ("it could not be reached", 0.0),
    }
    try:
        with asyncio.Runner() as runner:
            status, wait = runner.run(_posted(hook, body))
    except Exception as error:  # noqa: BLE001 - its words may name the address
        known = (said for kinds, said in faults.items() if isinstance(error, kinds))
        return next(known, (f"it failed with {type(error).__name__}", None))
    if _OK <= status < _OVER:
        return "", None
    if status in _REDIRECTED:
        return "it sends on elsewhere, which is followed on the same host alone", None
    return f"it answered {status}", wait if status in _AGAIN or status >= _FAULT else None


async def _posted(hook: Webhook, body: bytes) -> tuple[int, float]:
    """Return the answer's status, and how long it asks to wait [s]; redirects are followed on the same host alone."""
    import aiohttp
    from yarl import URL

    from liqwidget.market.venue.network import proxy_of

    url = URL(hook.address)
    headers = {"Content-Type": "application/json", "User-Agent": "liqwidget"} | dict(hook.headers)
    async with asyncio.timeout(hook.seconds), aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        for _ in range(_REDIRECTS + 1):
            options: dict[str, Any] = {"data": body, "headers": headers, "proxy": proxy_of(str(url))}
            async with session.post(url, allow_redirects=False, **options) as answer:
                status, told = answer.status, answer.headers
            if status not in _REDIRECTED:
                break
            there = url.join(URL(told.get("Location", "")))
            if there.origin() != url.origin():
                break
            url = there
    asked = told.get("Retry-After", "")
    return status, float(asked) if asked.isdecimal() else 0.0


def _checked(address: object) -> str:
    """Return an address that may be posted to; the DataError never names it."""
    scheme = ""
    if isinstance(address, str) and address.isprintable() and " " not in address:
        try:
            parts = urlsplit(address)
            scheme = parts.scheme
            usable = scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if usable:
            return address
    kind = f"one that begins with {scheme}:" if scheme and scheme not in {"http", "https"} else "none"
    message = f"Expected the address of a webhook as https://... or http://..., was {kind}"
    raise DataError(message)


def _headers(given: object) -> dict[str, str]:
    """Return headers that can be sent; the DataError never names them."""
    try:
        found: dict[Any, Any] = dict(given)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        found = {None: None}
    for name, value in found.items():
        texts = isinstance(name, str) and isinstance(value, str)
        if not texts or not (name + value).isprintable() or not name.isascii() or not name.strip():
            message = (
                "Expected headers of a webhook as a mapping of names to texts of one line, such as "
                "{'Authorization': 'Bearer ...'}, was another value (it is shown nowhere)"
            )
            raise DataError(message)
    return found
