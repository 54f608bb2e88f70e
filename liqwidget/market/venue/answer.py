"""What a venue's answer may be: how large, of how many parts; what is none is refused before anything reads it."""

from __future__ import annotations

import contextvars
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from liqwidget.market.venue.payload import said

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_ANSWER = 32 * 2**20
"""Bytes, unpacked, of what nobody asked for by a call; each call has limits of its own."""
_REFUSAL_BYTES = 2**16
"""Bytes that are read of an answer that refuses; its status says enough."""
_FAILED = 400
_DEEPEST = 24
_FEW = 200
"""A longer list holds rows; each of them is a list or an object."""
_COMMAS = 8
"""Values in a list or object, on the average."""
_CHUNK = 2**16
_BEFORE = b" \t\r\n\xef\xbb\xbf"
"""What may stand before JSON."""
_EXPONENT = re.compile(r"""[eE]\+?\d{3,}["\],}\s]""")
_ASTRONOMIC = re.compile(r"""[":,\[\s-][\d.]+[eE]\+?\d{3,}["\],}\s]""")
"""A number of 1e100 or more: ccxt writes some of them out, digit by digit."""
_STRETCH, _LONGEST_NUMBER, _MOST_EXPONENTS = 2**18, 60, 1_000
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an answer of one kind may hold.

    Parameters
    ----------
    size : int
        Bytes, unpacked.
    parts : int
        Lists and objects.
    rows : int
        Entries of its longest list.
    """

    size: int
    parts: int
    rows: int


CONTRACTS = Limits(8 * 2**20, 100_000, 10_000)
"""Of a list of contracts; the longest one known has 3 MB, 1,000 contracts and 10,000 parts."""
MESSAGE = Limits(2**20, 5_000, 2_000)
"""Of one message of a socket; candles and liquidations come one by one."""
_PAGE_BYTES, _PAGE_PARTS, _PAGE_ROOM = 2 * 2**20, 30_000, 1_100


def page_limits(rows: int) -> Limits:
    """Return the limits of a page of which `rows` are asked for; some venues send more."""
    return Limits(_PAGE_BYTES, _PAGE_PARTS, rows + _PAGE_ROOM)


@dataclass(slots=True)
class Answer:
    """What HTTP said to the requests of one call; ccxt keeps it to itself."""

    status: int = 0
    retry_after: float | None = None
    """[s]"""
    too_large: bool = False
    unreadable: bool = False
    """Whether a body was no JSON that can be used."""
    came: str = ""
    """What came in place of it, in words."""
    limits: Limits = field(default=Limits(LARGEST_ANSWER, 10**6, 10**6))


asked: contextvars.ContextVar[Answer | None] = contextvars.ContextVar("liqwidget_answer", default=None)
"""Of the call under way."""


class UnusableError(ValueError):
    """An answer that cannot be used; the text says what it is."""


class LimitedResponse(aiohttp.ClientResponse):
    """An answer that is not read beyond the limits of its call, however small it was packed, nor if it is no JSON."""

    async def read(self) -> bytes:
        """Return the body.

        Raises
        ------
        aiohttp.ClientPayloadError
            If it is larger, or the body of a success does not begin as JSON does.
        """
        if self._body is None:
            answer = asked.get() or Answer()
            refusal = self.status >= _FAILED
            limit = _REFUSAL_BYTES if refusal else answer.limits.size
            parts: list[bytes] = []
            size, checked = 0, refusal
            async for part in self.content.iter_chunked(_CHUNK):
                size += len(part)
                parts.append(part)
                if not checked and part.strip(_BEFORE):
                    checked = True
                    if came := _no_json(part):
                        self.close()
                        answer.unreadable, answer.came = True, came
                        raise aiohttp.ClientPayloadError(came)
                if size > limit:
                    self.close()
                    if refusal:
                        break
                    answer.too_large = True
                    message = f"More than {limit} bytes"
                    raise aiohttp.ClientPayloadError(message)
            if not checked:
                answer.unreadable, answer.came = True, "nothing in place of JSON"
            self._body = b"".join(parts)
            self.release()
        return self._body

    def get_encoding(self) -> str:
        """Return that of JSON: some that a venue might name take minutes."""
        return "utf-8"


def reader(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return ccxt's reader of JSON, which refuses what cannot be used; the body of a refusal may be anything."""

    def read(text: str) -> Any:
        answer = asked.get() or Answer()
        try:
            return usable(text, parse, answer.limits)
        except UnusableError as error:
            if answer.status >= _FAILED:
                return None
            answer.unreadable, answer.came = True, answer.came or str(error)
            raise

    return read


def usable(text: str, parse: Callable[[str], Any], limits: Limits) -> Any:
    """Return the object or list that a text holds as JSON.

    Raises
    ------
    UnusableError
        If it holds none, or one that would take long to walk through; the text says what it is.
    """
    if len(text) > limits.size:
        raise UnusableError(_large(limits.size))
    text = text.lstrip(" \t\r\n\ufeff")
    if came := _no_json(text[:_CHUNK].encode(errors="replace")):
        raise UnusableError(came)
    if text.count("{") + text.count("[") > limits.parts:
        raise UnusableError(f"JSON of more than {limits.parts:,} parts")
    if text.count(",") > _COMMAS * limits.parts:
        raise UnusableError("JSON with a long list of something else than rows")
    if _is_astronomic(text):
        raise UnusableError("JSON with a number beyond 1e100")
    try:
        value = parse(text)
    except ValueError:
        value = None
    if value is None:
        raise UnusableError("JSON that is cut short or broken")
    _walk(value, limits)
    return value


def _walk(value: Any, limits: Limits) -> None:
    """Refuse what is too deep, or has a list that is too long or holds no rows."""
    left = [(value, 0)]
    while left:
        part, depth = left.pop()
        if depth > _DEEPEST:
            raise UnusableError(f"JSON that is more than {_DEEPEST} levels deep")
        if len(part) > limits.rows:
            raise UnusableError(f"JSON with a list of more than {limits.rows:,} entries")
        items = part.values() if isinstance(part, dict) else part
        inner = [(item, depth + 1) for item in items if isinstance(item, dict | list)]
        if len(part) > _FEW and len(inner) < len(part):
            raise UnusableError("JSON with a long list of something else than rows")
        left += inner


def _is_astronomic(text: str) -> bool:
    """Return whether there is a number of 1e100 or more; a stretch at a time, as no other thread runs meanwhile."""
    count = 0
    for start in range(0, len(text), _STRETCH):
        for found in _EXPONENT.finditer(text, start, start + _STRETCH + _LONGEST_NUMBER):
            count += 1
            before = max(found.start() - _LONGEST_NUMBER, 0)
            if count > _MOST_EXPONENTS or _ASTRONOMIC.search(text, before, found.end()):
                return True
    return False


def _no_json(head: bytes) -> str:
    """Return what an answer is that begins like this, in words; '' if it is a JSON object or list."""
    text = head.lstrip(_BEFORE)
    if text[:1] in {b"{", b"["}:
        return ""
    words = text.decode("utf-8", errors="replace")
    if text[:1] == b"<":
        title = _TITLE.search(words)
        named = said(title[1], 60) if title else ""
        return "a web page in place of JSON" + (f" ({named!r})" if named else "")
    return f"no JSON object but {said(words, 40)!r}" if words.strip() else "nothing in place of JSON"


def _large(size: int) -> str:
    return f"more than {size / 2**20:.3g} MB, which is not read"
