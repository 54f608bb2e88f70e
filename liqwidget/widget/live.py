"""Live data on a heatmap: what a feed offers from its own thread moves the picture, newest first and calmly.

What moves with every update (last price, newest candles, freshness) is shared at once; the front end says when it shows
it. All else is made anew at a calmer pace, the pictures of the whole window with each close.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from liqwidget.background import freed_in_child, weakly
from liqwidget.widget.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from liqwidget.widget.display import Display
    from liqwidget.widget.protocol import TakenNote

Update = TypeVar("Update")

FAILED = "Live data could not be shown"
"""Begins the sentence about what could not be shown."""


class Live(Generic[Update]):
    """Brings what a feed offers to a display.

    Parameters
    ----------
    display : Display
        Where it is shown.
    take : callable
        Lets everything that is asked be answered from an update.
    calmed : callable
        ``calmed(closed)``: what costs more was made anew, `closed`: a candle has closed. Returns whether users are to
        be told.
    tell : callable
        Tells them; called on the kernel's main thread.
    say : callable
        Takes a sentence about what could not be shown, an empty one after what could.
    unwatched : callable
        Called some time after the last view was taken off its page.
    """

    def __init__(
        self,
        display: Display,
        take: Callable[[Update], None],
        *,
        calmed: Callable[[bool], bool],
        tell: Callable[[], None],
        say: Callable[[str], None],
        unwatched: Callable[[], None],
    ) -> None:
        self._display, self._take, self._calmed, self._users, self._say = display, take, calmed, tell, say
        self._delivery: Delivery[Callable[[], Update | None]] = Delivery(weakly(self._deliver), unwatched)
        self._lock = freed_in_child(threading.Lock())
        self._telling = False

    @property
    def delivery(self) -> Delivery[Callable[[], Update | None]]:
        """Where updates wait for the page."""
        return self._delivery

    def offer(self, ask: Callable[[], Update | None]) -> None:
        """Take, from any thread, what returns an update, and return at once; it is asked once the page is ready."""
        self._delivery.offer(ask)

    def taken(self, note: TakenNote) -> None:
        """Take a view's note that it shows a message, or that it was taken off its page."""
        if note.id:
            self._delivery.taken(note.view, note.id)
        else:
            self._delivery.left(note.view)

    def catch_up(self) -> None:
        """Make what costs more as new as what was last delivered."""
        if self._delivery.behind:
            self._delivery.catch_up()

    def caught_up(self) -> None:
        """Note that all of it is made anew by somebody else now."""
        self._delivery.caught_up()

    def rest(self) -> None:
        """Show what was offered last, and end the thread that shows it; the next offer starts another."""
        self._delivery.rest()

    def close(self) -> None:
        """End the thread, and show nothing more."""
        self._delivery.close()

    def _deliver(self, ask: Callable[[], Update | None] | None, number: int, calm: bool) -> None:  # noqa: FBT001
        """Show an update and what costs more; nobody waits here for an exception, so that the picture says it."""
        try:
            update = None if ask is None else ask()
            if update is not None:
                self._take(update)
            closed = self._display.calmly() if calm else None
            if closed is not None and self._calmed(closed):
                self._tell()
            self._display.newest(number)
        except Exception as error:  # noqa: BLE001
            self._say(f"{FAILED}: {str(error) or type(error).__name__}")
        else:
            self._say("")

    def _tell(self) -> None:
        with self._lock:
            waits, self._telling = self._telling, True
        if not waits:
            on_main_thread(weakly(self._told))

    def _told(self) -> None:
        with self._lock:
            self._telling = False
        self._users()


def on_main_thread(callback: Callable[[], None]) -> None:
    """Call back on the kernel's main thread between two cells; at once where there is no kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    loop = getattr(getattr(shell, "kernel", None), "io_loop", None)
    if loop is None:
        callback()
    else:
        loop.add_callback(callback)
