"""What stands around the price as a plan asks of it, and how large its market is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from liqwidget.decide.cascade import cascade
from liqwidget.decide.stop_places import between
from liqwidget.domain.leverage import group_indices
from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, timestamp
from liqwidget.errors import DataError
from liqwidget.field.measure import touch_chance, volatility
from liqwidget.study.clusters import REACH, clusters_around, gaps_around
from liqwidget.study.profile import profile
from liqwidget.study.standing import around

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from liqwidget.decide.impact import Impact
    from liqwidget.decide.plan_asked import Asked
    from liqwidget.decide.stop_places import OnTheWay
    from liqwidget.domain.ledger import Ledger, VenueLedger
    from liqwidget.study.clusters import Cluster, Gap

_AHEAD = 3
"""Clusters that are listed ahead where there is no target."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What stands around the price at a time.

    Parameters
    ----------
    ledger : Ledger
        Of the venues that count.
    time : int
        As of when [ns].
    leading : VenueLedger
        The venue that speaks for the price.
    groups : tuple of str or None
        Leverage groups that count.
    last : float
        The last price [quote/base].
    clusters, gaps : tuple
        What `find_clusters` and `find_gaps` find.
    day : float
        Standard deviation of a day's ln(price).
    """

    ledger: Ledger
    time: int
    leading: VenueLedger
    groups: tuple[str, ...] | None
    last: float
    clusters: tuple[Cluster, ...]
    gaps: tuple[Gap, ...]
    day: float

    @classmethod
    def of(cls, ledger: Ledger, time: int, groups: Iterable[str] | None, sensitivity: float) -> Surroundings:
        """Return what stands at a time.

        Raises
        ------
        DataError
            If that is before the first close, or an option cannot be used.
        """
        leading = ledger.leading(time)
        if leading is None:
            message = f"Expected at= on or after the first close (data begin {timestamp(ledger.start)})"
            raise DataError(f"{message}, was {timestamp(time)}")
        wanted, last = None if groups is None else tuple(groups), ledger.last_price(time)
        looked_at = around(ledger, time, group_indices(wanted), REACH)
        return cls(
            ledger=ledger,
            time=time,
            leading=leading,
            groups=wanted,
            last=last,
            clusters=clusters_around(looked_at, sensitivity=sensitivity),
            gaps=tuple(_beyond(gap, last) for gap in gaps_around(looked_at)),
            day=float(volatility(leading)[int(leading.row_at(time))]),
        )

    @property
    def closed(self) -> int:
        """When the newest candle closed [ns]."""
        return max(int(one.known[row]) for one in self.ledger if (row := int(one.row_at(self.time))) >= 0)

    def market(self, venue: str) -> tuple[float, float]:
        """Return a day's volume and the open interest [quote], of a venue if it is shown, else of all; or NaN."""
        parts = [part for part in self.ledger if int(part.row_at(self.time)) >= 0]
        own = [part for part in parts if part.venue == venue] or parts
        volume = [_day_volume(part, self.time) for part in own]
        interest = [math.nan if part.relative else float(part.value(int(part.row_at(self.time)))) for part in own]
        return _known_sum(volume), _known_sum(interest)

    def standing_to(self, price: float) -> float:
        """Return what would be liquidated from the last price to a price [quote]."""
        if math.isnan(price) or price == self.last:
            return 0.0 if price == self.last else math.nan
        found = profile(self.ledger, sorted((self.last, price)), timestamp(self.time), leverage=self.groups)
        return float((found.long if price < self.last else found.short)[0])

    def cascade_end(self, price: float, impact: Impact | None) -> float:
        """Return where a move to a price would end by forced orders [quote/base]; NaN without an impact."""
        shock = price / self.last - 1
        if impact is None or not -0.5 < shock <= 1 or shock == 0:  # noqa: PLR2004 - what a cascade takes
            return math.nan
        return cascade(self.ledger, shock, timestamp(self.time), impact=impact, leverage=self.groups).price_end

    def chance(self, price: float, days: float) -> float:
        """Return the chance that price gets there."""
        return math.nan if math.isnan(price) else float(touch_chance(self.leading, self.time, price, days))

    def on_the_way(self, given: Asked, stop: float, own: float) -> tuple[OnTheWay, ...]:
        """Return clusters and gaps between entries, stop, own liquidation and target, the nearest first."""
        side, entries = given.trade.side, given.entries
        found: list[OnTheWay] = []
        for price in dict.fromkeys(entries):
            found += between(self.clusters, price, math.nextafter(price, math.inf), "at entry")
        everything: list[Cluster | Gap] = [*self.clusters, *self.gaps]
        ways = [("to stop", given.last_entry, stop)]
        if not math.isnan(own) and side * (stop - own) > 0:
            ways.append(("to liquidation", stop, own))
        if given.target is not None:
            ways.append(("to target", given.first_entry, given.target))
        for where, start, end in ways:
            listed = between(everything, min(start, end), max(start, end), where)
            found += sorted(listed, key=lambda one: abs(_near(one, start) - start))
        if given.target is None:
            start = given.first_entry
            end = start * math.exp(side * REACH)
            listed = between(self.clusters, min(start, end), max(start, end), "ahead")
            found += sorted(listed, key=lambda one: abs(_near(one, start) - start))[:_AHEAD]
        return tuple(found)


def _beyond(gap: Gap, price: float) -> Gap:
    """Return a gap as far as it lies on its side of a price; the cell of the price itself is on both."""
    if gap.side is Side.LONG:
        return replace(gap, price_high=max(min(gap.price_high, price), gap.price_low))
    return replace(gap, price_low=min(max(gap.price_low, price), gap.price_high))


def _near(one: OnTheWay, price: float) -> float:
    return min(max(price, one.price_low), one.price_high)


def _known_sum(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) if known else math.nan


def _day_volume(part: VenueLedger, time: int) -> float:
    """Return what was traded in the day before a time [quote], of less than a day in proportion; NaN if unknown."""
    row = int(part.row_at(time))
    rows = np.flatnonzero(part.time[: row + 1] > part.time[row] - DAY)
    rows = rows[rows > 0]
    traded = part.inputs.volume[rows] * part.close[rows]
    known = np.isfinite(traded)
    length = float((part.time[rows] - part.time[rows - 1])[known].sum()) if known.any() else 0.0
    return float(traded[known].sum()) * DAY / length if length > 0 else math.nan
