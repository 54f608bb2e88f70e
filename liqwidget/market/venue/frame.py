"""One message of a socket, unpacked and read within limits."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from liqwidget.market.venue.answer import MESSAGE, UnusableError, usable

if TYPE_CHECKING:
    from collections.abc import Callable

_SHORT = 1_000
"""Letters of a message that is no JSON, such as 'pong'."""
_GZIP, _RAW = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS


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
