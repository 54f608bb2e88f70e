"""Sweeps: each past sweep of a cluster, how price came, and what it did after.

A sweep is one that the history of clusters tells (`cluster_history`): price has crossed at least a tenth of what stood
in a cluster at the look before. So ids, amounts and times are those of the history. Its candle is the first one by
whose close that tenth was crossed, the earliest at which the sweep could be known; what followed is reckoned from that
close. Farther back, from the touch of the edge, sweeps that stop short would be left out of it, and those that go on
kept (notebooks/evidence.md, "How it is asked").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.decide.candles import closed, given_markets, last_known
from liqwidget.decide.lives import Tracker
from liqwidget.decide.looks import looks, parsed_step
from liqwidget.decide.sweep_measures import crossing, interest_drops, measures, realised
from liqwidget.domain.amount import UNKNOWN, money
from liqwidget.domain.overlay import PriceBand
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.time import HOUR, duration_text, time_index, time_ns, timestamp
from liqwidget.errors import DataError
from liqwidget.study.clusters import WIDEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from liqwidget.decide.lives import ClusterEvent
    from liqwidget.decide.looks import Seen
    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.side import Side

FOLLOWED = 12
"""Candles that are followed after a sweep unless told otherwise."""

REMINDER = (
    "On the recorded markets a sweep is not told from an ordinary move of its size: what followed is no hit rate "
    "without its control."
)

_MOST = 100_000
_NEWEST = 20
"""Sweeps that a cell shows."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep of a cluster, and what followed.

    Parameters
    ----------
    id : str
        The cluster's, as in `liqwidget.cluster_history`.
    side : Side
        Of its positions: LONG were liquidated in a fall.
    time : int
        Close of the candle by which a tenth of what stood had been crossed [ns].
    told : int
        The look at which the history tells it [ns]; amount and share are as of then.
    price_low, price_high : float
        The cluster's range at the look before [quote/base].
    amount, share : float
        What was swept by `told`, as estimated [quote], and as a share of what stood.
    realised : float
        Liquidations of that side that the venues told between the first touch and `told`, at any price [quote]; NaN
        where no venue's record reaches that far back, or had told none for a day.
    venue : str
        Whose candles: the venue that led then, or the one named; '' where it had none.
    took : int
        From the open of the first candle that reached the range to `time` [ns].
    speed : float
        From the close before that candle to the farthest price by `time`, per minute of `took` [bps/min].
    wick : float
        Of the sweep's candle: which share of its range lies beyond its body, toward the cluster.
    volume_spike : float
        Mean volume of the candles from touch to `time` over the median of the 24 hours before.
    open_interest_drop : float
        By which share open interest [base] of the venues fell from the first touch to `told`; negative: it rose.
    close : float
        Of the sweep's candle [quote/base]; what followed is reckoned from it.
    followed_until : int
        Close of the last candle that is followed [ns].
    net_reversal_bps : float
        From `close` to that of the last candle followed, against the approach: positive is a reversal, negative a
        continuation [bps]; NaN where it is not known yet.
    reversal_bps, continuation_bps : float
        The farthest that price went each way meanwhile, by highs and lows [bps, at least 0]; NaN as above.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> sweep = liqwidget.sweeps(markets).sweeps[0]
    >>> sweep.side.label, 0 < sweep.share <= 1, sweep.outcome
    ('short', True, 'continued')
    """

    id: str
    side: Side
    time: int
    told: int
    price_low: float
    price_high: float
    amount: float
    share: float
    realised: float
    venue: str
    took: int
    speed: float
    wick: float
    volume_spike: float
    open_interest_drop: float
    close: float
    followed_until: int
    net_reversal_bps: float
    reversal_bps: float
    continuation_bps: float

    @property
    def outcome(self) -> str:
        """'reversed', 'continued' or 'unchanged' by the last candle followed; '' where it is not known yet."""
        if np.isnan(self.net_reversal_bps):
            return ""
        return "reversed" if self.net_reversal_bps > 0 else "continued" if self.net_reversal_bps < 0 else "unchanged"


@dataclass(frozen=True, slots=True, eq=False)
class Sweeps:
    """Past sweeps of clusters.

    Parameters
    ----------
    sweeps : tuple of Sweep
        The earliest first.
    n : int
        Candles that are followed after each.
    step : int
        Time from look to look [ns].
    until : int
        As of when [ns].
    quote, unit : str
        The currency of what was realised, and what estimated amounts are in: that, or 'rel.' where they are no money.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> found = liqwidget.sweeps(markets, n=12)
    >>> len(found.to_frame()) == len(found.sweeps)
    True
    """

    sweeps: tuple[Sweep, ...] = field(repr=False)
    n: int
    step: int
    until: int
    quote: str = field(default=DOLLAR, repr=False)
    unit: str = field(default=DOLLAR, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per sweep, the earliest first.

        Returns
        -------
        DataFrame
            The attributes of `Sweep`, with outcome; side 'long' / 'short', times in UTC, took a Timedelta;
            followed_until, returns and outcome are NaT, NaN and '' where they are not known yet.
        """
        names = [*Sweep.__dataclass_fields__, "outcome"]
        frame = pd.DataFrame([[getattr(one, name) for name in names] for one in self.sweeps], columns=names)
        frame["side"] = [one.side.label for one in self.sweeps]
        for name in ("time", "told"):
            frame[name] = time_index(frame[name].to_numpy(np.int64))
        frame["took"] = pd.to_timedelta(frame["took"].to_numpy(np.int64), unit="ns")
        ends = time_index(frame["followed_until"].to_numpy(np.int64))
        frame["followed_until"] = pd.Series(ends).where(frame["outcome"] != "")
        return frame

    def overlays(self) -> tuple[PriceBand, ...]:
        """Return the ranges that were swept, each from its touch to where it is followed, to lay over the picture."""
        return tuple(
            PriceBand(
                one.price_low,
                one.price_high,
                f"swept est. {money(one.amount, self.unit)}",
                one.time - one.took,
                max(one.told, min(one.followed_until, self.until)),
                "cluster",
            )
            for one in self.sweeps
        )

    def __len__(self) -> int:
        """Return how many sweeps there are."""
        return len(self.sweeps)

    def __iter__(self) -> Iterator[Sweep]:
        """Iterate over the sweeps, the earliest first."""
        return iter(self.sweeps)

    def __repr__(self) -> str:
        """Return how many there are, and what they do not say."""
        pending = sum(one.outcome == "" for one in self.sweeps)
        return (
            f"Sweeps({len(self.sweeps)} by {timestamp(self.until):%Y-%m-%d %H:%M} UTC, followed for {self.n} candles, "
            f"{pending} not to the end yet. {REMINDER})"
        )

    def _repr_html_(self) -> str:
        """Return the sentence, and the newest sweeps."""
        frame = self.to_frame().tail(_NEWEST)
        signs = [int(one.side) for one in self.sweeps[-_NEWEST:]]
        columns = {
            "time": frame["time"].dt.strftime("%Y-%m-%d %H:%M"),
            "id": frame["id"],
            "est. amount": frame["amount"].map(partial(money, quote=self.unit)),
            "share": frame["share"].map("{:.0%}".format),
            "realised": frame["realised"].map(partial(money, quote=self.quote)),
            "took": [duration_text(one.took) for one in self.sweeps[-_NEWEST:]],
            "bps/min": frame["speed"].map("{:.1f}".format),
            "wick": frame["wick"].map("{:.0%}".format),
            "volume": frame["volume_spike"].map("{:.1f}x".format),
            "open interest": (-frame["open_interest_drop"]).map("{:+.2%}".format),
            f"price after {self.n} candles": (frame["net_reversal_bps"] * signs).map("{:+.0f} bps".format),
        }
        table = pd.DataFrame(columns).replace(["nan%", "nanx", "nan", "+nan%", "+nan bps"], UNKNOWN)
        return (
            f'<div class="mathjax_ignore"><p>{escape(repr(self))}</p>{table.to_html(index=False)}'
            "<p>Estimates. The newest; to_frame() has all.</p></div>"
        )


