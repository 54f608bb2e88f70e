"""Rows that are kept a JSON object a line, each with a seal: the digest of what stands before it.

A line that is damaged, or not ours, is known by it.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import Any

_SEAL = ', "seal": "'
_DIGEST = 16


def sealed(row: dict[str, Any]) -> bytes:
    """Return a row as a line, without its end; ValueError if a number in it is none."""
    text = json.dumps(row, allow_nan=False)
    return f'{text[:-1]}{_SEAL}{_digest(text)}"}}'.encode()


def unsealed(line: bytes) -> dict[str, Any] | None:
    """Return the row of a line; None if it is damaged, or none of ours."""
    words = line.decode(errors="replace")
    text, _, digest = words.rpartition(_SEAL)
    if not text or digest != f'{_digest(text + "}")}"}}':
        return None
    with suppress(ValueError, RecursionError):
        row = json.loads(text + "}")
        return row if isinstance(row, dict) else None
    return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST).hexdigest()
