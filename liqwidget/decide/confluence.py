"""Confluence: each cluster with what else a trader knows near it, counted and weighted openly.

A score counts; it does not foretell. References are not independent either: one low may be a swing, the low of a day
and the end of a wick at once. On recorded markets neither clusters nor recent extremes drew price
(notebooks/evidence.md).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from liqwidget.decide.candles import chosen_market, given_markets
from liqwidget.decide.own_references import own_references
from liqwidget.decide.reference import KINDS, MarketState, ReferenceLevel, weights_of
from liqwidget.decide.reference_levels import levels_frame, overlay_of, references_of, states_frame
from liqwidget.domain.amount import money, plain_price
from liqwidget.domain.overlay import PriceBand
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError
from liqwidget.study.clusters import WIDEST, Cluster, find_clusters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from liqwidget.decide.reference_rules import ReferenceRules
    from liqwidget.domain.frames import MarketData
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.overlay import Overlay

WITHIN = 0.005
"""How far from a cluster a reference may lie to be counted, as a share of the price of its edge."""

_FARTHEST = 0.2
_ROUNDING = 1e-12
_NAMED = 6
_TINY = 0.01
"""References that a cell names for each cluster, the nearest first."""


@dataclass(frozen=True, slots=True, eq=False)
class ClusterConfluence:
    """A cluster, and what lies near it.

    Parameters
    ----------
    cluster : Cluster
        As `liqwidget.find_clusters` finds it.
    levels : tuple of ReferenceLevel
        Those within reach that concern its side, the nearest first.
    states : tuple of MarketState
        Those that are extreme and concern its side.
    score : float
        Sum of the weights of both.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> first = liqwidget.confluence(markets).clusters[0]
    >>> first.cluster.side.label, first.count
    ('short', 6)
    """

    cluster: Cluster
    levels: tuple[ReferenceLevel, ...] = field(repr=False)
    states: tuple[MarketState, ...] = field(repr=False)
    score: float

    @property
    def references(self) -> tuple[ReferenceLevel | MarketState, ...]:
        """All that is counted: levels, then states."""
        return (*self.levels, *self.states)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind, in the order of `liqwidget.decide.reference.KINDS`."""
        found = Counter(one.kind for one in self.references)
        return {kind: found[kind] for kind in KINDS if kind in found}

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.references)