def sweeps(
    ledger: Ledger | MarketData | Iterable[MarketData],
    markets: MarketData | Iterable[MarketData] | None = None,
    n: int = FOLLOWED,
    *,
    since: Any = None,
    at: Any = None,
    step: str | None = None,
    venue: str | None = None,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    sensitivity: float = 0.5,
    width: float = WIDEST,
) -> Sweeps:
    """Return each past sweep of a cluster, whole or in part, with what it was like and what followed.

    Sweeps are those of `liqwidget.cluster_history`. On the recorded markets a sweep is not told from an ordinary move
    of its size, so that how many reversed says nothing without a control. A month of 5-minute candles on three venues
    takes about a second at a step of an hour.

    Parameters
    ----------
    ledger : Ledger, or MarketData or iterable of it
        With heat. Markets alone do: the ledger is their estimate then.
    markets : MarketData or iterable of it, optional
        Beside a ledger, those that it was estimated from.
    n : int
        Candles that are followed after the sweep's, of the venue whose candles it is read from.
    since, at, step
        As in `liqwidget.cluster_history`; what closed after `at` is not known, for what followed neither.
    venue : str, optional
        Whose candles; None means the one that led at the sweep (`Ledger.leading`).
    leverage, venues, sensitivity, width
        As in `liqwidget.find_clusters`.

    Returns
    -------
    Sweeps

    Raises
    ------
    DataError
        If an option cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> liqwidget.sweeps(markets, since="2026-01-30").to_frame()["side"].unique().tolist()
    ['short', 'long']
    """
    made, listed = given_markets(ledger, markets)
    chosen, count = made.only(venues), _checked(n)
    length = parsed_step(step, HOUR, chosen)
    until = chosen.instant(at)
    known = {
        one.venue: closed(one, until)
        for one in listed
        if one.venue in chosen.names and one.close_time[0] <= last_known(one, until)
    }
    if venue is not None and venue not in known:
        raise DataError(f"Expected venue as one of {', '.join(known) or 'none'}, was {venue!r:.40}")
    begin = None if since is None else time_ns(since, "since", any_year=True) - 1
    options: dict[str, Any] = {"leverage": leverage, "sensitivity": sensitivity, "width": width}
    found: list[tuple[ClusterEvent, Seen, tuple[int, int]]] = []
    tracker, before = Tracker(), None
    for look in looks(chosen, length, after=begin, until=until, **options):
        stood = {one.id: one.seen for one in tracker.living}
        for event in tracker.step(look):
            if before is not None and event.what in {"swept", "swept in part"}:
                seen = stood[event.id]
                found.append((event, seen, crossing(chosen, before, look.time, seen)))
        before = look
    spans = np.array([(begun, event.time) for event, _, (begun, _) in found], dtype=np.int64).reshape(-1, 2)
    liquidated = realised(known.values(), spans, [event.side for event, *_ in found])
    drops = interest_drops(known.values(), spans)
    rows = []
    for number, (event, seen, (begun, time)) in enumerate(found):
        leading = chosen.only(known).leading(time) if known else None
        name = venue or ("" if leading is None else leading.venue)
        measured = measures(known.get(name), (begun, time), event.side, count)
        rows.append(
            Sweep(
                id=event.id,
                side=event.side,
                time=time,
                told=event.time,
                price_low=event.price_low,
                price_high=event.price_high,
                amount=event.amount,
                share=min(event.amount / seen.size, 1.0),
                realised=float(liquidated[number]),
                venue=name,
                took=time - begun,
                open_interest_drop=float(drops[number]),
                **measured,
            )
        )
    return Sweeps(tuple(rows), count, length, until, chosen.quote, chosen.unit)


def _checked(n: object) -> int:
    if isinstance(n, int | np.integer) and not isinstance(n, bool) and 1 <= n <= _MOST:
        return int(n)
    raise DataError(f"Expected n as a whole number of candles from 1 to {_MOST:,}, was {n!r:.40}")
