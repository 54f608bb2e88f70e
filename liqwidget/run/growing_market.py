"""One venue's market while it grows: rows in any order, twice, revised or missing become the ledger of clean history.

What history says counts. The newest candles are folded anew with every update, from where the ledger is settled, so
that a row revised there costs nothing; a row settles when it is old enough, came the same twice, and its open interest
is known. What the socket says of candles that history does not have yet is shown meanwhile.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.background import freed_in_child
from liqwidget.domain.frames import Liquidations, MarketData
from liqwidget.domain.side import Side
from liqwidget.domain.time import duration_ns
from liqwidget.errors import DataError
from liqwidget.estimate.estimator import advance, estimate, recompute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from liqwidget.domain.ledger import Ledger
    from liqwidget.field.density import Prior
    from liqwidget.market.history import History
    from liqwidget.market.venue.payload import Event
    from liqwidget.market.venue.rows import CandleRow
    from liqwidget.market.venue.venue import Venue

LAG = 6
"""Candles that are asked for again, and folded anew, though they have closed."""
LONGEST_LAG = 36
"""Candles after which open interest is not waited for any more; it may still come."""
_PENDING = 1000
_LOOKED_AT = 2000
"""Newest candles in which a change of unit is looked for."""

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Given = ParamSpec("Given")
Result = TypeVar("Result")


def _alone(
    method: Callable[Concatenate[GrowingMarket, Given], Result],
) -> Callable[Concatenate[GrowingMarket, Given], Result]:
    """Let one thread at a time into a market: the exchanges' thread tells it, and the picture's asks it."""

    @functools.wraps(method)
    def call(market: GrowingMarket, /, *arguments: Given.args, **options: Given.kwargs) -> Result:
        with market._lock:  # noqa: SLF001 - a method of it
            return method(market, *arguments, **options)

    return call


def interest_period(venue: Venue, step: int) -> int | None:
    """Return the distance of a venue's history of open interest for candles of `step` [ns]; None without a history."""
    periods = sorted(duration_ns(period) for period in venue.interest_history)
    return max((period for period in periods if period <= step), default=periods[0]) if periods else None


