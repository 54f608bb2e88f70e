"""Comparison: the estimate and measured positions on the same prices, and how far they agree."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from liqwidget.domain.amount import money
from liqwidget.domain.quotation import DOLLAR
from liqwidget.domain.time import timestamp
from liqwidget.errors import DataError
from liqwidget.study.profile import checked_edges, edges_around, profile
from liqwidget.trust.agreement import (
    SIDES,
    TOP_SHARE,
    SideComparison,
    agreement,
    measured_by_position,
    method_figures,
)
from liqwidget.trust.naive import THE_MAP, standing_by_method

if TYPE_CHECKING:
    from liqwidget.domain.ledger import Ledger
    from liqwidget.domain.positions import Positions

Floats = npt.NDArray[np.float64]

SCALES = ("coverage", None)

Figure = tuple[float, float, float]

UNEVEN = 0.02
"""Rows whose widths differ by more than this share are not equally wide."""

TESTED = "over the 29 snapshots of BTC, ETH and SOL that the map was tested on it averages 0.00 [-0.06, 0.06]"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The estimate and measured positions at one snapshot, made by `compare`.

    Parameters
    ----------
    symbol : str
        What.
    at : Timestamp
        The snapshot, UTC: the estimate is as of the last close by then.
    price : float
        Mark price at the snapshot, or the last close where it is unknown [quote/base].
    long, short : SideComparison
        Per side.
    scale : float
        What the estimate is multiplied by to be compared with the measured part of the market; 1 with ``scale=None``.
    agreement : DataFrame
        Index (figure, side), columns value, low, high: 95 % by bootstrap over accounts where they are known, else over
        positions; see `compare` for the figures.
    accounts : int
        How many accounts the positions are of; 0 where unknown.
    venues : tuple of str
        Venues of the estimate.
    notes : tuple of str
        What was dropped and why.
    methods : DataFrame
        The map beside simple maps of the same candles and open interest (`liqwidget.trust.naive.METHODS`), on the same
        positions, both sides together: index method, columns size_ratio, rank_correlation,
        rank_correlation_given_distance, top_share, earth_movers_distance, total_variation.
    """

    symbol: str
    at: pd.Timestamp
    price: float
    long: SideComparison = field(repr=False)
    short: SideComparison = field(repr=False)
    scale: float
    agreement: pd.DataFrame = field(repr=False)
    accounts: int
    venues: tuple[str, ...]
    notes: tuple[str, ...] = ()
    quote: str = field(default=DOLLAR, repr=False)
    methods: pd.DataFrame = field(kw_only=True, repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per side and cell, from the lowest price.

        Returns
        -------
        DataFrame
            price_low, price_high [quote/base], side ('long' / 'short'), distance_pct [%, from the mark price to the
            cell's middle], estimated, measured [quote at the liquidation price], scaled (estimated x `scale`),
            difference (measured - scaled).
        """
        frames = []
        for name, _ in SIDES:
            part: SideComparison = getattr(self, name)
            low, high = part.edges[:-1], part.edges[1:]
            scaled = part.estimated * self.scale
            frames.append(
                pd.DataFrame(
                    {
                        "price_low": low,
                        "price_high": high,
                        "side": name,
                        "distance_pct": (np.sqrt(low * high) / self.price - 1) * 100,
                        "estimated": part.estimated,
                        "measured": part.measured,
                        "scaled": scaled,
                        "difference": part.measured - scaled,
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def figure_of(self, name: str, side: str = "both") -> tuple[float, float, float]:
        """Return value, low and high of a figure."""
        row: Any = self.agreement.loc[(name, side)]
        return float(row["value"]), float(row["low"]), float(row["high"])

    @property
    def sentences(self) -> tuple[str, ...]:
        """What agrees and what does not, in plain words."""
        return _findings(self)

    @property
    def sentence(self) -> str:
        """All sentences in one text."""
        return " ".join(self.sentences)

    def __repr__(self) -> str:
        """Return what, when and the sentences."""
        return f"Comparison({self.symbol!r}, {self.at:%Y-%m-%d %H:%M} UTC). {self.sentence}"


def compare(
    ledger: Ledger,
    positions: Positions,
    at: Any = None,
    *,
    edges: npt.ArrayLike | None = None,
    reach: float = 0.2,
    step: float = 0.01,
    venue: str | None = None,
    scale: str | None = "coverage",
    draws: int = 400,
) -> Comparison:
    """Set measured positions beside the estimate.

    Both are as of a snapshot: the estimate from candles that had closed by then. Longs count below the mark price and
    shorts above it.

    Parameters
    ----------
    ledger : Ledger
        See `liqwidget.estimate`.
    positions : Positions
        Measured positions of the same symbol.
    at : time, optional
        The last snapshot at or before it is taken; None means the last one that the ledger's candles reach.
    edges : array_like, shape (K + 1,), optional
        Ascending prices [quote/base], cut at the mark price; equal steps of ln(price) where rank correlations are to
        mean anything, since wide rows hold more of both. None means steps of whole lattice cells from the border
        nearest to the mark price, so that no lattice cell is parted.
    reach, step : float
        How far from the mark price, and how wide a step, in ln(price); without `edges`.
    venue : str, optional
        The venue of the estimate; None means the venues that the positions name, or all where they name none of the
        ledger's. Positions of that venue are taken where they name it.
    scale : {'coverage', None}
        Measured accounts are a part of the market. With ``'coverage'`` the estimate is multiplied, for the difference,
        by measured / estimated size of both sides together inside the edges; with None by 1.
    draws : int
        Resamples of the intervals; 0 for none.

    Returns
    -------
    Comparison
        Its figures are, per side and for both sides as one map: positions, positions_without_level; coverage (coins
        measured over open interest, each side); measured, estimated [quote inside the edges], size_ratio (estimated /
        measured); the figures of `liqwidget.trust.agreement.shape_figures`; top_share_by_chance. A figure of fewer
        than 5 positions with a level or 2 filled cells is NaN.

    Raises
    ------
    DataError
        If symbols differ, no snapshot lies in the ledger's time, or an option cannot be used.
    """
    _check(ledger, positions, scale, draws)
    if venue is None:
        named = tuple(name for name in positions.venues if name in ledger.names)
        ledger = ledger.only(named or None)
    else:
        ledger = ledger.only(venue)
    if set(ledger.names) & set(positions.venues):
        positions = positions.where(
            np.isin(positions.venue, [code for code, name in enumerate(positions.venues) if name in ledger.names])
        )
    limit = ledger.end + ledger.timeframe
    time = positions.snapshot_time(timestamp(limit) if at is None else at)
    price = positions.mark(time)
    last = ledger.last_price(time)
    if not last > 0 or time > limit:
        span = f"{timestamp(ledger.start)} to {timestamp(ledger.end)}"
        message = f"Expected a snapshot while the candles run ({span}), was {timestamp(time)}"
        raise DataError(message)
    price = price if price > 0 else last
    prices = edges_around(price, reach, step) if edges is None else checked_edges(edges)
    cut = float(prices[len(prices) // 2]) if edges is None else price
    shown = positions.snapshot(timestamp(time))
    sides = {}
    for name, sign in SIDES:
        apart = np.log(prices / cut) * sign < -_SAME
        own = np.append(prices[apart], cut) if sign > 0 else np.append(cut, prices[apart])
        sides[name] = _side(ledger, shown.where(shown.side == sign), time, own, name)
    totals = [sum(float(getattr(part, name).sum()) for part in sides.values()) for name in ("measured", "estimated")]
    simple = standing_by_method(ledger, time, *(sides[name].edges for name, _ in SIDES))
    by_method = {THE_MAP.name: np.concatenate([sides[name].estimated for name, _ in SIDES])} | simple
    factor = totals[0] / totals[1] if scale == "coverage" and min(totals) > 0 else 1.0
    return Comparison(
        symbol=ledger.symbol,
        quote=ledger.quote,
        at=timestamp(time),
        price=price,
        **sides,
        scale=factor,
        agreement=agreement(shown, sides, price, draws),
        accounts=len(set(shown.account.tolist()) - {""}),
        venues=ledger.names,
        notes=positions.notes,
        methods=method_figures(by_method, sides, price),
    )


def compare_snapshots(
    ledger: Ledger, positions: Positions, *, reach: float = 0.2, step: float = 0.01, venue: str | None = None
) -> pd.DataFrame:
    """Return the figures of every snapshot that the ledger's candles reach; one snapshot alone says little.

    Parameters
    ----------
    ledger, positions, reach, step, venue
        As in `compare`.

    Returns
    -------
    DataFrame
        Index (time, side), one column per figure. Snapshots hold mostly the same positions: their figures are not
        independent.

    Raises
    ------
    DataError
        As `compare`.
    """
    limit = ledger.end + ledger.timeframe
    times = [time for time in positions.snapshots if ledger.start + ledger.timeframe <= time.value <= limit]
    if not times:
        span = f"{timestamp(ledger.start)} to {timestamp(ledger.end)}"
        message = f"Expected a snapshot while the candles run ({span}), was none in {positions!r}"
        raise DataError(message)
    tables = {
        time: compare(ledger, positions, time, reach=reach, step=step, venue=venue, draws=0).agreement["value"]
        for time in times
    }
    stacked = pd.concat(tables, names=["time"])
    frame: pd.DataFrame = stacked.unstack("figure")  # noqa: PD010
    return frame[list(dict.fromkeys(stacked.index.get_level_values("figure")))]


def _check(ledger: Ledger, positions: Positions, scale: object, draws: object) -> None:
    if positions.symbol is not None and positions.symbol != ledger.symbol:
        message = f"Expected positions of {ledger.symbol!r}, was {positions.symbol!r}"
        raise DataError(message)
    if scale not in SCALES:
        message = f"Expected scale 'coverage' or None, was {scale!r}"
        raise DataError(message)
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 0:
        message = f"Expected draws of at least 0, was {draws!r}"
        raise DataError(message)


def _side(ledger: Ledger, held: Positions, time: int, edges: Floats, name: str) -> SideComparison:
    rows = [(part, int(part.row_at(time))) for part in ledger]
    interest = sum(float(part.coins(row)) for part, row in rows if row >= 0)
    estimated = measured = np.zeros(0)
    if len(edges) > 1:
        estimated = getattr(profile(ledger, edges, time), name)
        measured = measured_by_position(held, edges).sum(axis=0)
    return SideComparison(
        edges=edges,
        estimated=estimated,
        measured=measured,
        positions=len(held),
        without_level=int((~held.has_level).sum()),
        coins=float(held.size.sum()),
        open_interest=float("nan") if any(part.relative for part in ledger) else interest,
    )


_SAME = 1e-9
"""How far an edge may lie from the mark price in ln(price) and still be it."""


# ---------------------------------------------------------------------- in plain words


def _findings(of: Comparison) -> tuple[str, ...]:
    """Return what agrees and what does not, one sentence each."""
    said = [_sample(of), _sizes(of)]
    rho, given, moved, top = (
        of.figure_of(name)
        for name in (
            "rank_correlation",
            "rank_correlation_given_distance",
            "earth_movers_distance",
            "top_share",
        )
    )
    if not math.isfinite(rho[0]):
        return (*said, "There are too few measured positions in the range to say how far the two agree.")
    chance = of.figure_of("top_share_by_chance")[0]
    verdict = "agrees in part" if rho[1] > 0 else "is not shown to agree"
    where = (
        f"Where size lies {verdict}: rank correlation {_text(rho, '.2f')}; measured size would have to move by "
        f"{_text(moved, '.1f', 100)} % of price to lie as estimated."
    )
    largest = (
        f"The {TOP_SHARE:.0%} of cells where the estimate is largest hold {_text(top, '.0f', 100)} % of measured size, "
        f"{chance * 100:.0f} % by chance."
    )
    uneven = ("Rows are not equally wide, which alone raises rank correlations.",) if _uneven(of) else ()
    return (*said, where, largest, _given_distance(given), *_others(of), *uneven)


def _others(of: Comparison) -> tuple[str, ...]:
    """Say how far simple maps agree with the same positions, and where one of them is ahead."""
    table: Any = of.methods
    ranked: Any = table["rank_correlation"].drop(THE_MAP.name).dropna()
    if not len(ranked):
        return ()
    name = str(ranked.idxmax())
    ours, theirs, beyond = (
        float(table.loc[one, figure])
        for one, figure in (
            (THE_MAP.name, "rank_correlation"),
            (name, "rank_correlation"),
            (name, "rank_correlation_given_distance"),
        )
    )
    verdict = "more than the map's" if theirs > ours else "not more than the map's"
    text = f"Of {len(ranked)} simple maps {name} agrees most here: rank correlation {theirs:.2f}, {verdict} {ours:.2f}"
    return (f"{text}; at equal distance {beyond:.2f}. One snapshot does not choose between them (see `methods`).",)


def _uneven(of: Comparison) -> bool:
    """Tell whether some rows are wider than others: wide rows hold more of anything."""
    widths = np.concatenate([np.diff(np.log(part.edges)) for part in (of.long, of.short)])
    return bool(np.ptp(widths) > UNEVEN * widths.mean())


def _sample(of: Comparison) -> str:
    count = of.long.positions + of.short.positions
    bare = of.long.without_level + of.short.without_level
    holders = f" of {of.accounts:,} accounts" if of.accounts else ""
    shares = [of.figure_of("coverage", side)[0] for side in ("long", "short")]
    part = f", {shares[0]:.0%} of long and {shares[1]:.0%} of short open interest" if all(shares) else ""
    part = part if all(math.isfinite(share) for share in shares) else ""
    none = f"; {bare:,} of them cannot be liquidated and have no level" if bare else ""
    return f"{count:,} measured positions{holders}{part}{none}."


def _sizes(of: Comparison) -> str:
    measured, estimated = of.figure_of("measured")[0], of.figure_of("estimated")[0]
    scaled = f"; the estimate is multiplied by {of.scale:.3g} to be compared" if of.scale != 1 else ""
    whole = f"{money(estimated, of.quote)} is estimated for the whole market"
    return f"Inside the range {money(measured, of.quote)} was measured and {whole}{scaled}."


def _given_distance(given: Figure) -> str:
    if given[1] > 0:
        beyond = f"more than distance alone gives in this snapshot; {TESTED}"
    elif given[2] < 0:
        beyond = f"less than distance alone gives in this snapshot; {TESTED}"
    else:
        beyond = "not told apart from none"
    return (
        f"At equal distance from the price the rank correlation is {_text(given, '.2f')}, {beyond}. The estimate "
        "spreads size smoothly over leverage that nobody publishes: it does not find single positions."
    )


def _text(figure: Figure, form: str, factor: float = 1.0) -> str:
    value, low, high = (part * factor + 0.0 for part in figure)
    return f"{value:{form}} [{low:{form}}, {high:{form}}]" if math.isfinite(low) else f"{value:{form}}"
