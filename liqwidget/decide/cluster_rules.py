"""Rules about clusters: price comes near one, one appears, grows, shifts, dissolves, is swept, venues agree on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from liqwidget.decide.watching import AlertRule, Moment, Reading, checked_number, named_level
from liqwidget.domain.side import Side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from liqwidget.decide.lives import Living

AWAY = 1.5
"""By how many times a distance price must go away before it is near again."""


@dataclass(frozen=True, slots=True)
class _OfClusters(AlertRule):
    """A rule about clusters, all or those near a level.

    Parameters
    ----------
    level : float, optional
        Only clusters near this price [quote/base].
    within : float
        How near their range must be to it [%].
    side : Side or str, optional
        'long' or 'short' alone.
    least : float
        Only clusters of this amount or more [quote].
    """

    level: float | None = field(default=None, kw_only=True)
    within: float = field(default=1.0, kw_only=True)
    side: Side | str | None = field(default=None, kw_only=True)
    least: float = field(default=0.0, kw_only=True)

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        if self.level is not None:
            checked_number("level", self.level, "a price above 0", 0)
        checked_number("within", self.within, "per cent above 0, up to 100", 0, 100)
        checked_number("least", self.least, "an amount of at least 0", -math.ulp(0))
        if self.side is not None:
            object.__setattr__(self, "side", Side.parse(self.side))

    def counts(self, side: Side, low: float, high: float, amount: float) -> bool:
        """Return whether a cluster of a side, range [quote/base] and amount [quote] is meant."""
        if self.side not in (None, side) or amount < self.least:
            return False
        if self.level is None:
            return True
        away = max(low / self.level - 1, 1 - high / self.level, 0)
        return away * 100 <= self.within

    def chosen(self, moment: Moment) -> Iterator[tuple[int, Living]]:
        """Yield the clusters that are meant, with their place in the look."""
        for number, one in enumerate(moment.living):
            seen = one.seen
            if self.counts(seen.side, seen.price_low, seen.price_high, seen.size):
                yield number, one

    def place(self, moment: Moment) -> str:
        """Return where, in words."""
        if self.level is None:
            return f" ({self.name})" if self.name else ""
        return f" near {named_level(self, moment)}"


@dataclass(frozen=True, slots=True)
class PriceNear(_OfClusters):
    """Price comes within some per cent of a cluster's near edge; told anew once it was half as far again away.

    Parameters
    ----------
    percent : float
        Of the near edge [%].
    level, within, side, least : optional
        Only clusters within so many per cent (1) of a price [quote/base], of 'long' or 'short' positions, of so much or
        more [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> len(liqwidget.replay_alerts(liqwidget.PriceNear(0.5), ledger, step="4h").alerts)
    5
    """

    percent: float = 1.0

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        checked_number("percent", self.percent, "per cent above 0, up to 20", 0, 20)
        _OfClusters.check(self)

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield how near price is to each cluster."""
        del memory
        price = moment.look.price
        for _, one in self.chosen(moment):
            edge = one.seen.near_edge(price)
            away = abs(edge / price - 1) * 100
            text = ""
            if away <= self.percent:
                which = f"{moment.cluster(one.seen)}{self.place(moment)}"
                text = f"price {moment.price(price)} is {away:.2g} % from the {which}"
            yield _of(one, text, on=away <= self.percent, off=away > AWAY * self.percent)


@dataclass(frozen=True, slots=True)
class ClusterAppears(_OfClusters):
    """A cluster appears: it is born, or has come back.

    Parameters
    ----------
    level, within, side, least : optional
        Only clusters within so many per cent (1) of a price [quote/base], of 'long' or 'short' positions, of so much or
        more [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> len(liqwidget.replay_alerts(liqwidget.ClusterAppears(side="short"), ledger, step="4h").alerts)
    12
    """

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield the clusters that appear."""
        del memory
        yield from _happened(self, moment, {"born": "appears", "come back": "has come back"})


@dataclass(frozen=True, slots=True)
class ClusterDissolves(_OfClusters):
    """A cluster is gone without a sweep: unwound by its holders, or dissolved.

    Parameters
    ----------
    level, within, side, least : optional
        Only clusters within so many per cent (1) of a price [quote/base], of 'long' or 'short' positions, of so much or
        more [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> len(liqwidget.replay_alerts(liqwidget.ClusterDissolves(), ledger, step="4h").alerts)
    4
    """

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield the clusters that are gone."""
        del memory
        yield from _happened(self, moment, {"dissolved": "has dissolved", "unwound": "was unwound"})


@dataclass(frozen=True, slots=True)
class ClusterSwept(_OfClusters):
    """A cluster is swept, in whole or in part.

    Parameters
    ----------
    in_part : bool
        Whether a sweep of a part is told too.
    level, within, side, least : optional
        Only clusters within so many per cent (1) of a price [quote/base], of 'long' or 'short' positions, of so much or
        more [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> rule = liqwidget.ClusterSwept(in_part=False)
    >>> len(liqwidget.replay_alerts(rule, ledger, step="4h").alerts)
    11
    """

    in_part: bool = True

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield the clusters that are swept."""
        del memory
        words = {"swept": "was swept"} | ({"swept in part": "was swept in part"} if self.in_part else {})
        yield from _happened(self, moment, words)


@dataclass(frozen=True, slots=True)
class ClusterGrows(_OfClusters):
    """A cluster grows by some per cent of the least that stood in it since it was told last, or since its birth.

    Parameters
    ----------
    percent : float
        By how much [%].
    level, within, side, least : optional
        Only clusters within so many per cent (1) of a price [quote/base], of 'long' or 'short' positions, of so much or
        more [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> len(liqwidget.replay_alerts(liqwidget.ClusterGrows(50), ledger, step="4h").alerts)
    11
    """

    percent: float = 50.0

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        checked_number("percent", self.percent, "per cent above 0", 0)
        _OfClusters.check(self)

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield the clusters that have grown."""
        for _, one in self.chosen(moment):
            before = memory.get(one.id, one.seen.size)
            grown = (one.seen.size / before - 1) * 100 if before > 0 else 0.0
            on = grown >= self.percent
            memory[one.id] = one.seen.size if on else min(before, one.seen.size)
            if on:
                text = f"the {moment.cluster(one.seen)} has grown by {grown:.0f} %{self.place(moment)}"
                yield _of(one, text, on=True, off=True)
        _forget(memory, moment)


@dataclass(frozen=True, slots=True)
class ClusterShifts(_OfClusters):
    """The peak of a cluster moves by some per cent from where it was told last, or from its birth.

    Parameters
    ----------
    percent : float
        Of its price [%].
    level, within, side, least : optional
        Only clusters within so many per cent (1) of a price [quote/base], of 'long' or 'short' positions, of so much or
        more [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> len(liqwidget.replay_alerts(liqwidget.ClusterShifts(0.5), ledger, step="4h").alerts)
    5
    """

    percent: float = 0.5

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        checked_number("percent", self.percent, "per cent above 0, up to 20", 0, 20)
        _OfClusters.check(self)

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield the clusters that have moved."""
        for _, one in self.chosen(moment):
            peak = one.seen.peak_price
            before = memory.setdefault(one.id, peak)
            if abs(peak / before - 1) * 100 >= self.percent:
                memory[one.id] = peak
                way = f"from {moment.price(before)} to {moment.price(peak)}"
                text = f"the peak of the {moment.cluster(one.seen)} has moved {way}{self.place(moment)}"
                yield _of(one, text, on=True, off=True)
        _forget(memory, moment)


@dataclass(frozen=True, slots=True)
class VenuesAgree(_OfClusters):
    """At least some venues, each asked alone, have a cluster there too.

    Parameters
    ----------
    count : int
        How many at least.
    level, within, side, least : optional
        Only clusters within so many per cent (1) of a price [quote/base], of 'long' or 'short' positions, of so much or
        more [quote].
    name, cool_down : str
        As in `AlertRule`.

    Examples
    --------
    >>> import liqwidget
    >>> liqwidget.VenuesAgree(2).count
    2
    """

    count: int = 3

    def check(self) -> None:
        """Raise a DataError if it cannot be watched."""
        checked_number("count", self.count, "a number of venues of at least 1", 0)
        _OfClusters.check(self)

    def readings(self, moment: Moment, memory: dict[str, Any]) -> Iterator[Reading]:
        """Yield on how many venues each cluster stands."""
        del memory
        agreeing = moment.look.agreeing()
        for number, one in self.chosen(moment):
            names, text = agreeing[number], ""
            if len(names) >= self.count:
                counted = f"{len(names)} venues agree" if len(names) != 1 else "1 venue agrees"
                text = f"{counted} on the {moment.cluster(one.seen)}{self.place(moment)}: {', '.join(names)}"
            yield _of(one, text, on=len(names) >= self.count, off=len(names) < self.count)


def _of(one: Living, text: str, *, on: bool, off: bool) -> Reading:
    """Return a reading of a cluster."""
    seen = one.seen
    place = seen.price_low, seen.price_high
    return Reading(one.id, text, on=on, off=off, place=place, amount=seen.size, cluster=one.id)


def _happened(rule: _OfClusters, moment: Moment, words: dict[str, str]) -> Iterator[Reading]:
    """Yield the events of some kinds that a rule means."""
    for one in moment.events:
        size = one.amount if one.what in ("born", "come back") else one.before
        if one.what in words and rule.counts(one.side, one.price_low, one.price_high, size):
            place = f"{moment.price(one.price_low)} to {moment.price(one.price_high)}"
            what = f"{one.side.label} cluster {place} {words[one.what]}"
            known = f" (est. {moment.money(one.amount)})" if math.isfinite(one.amount) else ""
            text = f"the {what}{known}{rule.place(moment)}"
            key, low, high = f"{one.id} {one.what}", one.price_low, one.price_high
            yield Reading(key, text, on=True, off=True, place=(low, high), amount=one.amount, cluster=one.id)


def _forget(memory: dict[str, Any], moment: Moment) -> None:
    """Drop clusters that stand no more; of one that comes back all begins anew."""
    standing = {one.id for one in moment.living}
    for name in [name for name in memory if name not in standing]:
        del memory[name]
