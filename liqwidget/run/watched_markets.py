"""Several markets at once: each is read in turn, its price follows what is heard, its clusters the candles that close.

Clusters stand as of closed candles, so that thirty live markets cost little: a price is looked up, and the ledger is
only folded when a candle has closed, or when price has reached a cluster.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from liqwidget.background import Background, freed_in_child, weakly
from liqwidget.decide.alerts import checked_rules
from liqwidget.decide.market_summary import MarketSummary, market_summary
from liqwidget.errors import SourceError
from liqwidget.market.read import followed, read
from liqwidget.run.alerting import Alerts
from liqwidget.run.following import Following
from liqwidget.run.reacting import checked_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from liqwidget.market.source import SourceLike
    from liqwidget.run.live import Ask, Glance

AT_ONCE = 4
"""Markets that are read side by side."""
APART = 1.0
"""How often a market is looked at, at most [s]."""
AGAIN = 60.0
"""After how long a live market that could not be read is asked for again [s]."""
_UNTOLD = 10.0
"""How long a closed candle of one venue is waited for by those of the others [s]."""
_RECROSSED = 5.0
"""How often a market whose price has reached a cluster is folded, at most [s]."""
_CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of one market.

    Parameters
    ----------
    symbol : str
        As it was asked for.
    state : str
        'waiting', 'reading', 'live', 'stopped', 'simulated', 'own frames', or 'failed'.
    reason : str
        Why it is not there, or not whole.
    summary : MarketSummary or None
        None until it is read.
    alerts : int
        How many were told.
    alert : str
        The last one.
    """

    symbol: str
    state: str = "waiting"
    reason: str = ""
    summary: MarketSummary | None = None
    alerts: int = 0
    alert: str = ""


