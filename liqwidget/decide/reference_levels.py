"""All that a trader knows of a market beside its clusters, at one time: levels with a price, states without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from liqwidget.decide.candle_patterns import candle_patterns
from liqwidget.decide.candles import chosen_market, given_markets, in_candles, last_known
from liqwidget.decide.market_states import funding, interest, momentum
from liqwidget.decide.price_levels import mean_prices, moving_averages, round_numbers, sessions, swings
from liqwidget.decide.reference import MarketState, ReferenceLevel, attributes
from liqwidget.decide.reference_rules import ReferenceRules
from liqwidget.decide.volume_at_price import volume_levels
from liqwidget.domain.amount import plain_price
from liqwidget.domain.overlay import PriceBand, PriceLine
from liqwidget.domain.time import DAY, time_ns, timestamp
from liqwidget.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.overlay import Overlay

_SHOWN = 20
"""Levels that a cell shows, the nearest first."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceLevels:
    """What a trader knows of a market beside its clusters, at one time.

    Parameters
    ----------
    time : int
        As of when [ns]; only candles that had closed by then count.
    price : float
        The last close [quote/base].
    venue : str
        Whose candles.
    levels : tuple of ReferenceLevel
        The lowest price first.
    states : tuple of MarketState
        Momentum, trend, funding, open interest, as far as they are known.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> known = liqwidget.reference_levels(markets)
    >>> len(known.to_frame()) == len(known.levels)
    True
    """

    time: int
    price: float
    venue: str
    levels: tuple[ReferenceLevel, ...] = field(repr=False)
    states: tuple[MarketState, ...] = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per level, the lowest price first.

        Returns
        -------
        DataFrame
            kind, name, price_low, price_high, price [quote/base], distance_pct (from the last close [%]), time (UTC:
            from when it is known, NaT for always), side ('long' / 'short': at whose clusters alone it counts, else ''),
            source, formula.
        """
        return levels_frame(self.levels, self.price)

    def states_frame(self) -> pd.DataFrame:
        """Return one row per state: kind, name, value in unit, time (UTC), extreme, side, source, formula."""
        return states_frame(self.states)

    def overlays(self) -> tuple[Overlay, ...]:
        """Return the levels as lines and bands to be laid over the picture, each from when it is known on."""
        return tuple(overlay_of(one) for one in self.levels)

    def __repr__(self) -> str:
        """Return how many there are, of when and of whom."""
        return (
            f"ReferenceLevels({len(self.levels)} levels and {len(self.states)} states of {self.venue} at "
            f"{timestamp(self.time):%Y-%m-%d %H:%M} UTC, last close {plain_price(self.price)})"
        )

    def _repr_html_(self) -> str:
        """Return the sentence, the nearest levels and the states."""
        frame = self.to_frame()
        near = frame.reindex(frame["distance_pct"].abs().sort_values(kind="stable").index[:_SHOWN])
        table = near[["name", "price", "distance_pct", "source", "formula"]].assign(
            price=near["price"].map(plain_price), distance_pct=near["distance_pct"].map("{:+.2f} %".format)
        )
        states = self.states_frame()[["name", "value", "unit", "source", "formula"]]
        return (
            f'<div class="mathjax_ignore"><p>{escape(repr(self))}</p>{table.to_html(index=False)}'
            f"{states.to_html(index=False)}<p>The nearest levels; to_frame() has all.</p></div>"
        )


def reference_levels(
    ledger: Ledger | MarketData | Iterable[MarketData],
    markets: MarketData | Iterable[MarketData] | None = None,
    at: Any = None,
    *,
    venue: str | None = None,
    anchors: Iterable[Any] = (),
    rules: ReferenceRules | None = None,
) -> ReferenceLevels:
    """Return the prices and states that a trader knows of a market, as of a time.

    Support and resistance from swing points and from volume at price; open, high, low, close of the UTC day and week
    before; round numbers; VWAP of the day, and anchored; moving averages, RSI; prices and states of extreme funding and
    of open interest; candle patterns. Each says its source and formula; the numbers in them are those of `rules`.

    Parameters
    ----------
    ledger : Ledger, or MarketData or iterable of it
        Markets alone do: the ledger is their estimate then, and tells which venue leads.
    markets : MarketData or iterable of it, optional
        Beside a ledger, those that it was estimated from.
    at : time, optional
        None means the last close. Candles that had not closed by then, and provisional ones, do not count.
    venue : str, optional
        Whose candles; None means the venue that leads (`Ledger.leading`).
    anchors : iterable of time, optional
        Times from which a VWAP is reckoned too; those before the candles, or after `at`, tell nothing.
    rules : ReferenceRules, optional
        Lengths and bounds.

    Returns
    -------
    ReferenceLevels

    Raises
    ------
    DataError
        If an option cannot be used, or no candle had closed.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> liqwidget.reference_levels(markets, at="2026-01-30 12:00").venue
    'binance'
    """
    made, listed = given_markets(ledger, markets)
    time = made.instant(at)
    return references_of(chosen_market(made, listed, time, venue), time, anchors=anchors, rules=rules)


def references_of(
    market: MarketData, time: int, *, anchors: Iterable[Any] = (), rules: ReferenceRules | None = None
) -> ReferenceLevels:
    """Return the references of a market whose candles have all closed by a time [ns].

    Where a candle runs, they are as of then, not of the close that is still to come.
    """
    how, time = checked_rules(rules), last_known(market, time)
    since = time - int(how.days * DAY)
    price = float(market.close[-1])
    from_times = [one for one in map(time_ns, _listed(anchors)) if one < time]
    levels = [*sessions(market, time), *round_numbers(price), *mean_prices(market, time, since, from_times)]
    if market.time[-1] >= since:
        levels += volume_levels(market.since(timestamp(since)), how)
    levels_of_funding, states = funding(market, time, how)
    levels += levels_of_funding
    coarse = in_candles(market, how.candle)
    if coarse is not None:
        levels += swings(coarse, since, how)
        levels += moving_averages(coarse, how)
        levels += candle_patterns(coarse, time - int(how.pattern_days * DAY), how)
        levels_of_interest, more = interest(market, coarse, how)
        levels += levels_of_interest
        states = [*momentum(coarse, how), *states, *more]
    ordered = sorted(levels, key=lambda one: (one.price, one.kind, one.name, one.time))
    return ReferenceLevels(time, price, market.venue, tuple(ordered), tuple(states))


def checked_rules(rules: object) -> ReferenceRules:
    """Return the rules; None are the usual ones."""
    if rules is None:
        return ReferenceRules()
    if isinstance(rules, ReferenceRules):
        return rules
    raise DataError(f"Expected rules as liqwidget.ReferenceRules(...), was {rules!r:.60}")


def levels_frame(levels: Iterable[ReferenceLevel], price: float) -> pd.DataFrame:
    """Return levels as the rows of `ReferenceLevels.to_frame`."""
    columns = [
        "kind", "name", "price_low", "price_high", "price", "distance_pct", "time", "side", "source", "formula",
    ]  # fmt: skip
    rows = [
        attributes(one)
        | {
            "price": one.price,
            "distance_pct": 100 * (one.price / price - 1),
            "time": timestamp(one.time) if one.time else pd.NaT,
            "side": "" if one.side is None else one.side.label,
        }
        for one in levels
    ]
    return _timed(pd.DataFrame(rows, columns=columns))


def states_frame(states: Iterable[MarketState]) -> pd.DataFrame:
    """Return states as the rows of `ReferenceLevels.states_frame`."""
    columns = ["kind", "name", "value", "unit", "time", "extreme", "side", "source", "formula"]
    rows = [
        attributes(one) | {"time": timestamp(one.time), "side": "" if one.side is None else one.side.label}
        for one in states
    ]
    return _timed(pd.DataFrame(rows, columns=columns))


def overlay_of(level: ReferenceLevel) -> Overlay:
    """Return a level as what is laid over the picture."""
    start = level.time or None
    if level.price_low == level.price_high:
        return PriceLine(level.price, level.name, start, None, "evidence")
    return PriceBand(level.price_low, level.price_high, level.name, start, None, "evidence")


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose times are UTC, also where it has no rows."""
    return frame.assign(time=pd.to_datetime(frame["time"], utc=True).astype("datetime64[ns, UTC]"))


def _listed(anchors: Any) -> list[Any]:
    if isinstance(anchors, str) or not hasattr(anchors, "__iter__"):
        return [anchors]
    return list(anchors)
