"""What alerts have told, kept in the store: one JSON object a line, the oldest first, each once."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from liqwidget.domain.time import time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.market.store.days import Store
from liqwidget.market.store.files import locked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST = 10_000
"""Rows that are kept; the oldest go first."""

_FILE = "alerts.jsonl"
_KEY = ("time", "symbol", "rule", "text")


def known(store: Store | None = None) -> list[dict[str, Any]]:
    """Return the rows that are kept, times as Timestamps; lines that are damaged are left out."""
    found = []
    for row in _read(_path(store)):
        with suppress(DataError):
            numbers = {name: math.nan if value is None else value for name, value in row.items()}
            found.append(numbers | {"time": timestamp(time_ns(row["time"]))})
    return found


def keep(rows: Iterable[dict[str, Any]], store: Store | None = None) -> None:
    """Add rows, with Timestamps, that are not there yet; OSError if they cannot be written."""
    path = _path(store)
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.parent):
        before = _read(path)
        there = {_key(row) for row in before}
        new = [row for row in map(as_json, rows) if _key(row) not in there]
        if not new:
            return
        draft = path.with_suffix(".tmp")
        kept = [*before, *new][-MOST:]
        draft.write_text("".join(json.dumps(row, allow_nan=False) + "\n" for row in kept), encoding="utf-8")
        draft.replace(path)


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: times as ISO text, None where there is no number."""
    plain = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
    return plain | {"time": row["time"].isoformat()}


def _path(store: Store | None) -> Path:
    return (store or Store()).root / "alerts" / _FILE


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-MOST:]
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and all(isinstance(row.get(name), str) for name in _KEY):
            found.append(row)
    return found


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)
