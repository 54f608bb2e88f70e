"""A heatmap whose candles can have another length: longer ones are made at once, all others are read beside."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import traitlets

from liqwidget.domain.time import duration_ns, duration_text
from liqwidget.errors import DataError, LiqError
from liqwidget.estimate.estimator import estimate
from liqwidget.field.density import Prior
from liqwidget.market.read import read
from liqwidget.market.source import Source
from liqwidget.market.timeframes import check_timeframe, coarser, timeframes
from liqwidget.widget.keeping import weakly
from liqwidget.widget.live_view import LiveView
from liqwidget.widget.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from liqwidget.domain.ledger import Ledger
    from liqwidget.run.live import Feed
    from liqwidget.widget.live_view import Update


class TimeframedView(LiveView):
    """A live view with a source, that `timeframe` shows in candles of another length.

    Of the simulated market and of own data everything is there. Exchanges are read again, on a thread of its own:
    until they have answered the map that there is stays, or one of longer candles made of it, and says so. Of several
    choices the newest wins; where it cannot be read, the timeframe before is shown again.
    """

    _source: Source = Source((), "")
    _feed: Feed | None = None
    _symbol_asked = ""
    _before: Source | None = None
    """What is shown again if what is being read cannot be had; None while nothing is read."""
    _resume = False
    """Whether to follow the exchanges once it is read."""
    _choice = 0
    _reading = ""

    @traitlets.validate("timeframe")
    def _known_timeframe(self, proposal: Any) -> str:
        value, current = proposal["value"], self._session.ledger.timeframe
        try:
            length = duration_ns(value)
            if length == current:
                return duration_text(length)
            check_timeframe(self._before or self._source, length)
        except DataError as error:
            message = f"timeframe: {error}. Available: {', '.join(timeframes(self._before or self._source))}"
            raise traitlets.TraitError(message) from error
        return duration_text(length)

    def _timeframe_chosen(self, change: Any) -> None:
        length = duration_ns(change["new"])
        with self._lock:
            if length == self.ledger.timeframe and self._before is None:
                return
            self._choice += 1
            number, before = self._choice, self._before or self._source
            self._before, self._error = before, ""
        feed = self._feed
        if feed is not None and feed.running:
            self._resume = True
            feed.stop()
            self._courier.catch_up()
        exchanges = [part.venue for part in before.status]
        back = length == before.markets[0].timeframe
        try:
            self._show_source(before if back else coarser(before, length), number)
        except LiqError:
            if not exchanges:
                raise
        if back or not exchanges:
            self._settled(number)
            return
        shown = duration_text(self.ledger.timeframe)
        more = "" if shown == change["new"] else f"; the map shows {shown} candles until then"
        if shown == change["new"] and not before.simulated:
            more = "; until then the map is made of shorter ones"
        with self._lock:
            if number != self._choice:
                return
            self._reading = f"Reading {change['new']} candles{more}"
            self._refresh()
        arguments = (weakly(self._was_read), number, self._symbol_asked, exchanges, change["new"])
        threading.Thread(target=_read, args=arguments, name="liqwidget-timeframe", daemon=True).start()

    def _was_read(self, number: int, source: Source | None, why: str) -> bool:
        """Show what was read, or what was there before; return whether it was still wanted."""
        before = self._before
        if number != self._choice or before is None:
            return False
        if source is not None:
            try:
                if not self._show_source(source, number):
                    return False
            except LiqError as error:
                source, why = None, str(error)
        if source is None and not before.simulated:
            length = before.markets[0].timeframe
            if not self._show_source(before, number):
                return False
            self._settled(number)
            with self._lock:
                if number == self._choice:
                    self._error = f"{self.timeframe} candles could not be read, {duration_text(length)} stay: {why}"
                    self.timeframe = duration_text(length)
            return True
        if before.joining is not None:
            before.joining.stop()
        self._settled(number)
        if source is not None and source.joining is not None:
            source.joining.then(weakly(self._joined))
        return True

    def _settled(self, number: int) -> None:
        """End the state of reading, and follow again."""
        with self._lock:
            if number != self._choice:
                return
            self._before, self._reading = None, ""
            resume, self._resume = self._resume, False
            self._refresh()
        if resume:
            self.start()

    def _show_source(self, source: Source, number: int | None = None) -> bool:
        """Show another source; return False where another choice was made meanwhile.

        Raises
        ------
        LiqError
            If it cannot be estimated; nothing has changed then.
        """
        while True:
            prior = Prior.parse(self.prior)
            ledger = estimate(source.markets, prior)
            with self._lock, self.hold_sync():
                if number is not None and number != self._choice:
                    return False
                if prior != Prior.parse(self.prior):
                    continue
                every = self.venues == self._session.ledger.names or self._source.simulated > source.simulated
                self._source, self._session = source, session_of(ledger, source)
                made = {"simulated": source.simulated, "arguments": source.arguments(ledger.timeframe)}
                self._named = {"label": f"{ledger.symbol} · {source.label}"} | made
                self._notice = source.notice
                kept = tuple(name for name in self.venues if name in ledger.names)
                self.venues = ledger.names if every or not kept else kept
                self._refresh()
                return True

    def _take(self, update: Update) -> None:
        with self._lock:
            # The last word of a feed that was stopped may come late.
            if update.ledger.timeframe == self._session.ledger.timeframe:
                super()._take(update)

    def _joined(self, source: Source) -> None:
        """Show a source that has more venues, or more of them, than before; called from a thread of its own."""
        with self._lock:
            before = self._before or self._source
            if source.markets[0].timeframe != before.markets[0].timeframe and not before.simulated:
                return
            if self._before is not None:
                self._before = source
                return
        if self._feed is not None and self._feed.running:
            self._feed.take(source.markets)
            return
        try:
            self._show_source(source)
        except LiqError as error:
            self._error = str(error)

    def _computed(self, session: Session, settings: Any, *, frames: bool = True) -> tuple[Any, dict[str, Any]]:
        found, traits = super()._computed(session, settings, frames=frames)
        choices = list(timeframes(self._before or self._source))
        traits["_market"] |= {"timeframes": choices, "reading": self._reading or None}
        return found, traits

    def start(self) -> None:
        """Follow the exchanges."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the view; what is still being read is not shown."""
        self._choice += 1
        self._before, self._resume = None, False
        super().close()


def session_of(ledger: Ledger, source: Source) -> Session:
    """Return the session of a source's markets; of a simulated one no real venue is missed."""
    asked = () if source.simulated else [part.venue for part in source.status]
    return Session(ledger, source.markets, asked)


def _read(
    done: Callable[[int, Source | None, str], Any], number: int, symbol: str, names: Sequence[str], timeframe: str
) -> None:
    """Read exchanges and hand over what they bring, or why they bring nothing; ask no further if nobody wants it."""
    source, why = None, ""
    try:
        source = read(symbol, names, timeframe)
    except Exception as error:  # noqa: BLE001 - whatever it was, the map says it and goes back
        why = str(error) or type(error).__name__
    wanted = done(number, source, why)
    if not wanted and source is not None and source.joining is not None:
        source.joining.stop()
