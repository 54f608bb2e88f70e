"""Alerts of a heatmap: rules asked as candles close, whoever looks, and who is told.

They are asked in a thread of their own, of all venues and leverage groups, whatever is shown. The feed only says that
there is something new. What has closed before a rule was added is watched but not told, so that the next run of a cell
tells nothing twice; nor does a candle that is revised, or a feed that reconnects.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.background import Background, weakly
from liqwidget.decide.alerts import (
    STEP,
    Alert,
    AlertFold,
    AlertReplay,
    alerts_frame,
    checked_rules,
    replay_alerts,
    switched_off,
)
from liqwidget.decide.level_rules import DataStale
from liqwidget.decide.looks import closed_until, confirmed, parsed_step
from liqwidget.decide.watching import rule_text
from liqwidget.domain.amount import UNKNOWN
from liqwidget.domain.time import MILLISECOND, timestamp
from liqwidget.errors import LiqError
from liqwidget.market.store import alert_log
from liqwidget.run.reacting import action_text, checked_actions, react
from liqwidget.run.webhook import Courier, Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from liqwidget.decide.watching import AlertRule
    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger

APART = 1.0
"""How often it is looked whether a candle has closed, at most [s]."""
MOST_SHOWN = 30
"""Alerts that a page lists."""
_MOST_LOGGED = 10_000
_REMEMBERED = 500
_LONGEST_WAIT = 30.0
_CLOSE_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class _Watched:
    """A rule, what it does, and how it does; `since`: what was so by then is not told [ns]."""

    rule: AlertRule
    actions: tuple[Any, ...]
    symbol: str
    since: int
    off: str = ""
    trouble: str = ""
    count: int = 0
    last: int = 0
    told: deque[tuple[int, str]] = field(default_factory=partial(deque, maxlen=_REMEMBERED))


class Alerts:
    """The alerts of a heatmap: `add` rules, read the `log`, `replay` the past.

    Parameters
    ----------
    ledger : callable
        Returns the ledger of what is followed.
    live : callable
        Returns whether data go on coming.
    show : callable
        Takes what a page lists.
    main : callable
        Calls something on the thread on which callbacks of users are called.
    clock : callable
        Returns the present [ns UTC].
    courier : Courier, optional
        Posts to webhooks.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> h = liqwidget.LiqHeatmap.from_ledger(ledger)
    >>> h.alerts.add(liqwidget.PriceNear(1.0), action="log")
    >>> h.alerts
    Alerts(1 rules, 0 off, 0 told)
    >>> h.close()
    """

    def __init__(
        self,
        ledger: Callable[[], Ledger],
        live: Callable[[], bool],
        show: Callable[[list[dict[str, Any]]], None],
        main: Callable[[Callable[[], None]], None],
        *,
        clock: Callable[[], int] = time.time_ns,
        courier: Courier | None = None,
    ) -> None:
        self._ledger, self._live, self._show, self._main, self._clock = ledger, live, show, main, clock
        self._courier = courier or Courier()
        self._turn, self._lock = threading.RLock(), threading.RLock()
        self._asked: Callable[[], Any] | None = None
        self._fresh = self._held = False
        self._known: Ledger | None = None
        self._thread = Background("liqwidget-alerts", weakly(self._step))
        self._watched: tuple[_Watched, ...] = ()
        self._fold: AlertFold | None = None
        self._folded: Any = None
        self._rows: deque[dict[str, Any]] = deque(maxlen=_MOST_LOGGED)
        self._shown: deque[dict[str, Any]] = deque(maxlen=MOST_SHOWN)
        self._number = 0
        self._keeps = self._closed = False
        self._next_at = 0.0
        self.trouble = ""
        """Why rules could not be asked last; empty if they could."""

    # ------------------------------------------------------------------ what is watched

    def add(self, rule: AlertRule | Iterable[AlertRule], action: Any = "toast") -> None:
        """Watch for something from now on, of the coin shown now.

        A rule that equals one that is watched takes its place, and is on again if it was switched off. Rules are asked
        as candles close, of all venues and leverage groups.

        Parameters
        ----------
        rule : AlertRule, or iterable of AlertRule
            What is watched for, such as ``PriceNear(1.0)`` or ``ClusterSwept(level=60_000, name="weekly low")``.
        action : 'toast', 'log', callable, Webhook, or iterable of these
            What is done: a message in the widget; nothing but a line in `log`, which every alert gets; a function, or
            coroutine function, that is given the `Alert`; a message posted to an address.

        Raises
        ------
        DataError
            If it is no rule, or no action.
        """
        rules, actions, ledger = checked_rules(rule), checked_actions(action), self._newest()
        with self._lock:
            known = {(one.symbol, one.rule): one for one in self._watched}
            for one in rules:
                before = known.get((ledger.symbol, one))
                since = closed_until(ledger) if before is None else before.since
                made = _Watched(one, actions, ledger.symbol, since)
                if before is not None:
                    made.count, made.last, made.told = before.count, before.last, before.told
                known[ledger.symbol, one] = made
            self._watched = tuple(known.values())
        self._thread.wake()

    def remove(self, rule: AlertRule | Iterable[AlertRule]) -> None:
        """Watch for something no more; nothing happens if it is not watched for."""
        gone = checked_rules(rule)
        with self._lock:
            self._watched = tuple(one for one in self._watched if one.rule not in gone)

    def clear(self) -> None:
        """Watch for nothing; the log stays."""
        with self._lock:
            self._watched = ()

    @property
    def rules(self) -> tuple[AlertRule, ...]:
        """What is watched for."""
        return tuple(one.rule for one in self._watched)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per rule.

        Returns
        -------
        DataFrame
            rule; name; symbol; actions, in words; state: 'on', or why it is off; count: how often it has told
            something; last: when (UTC); trouble: why a webhook was not reached last.
        """
        self._up_to_date()
        rows = [
            (
                rule_text(one.rule), one.rule.name, one.symbol, ", ".join(map(action_text, one.actions)),
                one.off or "on", one.count, timestamp(one.last) if one.last else pd.NaT, one.trouble,
            )
            for one in self._watched
        ]  # fmt: skip
        names = ["rule", "name", "symbol", "actions", "state", "count", "last", "trouble"]
        return pd.DataFrame(rows, columns=names)

    # ------------------------------------------------------------------ what was told

    @property
    def log(self) -> pd.DataFrame:
        """What was told so far, the earliest first: see `liqwidget.alerts_frame`; with what is kept, if it is."""
        self._up_to_date()
        rows = list(self._rows)
        if self._keeps:
            with suppress(OSError, LiqError):
                own = {_key(row) for row in rows}
                kept = [row for row in alert_log.known() if _key(row) not in own]
                rows = sorted([*kept, *rows], key=lambda row: row["time"])
        return alerts_frame(rows)

    def keep(self, *, on: bool = True) -> None:
        """Keep what is told in the store, and have it in `log` the next time too; ``on=False`` keeps no more."""
        with self._lock:
            self._keeps = on
            rows = list(self._rows)
        if on:
            self._store(rows)

    def replay(
        self, market: MarketData | Iterable[MarketData] | Ledger | None = None, *, since: Any = None, step: Any = None
    ) -> AlertReplay:
        """Return what the rules would have told of the past, each time of what had closed by then.

        `market`: another one than that shown; `since`, `step`: as in `liqwidget.replay_alerts`, '1h' is the quick look.
        """
        return replay_alerts(self.rules, self._ledger() if market is None else market, since=since, step=step)

    def __repr__(self) -> str:
        """Return how many rules there are, and how they do."""
        off = sum(bool(one.off) for one in self._watched)
        told = sum(one.count for one in self._watched)
        return f"Alerts({len(self._watched)} rules, {off} off, {told} told)"

    def _repr_html_(self) -> str:
        """Return the rules as a table."""
        return f'<div class="mathjax_ignore">{self.to_frame().to_html(index=False, na_rep=UNKNOWN)}</div>'

    # ------------------------------------------------------------------ as data come

    def offered(self, ask: Callable[[], Any]) -> None:
        """Take, from any thread, what returns a live update, and return at once."""
        self._asked, self._fresh = ask, True
        self.changed()

    def changed(self) -> None:
        """Note that something else is followed, or more of it; returns at once."""
        if self._watched:
            self._thread.wake()

    def close(self) -> None:
        """Watch no more; not with a lock that `show` takes."""
        self._closed, self._asked, self._known, self._fold = True, None, None, None
        self._thread.close(_CLOSE_SECONDS)
        self._courier.close()

    def _step(self, now: float) -> float | None:
        if self._closed or not self._watched:
            return None
        if now < self._next_at:
            return self._next_at - now
        self._next_at = now + APART
        self._caught_up()
        return self._next_beat()

    def _up_to_date(self) -> None:
        """Catch up where something has closed, or is late, since rules were added: of the past nothing is told."""
        end = closed_until(self._newest()) if self._watched else 0
        if any(one.since < end or (isinstance(one.rule, DataStale) and self._live()) for one in self._watched):
            self._caught_up()

    def _caught_up(self) -> None:
        """Ask the rules about all that is known, and tell what they tell; whatever goes wrong stays here."""
        told: list[tuple[_Watched, Alert]] = []
        with self._turn:
            try:
                self._ask(told)
            except Exception as error:  # noqa: BLE001 - the next candle may be another
                self.trouble = f"Alerts could not be looked for: {str(error) or type(error).__name__}"
            else:
                self.trouble = ""
        if told:
            self._tell(told)

    def _ask(self, told: list[tuple[_Watched, Alert]]) -> None:
        """Add to `told` what rules tell of the newest data; with the turn held."""
        ledger = self._newest()
        watched = tuple(one for one in self._watched if one.symbol == ledger.symbol and not one.off)
        if not watched or self._closed:
            return
        kind = ledger.symbol, ledger.timeframe, ledger.prior, ledger.names, watched
        if self._fold is None or kind != self._folded:
            self._fold = AlertFold([one.rule for one in watched], parsed_step(None, STEP, ledger))
            self._folded = kind
        fold, before = self._fold, self._watched
        until = confirmed(ledger, self._clock()) if self._live() else ledger.end
        self._held = until < ledger.end and self._live()
        found = list(fold.go_on(ledger, until, wanted=lambda: not self._closed and self._watched is before))
        if self._live():
            found += fold.beat(ledger, self._clock())
        for number, alert in found:
            one, key = watched[number], (int(alert.time.value), alert.text)
            if key[0] > one.since and key not in one.told:
                one.told.append(key)
                told.append((one, alert))
        for number, why in fold.switched_off.items():
            if not watched[number].off:
                self._switch_off(watched[number], why)
        for one in watched:
            one.since = max(one.since, fold.time or 0)

    def _newest(self) -> Ledger:
        """Return the newest ledger: that of a live update of what is followed, else the one that is shown."""
        shown, ask = self._ledger(), self._asked
        if self._fresh and ask is not None:
            self._fresh = False
            update = ask()
            self._known = self._known if update is None else update.ledger
        known = self._known
        if known is None:
            return shown
        same = (known.symbol, known.timeframe, known.prior) == (shown.symbol, shown.timeframe, shown.prior)
        return known if same and known.end >= shown.end else shown

    def _next_beat(self) -> float | None:
        """Return in how many seconds data will be late if nothing comes; None where nobody waits for it."""
        if self._fresh or self._held:
            return APART
        fold = self._fold
        if fold is None or not self._live():
            return None
        now = self._clock()
        due = fold.next_beat(self._ledger(), now)
        return None if due is None else min(max((due - now) / 1e9, APART), _LONGEST_WAIT)

    # ------------------------------------------------------------------ who is told

    def _tell(self, told: list[tuple[_Watched, Alert]]) -> None:
        rows = []
        toasts = False
        for one, alert in told:
            one.count, one.last = one.count + 1, int(alert.time.value)
            row = alert.row()
            rows.append(row)
            self._rows.append(row)
            if "toast" in one.actions:
                toasts = True
                self._list(alert.text, one.rule.name, int(alert.time.value))
        if toasts:
            self._show(list(self._shown))
        if self._keeps:
            self._store(rows)
        for one, alert in told:
            for action in one.actions:
                if isinstance(action, Webhook):
                    self._courier.post(action, _message(alert), partial(self._unreached, one))
                elif callable(action):
                    failed = partial(self._failed, one)
                    self._main(partial(self._react, one, action, alert, failed))

    def _react(self, one: _Watched, action: Any, alert: Alert, failed: Callable[[BaseException], None]) -> None:
        if not one.off:
            react(action, alert, failed)

    def _failed(self, one: _Watched, error: BaseException) -> None:
        self._switch_off(one, switched_off("callback", error))

    def _switch_off(self, one: _Watched, why: str) -> None:
        """Switch a rule off, and say so where alerts are read."""
        one.off = why
        self._list(f"{rule_text(one.rule)}: {why}", one.rule.name, self._clock(), kind="off")
        self._show(list(self._shown))

    def _unreached(self, one: _Watched, why: str) -> None:
        one.trouble = why

    def _list(self, text: str, name: str, when: int, kind: str = "alert") -> None:
        with self._lock:
            self._number += 1
            self._shown.append(
                {"number": self._number, "time": when / MILLISECOND, "text": text, "name": name, "kind": kind}
            )

    def _store(self, rows: Iterable[dict[str, Any]]) -> None:
        try:
            alert_log.keep(rows)
        except (OSError, LiqError) as error:
            self.trouble = f"Alerts could not be kept: {type(error).__name__}"


def _message(alert: Alert) -> dict[str, Any]:
    """Return what is posted of an alert."""
    row = alert_log.as_json(alert.row())
    return row | {"content": row["text"]}


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["time"], row["symbol"], row["rule"], row["text"]