class _Market:
    """One market that is read, followed, and summed up."""

    def __init__(self, symbol: str, source: SourceLike, watch: WatchedMarkets) -> None:
        self.known = Watched(symbol)
        self.source, self._watch = source, watch
        self.following: Following | None = None
        self.alerts: Alerts | None = None
        self.fresh = self.again = False
        self.due = self._folded_at = 0.0
        self._closed = 0
        self._closing: float | None = None
        self._ask: Ask | None = None
        self._lock = freed_in_child(threading.RLock())

    def read(self, timeframe: str | None, prior: Any, *, live: bool) -> None:
        """Read it, sum it up, and follow it where that is asked for; what goes wrong is said in its row."""
        self._tell(state="reading")
        try:
            found = read(self.known.symbol, self.source, timeframe)
            following = Following(
                self.known.symbol, found, prior, changed=weakly(self._changed), offer=weakly(self._offered),
                say=weakly(self._say), lock=self._lock,
            )  # fmt: skip
            self.following = following
            self.alerts = Alerts(
                lambda: following.ledger, lambda: following.live, weakly(self._listed), self._watch.main
            )
            self._sum_up()
            following.begin(live=live and followed(found, None))
            self._tell(state=self._state(), reason=found.notice or "")
        except Exception as error:  # noqa: BLE001 - one market's trouble is not the others'
            self._tell(state="failed", reason=str(error) or type(error).__name__)
            self.again = live and isinstance(error, SourceError) and error.retryable
            self.due = time.monotonic() + AGAIN

    def look(self, now: float) -> None:
        """Take what was heard: the price alone, or all of it where a candle has closed or a cluster is reached."""
        self.fresh, self.due = False, now + APART
        following, summary = self.following, self.known.summary
        feed = None if following is None else following.feed
        glance = None if feed is None else feed.glance()
        if glance is None or summary is None or glance.price is None or following is None:
            return
        summary = summary.at_price(glance.price, time.time_ns())
        if self._is_due(glance, now) or (summary.crossed() and now - self._folded_at >= _RECROSSED):
            self._fold(following, glance, now)
        else:
            self._tell(summary=summary, state=self._state())

    def start(self) -> None:
        """Follow it; nothing happens where there is nothing to follow."""
        if self.following is not None and self.following.source.status:
            self.following.start()
            self._tell(state=self._state())

    def stop(self) -> None:
        """Follow it no more."""
        if self.following is not None:
            self.following.stop()
            self._tell(state=self._state())

    def close(self) -> None:
        """End all of it."""
        if self.following is not None:
            self.following.close()
        if self.alerts is not None:
            self.alerts.close()

    def _is_due(self, glance: Glance, now: float) -> bool:
        """Return whether a candle has closed that all venues have told, or have had the time to."""
        if glance.closed <= self._closed:
            self._closing = None
            return False
        self._closing = now if self._closing is None else self._closing
        if glance.closed_by_all > self._closed or now - self._closing >= _UNTOLD:
            return True
        self.fresh = True
        return False

    def _fold(self, following: Following, glance: Glance, now: float) -> None:
        self._folded_at, self._closed, self._closing = now, glance.closed, None
        try:
            update = None if self._ask is None else self._ask()
            if update is not None and following.take(update):
                self._sum_up(glance.price)
        except Exception as error:  # noqa: BLE001 - the thread looks at the others too
            self._tell(reason=str(error) or type(error).__name__)
        if self.alerts is not None:
            self.alerts.changed()

    def _sum_up(self, price: float | None = None) -> None:
        following = self.following
        if following is None:
            return
        summary = market_summary(following.ledger)
        if price is not None:
            summary = summary.at_price(price, time.time_ns())
        elif following.source.markets[0].complete_until is not None:
            summary = replace(summary, time=following.source.markets[0].complete_until)
        self._tell(summary=summary, state=self._state(), reason=following.source.notice or "")

    def _state(self) -> str:
        following = self.following
        if following is None:
            return self.known.state
        if following.source.simulated:
            return "simulated"
        if not following.source.status:
            return "own frames"
        return "live" if following.live else "stopped"

    def _changed(self) -> None:
        """Another source or ledger is followed: a venue has joined."""
        if self.following is not None:
            self._sum_up()

    def _offered(self, ask: Ask) -> None:
        self._ask, self.fresh = ask, True
        self._watch.wake()

    def _say(self, text: str) -> None:
        if text:
            self._tell(reason=text)

    def _listed(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._tell(alerts=rows[-1]["number"], alert=rows[-1]["text"])

    def _tell(self, **what: Any) -> None:
        with self._lock:
            before, self.known = self.known, replace(self.known, **what)
        if self.known != before:
            self._watch.told()


class WatchedMarkets:
    """Reads several markets, follows them, and says when something is new.

    Parameters
    ----------
    sources : mapping of str to source
        What each symbol is read from, in order; see `liqwidget.LiqHeatmap`.
    timeframe, prior
        As for a heatmap.
    live : bool
        Whether to follow those that come from exchanges.
    changed : callable
        Called on any thread when a market is known otherwise than before.
    main : callable
        Calls something on the thread on which callbacks of users are called.
    """

    def __init__(
        self,
        sources: Mapping[str, SourceLike],
        *,
        timeframe: str | None,
        prior: Any,
        live: bool,
        changed: Callable[[], None],
        main: Callable[[Callable[[], None]], None],
    ) -> None:
        self._timeframe, self._prior, self._live, self._changed = timeframe, prior, live, changed
        self.main = main
        self._markets = {symbol: _Market(symbol, source, self) for symbol, source in sources.items()}
        self._rules: list[tuple[Any, Any]] = []
        self._waiting = deque(self._markets.values())
        self._lock = freed_in_child(threading.Lock())
        self._looking = Background("liqwidget-watchlist", weakly(self._step))
        self._closed = False

    @property
    def known(self) -> tuple[Watched, ...]:
        """What is known of each market, in their order."""
        return tuple(market.known for market in tuple(self._markets.values()))

    @property
    def live(self) -> bool:
        """Whether any of them is followed."""
        return any(one.following is not None and one.following.live for one in self._markets.values())

    @property
    def alerts(self) -> dict[str, Alerts]:
        """The alerts of each market that is read."""
        return {symbol: one.alerts for symbol, one in self._markets.items() if one.alerts is not None}

    def begin(self) -> None:
        """Read all of them in threads of their own, a few at a time."""
        for _ in range(min(AT_ONCE, len(self._waiting))):
            self._reader()

    def watch_for(self, rule: Any, action: Any) -> None:
        """Add a rule to the alerts of every market, also of those that are read later; a DataError if it is none."""
        checked_rules(rule), checked_actions(action)
        with self._lock:
            self._rules.append((rule, action))
            there = list(self.alerts.values())
        for alerts in there:
            alerts.add(rule, action)

    def start(self) -> None:
        """Follow those that come from exchanges."""
        self._live = True
        for market in self._markets.values():
            market.start()

    def stop(self) -> None:
        """Follow none of them."""
        self._live = False
        for market in self._markets.values():
            market.stop()

    def close(self) -> None:
        """End all of it; what is still being read is not shown."""
        self._closed = True
        self._waiting.clear()
        self._looking.close(_CLOSE_SECONDS)
        for market in self._markets.values():
            market.close()

    def wake(self) -> None:
        """Look at what was heard, soon."""
        self._looking.wake()

    def told(self) -> None:
        """Say that something is new."""
        if not self._closed:
            self._changed()

    def _reader(self) -> None:
        threading.Thread(target=self._read_on, name="liqwidget-watchlist-reading", daemon=True).start()

    def _read_on(self) -> None:
        while not self._closed:
            try:
                market = self._waiting.popleft()
            except IndexError:
                return
            market.read(self._timeframe, self._prior, live=self._live)
            if market.alerts is not None:
                with self._lock:
                    rules = list(self._rules)
                for rule, action in rules:
                    market.alerts.add(rule, action)
            if market.again:
                self.wake()
            if self._ended():
                market.close()

    def _ended(self) -> bool:
        return self._closed

    def _step(self, now: float) -> float | None:
        waits = []
        for market in tuple(self._markets.values()):
            if self._closed or not (market.fresh or market.again):
                continue
            if now >= market.due and market.again:
                market.again = False
                self._waiting.append(market)
                self._reader()
            elif now >= market.due:
                market.look(now)
            if market.fresh or market.again:
                waits.append(max(market.due - now, 0.05))
        return min(waits, default=None)
