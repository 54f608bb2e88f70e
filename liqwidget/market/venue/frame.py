"""One message of a socket, unpacked and read within limits."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from liqwidget.market.venue.answer import MESSAGE, UnusableError, usable

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_SHORT = 1_000
"""Letters of a message that is no JSON, such as 'pong'."""
MOST_CONTROLS = 100
"""Pings and pongs of one socket that are read in one turn of the loop."""
_GZIP, _RAW = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS


class Burst:
    """Counts pings and pongs in one turn of a loop: ccxt reads all that has come in one go, and no other meanwhile."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._count = loop, 0

    def passes(self) -> bool:
        """Count one; return whether it is to be read: of many the first are enough."""
        if self._count == 0:
            self._loop.call_soon(self._over)
        self._count += 1
        return self._count <= MOST_CONTROLS

    def _over(self) -> None:
        self._count = 0


def read_frame(
    content: str | bytes, parse: Callable[[str], Any], *, gzipped: bool = False, deflated: bool = False
) -> Any:
    """Return what a message holds: JSON read, or a short text as it is.

    Raises
    ------
    UnusableError
        If it is too large when it is unpacked, cannot be unpacked, or holds JSON that cannot be used.
    """
    text = content if isinstance(content, str) else _text(content, gzipped=gzipped, deflated=deflated)
    if text[:1] in {"{", "["}:
        return usable(text, parse, MESSAGE)
    if len(text) > _SHORT:
        raise UnusableError("a long message that is no JSON")
    return text


def _text(content: bytes, *, gzipped: bool, deflated: bool) -> str:
    if gzipped or deflated:
        unpacking = zlib.decompressobj(_GZIP if gzipped else _RAW)
        try:
            content = unpacking.decompress(content, MESSAGE.size + 1)
        except zlib.error as error:
            raise UnusableError("a message that cannot be unpacked") from error
    if len(content) > MESSAGE.size:
        raise UnusableError(f"a message of more than {MESSAGE.size / 2**20:.3g} MB")
    return content.decode(errors="replace")
