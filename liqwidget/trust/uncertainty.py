"""Uncertainty: how far each cluster's size moves when what nobody publishes is assumed otherwise.

Exchanges publish neither the leverage of positions nor how long they are held, and their nearest liquidation distance
differs by tier. Each alternative assumption estimates the market anew; a cluster keeps its price range and side, and
what then stands there gives its range.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.background import freed_in_child
from liqwidget.domain.amount import money
from liqwidget.domain.book_state import Checkpoint, starts
from liqwidget.domain.frames import MarketData
from liqwidget.domain.ledger import CHURN, Ledger, VenueLedger
from liqwidget.domain.leverage import group_indices
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.time import DAY, timestamp
from liqwidget.errors import DataError
from liqwidget.estimate.books import empty_books, passed, run_books
from liqwidget.estimate.estimator import begun_late, estimate
from liqwidget.estimate.survival import VOLUME_WINDOW, SurvivalState, survive
from liqwidget.field.density import DEFAULT_PRIOR, Density, Prior, PriorLike, venue_density
from liqwidget.field.evaluate import Measured, standing
from liqwidget.field.measure import parse_measure
from liqwidget.study.clusters import Cluster, find_clusters
from liqwidget.trust.alternatives import Alternative, check_alternatives, default_alternatives, given_alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from liqwidget.estimate.estimate_asked import Markets

Floats = npt.NDArray[np.float64]

KEPT_ROWS = 20_000
"""Rows of a venue up to which its alternatives are kept: 2 MB each, so some 50 MB for four venues of 60 days of 5m."""

_AT_ONCE = 2
"""Alternatives of a longer history that are estimated side by side: each takes some 50 MB meanwhile."""

_FORGOTTEN = 45.0
"""Where ln of what survives has fallen so far, what stood before is nothing beside what stands, to the last digit."""

VOLATILE = 100 * DAY
"""After fifty of its half-lives volatility is the same too [ns]."""

_estimating = freed_in_child(threading.Lock())
"""Held while alternatives are estimated, so that two threads never estimate the same."""

_kept: WeakKeyDictionary[VenueLedger, dict[tuple[Prior, Alternative], VenueLedger]] = WeakKeyDictionary()


def keeps(ledger: Ledger) -> bool:
    """Return whether a ledger's alternatives are kept once they are estimated."""
    return all(len(part.time) <= KEPT_ROWS for part in ledger)


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """Clusters with the range of their sizes over a stated set of alternatives.

    The range is the smallest and the largest of what the alternatives let stand in a cluster's price range on its side.
    It is no confidence interval: nobody knows how likely an alternative is, few are tried together, and the truth can
    lie outside all of them: of recorded hours in which much was liquidated, the same alternatives' range held the
    amount in about six of ten (the accuracy page has the shares). It says nothing of what every alternative shares:
    that venues' and hours' positions are alike, that reported open interest is right, that entries are spread over a
    candle's range. Where a cluster lies is held fixed; under another assumption peaks may lie elsewhere.

    Parameters
    ----------
    clusters : tuple of Cluster
        As found with the base, K of them.
    alternatives : tuple of Alternative
        The base first, A of them.
    sizes, expected_sizes : ndarray of float64, shape (A, K)
        What stands in each cluster's range on its side, and that times the chance that price gets there [quote].
    time : int
        The time that is shown [ns].

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> table = liqwidget.uncertainty(markets).to_frame()
    >>> bool((table["size_low"] <= table["size_high"]).all())
    True
    """

    clusters: tuple[Cluster, ...] = field(repr=False)
    alternatives: tuple[Alternative, ...]
    sizes: Floats = field(repr=False)
    expected_sizes: Floats = field(repr=False)
    time: int = field(repr=False)
    quote: str = field(default=DOLLAR, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cluster: its size and expected size, each with its smallest and largest alternative.

        Returns
        -------
        DataFrame
            Indexed by cluster id: side ('long' / 'short'), peak_price [quote/base], size, size_low, size_high,
            expected_size, expected_low, expected_high [quote].
        """
        columns: dict[str, Any] = {
            "side": [cluster.side.label for cluster in self.clusters],
            "peak_price": np.array([cluster.peak_price for cluster in self.clusters], dtype=np.float64),
        }
        for name, short, values in (
            ("size", "size", self.sizes),
            ("expected_size", "expected", self.expected_sizes),
        ):
            columns |= {name: values[0], f"{short}_low": values.min(axis=0), f"{short}_high": values.max(axis=0)}
        return pd.DataFrame(columns, index=self._index())

    def by_alternative(self, measure: str = "size") -> pd.DataFrame:
        """Return clusters x alternatives [quote], the base first: which assumption moves a cluster.

        Raises
        ------
        DataError
            If the measure is neither 'expected' nor 'size'.
        """
        values = self.expected_sizes if parse_measure(measure, "24h") else self.sizes
        return pd.DataFrame(values.T, index=self._index(), columns=[one.name for one in self.alternatives])

    def _index(self) -> pd.Index[Any]:
        return pd.Index([cluster.id for cluster in self.clusters], name="id", dtype=object)

    def __repr__(self) -> str:
        """Return how many clusters and alternatives, and the range of the largest cluster."""
        names = ", ".join(one.name for one in self.alternatives[1:])
        text = f"Uncertainty(clusters: {len(self.clusters)} at {timestamp(self.time):%Y-%m-%d %H:%M} UTC, over {names}"
        if not self.clusters:
            return text + ")"
        written = partial(money, quote=self.quote)
        low, middle, high = self.sizes[:, 0].min(), self.sizes[0, 0], self.sizes[:, 0].max()
        return f"{text}; {self.clusters[0].id}: {written(low)} to {written(high)}, est. {written(middle)})"

    def _repr_html_(self) -> str:
        """Return each cluster's low, estimated and high, and what was assumed."""
        frame = self.to_frame()
        amounts = [name for name in frame.columns if "size" in name or "expected" in name]
        frame[amounts] = frame[amounts].map(partial(money, quote=self.quote))
        frame["peak_price"] = frame["peak_price"].map("{:,.6g}".format)
        names = escape(", ".join(one.name for one in self.alternatives[1:]))
        said = f"Smallest and largest est. over {names}, each alone, {timestamp(self.time):%Y-%m-%d %H:%M} UTC"
        return f'<div class="mathjax_ignore"><p>{said}. No confidence interval.</p>{frame.to_html()}</div>'


def uncertainty(
    market: Markets | Ledger,
    at: Any = None,
    *,
    clusters: Iterable[Cluster] | None = None,
    prior: PriorLike | Prior | None = None,
    alternatives: Iterable[Alternative] | None = None,
    horizon: str = "24h",
    sensitivity: float = 0.5,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> Uncertainty:
    """Estimate a market under alternative assumptions and return the range of each cluster's size.

    Alternatives of a ledger are kept as long as it is (up to `KEPT_ROWS`), so that other times, clusters, horizons,
    groups and venues of the same ledger cost little.

    Parameters
    ----------
    market : MarketData, iterable of MarketData, or Ledger
        One per venue, all of one symbol; or the base as it was estimated, which saves estimating it again.
    at : time, optional
        None means the last close.
    clusters : iterable of Cluster, optional
        Which; by default those found with the base. Their price ranges and sides are kept, their sizes made anew.
    prior : str, (median, sigma), mapping or Prior, optional
        The base's leverage prior; None means 'effective', or that of the ledger.
    alternatives : iterable of Alternative, optional
        What else to assume; see `default_alternatives`.
    horizon, sensitivity
        As in `find_clusters`.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count. A group is a range of distances: another prior fills it otherwise.

    Raises
    ------
    DataError
        If an option cannot be used, names of alternatives repeat, the market cannot be estimated, or a ledger comes
        with another prior than its own.

    Examples
    --------
    >>> import liqwidget
    >>> markets = liqwidget.sample_market(days=3).markets()
    >>> liqwidget.uncertainty(markets).to_frame().columns[:4].tolist()
    ['side', 'peak_price', 'size', 'size_low']
    """
    groups = group_indices(leverage)
    days = parse_measure("expected", horizon)
    base = _base_prior(market, prior)
    others = default_alternatives(base) if alternatives is None else given_alternatives(alternatives)
    own = market.venues[0].churn if isinstance(market, Ledger) and market.venues else CHURN
    tried = (Alternative("base", base, own), *others)
    check_alternatives(tried)
    ledger = market.only(venues) if isinstance(market, Ledger) else estimate(_chosen(market, venues), base)
    time = ledger.instant(at)
    found = (
        find_clusters(ledger, timestamp(time), leverage=leverage, sensitivity=sensitivity, horizon=horizon)
        if clusters is None
        else tuple(clusters)
    )
    if not found:
        none = np.zeros((len(tried), 0))
        return Uncertainty((), tried, none, none, time, ledger.unit)
    values = np.stack([_sizes(one, time, found, days, groups) for one in _each(ledger, time, tried)], axis=1)
    values.flags.writeable = False
    return Uncertainty(found, tried, values[0], values[1], time, ledger.unit)


def _base_prior(market: Markets | Ledger, prior: PriorLike | Prior | None) -> Prior:
    if not isinstance(market, Ledger):
        return Prior.parse(DEFAULT_PRIOR if prior is None else prior)
    own = Prior.parse(market.prior)
    if prior is None or Prior.parse(prior) == own:
        return own
    message = f"Expected the ledger's own prior {own.name!r} or none, was {prior!r:.60}"
    raise DataError(message)


def _chosen(market: Markets, venues: Iterable[str] | None) -> tuple[MarketData, ...]:
    markets = (market,) if isinstance(market, MarketData) else tuple(market)
    if venues is None:
        return markets
    wanted = [venues] if isinstance(venues, str) else list(venues)
    known = {part.venue: part for part in markets}
    unknown = next((name for name in wanted if name not in known), None)
    if unknown is not None or not wanted:
        message = f"Expected venues among {', '.join(known)}, was {unknown!r:.60}"
        raise DataError(message)
    return tuple(known[name] for name in dict.fromkeys(wanted))


def _each(ledger: Ledger, time: int, tried: Sequence[Alternative]) -> Iterator[Ledger]:
    """Yield a ledger and what the alternatives make of it at a time; of what is not kept few are there at a time."""
    yield ledger
    if keeps(ledger):
        yield from under(ledger, tried[1:])
        return
    for first in range(1, len(tried), _AT_ONCE):
        some = tried[first : first + _AT_ONCE]
        rows = [[_remembered(part, time, one) for part in ledger] for one in some]
        if not all(map(all, rows)):
            for one in some:
                yield from under(ledger, [one])
            continue
        with _estimating, ThreadPoolExecutor(_AT_ONCE) as pool:
            found = list(pool.map(partial(_late, ledger), some, rows))
        yield from found


def _late(ledger: Ledger, one: Alternative, rows: Sequence[int]) -> Ledger:
    """Return what an alternative makes of a ledger of which each venue begins at a row."""
    prior = Prior.parse(ledger.prior if one.prior is None else one.prior)
    parts = [begun_late(_assumed(part, one), row, prior) for part, row in zip(ledger, rows, strict=True)]
    return Ledger(ledger.symbol, prior, tuple(parts))


def _remembered(part: VenueLedger, time: int, one: Alternative) -> int:
    """Return the row from which a venue must be estimated for what stands at a time; 0: from its first on."""
    last = int(part.row_at(time))
    if last < KEPT_ROWS or part.churn == 0:
        return 0
    fallen = (part.log_survival[last] - part.log_survival[: last + 1]) * (one.churn / part.churn)
    row = int(np.searchsorted(fallen, -_FORGOTTEN, side="right")) - 1
    if row < 0:
        return 0
    start = min(part.time[row] - 2 * VOLUME_WINDOW, part.time[last] - VOLATILE)
    return max(int(np.searchsorted(part.time, start)) - 1, 0)


def under(ledger: Ledger, tried: Sequence[Alternative]) -> list[Ledger]:
    """Return the ledger under each alternative: as the market estimated with it, from the rows of the base."""
    parsed = [Prior.parse(ledger.prior if one.prior is None else one.prior) for one in tried]
    for one, prior in zip(tried, parsed, strict=True):
        for part in ledger:
            venue_density(_assumed(part, one), prior)

    def again(task: tuple[VenueLedger, Alternative, Prior]) -> VenueLedger:
        part, one, prior = task
        return _again(part, ledger.prior, prior, one)

    tasks = [(part, one, prior) for one, prior in zip(tried, parsed, strict=True) for part in ledger]
    with _estimating, ThreadPoolExecutor(max(min(len(tasks), os.cpu_count() or 1), 1)) as pool:
        parts = iter(list(pool.map(again, tasks)))
    return [Ledger(ledger.symbol, prior, tuple(next(parts) for _ in ledger)) for prior in parsed]


def _assumed(part: VenueLedger, one: Alternative) -> VenueLedger:
    """Return a venue's ledger with the rules of an alternative, its rows as they were."""
    near = part.near if one.near is None else one.near
    return replace(part, minimum_distance=part.minimum_distance * one.cap, churn=one.churn, near=near)


def _again(part: VenueLedger, own: Prior, prior: Prior, one: Alternative) -> VenueLedger:
    """Return a venue's ledger estimated anew, from what is kept if it is; byte for byte what `estimate` makes."""
    kept = _kept.setdefault(part, {})
    key = prior, replace(one, name="", prior=None)
    if key in kept:
        return kept[key]
    assumed = _assumed(part, one)
    spread, base = venue_density(assumed, prior), venue_density(part, own)
    start = int(part.time[0])
    survival = survive(part.inputs, part.timeframe, SurvivalState(time=start, volume_since=start), one.churn)
    new = _changed(base, spread) if one.churn == part.churn else np.ones(len(spread.weights), np.bool_)
    if not new.any():
        return assumed
    some = replace(spread, weights=np.where(new, spread.weights, 0.0))
    first = float(part.coordinates[2, 0])
    done = run_books(
        empty_books(first, some), first, part.coordinates, survival.share, survival.interest, survival.frozen, some
    )
    opened, checkpoints = done.opened, done.checkpoints
    if not new.all():
        opened = np.where(new, done.opened, part.opened)
        checkpoints = tuple(map(partial(_with_books, new, spread.units), part.checkpoints, done.checkpoints))
    passages = passed(
        part.passages.none(), part.inputs.cut(slice(0, part.settled)), tuple(done.log_survival), opened, spread
    )
    changed: dict[str, Any] = {"opened": opened, "checkpoints": checkpoints, "passages": passages}
    made = replace(assumed, log_survival=done.log_survival[0], near_log_survival=done.log_survival[1], **changed)
    if len(part.time) <= KEPT_ROWS:
        kept[key] = made
    return made


def _changed(base: Density, spread: Density) -> npt.NDArray[np.bool_]:
    """Return the books that another density spreads otherwise: books do not interact, the others stay; shape (B,)."""
    same = (base.table == spread.table).all(axis=(0, 2)) & (base.weights == spread.weights)
    return np.asarray(~same | (base.units != spread.units).any())


def _with_books(
    new: npt.NDArray[np.bool_], units: npt.NDArray[np.int64], base: Checkpoint, done: Checkpoint
) -> Checkpoint:
    """Return what stood with some books replaced."""
    lengths = np.diff(starts(units, base.cells))
    return replace(
        base,
        standing=np.where(new[:, None], done.standing, base.standing),
        entered=np.where(np.repeat(new, lengths), done.entered, base.entered),
    )


def _sizes(ledger: Ledger, time: int, clusters: tuple[Cluster, ...], days: float, groups: tuple[int, ...]) -> Floats:
    """Return what stands in each cluster's range on its side, size and expected size, shape (2, K) [quote]."""
    edges = np.unique([price for cluster in clusters for price in (cluster.price_low, cluster.price_high)])
    times = np.array([time], dtype=np.int64)
    out = np.empty((2, len(clusters)))
    for row, horizon in enumerate((0.0, days)):
        parts = standing(ledger, times, edges, Measured(horizon, groups))[:, :, 0]
        for column, cluster in enumerate(clusters):
            first, last = np.searchsorted(edges, (cluster.price_low, cluster.price_high))
            out[row, column] = parts[cluster.side.row, first:last].sum()
    return out