class GrowingMarket:
    """A market that grows, and its ledger; from any thread.

    Parameters
    ----------
    market : MarketData
        What is known of it; an unfinished candle, and what may still be revised, is taken off and read again.
    prior : Prior
        The leverage prior.
    churn : float
        As in `estimate`.
    period : int or None
        Distance of the venue's history of open interest [ns]; None where snapshots are all there is.
    valued : bool
        Whether the venue tells open interest in quote currency. It becomes coins at the last close before it, and coins
        of an inverse contract become quote currency.

    Raises
    ------
    DataError
        If no candle has closed.
    """

    def __init__(
        self, market: MarketData, prior: Prior, churn: float, period: int | None, *, valued: bool = False
    ) -> None:
        limit = market.complete_until
        closed = len(market.time) if limit is None else int(np.searchsorted(market.close_time, limit, side="right"))
        if closed == 0:
            raise DataError("Expected a candle that has closed, was none")
        self.step, self.tolerance, self._period = market.timeframe, market.tolerance, period
        self._churn, self._valued = churn, valued
        self._lock = freed_in_child(threading.RLock())
        rows = max(closed - LAG, 1)
        keep = np.ones(len(market.interest_time), bool)
        if period is not None or market.relative:
            keep = market.interest_time <= market.close_time[rows - 1] + market.tolerance
            keep[: int(not keep.any())] = True
        self._head = replace(
            _rows(market, slice(0, rows)),
            interest_time=market.interest_time[keep],
            interest=market.interest[keep],
            complete_until=None,
        )
        self._ledger = estimate(self._head, prior, churn=churn)
        self._tail: dict[int, CandleRow] = {}
        self._heard: dict[int, CandleRow] = {}
        self._interest: dict[int, float] = {}
        self._snapshots: dict[int, float] = {}
        self._known_events = set(_events(market.liquidations))
        self._new_events: list[Event] = []
        self.recomputed = 0
        """How often settled rows were revised."""

    # ------------------------------------------------------------------ what is known

    @property
    def venue(self) -> str:
        """Name of the venue."""
        return self._head.venue

    @property
    def relative(self) -> bool:
        """Whether open interest is unknown."""
        return self._head.relative

    @property
    def since(self) -> int:
        """Open of the first candle that may still change: from when history is to be asked for [ns]."""
        return int(self._head.close_time[-1])

    @property
    @_alone
    def last_close(self) -> int:
        """Close of the last candle that history has [ns]."""
        return max(self._tail, default=int(self._head.time[-1])) + self.step

    @property
    @_alone
    def last_price(self) -> float:
        """The newest price [quote/base]."""
        newest = max(self._heard, default=-1)
        if newest >= self.last_close - self.step:
            return self._heard[newest][4]
        return self._tail[max(self._tail)][4] if self._tail else float(self._head.close[-1])

    @_alone
    def awaits(self, now: int) -> bool:
        """Return whether history should have more by now [ns] than it said: a candle, or the open interest at one."""
        return self.last_close + self.step <= now or self._interest_missing(self.last_close)

    def _interest_missing(self, close: int) -> bool:
        if self._period is None or self.relative:
            return False
        last = max(self._interest, default=int(self._head.interest_time[-1]))
        return last < (close + self.tolerance) // self._period * self._period - self.tolerance

    # ------------------------------------------------------------------ what is said

    @_alone
    def hear(self, rows: Iterable[CandleRow]) -> None:
        """Take candles from the socket, the one that forms among them."""
        for row in rows:
            if row[0] >= self.last_close:
                self._heard[row[0]] = row

    @_alone
    def happened(self, events: Iterable[Event | None]) -> None:
        """Take liquidations; the same one twice counts once."""
        for event in events:
            if event is not None and event not in self._known_events:
                self._known_events.add(event)
                self._new_events.append(event)

    @_alone
    def snapshot(self, time: int, amount: float) -> None:
        """Take the open interest, as the venue tells it, that stands at a time [ns].

        One just after a close counts as the close's; where the venue has a history, that counts once it is there.
        """
        late = time % self.step
        stamp = time - late if late <= self.tolerance else time
        if self.relative or stamp <= int(self._head.interest_time[-1]):
            return
        (self._interest if self._period is None else self._snapshots)[stamp] = amount

    @_alone
    def merge(self, history: History) -> int:
        """Take what history says of the time since `since`, and settle what is old enough.

        Returns
        -------
        int
            How many candles it tells otherwise than before.

        Raises
        ------
        LiqError
            If the rows cannot be estimated from.
        """
        now = history.complete_until
        frame = history.frames["candles"]
        table = zip(_stamps(frame), *(frame[name].tolist() for name in _CANDLE), strict=True)
        before = dict(self._tail)
        for row in table:
            if row[0] + self.step > now:
                heard = self._heard.get(row[0])
                if heard is None or not heard[5] > row[5]:
                    self._heard[row[0]] = row
            elif row[0] >= self.since:
                self._tail[row[0]] = row
        same = sum(1 for _ in takewhile(lambda time: before.get(time) == self._tail[time], sorted(self._tail)))
        after = dict(self._tail)
        self._heard = {time: row for time, row in self._heard.items() if time >= self.last_close}
        interest = history.frames.get("open_interest")
        if interest is not None and not self.relative and not interest.empty:
            values = interest.iloc[:, 0].tolist()
            self._merge_interest(dict(zip(_stamps(interest), values, strict=True)))
        self._merge_funding(history)
        self._settle(min(len(self._tail) - LAG, same))
        return sum(1 for time, row in before.items() if after.get(time, row) != row)

    def _merge_interest(self, values: dict[int, float]) -> None:
        head = self._head
        edge = int(head.close_time[-1]) + self.tolerance
        late = {time: value for time, value in values.items() if head.time[0] < time <= edge}
        stamps = np.array(sorted(late), np.int64)
        held = self._held(stamps, np.array([late[time] for time in stamps.tolist()]), head.close_time, head.close)
        at = np.minimum(np.searchsorted(head.interest_time, stamps), len(head.interest_time) - 1)
        new = (head.interest_time[at] != stamps) | (head.interest[at] != held)
        late = dict(zip(stamps[new].tolist(), held[new].tolist(), strict=True))
        self._interest |= {time: value for time, value in values.items() if time > edge}
        if self._interest:
            edge = max(self._interest) + self.tolerance
            self._snapshots = {time: value for time, value in self._snapshots.items() if time > edge}
        if late:
            self._revise(late)

    def _revise(self, late: dict[int, float]) -> None:
        """Put open interest under rows that are settled already."""
        head = self._head
        merged = dict(zip(head.interest_time.tolist(), head.interest.tolist(), strict=True)) | late
        times = sorted(merged)
        self._head = replace(
            head, interest_time=np.array(times, np.int64), interest=np.array([merged[t] for t in times])
        )
        self._ledger = recompute(self._ledger, self._head, min(late) - self.tolerance - 1)
        self.recomputed += 1

    def _merge_funding(self, history: History) -> None:
        frame = history.frames.get("funding")
        if frame is None or frame.empty:
            return
        head = self._head
        rates = dict(zip(head.funding_time.tolist(), head.funding_rate.tolist(), strict=True))
        rates |= dict(zip(_stamps(frame), frame["funding_rate"].tolist(), strict=True))
        times = sorted(rates)
        self._head = replace(
            head, funding_time=np.array(times, np.int64), funding_rate=np.array([rates[time] for time in times])
        )

    def _settle(self, count: int) -> None:
        """Fold the first `count` rows of the tail for good, as far as their open interest is known."""
        times = sorted(self._tail)
        least = len(times) - LONGEST_LAG
        while count > max(least, 0) and self._interest_missing(times[count - 1] + self.step):
            count -= 1
        if count <= 0:
            return
        edge = times[count - 1] + self.step + self.tolerance
        stamps = sorted(time for time in self._interest if time <= edge)
        head = self._joined(
            [self._tail[time] for time in times[:count]], {time: self._interest[time] for time in stamps}
        )
        self._ledger = advance(self._ledger, _rows(head, slice(len(self._head.time), None)))
        self._head = head
        for time in times[:count]:
            del self._tail[time]
        for time in stamps:
            del self._interest[time]

    # ------------------------------------------------------------------ what is shown

    @_alone
    def shown(self, now: int) -> tuple[Ledger, MarketData]:
        """Return the ledger and market up to now [ns]; a candle that is not over is provisional.

        Raises
        ------
        LiqError
            If the rows cannot be estimated from.
        """
        rows = self._heard | self._tail
        interest = dict(self._interest)
        edge = max(interest, default=int(self._head.interest_time[-1])) + self.tolerance
        interest |= {time: value for time, value in self._snapshots.items() if time > edge and time <= now}
        market = self._joined([rows[time] for time in sorted(rows) if time < now], interest)
        market = replace(market, liquidations=self._liquidations(), complete_until=now)
        _newest(market).check_unit()
        settled = len(self._head.time)
        if len(market.time) == settled:
            return self._ledger, market
        return advance(self._ledger, _rows(market, slice(settled, None))), market

    @_alone
    def estimated_anew(self, prior: Prior) -> None:
        """Take another prior."""
        self._ledger = estimate(self._head, prior, churn=self._churn)

    @property
    def settled(self) -> Ledger:
        """The ledger of what cannot change any more."""
        return self._ledger

    def _joined(self, rows: list[CandleRow], interest: Mapping[int, float]) -> MarketData:
        """Return the settled market with more rows and open interest after it."""
        head = self._head
        added = np.array([row[1:] for row in rows], np.float64).reshape(-1, 5).T
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(head, name), part]) for name, part in zip(_CANDLE, added, strict=True)
        }
        columns["time"] = np.concatenate([head.time, np.array([row[0] for row in rows], np.int64)])
        columns["taker_buy_volume"] = np.concatenate([head.taker_buy_volume, np.full(len(rows), np.nan)])
        closes = columns["time"] + self.step
        stamps = np.array(sorted(interest), np.int64)
        values = self._held(stamps, np.array([interest[time] for time in stamps.tolist()]), closes, columns["close"])
        if head.relative:
            stamps, values = closes[len(head.time) :], np.ones(len(rows))
        columns["interest_time"] = np.concatenate([head.interest_time, stamps])
        columns["interest"] = np.concatenate([head.interest, values])
        return replace(head, **columns)

    def _held(self, stamps: Times, values: Values, closes: Times, close: Values) -> Values:
        """Return what the venue told of open interest as the market holds it; as `MarketData.from_frames` does."""
        inverse = self._head.contract == "inverse"
        if self._valued == inverse:
            return values
        row = np.maximum(np.searchsorted(closes, stamps, side="right") - 1, 0)
        return np.asarray(values * close[row] if inverse else values / close[row], np.float64)

    def _liquidations(self) -> Liquidations:
        old, new = self._head.liquidations, self._new_events
        if not new:
            return old
        times = np.concatenate([old.time, np.array([event.time for event in new], np.int64)])
        order = np.argsort(times, kind="stable")
        found = Liquidations(
            times[order],
            np.concatenate([old.side, np.array([int(Side.parse(event.side)) for event in new], np.int8)])[order],
            np.concatenate([old.price, np.array([event.price for event in new])])[order],
            np.concatenate([old.size, np.array([event.size for event in new])])[order],
        )
        if len(new) > _PENDING:
            self._head, self._new_events = replace(self._head, liquidations=found), []
        return found


_CANDLE = ("open", "high", "low", "close", "volume")


def _newest(market: MarketData) -> MarketData:
    """Return the newest candles with the open interest of their time: what is older was looked at before."""
    newest = _rows(market, slice(-_LOOKED_AT, None))
    first = int(np.searchsorted(market.interest_time, newest.time[0]))
    return replace(newest, interest_time=market.interest_time[first:], interest=market.interest[first:])


def _rows(market: MarketData, rows: slice) -> MarketData:
    """Return some of a market's candles with all that is stamped."""
    names = ("time", *_CANDLE, "taker_buy_volume")
    return replace(market, **{name: getattr(market, name)[rows] for name in names})


def _stamps(frame: pd.DataFrame) -> list[int]:
    return [int(stamp) for stamp in pd.DatetimeIndex(frame.index).as_unit("ns").asi8]


def _events(found: Liquidations) -> list[Event]:
    from liqwidget.market.venue.payload import Event

    columns = (found.time.tolist(), found.side.tolist(), found.price.tolist(), found.size.tolist())
    return [Event(time, Side(side).label, price, size) for time, side, price, size in zip(*columns, strict=True)]
