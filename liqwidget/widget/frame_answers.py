"""Pictures as answers: packed, and told as what has changed since the last one that a view holds.

A replay moves by a column or two: all others stand where they stood, some columns further left.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from liqwidget.background import freed_in_child
from liqwidget.errors import ProtocolError
from liqwidget.widget.packing import differences, packed, restored, unpacked
from liqwidget.widget.protocol import CANDLE_ROWS, EVENT_ROWS, PARTS, Frame

if TYPE_CHECKING:
    from liqwidget.widget.protocol import Buffers, ViewportRequest

_FEW_PIXELS = 4096
"""So many travel as they are: the newest column, which live data move."""

_VIEWS = 8
"""Views whose last picture is remembered."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A picture that a view holds: the number of the request that it answered, and the picture."""

    id: int
    frame: Frame


class LastPictures:
    """The last picture of each view: what the next one may be told by."""

    def __init__(self) -> None:
        self._lock = freed_in_child(threading.Lock())
        self._of: dict[str, tuple[int, Held | None]] = {}

    def of(self, view: str, number: int | None) -> Held | None:
        """Return the picture that a view says it holds; None where that is not the last one it was sent."""
        with self._lock:
            known, held = self._of.get(view, (0, None))
        return held if known == number else None

    def sent(self, view: str, held: Held) -> None:
        """Note what a view is sent; of two pictures with one number nobody knows which one it holds."""
        with self._lock:
            known, _ = self._of.pop(view, (0, None))
            self._of[view] = held.id, None if known == held.id else held
            while len(self._of) > _VIEWS:
                del self._of[next(iter(self._of))]


def goes_on(before: Frame, frame: Frame) -> tuple[int, int] | None:
    """Return by how many columns and candles a picture goes on from another; None where its cells are not alike.

    They are where height, prices and levels are the same, and a column is as long; whether all columns begin where
    those of the other do is not asked: what differs costs bytes, never the picture.
    """
    alike = ("height", "price", "measure", "top", "decades", "raised", "candle_ms")
    if any(getattr(before, name) != getattr(frame, name) for name in alike):
        return None
    length, other = ((part.time[1] - part.time[0]) / part.width for part in (frame, before))
    if abs(length - other) * max(frame.width, before.width) > length / 2:
        return None
    shift = round((frame.time[0] - before.time[0]) / length)
    if abs(shift) >= before.width:
        return None
    old, new = (np.frombuffer(part.candles, "<f8").reshape(CANDLE_ROWS, -1)[0] for part in (before, frame))
    return shift, int(np.searchsorted(old, new[0])) if len(new) else 0


def frame_answer(
    request: ViewportRequest,
    frame: Frame,
    last: LastPictures | None = None,
    standing: dict[str, Any] | None = None,
) -> tuple[dict[str, Any], Buffers]:
    """Return the answer to a viewport request and its buffers.

    Parameters
    ----------
    request : ViewportRequest
        What is answered.
    frame : Frame
        The picture.
    last : LastPictures, optional
        What views hold: a picture goes as what differs from that of `request.base`, where it is the last one sent.
    standing : dict, optional
        What stands in its prices: see `liqwidget.widget.standing`.

    Returns
    -------
    content, buffers : dict, list of bytes
        Pixels, candles, events, and the rows of `standing` by leverage and by venue. `packed`: each of them is, the
        pixels as differences to those to their left. `base` and `shift`: pixels, candles and events are differences to
        those of that answer, which have gone on by so many columns, and candles.
    """
    rows = () if standing is None else (standing["leverage"], standing["venue"])
    content: dict[str, Any] = {"type": "frame", "view": request.view, "id": request.id, "frame": frame.meta()}
    if standing is not None:
        content["standing"] = {name: part for name, part in standing.items() if not isinstance(part, bytes)}
    if len(frame.pixels) <= _FEW_PIXELS:
        return content | {"packed": False}, [frame.pixels, frame.candles, frame.events, *rows]
    content["packed"] = True
    held = None if last is None else last.of(request.view, request.base)
    shift = None if held is None else goes_on(held.frame, frame)
    if last is not None and request.base is not None:
        last.sent(request.view, Held(request.id, frame))
    beside = [packed(part) for part in rows]
    whole = [frame.packed_pixels(), packed(frame.candles), packed(frame.events), *beside]
    if held is None or shift is None:
        return content, whole
    before, (columns, candles) = held.frame, shift
    parts = (
        differences(frame.pixels, frame.height, before.pixels, columns),
        differences(frame.candles, CANDLE_ROWS, before.candles, 8 * candles),
        differences(frame.events, EVENT_ROWS, before.events),
    )
    told = [*(packed(part, runs=True) for part in parts), *beside]
    if len(told[0]) >= len(whole[0]):
        return content, whole
    return content | {"base": held.id, "shift": [columns, candles]}, told


def decode_frame(answer: dict[str, Any], buffers: Buffers, held: Held | None = None) -> Frame:
    """Return the frame in an answer, which may be told as what differs from the one that is held.

    Raises
    ------
    ProtocolError
        If the bytes do not fit the description, or it is told by a picture that is not held.
    """
    meta, parts = answer["frame"], [bytes(part) for part in buffers]
    before = held.frame if held is not None and held.id == answer.get("base") else None
    if before is None and "base" in answer:
        message = f"Expected to hold picture {answer['base']}, was {None if held is None else held.id}"
        raise ProtocolError(message)
    if answer["packed"]:
        columns, candles = answer.get("shift", (0, 0))
        parts = [unpacked(part) for part in parts]
        parts[0] = restored(parts[0], meta["height"], None if before is None else before.pixels, columns)
        if before is not None:
            parts[1] = restored(parts[1], CANDLE_ROWS, before.candles, 8 * candles)
            parts[2] = restored(parts[2], EVENT_ROWS, before.events)
    meta = meta | {"time": tuple(meta["time"]), "price": tuple(meta["price"])}
    frame = Frame(**meta | dict(zip(PARTS, parts, strict=False)))
    sizes = [len(part) for part in parts]
    if sizes[0] != frame.width * frame.height or sizes[1] % (8 * CANDLE_ROWS) or sizes[2] % (8 * EVENT_ROWS):
        message = (
            f"Expected {frame.width} x {frame.height} pixels, {CANDLE_ROWS} rows of candles, {EVENT_ROWS} of events, "
            f"was {', '.join(map(str, sizes))} bytes"
        )
        raise ProtocolError(message)
    return frame
