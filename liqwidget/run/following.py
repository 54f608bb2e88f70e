"""What is followed: the source of a heatmap and its ledger, and all that replaces them while it is shown.

That is another leverage prior, candles of another length, venues that answer late, and live data. Of the simulated
market and of own data candles of every whole multiple are there at once. Exchanges are read again, on a thread of its
own: until they have answered the map that there is stays, or one of longer candles made of it, and says so. Of several
choices the newest wins; where it cannot be read, the timeframe before is shown again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.background import Newest, weakly
from liqwidget.domain.status import SIMULATED, About
from liqwidget.domain.time import duration_ns, duration_text, timestamp
from liqwidget.errors import DataError, LiqError
from liqwidget.estimate.estimator import advance, estimate
from liqwidget.field.density import Prior, venue_density
from liqwidget.market.read import missing, read
from liqwidget.market.timeframes import check_timeframe, coarser, timeframes
from liqwidget.run.own_data import gone_on
from liqwidget.run.reckoning import ended, reckoned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from threading import RLock

    from liqwidget.domain.ledger import Ledger
    from liqwidget.market.source import Source
    from liqwidget.run.live import Ask, Feed, Update

_FEWEST_ROWS = 3
"""The start and two candles."""


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """A timeframe that somebody chose."""

    timeframe: str


class Following:
    """Holds a source and the ledger estimated from it, and says when they are others.

    Parameters
    ----------
    symbol : str
        As it was asked for.
    source : Source
        What was read.
    prior : str, (median, sigma), or mapping
        The leverage prior.
    changed : callable
        Called with the lock held when `ledger`, `source`, `timeframe` or `reading` are others than before, but not for
        updates that were taken.
    offer : callable
        Takes, on any thread, what returns the newest `Update` of a live feed.
    say : callable
        Takes an error as a sentence; an empty one takes it back.
    lock : RLock
        Held while any of it changes.

    Raises
    ------
    LiqError
        If the source cannot be estimated.
    """

    def __init__(
        self,
        symbol: str,
        source: Source,
        prior: Any,
        *,
        changed: Callable[[], None],
        offer: Callable[[Ask], None],
        say: Callable[[str], None],
        lock: RLock,
    ) -> None:
        self.source, self.ledger = reckoned(source, Prior.parse(prior))
        if len(self.ledger.venues[0].time) < _FEWEST_ROWS:
            message = f"Expected at least two candles for a picture, was one ({timestamp(self.ledger.end)})"
            raise DataError(message)
        self.timeframe = duration_text(self.ledger.timeframe)
        self.reading = ""
        self._symbol, self._prior = symbol, Prior.parse(prior)
        self._changed, self._offer, self._say, self._lock = changed, offer, say, lock
        self._feed: Feed | None = None
        self._before: Source | None = None
        """What is shown again if what is being read cannot be had; None while nothing is read."""
        self._resume = False
        """Whether to follow the exchanges once it is read."""
        self._choice: Newest[_Choice] = Newest()
        self._lengths: tuple[Source, tuple[str, ...]] | None = None

    def begin(self, *, live: bool) -> None:
        """Wait for venues that have not answered yet, and follow all of them where that is asked for."""
        if self.source.joining is not None:
            self.source.joining.then(weakly(self._joined))
        if live:
            self.start()

    @property
    def live(self) -> bool:
        """Whether the exchanges are followed, or will be once they are read."""
        return self._resume or self.feed is not None

    @property
    def feed(self) -> Feed | None:
        """The live feed; None where none runs."""
        return self._feed if self._feed is not None and self._feed.running else None

    @property
    def timeframes(self) -> tuple[str, ...]:
        """Lengths of a candle to choose from."""
        source = self._before or self.source
        if self._lengths is None or self._lengths[0] is not source:
            self._lengths = source, timeframes(source)
        return self._lengths[1]

    def about(self) -> About:
        """Return what is said of the source."""
        with self._lock:
            source = self.source
            said = [f"{name}: {words}" for name, words in ended(self.ledger).items()]
            return About(
                label=f"{self.ledger.symbol} · {source.label}",
                simulated=source.simulated,
                arguments=source.arguments(self.ledger.timeframe),
                notice=". ".join(filter(None, (source.notice, *said))) or None,
                status=source.status,
                timeframes=self.timeframes,
                reading=self.reading,
            )

    @property
    def asked(self) -> tuple[str, ...]:
        """The venues that were asked; of the simulated market no real one is missed."""
        return () if self.source.simulated else tuple(part.venue for part in self.source.status)

    # ------------------------------------------------------------------ another prior

    def checked_prior(self, prior: Any) -> Any:
        """Return a leverage prior that every venue allows, or raise a DataError."""
        for part in self.ledger:
            venue_density(part, Prior.parse(prior))
        return prior

    def choose_prior(self, prior: Any) -> None:
        """Estimate anew with another leverage prior."""
        with self._lock:
            parsed = Prior.parse(prior)
            self._prior, (self.source, self.ledger) = parsed, reckoned(self.source, parsed)
            if self._feed is not None:
                self._feed.estimate_with(prior)
            self._changed()

    # ------------------------------------------------------------------ own data that go on

    def go_on(self, given: Any, open_interest: Any, options: dict[str, Any]) -> None:
        """Take more of the user's own data; on an error all stays as it was."""
        with self._lock:
            self.source, self.ledger = gone_on(self.source, self.ledger, given, open_interest, options)
            self._changed()

    # ------------------------------------------------------------------ another timeframe

    def checked(self, timeframe: str) -> str:
        """Return a timeframe in its usual spelling.

        Raises
        ------
        DataError
            If it cannot be had; the text says what can.
        """
        try:
            length = duration_ns(timeframe)
            if length != self.ledger.timeframe:
                check_timeframe(self._before or self.source, length)
        except DataError as error:
            message = f"{error}. Available: {', '.join(self.timeframes)}"
            raise DataError(message) from error
        return duration_text(length)

    def choose_timeframe(self, timeframe: str) -> None:
        """Show candles of another length as soon as they are there."""
        length = duration_ns(timeframe)
        with self._lock:
            if length == self.ledger.timeframe and self._before is None:
                return
            choice, before = _Choice(timeframe), self._before or self.source
            self._choice.put(choice)
            self._before, self.timeframe = before, timeframe
            self._say("")
        if self.feed is not None:
            self._resume = True
            self.feed.stop()
        exchanges = [part.venue for part in before.status]
        back = length == before.markets[0].timeframe
        try:
            self._show(before if back else coarser(before, length), choice)
        except LiqError:
            if not exchanges:
                raise
        if back or not exchanges:
            self._settle(choice)
            return
        with self._lock:
            if not self._choice.counts(choice):
                return
            self.reading = _sentence(timeframe, duration_text(self.ledger.timeframe), simulated=before.simulated)
            self._changed()
        arguments = (weakly(self._was_read), choice, self._symbol, exchanges, before.since)
        threading.Thread(target=_read, args=arguments, name="liqwidget-timeframe", daemon=True).start()

    def _was_read(self, choice: _Choice, source: Source | None, why: str) -> bool:
        """Show what was read, or what was there before; return whether it was still wanted."""
        before = self._before
        if not self._choice.counts(choice) or before is None:
            return False
        if source is not None:
            try:
                if not self._show(source, choice):
                    return False
            except LiqError as error:
                source, why = None, str(error)
        if source is None and not before.simulated:
            return self._went_back(choice, before, why)
        if before.joining is not None:
            before.joining.stop()
        self._settle(choice)
        if source is not None and source.joining is not None:
            source.joining.then(weakly(self._joined))
        return True

    def _went_back(self, choice: _Choice, before: Source, why: str) -> bool:
        """Show again what was there before another timeframe was chosen; return whether that was still wanted."""
        if not self._show(before, choice):
            return False
        back = duration_text(before.markets[0].timeframe)
        with self._lock:
            if self._choice.counts(choice):
                self.timeframe = back
        self._settle(choice)
        with self._lock:
            if self._choice.counts(choice):
                self._say(f"{choice.timeframe} candles could not be read, {back} stay: {why}")
        return True

    def _settle(self, choice: _Choice) -> None:
        """End the state of reading, and follow again."""
        with self._lock:
            if not self._choice.counts(choice):
                return
            self._before, self.reading = None, ""
            resume, self._resume = self._resume, False
            self._changed()
        if resume:
            self.start()

    def _show(self, source: Source, choice: _Choice | None = None) -> bool:
        """Have another source shown; return False where another choice was made meanwhile.

        Raises
        ------
        LiqError
            If it cannot be estimated; nothing has changed then.
        """
        while True:
            prior = self._prior
            found, ledger = reckoned(source, prior)
            with self._lock:
                if choice is not None and not self._choice.counts(choice):
                    return False
                if prior is self._prior:
                    self.source, self.ledger = found, ledger
                    self._changed()
                    return True

    # ------------------------------------------------------------------ venues that answer late

    def _joined(self, source: Source) -> None:
        """Show a source that has more venues, or more of them, than before; called from a thread of its own."""
        with self._lock:
            before = self._before or self.source
            if source.markets[0].timeframe != before.markets[0].timeframe and not before.simulated:
                return
            if self._before is not None:
                self._before = source
                return
        if self.feed is not None:
            self.feed.take(source.markets)
            return
        try:
            self._show(source)
        except LiqError as error:
            self._say(str(error))

    # ------------------------------------------------------------------ live

    def start(self) -> None:
        """Follow the exchanges from now on; nothing happens where they are followed already.

        Raises
        ------
        SourceError
            If the market is simulated or the user's own: there is nothing to follow.
        """
        if self.feed is not None:
            return
        if self._before is not None:
            self.source.asked_venues()
            self._resume = True
            return
        from liqwidget.run.live import follow

        self._feed = follow(self.source, self.ledger, self._symbol, duration_text(self.ledger.timeframe), self._offer)
        self._feed.start()

    def stop(self) -> None:
        """End the live feed, and the waiting for exchanges that have not answered; nothing happens when none runs."""
        self._resume = False
        if self.source.joining is not None:
            self.source.joining.stop()
        if self._feed is not None:
            self._feed.stop()
            with self._lock:
                self.source = replace(self.source, status=self._feed.status)

    def close(self) -> None:
        """End all of it; what is still being read is not shown."""
        self.stop()
        self._choice.put(None)
        self._before = None

    def take(self, update: Update) -> bool:
        """Go on from a live update; return False for the late last word of another coin's, or timeframe's, feed."""
        with self._lock:
            if (update.ledger.symbol, update.ledger.timeframe) != (self.ledger.symbol, self.ledger.timeframe):
                return False
            markets, status = tuple(update.markets), tuple(update.status)
            ledger = self._ledger_of(update)
            label = " + ".join(market.venue for market in markets)
            self.source = replace(
                self.source, markets=markets, label=label, notice=missing(status), simulated=False, status=status
            )
            self.ledger = ledger
            return True

    def _ledger_of(self, update: Update) -> Ledger:
        """Return the ledger of an update; made anew where it was told before the prior was chosen."""
        if update.ledger.prior == self.ledger.prior:
            return update.ledger
        if update.ledger.names != self.ledger.names or self.source.simulated:
            return estimate(update.markets, self.ledger.prior)
        return advance(self.ledger, update.markets)

    def status(self) -> pd.DataFrame:
        """Return one row per venue; see `LiqHeatmap.status`."""
        source = self.source
        state, over = "simulated" if source.simulated else "own frames", ended(self.ledger)
        rows: dict[str, tuple[str, Any, int, str, str, str, Any]] = {}
        for part in self.ledger:
            notes = "; ".join(note for note in (over.get(part.venue), *part.notes) if note and note != SIMULATED)
            rows[part.venue] = state, timestamp(int(part.time[-1])), len(part.time) - 1, notes, "", "", pd.NaT
        for asked in source.asked if self.feed is None else self.feed.status:
            name, row = asked.venue, rows.get(asked.venue)
            if source.simulated:
                name, row = f"{name} (real)", None
            last, candles, notes = row[1:4] if row is not None else (pd.NaT, 0, "")
            rows[name] = asked.said, last, candles, notes, asked.reason, asked.publishes, asked.heard or pd.NaT
        columns = ["state", "last_time", "candles", "notes", "reason", "publishes", "heard"]
        return pd.DataFrame(rows.values(), columns=columns, index=pd.Index(rows, name="venue"))


def _sentence(chosen: str, shown: str, *, simulated: bool) -> str:
    """Return what is said while candles of a chosen length are read, and others are shown."""
    if shown != chosen:
        return f"Reading {chosen} candles; the map shows {shown} candles until then"
    return f"Reading {chosen} candles" + ("" if simulated else "; until then the map is made of shorter ones")


def _read(
    done: Callable[[_Choice, Source | None, str], Any], choice: _Choice, symbol: str, names: Sequence[str], since: Any
) -> None:
    """Read exchanges and hand over what they bring, or why they bring nothing; ask no further if nobody wants it."""
    source, why = None, ""
    try:
        source = read(symbol, names, choice.timeframe, since=since)
    except Exception as error:  # noqa: BLE001 - whatever it was, the map says it and goes back
        why = str(error) or type(error).__name__
    wanted = done(choice, source, why)
    if not wanted and source is not None and source.joining is not None:
        source.joining.stop()
