"""What alerts have told, kept in the store: one JSON object a line, the oldest first, each once.

Each line ends with a seal, the digest of what stands before it: a line that is damaged, or not ours, is left where it
is and never shown.
"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.market.store.days import Store
from liqwidget.market.store.files import locked, read_plain, write_whole
from liqwidget.market.store.parquet import BrokenFileError
from liqwidget.market.store.sealed_lines import sealed, unsealed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST = 10_000
"""Rows that are kept; the oldest go first."""

LARGEST = 16 * 2**20
"""Bytes of the file."""

_FILE, _ASIDE = "alerts.jsonl", "alerts.jsonl.corrupt-1"
_KEY = ("time", "symbol", "rule", "text")


def known(store: Store | None = None) -> list[dict[str, Any]]:
    """Return the rows that are kept, times as Timestamps; lines that are damaged are left out.

    OSError if they cannot be read now.
    """
    found = []
    for row in filter(None, map(_row, _read(_path(store)))):
        with suppress(DataError):
            numbers = {name: math.nan if value is None else value for name, value in row.items()}
            found.append(numbers | {"time": timestamp(time_ns(row["time"]))})
    return found


def keep(rows: Iterable[dict[str, Any]], store: Store | None = None) -> None:
    """Add rows, with Timestamps, that are not there yet; OSError if they cannot be written.

    What is no file of ours is set aside.
    """
    path = _path(store)
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.parent):
        try:
            before = _lines(path)
        except BrokenFileError:
            path.replace(path.with_name(_ASIDE))
            before = []
        there = {_key(row) for row in filter(None, map(_row, before))}
        new = [row for row in map(as_json, rows) if _key(row) not in there]
        if new:
            write_whole(path, _newest([*before, *(sealed(row) for row in new)]))


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: times as ISO text, None where there is no number."""
    plain = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }
    return plain | {"time": row["time"].isoformat()}


def _path(store: Store | None) -> Path:
    return (store or Store()).root / "alerts" / _FILE


def _read(path: Path) -> list[bytes]:
    """Return the lines of the file; none of what is no file of ours."""
    with suppress(BrokenFileError):
        return _lines(path)
    return []


def _lines(path: Path) -> list[bytes]:
    try:
        return read_plain(path, LARGEST).splitlines()
    except FileNotFoundError:
        return []


def _newest(lines: list[bytes]) -> bytes:
    """Return the newest lines that there is room for."""
    kept: list[bytes] = []
    room = LARGEST
    for line in reversed(lines[-MOST:]):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return b"".join(line + b"\n" for line in reversed(kept))


def _row(line: bytes) -> dict[str, Any] | None:
    """Return the row of a line; None if it is damaged, or none of ours."""
    row = unsealed(line)
    return row if row is not None and all(isinstance(row.get(name), str) for name in _KEY) else None


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)