@dataclass(frozen=True, slots=True, eq=False)
class Confluence:
    """Clusters with what lies near them, the highest score first.

    Parameters
    ----------
    clusters : tuple of ClusterConfluence
        Of equal scores the hotter one first.
    time : int
        As of when [ns].
    price : float
        The last close [quote/base].
    venue : str
        Whose candles the references are read from.
    within : float
        How far from a cluster they may lie, as a share of the price of its edge.
    weights : dict of str to float
        What one of each kind counts.
    levels, states : tuple of ReferenceLevel, of MarketState
        All that were looked at, near a cluster or not; the analyst's own among them.
    quote : str
        The currency of amounts; 'rel.' where they are no money, as open interest is unknown.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> found = liqwidget.confluence(markets)
    >>> [one.cluster.side.label for one in found.clusters] == found.to_frame()["side"].tolist()
    True
    """

    clusters: tuple[ClusterConfluence, ...] = field(repr=False)
    time: int
    price: float
    venue: str
    within: float
    weights: dict[str, float] = field(repr=False)
    levels: tuple[ReferenceLevel, ...] = field(repr=False)
    states: tuple[MarketState, ...] = field(repr=False)
    quote: str = field(default=DOLLAR, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cluster, the highest score first.

        Returns
        -------
        DataFrame
            Indexed by id: side ('long' / 'short'), price_low, price_high, near_edge [quote/base], distance_pct (last
            close to near edge [%]), size [quote], heat (0 to 100), score (the sum of weights), count, one column per
            kind with how many there are, nearest (names, the nearest first); then one column per own series with its
            value as of then, named 'own' and its name, and where there are own events last_event and last_event_time.
        """
        own: dict[str, Any] = {f"own {one.name}": one.value for one in self.states if one.kind == "own series"}
        events = [one for one in self.states if one.kind == "own event"]
        if events:
            own |= {"last_event": events[-1].name, "last_event_time": timestamp(events[-1].time)}
        columns = [
            "side", "price_low", "price_high", "near_edge", "distance_pct", "size", "heat", "score", "count",
            *KINDS, "nearest", *own,
        ]  # fmt: skip
        rows = []
        for one in self.clusters:
            cluster, counts = one.cluster, one.counts
            rows.append(
                {name: getattr(cluster, name) for name in ("price_low", "price_high", "near_edge", "size", "heat")}
                | {"side": cluster.side.label, "distance_pct": 100 * (cluster.near_edge / self.price - 1)}
                | {"score": one.score, "count": one.count, "nearest": ", ".join(_names(one))}
                | {kind: counts.get(kind, 0) for kind in KINDS}
                | own
            )
        index = pd.Index([one.cluster.id for one in self.clusters], name="id")
        return pd.DataFrame(rows, columns=columns, index=index)

    def levels_frame(self) -> pd.DataFrame:
        """Return one row per cluster and reference counted there: what the scores are the sums of.

        Returns
        -------
        DataFrame
            cluster (its id), kind, name, weight, distance (from the cluster's range, as a share of its edge: 0 inside,
            below it negative; NaN of a state), price_low, price_high [quote/base; NaN of a state], value (of a state,
            else NaN), time (UTC; NaT for always), source, formula.
        """
        columns = [
            "cluster", "kind", "name", "weight", "distance", "price_low", "price_high", "value", "time", "source",
            "formula",
        ]  # fmt: skip
        rows = [
            _row(found, one.cluster) | {"weight": self.weights[found.kind]}
            for one in self.clusters
            for found in one.references
        ]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.assign(time=pd.to_datetime(frame["time"], utc=True).astype("datetime64[ns, UTC]"))

    def references_frame(self) -> pd.DataFrame:
        """Return one row per reference looked at, near a cluster or not: columns of `ReferenceLevels.to_frame`."""
        return levels_frame(self.levels, self.price)

    def states_frame(self) -> pd.DataFrame:
        """Return one row per state, own series and events among them: columns of `ReferenceLevels.states_frame`."""
        return states_frame(self.states)

    def overlays(self) -> tuple[Overlay, ...]:
        """Return what is laid over the picture: clusters with a score, and what lies at them, once each.

        The analyst's own levels are left out: they are overlays already.
        """
        found: dict[ReferenceLevel, None] = {}
        drawn: list[Overlay] = []
        for one in self.clusters:
            if one.score > 0:
                label = f"confluence {one.score:g}"
                ends = one.cluster.price_low, one.cluster.price_high
                drawn.append(PriceBand(*ends, label, self.time, None, "cluster"))
            found |= dict.fromkeys(level for level in one.levels if level.kind != "own level")
        return (*drawn, *(overlay_of(level) for level in found))

    def __len__(self) -> int:
        """Return how many clusters there are."""
        return len(self.clusters)

    def __iter__(self) -> Iterator[ClusterConfluence]:
        """Iterate over the clusters, the highest score first."""
        return iter(self.clusters)

    def __repr__(self) -> str:
        """Return how many clusters and references there are, and that a score counts and does not foretell."""
        best = f", the highest score {self.clusters[0].score:g} at {self.clusters[0].cluster.id}" if self else ""
        return (
            f"Confluence({len(self.clusters)} clusters, {len(self.levels)} levels and {len(self.states)} states of "
            f"{self.venue} at {timestamp(self.time):%Y-%m-%d %H:%M} UTC, counted within {self.within:.2%}{best}; "
            "a score counts what is there, it does not say that price comes or turns)"
        )

    def _repr_html_(self) -> str:
        """Return the sentence, the clusters with what lies near each, and the weights."""
        rows = [
            {
                "id": one.cluster.id,
                "near edge": plain_price(one.cluster.near_edge),
                "est. size": money(one.cluster.size, self.quote),
                "score": f"{one.score:g}",
                "count": one.count,
                "near it": ", ".join(_names(one)),
            }
            for one in self.clusters
        ]
        table = pd.DataFrame(rows).to_html(index=False) if rows else "<p>No cluster stands.</p>"
        told = [f"{one.name}: {_value(one)}" for one in self.states if one.kind != "own event"]
        told += [f"{one.name} ({timestamp(one.time):%Y-%m-%d %H:%M})" for one in self.states if one.kind == "own event"]
        counted = ", ".join(f"{kind} {weight:g}" for kind, weight in self.weights.items())
        said = (
            f"Beside them: {'; '.join(told) or 'nothing'}. Weights: {counted}. levels_frame() has each and its formula."
        )
        return f'<div class="mathjax_ignore"><p>{escape(repr(self))}</p>{table}<p>{escape(said)}</p></div>'


def confluence(
    ledger: Ledger | MarketData | Iterable[MarketData],
    markets: MarketData | Iterable[MarketData] | None = None,
    at: Any = None,
    *,
    within: float = WITHIN,
    own: Iterable[Overlay] = (),
    weights: Mapping[str, float] | None = None,
    venue: str | None = None,
    anchors: Iterable[Any] = (),
    rules: ReferenceRules | None = None,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
    sensitivity: float = 0.5,
    width: float = WIDEST,
) -> Confluence:
    """Return each cluster with what else a trader knows within a share of its price, counted and weighted openly.

    What is counted are the levels of `liqwidget.reference_levels` that lie within reach of the cluster's range, states
    of it that are extreme, and own levels; a score is the sum of their weights and nothing else. Those that name a side
    count at its clusters alone. Own series and events are told beside, and never counted.

    Parameters
    ----------
    ledger : Ledger, or MarketData or iterable of it
        With heat. Markets alone do: the ledger is their estimate then.
    markets : MarketData or iterable of it, optional
        Beside a ledger, those that it was estimated from.
    at : time, optional
        None means the last close. What was not known by then does not count, own levels that begin later neither.
    within : float
        How far outside a cluster's range a reference may lie, as a share of the price of the edge it lies beyond.
    own : iterable of PriceLine, PriceBand, TimeMark or Line
        The analyst's own: levels; events, of which each label's last one is told; series, whose last value is told, and
        counted as a level where it is a price.
    weights : mapping of str to float, optional
        What one of a kind counts, in the place of `liqwidget.decide.reference.WEIGHTS`, where each is 1; 0 only lists.
    venue : str, optional
        Whose candles; None means the venue that leads (`Ledger.leading`).
    anchors, rules
        As in `liqwidget.reference_levels`.
    leverage, venues, sensitivity, width
        As in `liqwidget.find_clusters`.

    Returns
    -------
    Confluence

    Raises
    ------
    DataError
        If an option cannot be used, or no candle had closed.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> own = [liqwidget.PriceLine(88_000.0, "week high")]
    >>> found = liqwidget.confluence(markets, own=own, within=0.01)
    >>> found.to_frame()["own level"].tolist()
    [1, 0, 0, 0, 0, 0]
    """
    made, listed = given_markets(ledger, markets)
    chosen, counted, reach = made.only(venues), weights_of(weights), _checked(within)
    time = chosen.instant(at)
    known = references_of(chosen_market(chosen, listed, time, venue), time, anchors=anchors, rules=rules)
    levels, states = list(known.levels), list(known.states)
    mine = tuple(own_references(own, time))
    levels += [one for one in mine if isinstance(one, ReferenceLevel)]
    states += [one for one in mine if isinstance(one, MarketState)]
    found = []
    options: dict[str, Any] = {"leverage": leverage, "sensitivity": sensitivity, "width": width}
    for cluster in find_clusters(chosen, timestamp(time), **options):
        ends = cluster.price_low, cluster.price_high
        near = [one for one in levels if one.side in {None, cluster.side} and lies_within(one, *ends, reach)]
        near.sort(key=partial(_order, ends=ends))
        held = [one for one in states if one.extreme and one.side in {None, cluster.side}]
        score = sum(counted[kind] for kind in [*(one.kind for one in near), *(one.kind for one in held)])
        found.append(ClusterConfluence(cluster, tuple(near), tuple(held), float(score)))
    return Confluence(
        clusters=tuple(sorted(found, key=lambda one: -one.score)),
        time=time,
        price=chosen.last_price(time),
        venue=known.venue,
        within=reach,
        weights=counted,
        levels=tuple(levels),
        states=tuple(states),
        quote=chosen.unit,
    )


def lies_within(level: ReferenceLevel, low: float, high: float, within: float) -> bool:
    """Return whether a level reaches into a range of prices, or to within a share of the price of its edge."""
    least, most = low * (1 - within) * (1 - _ROUNDING), high * (1 + within) * (1 + _ROUNDING)
    return least <= level.price_high and level.price_low <= most


def _row(found: ReferenceLevel | MarketState, cluster: Cluster) -> dict[str, Any]:
    """Return what is counted at a cluster as a row of `Confluence.levels_frame`, without its weight."""
    row = {name: getattr(found, name) for name in ("kind", "name", "source", "formula")} | {"cluster": cluster.id}
    if isinstance(found, MarketState):
        return row | {"value": found.value, "time": timestamp(found.time)}
    return row | {
        "distance": _distance(found, cluster.price_low, cluster.price_high),
        "price_low": found.price_low,
        "price_high": found.price_high,
        "time": timestamp(found.time) if found.time else pd.NaT,
    }


def _distance(level: ReferenceLevel, low: float, high: float) -> float:
    """Return how far a level lies outside a range, as a share of its edge; below it negative, 0 inside."""
    if level.price_high < low:
        return level.price_high / low - 1
    return max(level.price_low / high - 1, 0.0)


def _order(level: ReferenceLevel, ends: tuple[float, float]) -> tuple[float, int, str, int]:
    return abs(_distance(level, *ends)), KINDS.index(level.kind), level.name, level.time


def _names(one: ClusterConfluence) -> list[str]:
    """Return the names of what lies nearest, each once with how often it is there, and of the states."""
    counts = Counter(found.name for found in one.levels)
    names = [name if count == 1 else f"{count} x {name}" for name, count in counts.items()]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return [*names[:_NAMED], *more, *(state.name for state in one.states)]


def _value(state: MarketState) -> str:
    """Return a state's value in words."""
    exact = abs(state.value) < _TINY and state.value != 0
    return f"{state.value:.3g}{state.unit}" if exact else f"{state.value:,.2f}{state.unit}"


def _checked(within: object) -> float:
    if isinstance(within, int | float | np.floating) and not isinstance(within, bool) and 0 <= within <= _FARTHEST:
        return float(within)
    message = f"Expected within= as a share from 0 to {_FARTHEST:g} (0.005 is half a percent), was {within!r:.40}"
    raise DataError(message)
