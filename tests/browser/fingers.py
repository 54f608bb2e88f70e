"""Fingers on a page, one or two, as Chromium itself makes them from a touch screen."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import CDPSession, Page

Point = tuple[float, float]


class Fingers:
    """The fingers of one hand on a page; points are CSS pixels of the window."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    def down(self, *points: Point) -> None:
        """Put fingers on the glass."""
        self._send("touchStart", points)

    def move(self, *points: Point) -> None:
        """Move all fingers that are on the glass."""
        self._send("touchMove", points)

    def up(self) -> None:
        """Take all fingers off the glass."""
        self._send("touchEnd", ())

    def cancel(self) -> None:
        """Have the system take the touch away, as it does for a gesture of its own."""
        self._send("touchCancel", ())

    def tap(self, point: Point) -> None:
        """Touch a point for a moment."""
        self.down(point)
        self.up()

    def drag(self, start: Point, end: Point, steps: int = 8) -> None:
        """Draw one finger along a line."""
        self.down(start)
        for step in range(1, steps + 1):
            self.move(between(start, end, step / steps))
        self.up()

    def pinch(self, starts: tuple[Point, Point], ends: tuple[Point, Point], steps: int = 8) -> None:
        """Draw two fingers along lines, the second put down after the first."""
        self.down(starts[0])
        self.down(*starts)
        for step in range(1, steps + 1):
            self.move(*(between(start, end, step / steps) for start, end in zip(starts, ends, strict=True)))
        self.up()

    def _send(self, kind: str, points: tuple[Point, ...]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def between(start: Point, end: Point, share: float) -> Point:
    """Return a point on the way."""
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


@contextmanager
def touch_screen(page: Page) -> Iterator[Fingers]:
    """Give a page a touch screen and no mouse, and take it away again."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    try:
        yield Fingers(session)
    finally:
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
        session.detach()
