"""Columns that grow at their end: a longer one shares the memory of the shorter one, so that a candle costs a candle.

A column is read-only and never changes. What is appended is written behind it, where no column that is alive reaches,
or beside it into a twin that holds the same rows: a live candle replaces the last row again and again while the ledger
before it may still be in use. Only where neither is free are all rows copied.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", bound=np.generic)

_SPARE_SHARE, _SPARE_ROWS = 8, 256
"""A new column gets room for an eighth more, and so many rows."""

_lock = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_lock._at_fork_reinit)  # type: ignore[attr-defined]  # noqa: SLF001 - as the standard library does


class _Room(np.ndarray[Any, Any]):
    """Memory of columns. Its type differs from theirs: slices of a column keep the column alive, not the memory alone.

    `columns` are those handed out with their lengths; `twin` is another room, equal in the first `common` rows.
    """

    columns: list[tuple[weakref.ref[npt.NDArray[Any]], int]]
    twin: _Room | None
    common: int

    def free_from(self, row: int) -> bool:
        """Say whether no column that is alive holds rows from `row` on."""
        self.columns = [(one, rows) for one, rows in self.columns if one() is not None]
        return all(rows <= row for _, rows in self.columns)

    def written(self, before: npt.NDArray[Any], after: npt.NDArray[Any], first: int) -> npt.NDArray[Any]:
        """Return both as one column; of `before` the rows from `first` on are not here yet."""
        rows, end = len(before), len(before) + len(after)
        self[first:rows] = before[first:]
        self[rows:end] = after
        return self.handed_out(end)

    def handed_out(self, rows: int) -> npt.NDArray[Any]:
        """Return the first rows as a column."""
        column = self[:rows].view(np.ndarray)
        column.flags.writeable = False
        self.columns.append((weakref.ref(column), rows))
        return column


def unwritten(*shape: int) -> npt.NDArray[np.float64]:
    """Return zeros to write new rows into. Appended to no rows, they become a column as they are, without a copy."""
    return _room(np.zeros(_roomy(shape)))[: shape[0]].view(np.ndarray)


def appended(before: npt.NDArray[Scalar], after: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Return the rows of both as one read-only column; neither changes, whatever is appended to which of them."""
    if not len(before):
        with _lock:
            given = _room_of(after)
            if given is not None and given.free_from(len(after)):
                return cast("npt.NDArray[Scalar]", given.handed_out(len(after)))
        return cast("npt.NDArray[Scalar]", _room_for(after, len(after)).written(after[:0], after, 0))
    with _lock:
        room, rows, end = _room_of(before), len(before), len(before) + len(after)
        if room is not None and end <= len(room) and room.free_from(rows):
            room.common = min(room.common, rows)
            if room.twin is not None:
                room.twin.common = room.common
            return cast("npt.NDArray[Scalar]", room.written(before, after, rows))
        twin = None if room is None else room.twin
        first = 0 if twin is None else min(twin.common, rows)
        if twin is None or end > len(twin) or not twin.free_from(first):
            if twin is not None:
                twin.twin = None
            twin, first = _room_for(before, end), 0
        if room is not None:
            room.twin, twin.twin = twin, room
            room.common = twin.common = rows
        return cast("npt.NDArray[Scalar]", twin.written(before, after, first))


def _room_of(column: npt.NDArray[Any]) -> _Room | None:
    """Return the room that a column begins in, at its first row; None if it lies elsewhere."""
    owner: Any = column
    while type(owner) is np.ndarray:
        owner = owner.base
    while isinstance(owner, _Room) and isinstance(owner.base, _Room):
        owner = owner.base
    if not isinstance(owner, _Room) or owner.strides != column.strides or owner.shape[1:] != column.shape[1:]:
        return None
    return owner if owner.ctypes.data == column.ctypes.data else None


def _room_for(column: npt.NDArray[Any], rows: int) -> _Room:
    return _room(np.empty(_roomy((rows, *column.shape[1:])), column.dtype))


def _roomy(shape: tuple[int, ...]) -> tuple[int, ...]:
    rows, *others = shape
    return (rows + rows // _SPARE_SHARE + _SPARE_ROWS, *others)


def _room(memory: npt.NDArray[Any]) -> _Room:
    room = memory.view(_Room)
    room.columns, room.twin, room.common = [], None, 0
    return room
