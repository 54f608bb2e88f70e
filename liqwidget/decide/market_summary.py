"""One market in one line: its price, the nearest cluster on both sides, how these changed within a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from liqwidget.domain.side import Side
from liqwidget.domain.time import DAY, timestamp
from liqwidget.study.clusters import find_clusters
from liqwidget.study.profile import profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liqwidget.domain.ledger import Ledger
    from liqwidget.study.clusters import Cluster

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class NearCluster:
    """The nearest cluster on one side of the price.

    Parameters
    ----------
    id : str
        See `Cluster.id`.
    price_low, price_high, near_edge : float
        [quote/base].
    size : float
        What stands in it, an estimate [quote].
    size_change : float
        How much more that is than what stood in these prices, on this side, a day before [quote]; NaN where the data
        begin later.
    heat : float
        Of its peak, 0 to 100.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> below = liqwidget.market_summary(ledger).below
    >>> below.near_edge < ledger.last_price()
    True
    """

    id: str
    price_low: float
    price_high: float
    near_edge: float
    size: float
    size_change: float
    heat: float

    def distance_pct(self, price: float) -> float:
        """Return how far its near edge is from a price [%], below it negative; 0 where the price stands in it."""
        edge = min(max(price, self.price_low), self.price_high)
        return 100.0 * (edge / price - 1.0)


@dataclass(frozen=True, slots=True)
class MarketSummary:
    """One market at one time.

    Parameters
    ----------
    symbol, quote, unit : str
        What it is, the currency of prices, and what sizes are in: that, or 'rel.' where they are no money.
    time : int
        Up to when data are known [ns UTC].
    price : float
        The last one [quote/base].
    day_before : float
        The price a day before [quote/base]; NaN where the data begin later.
    below, above : NearCluster or None
        The nearest cluster of longs under the price, and of shorts over it; None where none is within a fifth of it.
    venues : tuple of str
        Whose data these are.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> row = liqwidget.market_summary(ledger)
    >>> row.symbol, row.quote, round(row.price)
    ('BTC', 'USD', 87427)
    """

    symbol: str
    quote: str
    unit: str
    time: int
    price: float
    day_before: float
    below: NearCluster | None
    above: NearCluster | None
    venues: tuple[str, ...]

    @property
    def change_24h_pct(self) -> float:
        """How far the price is from that of a day before [%]."""
        return 100.0 * (self.price / self.day_before - 1.0)

    def at_price(self, price: float, time: int) -> MarketSummary:
        """Return the same clusters beside a newer price [quote/base], known at `time` [ns UTC]."""
        return replace(self, price=price, time=max(time, self.time))

    def crossed(self) -> bool:
        """Return whether the price has reached one of the clusters: what stands there now is to be asked anew."""
        return (self.below is not None and self.price <= self.below.near_edge) or (
            self.above is not None and self.price >= self.above.near_edge
        )

    def row(self) -> dict[str, Any]:
        """Return it as a row of the table of `liqwidget.Watchlist`."""
        found: dict[str, Any] = {
            "symbol": self.symbol,
            "price": self.price,
            "change_24h_pct": self.change_24h_pct,
        }
        for name, near in (("below", self.below), ("above", self.above)):
            found |= {
                f"{name}_price": NAN if near is None else near.near_edge,
                f"{name}_distance_pct": NAN if near is None else near.distance_pct(self.price),
                f"{name}_size": NAN if near is None else near.size,
                f"{name}_size_change_24h": NAN if near is None else near.size_change,
            }
        return found | {"quote": self.quote, "venues": ", ".join(self.venues), "last_time": timestamp(self.time)}


def market_summary(ledger: Ledger, at: Any = None, *, clusters: Sequence[Cluster] | None = None) -> MarketSummary:
    """Return one market in one line: price, nearest clusters on both sides, and how these changed within a day.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    at : time, optional
        The last candle closed by then counts; None means the last close.
    clusters : sequence of Cluster, optional
        Those of `find_clusters(ledger, at)`, where they are known already.

    Raises
    ------
    DataError
        If the time cannot be used.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> round(liqwidget.market_summary(ledger).change_24h_pct, 2)
    1.21
    """
    time = ledger.instant(at)
    found = find_clusters(ledger, timestamp(time)) if clusters is None else clusters
    below = min((one for one in found if one.side is Side.LONG), key=lambda one: -one.near_edge, default=None)
    above = min((one for one in found if one.side is Side.SHORT), key=lambda one: one.near_edge, default=None)
    return MarketSummary(
        symbol=ledger.symbol,
        quote=ledger.quote,
        unit=ledger.unit,
        time=time,
        price=ledger.last_price(time),
        day_before=ledger.last_price(time - DAY),
        below=_near(ledger, below, time),
        above=_near(ledger, above, time),
        venues=ledger.names,
    )


def _near(ledger: Ledger, cluster: Cluster | None, time: int) -> NearCluster | None:
    if cluster is None:
        return None
    change = NAN
    if time - DAY >= ledger.start + ledger.timeframe:
        stood = profile(ledger, [cluster.price_low, cluster.price_high], timestamp(time - DAY))
        change = cluster.size - float((stood.long if cluster.side is Side.LONG else stood.short)[0])
    return NearCluster(
        cluster.id, cluster.price_low, cluster.price_high, cluster.near_edge, cluster.size, change, cluster.heat
    )
