"""Alerts: rules folded over looks, and what they would have told of a market's past.

Pure. The fold begins with the data, so that what it tells of a time is the same whether the data came at once or candle
by candle; what is told is told once, also where candles are revised later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.decide.level_rules import DataStale
from liqwidget.decide.lives import Tracker
from liqwidget.decide.looks import looks, parsed_step
from liqwidget.decide.watching import AlertRule, Moment, rule_text
from liqwidget.domain.ledger import Ledger
from liqwidget.domain.time import MINUTE, time_index, time_ns, timestamp
from liqwidget.errors import DataError, plain
from liqwidget.estimate.estimator import estimate
from liqwidget.field.density import DEFAULT_PRIOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from liqwidget.decide.looks import Look
    from liqwidget.decide.watching import Reading
    from liqwidget.domain.frames import MarketData

STEP = 5 * MINUTE
"""How often rules are asked unless told otherwise [ns]."""

COLUMNS = ("time", "symbol", "rule", "name", "text", "price", "price_low", "price_high", "amount", "cluster")

_SHOWN = 12
"""Alerts that a cell shows, the newest."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a rule has told.

    Parameters
    ----------
    time : Timestamp
        When it was so: the look at which it is known, UTC.
    symbol : str
        Of the market.
    rule : AlertRule
        What told it.
    text : str
        A sentence.
    price : float
        The last close then [quote/base].
    price_low, price_high : float
        Where [quote/base]; NaN where it has no place.
    amount : float
        Estimated [quote]; NaN where it has none.
    cluster : str
        Its id in `cluster_history`, if it is of one.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> told = liqwidget.replay_alerts(liqwidget.PriceNear(1.0), ledger, step="4h").alerts
    >>> told[0].symbol, type(told[0].rule).__name__, str(told[0].time)
    ('BTC', 'PriceNear', '2026-01-28 08:00:00+00:00')
    """

    time: pd.Timestamp
    symbol: str
    rule: AlertRule
    text: str
    price: float
    price_low: float
    price_high: float
    amount: float
    cluster: str

    def row(self) -> dict[str, Any]:
        """Return it as a row of `alerts_frame`."""
        said = {name: getattr(self, name) for name in COLUMNS if name not in ("rule", "name")}
        return said | {"rule": rule_text(self.rule), "name": self.rule.name}


@dataclass(frozen=True, slots=True, eq=False)
class AlertReplay:
    """What rules would have told.

    Parameters
    ----------
    alerts : tuple of Alert
        The earliest first.
    switched_off : dict
        Why rules that raised were switched off, by their place.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> replay = liqwidget.replay_alerts(liqwidget.ClusterSwept(), ledger, step="4h")
    >>> len(replay.to_frame()) == len(replay.alerts), replay.switched_off
    (True, {})
    """

    alerts: tuple[Alert, ...] = field(repr=False)
    switched_off: dict[int, str]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per alert: see `alerts_frame`."""
        return alerts_frame([one.row() for one in self.alerts])

    def _repr_html_(self) -> str:
        """Return how many there are of each rule, and the newest."""
        rows = self.to_frame()
        rows["time"] = rows["time"].dt.strftime("%Y-%m-%d %H:%M")
        counts = rows.groupby(["rule", "name"], sort=False).size().reset_index(name="alerts")
        newest = rows.tail(_SHOWN)[["time", "text"]].rename(columns={"time": "time (UTC)"})
        tables = f"{counts.to_html(index=False)}{newest.to_html(index=False)}" if len(rows) else ""
        said = "The newest; to_frame() has all. Estimates, no advice."
        return f'<div class="mathjax_ignore"><p>{escape(repr(self))}</p>{tables}<p>{said}</p></div>'

    def __repr__(self) -> str:
        """Return how many there are."""
        off = "".join(f", rule {number} off: {why}" for number, why in self.switched_off.items())
        return f"AlertReplay({len(self.alerts)} alerts{off})"


