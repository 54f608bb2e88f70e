"""Venues beside each other: what each holds, how alike their maps are, and which of them show a cluster.

Every venue is estimated alone, with its own margin rules, and its levels are swept by its own price. Here the maps are
laid over the same prices. Agreement of two venues is no proof that both are right: they share the estimator and its
prior. Two venues that disagree where both hold much is what to look at before trading on either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.status import is_simulated
from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError
from liqwidget.study.clusters import Cluster, find_clusters
from liqwidget.study.profile import edges_around, profile
from liqwidget.trust.agreement import Cells, shape_figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqwidget.domain.ledger import Ledger, VenueLedger

Floats = npt.NDArray[np.float64]

_BASIS_POINTS = 1e4
_FIGURES = ("rank_correlation", "rank_correlation_given_distance", "total_variation")


@dataclass(frozen=True, slots=True, eq=False)
class VenueComparison:
    """The maps of several venues at one time, made by `compare_venues`.

    Parameters
    ----------
    symbol : str
        What.
    at : Timestamp
        When, UTC.
    price : float
        Last close of the venue that leads (`Ledger.leading`) [quote/base].
    measure, horizon : str
        What `long` and `short` are of.
    edges : ndarray of float64, shape (K + 1,)
        Ascending prices [quote/base], the same for all venues.
    long, short : ndarray of float64, shape (N, K)
        What each venue holds between the edges [quote].
    table : DataFrame
        Index venue; columns as in `compare_venues`.
    pairs : DataFrame, shape (N, N)
        Rank correlation of two venues' maps at equal distance from price, both sides as one map.
    clusters : tuple of Cluster
        Those of all venues together, largest first.
    simulated : bool
        Whether it is the simulated market.

    Examples
    --------
    >>> import liqwidget
    >>> ledger = liqwidget.estimate(liqwidget.sample_market(days=3).markets())
    >>> compared = liqwidget.compare_venues(ledger)
    >>> isinstance(compared, liqwidget.VenueComparison), len(compared.pairs)
    (True, 4)
    """

    symbol: str
    at: pd.Timestamp
    price: float
    measure: str
    horizon: str
    edges: Floats = field(repr=False)
    long: Floats = field(repr=False)
    short: Floats = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    clusters: tuple[Cluster, ...] = field(repr=False)
    quote: str = field(default=DOLLAR, repr=False)
    simulated: bool = field(default=False, repr=False)

    @property
    def venues(self) -> tuple[str, ...]:
        """Venues, in the ledger's order."""
        return tuple(self.table.index)

    @property
    def _what(self) -> str:
        return "standing" if self.measure == "size" else f"expected in {self.horizon}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per price range: price_low, price_high [quote/base], then (side, venue) sizes [quote]."""
        sides = {
            (name, venue): values[row]
            for name, values in (("long", self.long), ("short", self.short))
            for row, venue in enumerate(self.venues)
        }
        prices = {("price_low", ""): self.edges[:-1], ("price_high", ""): self.edges[1:]}
        return pd.DataFrame(prices | sides)

    def clusters_frame(self) -> pd.DataFrame:
        """Return one row per cluster and which venues show it.

        Returns
        -------
        DataFrame
            Index id; side ('long' / 'short'), peak_price [quote/base], distance_pct [%], size, expected_size [quote],
            venues_agreeing, agreement, then per venue its share of `size` and, as ``shows <venue>``, whether its own
            map peaks there.
        """
        rows = [
            {
                "id": cluster.id,
                "side": cluster.side.label,
                "peak_price": cluster.peak_price,
                "distance_pct": cluster.distance_pct,
                "size": cluster.size,
                "expected_size": cluster.expected_size,
                "venues_agreeing": cluster.venues_agreeing,
                "agreement": cluster.agreement,
            }
            | cluster.venue_mix
            | {f"shows {venue}": venue in cluster.agreeing_venues for venue in self.venues}
            for cluster in self.clusters
        ]
        columns = ["id", "side", "peak_price", "distance_pct", "size", "expected_size", "venues_agreeing", "agreement"]
        columns += [*self.venues, *(f"shows {venue}" for venue in self.venues)]
        return pd.DataFrame(rows, columns=columns).set_index("id")

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the venues show, in plain words."""
        share, total = self.table["share"], money(float(self.table["size"].sum()), self.quote)
        venues = f"{len(self.venues)} venue{'s' if len(self.venues) > 1 else ''}"
        said = [f"{share.idxmax()} holds {share.max():.0%} of the {total} est. {self._what} on {venues}."]
        if len(self.venues) > 1:
            premium = self.table["premium_bps"]
            said.append(
                f"Prices differ by {premium.max() - premium.min():.1f} basis points; each venue's levels are swept by "
                "its own price."
            )
        if len(self.venues) > 1 and self.clusters:
            whole = sum(cluster.venues_agreeing == len(self.venues) for cluster in self.clusters)
            alone = sum(cluster.venues_agreeing <= 1 for cluster in self.clusters)
            said.append(
                f"Of {len(self.clusters)} clusters {whole} {_show(whole)} on all venues, {alone} on one at most."
            )
        likeness = self.table["rank_correlation_given_distance"].dropna()
        if len(likeness):
            said.append(
                f"{likeness.idxmin()} is least like the others together at equal distance from price (rank "
                f"correlation {likeness.min():.2f})."
            )
        return tuple(said)

    def __repr__(self) -> str:
        """Return what, when and the sentences."""
        return f"VenueComparison({self.symbol!r}, {self.at:%Y-%m-%d %H:%M} UTC). {' '.join(self.sentences)}"


def _show(count: int) -> str:
    return "shows" if count == 1 else "show"


def compare_venues(
    ledger: Ledger,
    at: Any = None,
    *,
    measure: str = "size",
    horizon: str = "24h",
    reach: float = 0.2,
    step: float = 0.002,
    sensitivity: float = 0.5,
    leverage: Iterable[str] | None = None,
    venues: Iterable[str] | None = None,
) -> VenueComparison:
    """Set the maps of venues beside each other.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    at : time, optional
        None means the last close.
    measure, horizon : str
        As in `rasterise`.
    reach, step : float
        How far from the price, and how wide a range, in ln(price); ranges are whole lattice cells.
    sensitivity : float
        As in `find_clusters`.
    leverage, venues : iterable of str, optional
        Leverage groups and venues that count.

    Returns
    -------
    VenueComparison
        Its `table` has last_price [quote/base], premium_bps (of the last price over the largest venue's [0.01 %]),
        open_interest [quote at the last price; NaN where it was never known], size, long, short (of the measure, all
        prices within reach [quote]), share (of `size` over all venues), clusters (found on the venue alone),
        rank_correlation, rank_correlation_given_distance and total_variation against all other venues together: see
        `liqwidget.trust.agreement.shape_figures`; NaN for one venue.

    Raises
    ------
    DataError
        If an option cannot be used, or nothing is known at the time.
    """
    chosen, time = ledger.only(venues), ledger.instant(at)
    known = [part.venue for part in chosen if part.row_at(time) >= 0]
    if not known:
        message = f"Expected a time from {timestamp(chosen.start)} on, was {timestamp(time)}"
        raise DataError(message)
    chosen = chosen.only(known)
    price = chosen.last_price(time)
    edges = edges_around(price, reach, step)
    options: dict[str, Any] = {"measure": measure, "horizon": horizon, "leverage": leverage}
    alone = [profile(chosen, edges, time, venues=[venue], **options) for venue in known]
    long, short = (np.stack([getattr(part, side) for part in alone]) for side in ("long", "short"))
    search: dict[str, Any] = {"horizon": horizon, "sensitivity": sensitivity, "leverage": leverage}
    clusters = find_clusters(chosen, time, **search)
    own = [find_clusters(chosen.only(venue), time, **search) for venue in known]
    sizes = long.sum(axis=1) + short.sum(axis=1)
    closes = np.array([part.close[part.row_at(time)] for part in chosen])
    table = pd.DataFrame(
        {
            "last_price": closes,
            "premium_bps": (closes / price - 1) * _BASIS_POINTS,
            "open_interest": [_interest(part, time) for part in chosen],
            "size": sizes,
            "long": long.sum(axis=1),
            "short": short.sum(axis=1),
            "share": sizes / (sizes.sum() or 1.0),
            "clusters": [len(found) for found in own],
        },
        index=pd.Index(known, name="venue"),
    )
    cells = _cells(edges, price)
    both = np.where(cells.side > 0, long, short)
    return VenueComparison(
        symbol=chosen.symbol,
        quote=chosen.unit,
        at=timestamp(time),
        price=price,
        measure=measure,
        horizon=horizon,
        edges=edges,
        long=long,
        short=short,
        table=table.join(_against_the_others(both, cells, table.index)),
        pairs=_pairs(both, cells, table.index),
        clusters=clusters,
        simulated=is_simulated(chosen),
    )


def _interest(part: VenueLedger, time: int) -> float:
    """Return open interest at the last close [quote]; NaN where it was never known."""
    row = int(part.row_at(time))
    return float("nan") if part.relative else float(part.value(row))


def _cells(edges: Floats, price: float) -> Cells:
    """Return where the ranges are: those below the price are the longs'."""
    middle = np.log(np.sqrt(edges[1:] * edges[:-1]) / price)
    side = np.where(middle < 0, 1.0, -1.0)
    return Cells(np.abs(middle) / np.abs(middle).max(), middle, side)


def _against_the_others(both: Floats, cells: Cells, venues: pd.Index) -> pd.DataFrame:
    """Return how alike each venue's map is to that of the others together; NaN for one venue."""
    rows = [
        {name: float(values[0]) for name, values in shape_figures(rest, alone[None], cells).items()}
        for alone, rest in ((values, both.sum(axis=0) - values) for values in both)
    ]
    return pd.DataFrame(rows, index=venues)[list(_FIGURES)]


def _pairs(both: Floats, cells: Cells, venues: pd.Index) -> pd.DataFrame:
    figures = [shape_figures(alone, both, cells)["rank_correlation_given_distance"] for alone in both]
    return pd.DataFrame(np.stack(figures), index=venues, columns=list(venues))
