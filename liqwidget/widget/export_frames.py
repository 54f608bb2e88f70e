"""Which pictures a file without a kernel holds, so that windows, measures and zoom stay sharp in it.

Pictures of flat levels pack to a tenth, so a file has room for many. The browser shows the finest that covers a view:
see js/src/heat/frame.ts.
"""

from __future__ import annotations

import functools
import gzip
import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from liqwidget.domain.time import MILLISECOND
from liqwidget.field.measure import MEASURES
from liqwidget.widget.session import WINDOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from liqwidget.widget.protocol import Frame, Interval
    from liqwidget.widget.session import Session, Settings

    Range = tuple[tuple[int, int], Interval | None]

ROOM = 3_000_000
"""Packed bytes that the pictures of a file may take; as base64 they are a third more."""

_LEVEL = 6
"""Of gzip."""

_WINDOWS = ((1600, 720), (1200, 540), (800, 360))
"""Pixels of the windows' pictures: the first that leave room."""
_PART = (1000, 500)
_TALL = (800, 800)
_MOST_HALVINGS = 6
_BEFORE = 0.02
"""Candles of a picture are merged, so its first begins earlier than the picture: its price range counts too."""
_BEYOND = 0.04
"""Room above and below, as a share of the price range, so that a view fitted a little otherwise is covered."""
_DEEP, _HIGH = 0.5, 1.6
"""What the tall picture reaches, as shares of the lowest and highest price."""


class Packing:
    """Packs bytes by gzip, each once: to weigh a picture and to write it."""

    def __init__(self) -> None:
        self._packed: dict[bytes, bytes] = {}

    def __call__(self, plain: bytes) -> bytes:
        """Return bytes packed."""
        if plain not in self._packed:
            self._packed[plain] = gzip.compress(plain, _LEVEL, mtime=0)
        return self._packed[plain]

    def weight(self, frames: list[Frame]) -> int:
        """Return how many bytes pictures take once packed."""
        return sum(len(self(part)) for frame in frames for part in (frame.pixels, frame.candles, frame.events))


def stored_frames(
    session: Session, settings: Settings, shown: Range | None = None, room: int = ROOM, packing: Packing | None = None
) -> list[Frame]:
    """Return the pictures that a file holds, the whole window in the shown measure first.

    They are, in each measure: the range shown if it is not the window, every window, all time with prices far from the
    last one, then as long as there is room parts of all time: halves, quarters and so on, the newest first, each
    overlapping the next by half, so that a stretch of time lies in a part at most four times as long.

    Parameters
    ----------
    session : Session
        Answers for the ledger.
    settings : Settings
        What is shown. All pictures have the colour ladder of its window, so that zoom does not change colours.
    shown : ((int, int), (float, float) or None), optional
        Range of time [ns] that the view was moved to, and of price [quote/base], None where it follows the candles.
    room : int
        Packed bytes that they may take.
    packing : Packing, optional
        Keeps what it packs, for whoever writes the pictures.

    Returns
    -------
    list of Frame
    """
    weight = (packing or Packing()).weight
    measures = sorted(MEASURES, key=lambda measure: measure != settings.measure)
    views = [replace(settings, measure=measure) for measure in measures]
    tall = functools.cache(functools.partial(_tall, session))
    frames: list[Frame] = []
    for pixels in _WINDOWS:
        drawn = (
            frame
            for view in views
            for frame in itertools.chain(_windows(session, view, shown, pixels), map(tall, (view,)))
        )
        frames = _within(drawn, math.inf if pixels == _WINDOWS[-1] else room, weight)
        if frames:
            break
    taken = weight(frames)
    for time in _parts(session, settings):
        part = [_fitted(session, view, time, _PART) for view in views]
        taken += weight(part)
        if taken > room:
            break
        frames += part
    return frames


def _within(drawn: Iterable[Frame], room: float, weight: Callable[[list[Frame]], int]) -> list[Frame]:
    """Return pictures as they are drawn; none once they take more than there is room, and no more are drawn then."""
    frames: list[Frame] = []
    for frame in drawn:
        frames.append(frame)
        room -= weight([frame])
        if room < 0:
            return []
    return frames


def _windows(session: Session, settings: Settings, shown: Range | None, pixels: tuple[int, int]) -> Iterator[Frame]:
    """Yield the picture of the window, of the range shown, and of the other windows."""
    yield _fitted(session, settings, session.window(settings), pixels)
    if shown is not None:
        yield from _moved(session, settings, shown, pixels)
    times = dict.fromkeys(session.window(replace(settings, window=window)) for window in WINDOWS)
    for time in times:
        if time != session.window(settings):
            yield _fitted(session, settings, time, pixels)


def _tall(session: Session, settings: Settings) -> Frame:
    """Return the picture of all time with prices far from the last one."""
    everything = session.window(replace(settings, window="all"))
    low, high = session.fitted(settings, everything)
    return _priced(session, settings, everything, (_DEEP * low, _HIGH * high), _TALL)


def _moved(session: Session, settings: Settings, shown: Range, pixels: tuple[int, int]) -> Iterator[Frame]:
    everything = session.window(replace(settings, window="all"))
    time = max(shown[0][0], everything[0]), min(shown[0][1], everything[1])
    if time[0] >= time[1]:
        return
    if shown[1] is None:
        yield _fitted(session, settings, time, pixels)
    else:
        yield _priced(session, settings, time, shown[1], pixels)


def _parts(session: Session, settings: Settings) -> Iterator[tuple[int, int]]:
    """Yield the parts of all time, longest first, then newest; each begins in the middle of the one before it."""
    start, end = session.window(replace(settings, window="all"))
    for halving in range(1, _MOST_HALVINGS + 1):
        length = (end - start) >> halving
        if length < _PART[0] // 5 * session.ledger.timeframe:
            return
        for index in range(2 ** (halving + 1) - 1):
            yield end - length - index * (length // 2), end - index * (length // 2)


def _fitted(session: Session, settings: Settings, time: tuple[int, int], pixels: tuple[int, int]) -> Frame:
    """Return the picture of a range of time [ns] with its price range as the browser fits it, and a little room."""
    earlier = max(time[0] - int(_BEFORE * (time[1] - time[0])), session.ledger.start)
    low, high = session.fitted(settings, (earlier, time[1]))
    room = _BEYOND * (high - low)
    return _priced(session, settings, time, (low - room, high + room), pixels)


def _priced(
    session: Session, settings: Settings, time: tuple[int, int], price: Interval, pixels: tuple[int, int]
) -> Frame:
    """Return the picture of a range of time [ns] and price [quote/base]."""
    return session.frame(settings, (time[0] / MILLISECOND, time[1] / MILLISECOND), price, *pixels)