def alerts_frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return alerts as a table: time (UTC), symbol, rule, name, text, price, price_low, price_high, amount, cluster.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> told = liqwidget.replay_alerts(liqwidget.PriceNear(1.0), ledger, step="4h").alerts
    >>> liqwidget.alerts_frame([alert.row() for alert in told]).columns[:3].tolist()
    ['time', 'symbol', 'rule']
    """
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    times = np.array([time_ns(row["time"]) for row in rows], np.int64)
    frame["time"] = time_index(times)
    return frame


@dataclass(slots=True)
class _State:
    """What was told of one thing: whether it is still so, and when it was told last [ns]."""

    on: bool = False
    told: int | None = None
    seen: int = 0


class AlertFold:
    """Asks rules, look by look.

    Parameters
    ----------
    rules : sequence of AlertRule
        What is watched for.
    step : int
        Time from look to look [ns].
    """

    def __init__(self, rules: Sequence[AlertRule], step: int) -> None:
        self.rules, self.step = tuple(rules), step
        self.switched_off: dict[int, str] = {}
        """Why rules are not asked any more, by place."""
        self._tracker = Tracker()
        self._memory: list[dict[str, Any]] = [{} for _ in rules]
        self._states: list[dict[str, _State]] = [{} for _ in rules]
        self._last: Look | None = None

    @property
    def time(self) -> int | None:
        """The last look [ns]; None before the first."""
        return None if self._last is None else self._last.time

    def go_on(
        self, ledger: Ledger, until: int | None = None, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[tuple[int, Alert]]:
        """Yield what rules, by place, tell of the looks that a ledger has since the last; while they are `wanted`."""
        for look in looks(ledger, self.step, after=self.time, until=until):
            if not wanted():
                return
            events = self._tracker.step(look)
            self._last = look
            closes = dict(zip(look.names, look.closes, strict=True))
            late = {part.venue: closes[part.venue] + part.timeframe for part in ledger if closes[part.venue]}
            yield from self._asked(
                Moment(look, events, self._tracker.living, ledger.symbol, ledger.unit, late, look.time)
            )

    def beat(self, ledger: Ledger, now: int) -> list[tuple[int, Alert]]:
        """Return what rules about late data tell at a time at which nothing has come [ns]."""
        if self._last is None or now <= self._last.time:
            return []
        late = _due(ledger)
        moment = Moment(self._last, (), self._tracker.living, ledger.symbol, ledger.unit, late, now)
        return list(self._asked(moment, DataStale))

    def next_beat(self, ledger: Ledger, now: int) -> int | None:
        """Return when data will be late next if nothing comes [ns]; None where no rule is about that."""
        late = _due(ledger)
        found = [rule.next_time(late, now) for rule in self.rules if isinstance(rule, DataStale)]
        return min((time for time in found if time is not None), default=None)

    def _asked(self, moment: Moment, kind: type[AlertRule] = AlertRule) -> Iterator[tuple[int, Alert]]:
        for number, rule in enumerate(self.rules):
            if number in self.switched_off or not isinstance(rule, kind):
                continue
            try:
                found = list(rule.readings(moment, self._memory[number]))
                told = [one for one in found if self._tells(self._states[number], rule.pause, one, moment)]
                self._forget(number, rule.pause, moment.look.time)
            except Exception as error:  # noqa: BLE001 - a rule of a user costs neither the others nor the feed
                self.switched_off[number] = switched_off("rule", error)
                continue
            for one in told:
                yield number, _alert(rule, one, moment)

    def _tells(self, states: dict[str, _State], pause: int, reading: Reading, moment: Moment) -> bool:
        """Return whether a reading is told: it has become so, and nothing was told of it for a while."""
        state = states.setdefault(reading.key, _State())
        time = reading.time or moment.look.time
        state.seen = moment.look.time
        tells = reading.on and not state.on and (state.told is None or time - state.told >= pause)
        state.on = (state.on or reading.on) and not reading.off
        if tells:
            state.told = time
        return tells

    def _forget(self, number: int, pause: int, now: int) -> None:
        """Drop what a rule has not spoken of for long."""
        states = self._states[number]
        for key in [key for key, one in states.items() if now - one.seen > max(pause, self._kept)]:
            del states[key]

    @property
    def _kept(self) -> int:
        """How long is remembered of what a rule speaks of no more [ns]."""
        return 7 * 24 * 60 * MINUTE


def replay_alerts(
    rules: AlertRule | Iterable[AlertRule],
    market: MarketData | Iterable[MarketData] | Ledger,
    *,
    since: Any = None,
    step: str | None = None,
    prior: Any = DEFAULT_PRIOR,
) -> AlertReplay:
    """Return what rules would have told of a market's past, each time of what had closed by then.

    Parameters
    ----------
    rules : AlertRule, or iterable of AlertRule
        What is watched for.
    market : MarketData, iterable of MarketData, or Ledger
        What has happened.
    since : time, optional
        From when on alerts count; what was before is watched all the same, as it is live.
    step : str, optional
        How often rules are asked, at least a candle; '5m' or a candle, whichever is longer, by default, as live. A
        month of 5-minute candles takes some ten seconds so, and one at '1h'.
    prior : str, (median, sigma), or mapping
        The leverage prior, where a market is given.

    Returns
    -------
    AlertReplay

    Raises
    ------
    DataError
        If something is no rule, or an option cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> rules = [liqwidget.PriceNear(1.0), liqwidget.ClusterSwept()]
    >>> liqwidget.replay_alerts(rules, ledger, step="4h").to_frame()["rule"].unique().tolist()
    ['PriceNear()', 'ClusterSwept()']
    """
    wanted = checked_rules(rules)
    ledger = market if isinstance(market, Ledger) else estimate(market, prior)
    fold = AlertFold(wanted, parsed_step(step, STEP, ledger))
    begin = None if since is None else timestamp(time_ns(since, "since"))
    told = tuple(one for _, one in fold.go_on(ledger) if begin is None or one.time > begin)
    return AlertReplay(told, fold.switched_off)


def checked_rules(rules: Any) -> tuple[AlertRule, ...]:
    """Return one rule or several.

    Raises
    ------
    DataError
        If one is none.
    """
    given = (rules,) if isinstance(rules, AlertRule) or not hasattr(rules, "__iter__") else tuple(rules)
    for one in given:
        if not isinstance(one, AlertRule):
            message = f"Expected a rule such as PriceNear(1.0) or ClusterSwept(level=60_000), was {one!r:.60}"
            raise DataError(message)
    return given


def switched_off(what: str, error: BaseException) -> str:
    """Return the sentence about a rule or callback that has raised."""
    why = plain(f"{type(error).__name__}: {error}".removesuffix(": "))[:200]
    return f"the {what} has raised {why}: it is off until it is added again"


def _due(ledger: Ledger) -> dict[str, int]:
    """Return when the next candle of each venue is due [ns]."""
    return {part.venue: int(part.known[part.settled - 1]) + part.timeframe for part in ledger if part.settled > 1}


def _alert(rule: AlertRule, reading: Reading, moment: Moment) -> Alert:
    return Alert(
        time=timestamp(reading.time or moment.look.time),
        symbol=moment.symbol,
        rule=rule,
        text=f"{moment.symbol}: {reading.text}",
        price=moment.look.price,
        price_low=reading.place[0],
        price_high=reading.place[1],
        amount=reading.amount,
        cluster=reading.cluster,
    )
