"""The receiver of live data: what a feed offers from its own thread moves the picture, newest first and calmly."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Protocol

from traitlets import Dict

from liqwidget.domain.time import MILLISECOND, time_ns, timestamp
from liqwidget.widget import protocol
from liqwidget.widget.courier import Courier
from liqwidget.widget.feeds import Answered, feeds, stale_sentence
from liqwidget.widget.keeping import weakly
from liqwidget.widget.selecting import SelectingView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.study.clusters import Cluster


class Update(Protocol):
    """What a feed offers: the whole state, so that any update may be left out."""

    @property
    def ledger(self) -> Ledger:
        """Everything up to now."""

    @property
    def markets(self) -> Sequence[MarketData]:
        """The markets behind it, one per venue."""

    @property
    def status(self) -> Sequence[Answered]:
        """How each venue does."""


class LiveView(SelectingView):
    """A heatmap view that takes live data.

    `_live` is what moves with every update: last price, newest candles, freshness; the front end says when it shows
    it. All else that is shared is made anew at a calmer pace, the pictures of the whole window with each close.
    """

    _courier: Courier[Update] = Courier(lambda *_: None)
    _live = Dict(default_value=None, allow_none=True).tag(sync=True)

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        self._courier = Courier(weakly(self._deliver), weakly(self.stop))
        self._number = self._pictured = self._ranged = 0
        self._is_live = self._telling = False
        super().__init__(*arguments, **traits)
        self.observe(weakly(self._range_set), "time_range")

    def offer(self, update: Update) -> None:
        """Take an update from any thread and return at once; of several that come quickly the newest is shown."""
        self._courier.offer(update)

    def stop(self) -> None:
        """Show what was offered last, and end the thread that shows it; the next offer starts another."""
        self._courier.rest()

    def close(self) -> None:
        """Close the view and end its thread."""
        self._courier.close()
        super().close()

    @property
    def found(self) -> tuple[Cluster, ...]:
        """Clusters that stand at the end shown, largest in the shown measure first."""
        if self._courier.behind:
            self._courier.catch_up()
        return self._found

    # ------------------------------------------------------------------ on the courier's thread

    def _deliver(self, update: Update | None, number: int, calm: bool) -> None:  # noqa: FBT001
        """Show an update and what costs more; nobody waits here for an exception, so that the picture says it."""
        try:
            if update is not None:
                self._take(update)
            if calm:
                self._show_calmly()
            with self._lock:
                self._number = number
                self._live = self._live_state()
        except Exception as error:  # noqa: BLE001
            self._error = f"Live data could not be shown: {str(error) or type(error).__name__}"
        else:
            if self._error.startswith("Live data"):
                self._error = ""

    def _take(self, update: Update) -> None:
        """Let everything that is asked be answered from the update."""
        with self._lock:
            every = self.venues == self._session.ledger.names
            self._session = self._session.advanced(self._ledger_of(update), update.markets)
            self._is_live = True
            self._took(update)
            names = self._session.ledger.names
            kept = names if every else tuple(name for name in self.venues if name in names) or names
            if kept != self.venues:
                self.venues = kept

    def _show_calmly(self) -> None:
        """Make anew what costs more, and let other questions be answered meanwhile.

        In replay the past shown is the same as before.
        """
        with self._lock:
            session, settings, before = self._session, self.settings, self._pictured
        closed = session.closed != before
        computed = None if settings.as_of is not None else self._computed(session, settings, frames=closed)
        with self._lock:
            # Another setting has been shown by whoever set it.
            if computed is None or settings != self.settings or session is not self._session:
                return
            self._show(*computed)
            self._pictured = session.closed
            standing = {cluster.id for cluster in self._found}
            tell = (closed or not standing.issuperset(self._selected)) and not self._telling
            self._telling |= tell
        if closed:
            self._doubt_anew()
        if tell:
            on_main_thread(weakly(self._tell))

    def _tell(self) -> None:
        """Bring up to date what users observe, and move a range on that shows the present."""
        with self._lock:
            self._telling = False
            self._keep_ticks()
            if self._selection is not None:
                self.set_trait("selection", self._selected_box(self._selection))
            shift = self._session.closed - self._ranged
            if shift > 0 and self.time_range is not None and time_ns(self.time_range[1]) > self._ranged:
                self.time_range = tuple(timestamp(time_ns(part) + shift) for part in self.time_range)

    def _range_set(self, _change: Any) -> None:
        self._ranged = self._session.closed

    # ------------------------------------------------------------------ what is shared

    def _refresh(self) -> None:
        with self._lock, self.hold_sync():
            self._courier.caught_up()
            self._pictured = self._session.closed
            super()._refresh()
            if self._is_live:
                self._live = self._live_state()

    def _freshness(self) -> dict[str, Any]:
        ledger = self._session.ledger
        entries = feeds(ledger, self._statuses(), simulated=bool(self._named["simulated"]), live=self._is_live)
        now = time.time_ns() / MILLISECOND
        return {"feeds": entries, "stale": stale_sentence(entries, now, live=self._is_live)}

    def _live_state(self) -> dict[str, Any]:
        """Return what the front end shows of the newest data; of a past time only how fresh the data are."""
        state = {"number": self._number, "now": time.time_ns() / MILLISECOND, "feeds": self._freshness()["feeds"]}
        return state | (self._session.newest(self.settings) if self.as_of is None else {})

    def _reply(self, request: protocol.Request) -> tuple[dict[str, Any], protocol.Buffers] | None:
        if not isinstance(request, protocol.TakenNote):
            return super()._reply(request)
        if request.id:
            self._courier.taken(request.view, request.id)
        else:
            self._courier.left(request.view)
        return None

    # ------------------------------------------------------------------ what a heatmap knows more

    def _statuses(self) -> Sequence[Answered]:
        """Return how each venue does."""
        return ()

    def _ledger_of(self, update: Update) -> Ledger:
        """Return the ledger to show of an update."""
        return update.ledger

    def _took(self, update: Update) -> None:
        """Keep what else an update tells."""


def on_main_thread(callback: Callable[[], None]) -> None:
    """Call back on the kernel's main thread between two cells; at once where there is no kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    loop = getattr(getattr(shell, "kernel", None), "io_loop", None)
    if loop is None:
        callback()
    else:
        loop.add_callback(callback)
